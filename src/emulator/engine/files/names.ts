import { Refusal } from '../service-errors.js';

const maxNameLength = 255;
const maxPathLength = 2048;
const maxDepth = 250;

/**
 * Checks the name of a share that is to be used.
 * @throws {Refusal} `InvalidResourceName` for a character, `OutOfRangeInput` for the length.
 */
export function checkShareName(name: string): void {
  if (!/^[a-z0-9-]*$/.test(name)) throw new Refusal('InvalidResourceName');
  if (name.length < 3 || name.length > 63) {
    throw new Refusal('OutOfRangeInput', {
      message: 'The specified resource name length is not within the permissible limits.',
    });
  }
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) throw new Refusal('InvalidResourceName');
}

const reserved = /^(?:lpt[1-9]|com[1-9]|prn|aux|nul|con|clock\$|\.\.?)$/i;
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that names must not have.
  /["\\/:<>*?|\u0000-\u001f\u007f\u0081]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * Checks a path that is to be created.
 * @throws {Refusal} `InvalidResourceName`, `InvalidFileOrDirectoryPathName`.
 */
export function checkPath(path: readonly string[]): void {
  if (path.length > maxDepth) throw pathRefusal('File or directory path has too many subdirectories.');
  if (path.join('/').length > maxPathLength) throw pathRefusal('File or directory path is too long.');
  for (const name of path) {
    if (name.length > maxNameLength) throw pathRefusal('File or directory path is too long.');
    if (name === '' || forbidden.test(name) || reserved.test(name)) throw new Refusal('InvalidResourceName');
  }
}

function pathRefusal(message: string): Refusal {
  return new Refusal('InvalidFileOrDirectoryPathName', { message });
}

/** Names without the dots at their ends, which the service drops unless it is asked to keep them. */
export function withoutTrailingDots(path: readonly string[]): readonly string[] {
  return path.some((name) => name.endsWith('.')) ? path.map(stripDots) : path;
}

function stripDots(name: string): string {
  const stripped = name.replace(/\.+$/, '');
  return stripped === '' ? name : stripped;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
const ascii = /^[\u0000-\u007f]*$/;

/**
 * Folds a name for comparison: names that differ only in case are one. Each character counts by itself, as on NTFS:
 * what would grow (`ß`) or become a plain letter (`ı`, the long s) stays what it is.
 */
export function foldName(name: string): string {
  if (ascii.test(name)) return name.toUpperCase();
  let folded = '';
  for (const character of name) {
    const upper = character.toUpperCase();
    const kept = upper.length !== character.length || (ascii.test(upper) && !ascii.test(character));
    folded += kept ? character : upper;
  }
  return folded;
}
