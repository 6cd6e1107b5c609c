import { AzureStorageError, TransferError } from '../../../src/files/index.js';

const longestMessage = 1500;
const longestField = 300;
/** What could steer a terminal, begin a line of its own in a log, or turn text around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
const steering = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** ETags as they came: values to compare, which HTTP bounds. */
const opaque: ReadonlySet<string> = new Set(['expected', 'actual']);

/** What is wrong with an error that a caller gets; `undefined` when nothing is. */
export function errorFault(error: unknown): string | undefined {
  if (!(error instanceof AzureStorageError) && !(error instanceof TransferError)) {
    return `an error that is none of ours: ${error instanceof Error ? error.stack : String(error)}`;
  }
  if (error.message.length > longestMessage)
    return `a message of ${error.message.length} characters: ${error.message.slice(0, 200)}`;
  if (steering.test(error.message))
    return `a message that is not printable: ${JSON.stringify(error.message)}`;
  for (const [name, value] of Object.entries(error)) {
    if (typeof value !== 'string' || opaque.has(name)) continue;
    if (value.length > longestField) return `${name} has ${value.length} characters: ${value.slice(0, 100)}`;
    if (steering.test(value)) return `${name} is not printable: ${JSON.stringify(value)}`;
  }
  return undefined;
}
