import { ConfigurationError } from '../../core/errors.js';

/**
 * A pattern for paths: `*` stands for any characters of one name, `?` for one, and `**` as a whole name for any number of
 * names. Without a slash it is for names wherever they are, with one for paths from the top; with a slash at its end it is
 * for directories alone. There are no other special characters, and no escapes: a name of a share can have none of these.
 */
export interface Glob {
  /** @param path - Names with slashes between them, folded as the pattern was. */
  matches(path: string, kind: 'file' | 'directory'): boolean;
}

const longestPattern = 2048;

/**
 * @param fold - Makes names alike that are to count as the same.
 * @throws {ConfigurationError} `InvalidRequest`.
 */
export function compileGlob(pattern: string, fold: (name: string) => string): Glob {
  checkPattern(pattern);
  const directoriesOnly = pattern.endsWith('/');
  const body = pattern.slice(0, directoriesOnly ? -1 : undefined);
  const segments = fold(body.startsWith('/') ? body.slice(1) : body).split('/');
  if (segments.includes('')) throw invalid(pattern, 'must not have an empty name');
  const anywhere = !body.includes('/');
  // What is in a directory, not the directory itself.
  if (segments.at(-1) === '**') segments.push('*');
  return {
    matches(path, kind) {
      if (directoriesOnly && kind === 'file') return false;
      const [segment = ''] = segments;
      if (anywhere && segments.length === 1) {
        return matchesName(segment, path.slice(path.lastIndexOf('/') + 1));
      }
      return matchesPath(segments, path.split('/'));
    },
  };
}

function checkPattern(pattern: unknown): asserts pattern is string {
  if (typeof pattern !== 'string') {
    throw new ConfigurationError('InvalidRequest', `a pattern must be text, got ${typeof pattern}`);
  }
  if (pattern === '' || pattern === '/') throw invalid(pattern, 'must not be empty');
  if (pattern.length > longestPattern)
    throw invalid(pattern, `must have at most ${longestPattern} characters`);
  if (pattern.includes('\\')) throw invalid(pattern, 'must have / between names, and no backslash');
  if (pattern.includes('\0')) throw invalid(pattern, 'must not have a NUL');
}

function invalid(pattern: string, rule: string): ConfigurationError {
  const shown = JSON.stringify(pattern.slice(0, 80));
  return new ConfigurationError('InvalidRequest', `the pattern ${rule}, got ${shown}`);
}

/**
 * Names against the names of a pattern. Going back to the last `**` alone is enough: what an earlier one could take instead,
 * the last one can take too. So it takes no more steps than the product of both lengths, whatever the pattern.
 */
function matchesPath(pattern: readonly string[], names: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < names.length; ) {
    const segment = pattern[at];
    if (segment === '**') {
      star = at++;
      resume = index;
    } else if (segment !== undefined && matchesName(segment, names[index] ?? '')) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (pattern[at] === '**') at += 1;
  return at === pattern.length;
}

/** The same for the characters of one name and `*`. */
function matchesName(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < name.length; ) {
    const character = pattern[at];
    if (character === '*') {
      star = at++;
      resume = index;
    } else if (character === '?') {
      at += 1;
      index += widthAt(name, index);
    } else if (character !== undefined && character === name[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** A character beyond the first 65,536 is two of a string's. */
function widthAt(name: string, index: number): number {
  return (name.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}
