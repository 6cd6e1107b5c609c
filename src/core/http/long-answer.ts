/** Bodies from this length on are worth it. */
const leastBytes = 64 * 1024;
/** Where a head is looked for. */
const mostHeadBytes = 16 * 1024;

export interface LongAnswer {
  /** The head of the answer, which tells of a body of one byte in the place of `length`. */
  readonly head: Buffer;
  /** What it really tells. */
  readonly length: number;
}

/**
 * The first bytes of an answer, where they hold its whole head and it is beyond doubt that a long body of known length
 * follows. Whatever is unusual, and whatever is wrong, is for the parser.
 */
export function longAnswer(bytes: Buffer): LongAnswer | undefined {
  const end = bytes.subarray(0, mostHeadBytes).indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const text = bytes.toString('latin1', 0, end + 4);
  const digits = lengthIn(text);
  if (digits === undefined) return undefined;
  const length = Number(digits.text);
  if (length < leastBytes) return undefined;
  const head = Buffer.from(bytes.subarray(0, end + 4));
  head.write('1'.padStart(digits.text.length, '0'), digits.at, 'latin1');
  return { head, length };
}

const usual = /^HTTP\/1\.1 20[06] /;
/** What frames the body otherwise, changes the protocol, goes on in the next line, or ends its lines otherwise. */
const unusual = /\r\n(?:transfer-encoding|upgrade|trailer|[ \t])|[^\r]\n|\r[^\n]/i;
const lengthLine = /\r\ncontent-length: *(\d{5,15})\r\n/i;

function lengthIn(head: string): { readonly text: string; readonly at: number } | undefined {
  if (!usual.test(head) || unusual.test(head)) return undefined;
  const line = lengthLine.exec(head);
  const text = line?.[1];
  if (line === null || text === undefined) return undefined;
  const after = line.index + line[0].length - 2;
  if (/\r\ncontent-length/i.test(head.slice(after))) return undefined;
  return { text, at: after - text.length };
}
