/** Bits of the SMB file attributes, in the order in which the service lists them. */
const bits: readonly (readonly [name: string, bit: number])[] = [
  ['ReadOnly', 0x1],
  ['Hidden', 0x2],
  ['System', 0x4],
  ['Directory', 0x10],
  ['Archive', 0x20],
  ['Temporary', 0x100],
  ['Offline', 0x1000],
  ['NotContentIndexed', 0x2000],
  ['NoScrubData', 0x20000],
];

export const readOnlyBit = 0x1;
export const directoryBit = 0x10;
export const archiveBit = 0x20;

const bitOf = new Map(bits.map(([name, bit]) => [name.toLowerCase(), bit]));

/** Parses `ReadOnly|Hidden` or `None`, case and spaces aside; `undefined` for a word that is none of them. */
export function parseAttributes(text: string): number | undefined {
  let attributes = 0;
  for (const word of text.split('|')) {
    const name = word.trim().toLowerCase();
    const bit = name === 'none' ? 0 : bitOf.get(name);
    if (bit === undefined) return undefined;
    attributes |= bit;
  }
  return attributes;
}

const texts = new Map<number, string>();

/** `ReadOnly | Archive`; `None` when no bit is set. */
export function formatAttributes(attributes: number): string {
  let text = texts.get(attributes);
  if (text === undefined) {
    const names = bits.filter(([, bit]) => (attributes & bit) !== 0).map(([name]) => name);
    text = names.length === 0 ? 'None' : names.join(' | ');
    texts.set(attributes, text);
  }
  return text;
}
