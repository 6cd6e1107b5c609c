/**
 * What could steer a terminal, begin a line of its own in a log, or turn the text around it: control characters, separators
 * of lines, marks of direction.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
const steering = /[\t\r\n]+|[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The text on one line, with each character that could steer its reader written out, as `\u001b`. */
export function printable(text: string): string {
  return text.search(steering) < 0 ? text : text.replace(steering, writtenOut);
}

function writtenOut(character: string): string {
  if (/[\t\r\n]/.test(character)) return ' ';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The beginning of a text that somebody else chose, printable: `most` characters of it, and dots where there were more. */
export function excerpt(text: string, most: number): string {
  return printable(text.length <= most ? text : `${text.slice(0, most)}...`);
}
