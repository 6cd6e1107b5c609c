/** Bytes of a file: `start` inclusive, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** `bytes=0-511` for start 0 and end 512; `bytes=512-` when there is no end. */
export function formatRange(start: number, end?: number): string {
  return end === undefined ? `bytes=${start}-` : `bytes=${start}-${end - 1}`;
}

/** Parses `bytes=a-b` or `bytes=a-`, the only forms the services understand; `undefined` for any other text. */
export function parseRange(text: string): { start: number; end: number | undefined } | undefined {
  const match = /^bytes=(\d{1,15})-(\d{1,15})?$/.exec(text);
  if (match === null) return undefined;
  const start = Number(match[1]);
  const end = match[2] === undefined ? undefined : Number(match[2]) + 1;
  return end !== undefined && end <= start ? undefined : { start, end };
}

/** `bytes 0-511/1024` for start 0, end 512 and size 1024. */
export function formatContentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.end - 1}/${size}`;
}

/** Parses `bytes a-b/size`, and the form with a star for no range; `undefined` for any other text. */
export function parseContentRange(text: string): { range: ByteRange | undefined; size: number } | undefined {
  const match = /^bytes (?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15})$/.exec(text);
  if (match === null) return undefined;
  const size = Number(match[3]);
  if (match[1] === undefined) return { range: undefined, size };
  return { range: { start: Number(match[1]), end: Number(match[2]) + 1 }, size };
}
