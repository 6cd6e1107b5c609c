/** Bytes that tell their position: a byte in the wrong place is a wrong byte. */
export function patterned(length: number, start = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) bytes[i] = patternAt(start + i);
  return bytes;
}

/** The byte at a position of any patterned payload. */
export function patternAt(position: number): number {
  return (position * 31 + (position >>> 8) * 7 + (position >>> 16) * 3) & 0xff;
}
