import { ConfigurationError } from '../core/errors.js';
import { shown } from '../core/option-checks.js';

const maxPathLength = 2048;
const maxSegmentLength = 255;
const maxDepth = 250;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are among the characters the service refuses.
const forbidden = /["\\:<>*?|\u0000-\u001f\u0081]/;
const reserved = /^(?:\.{1,2}|con|prn|aux|nul|clock\$|com[1-9]|lpt[1-9])$/i;
const loneSurrogate = /\p{Surrogate}/u;
/** Most paths: nothing to encode, nothing forbidden, no dot at the end of a segment. Recognised in one pass. */
const plainPath = /^[\w-]+(?:[./][\w-]+)*$/;
const reservedAnywhere = /(?:^|\/)(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\/|$)/i;
const shareName = /^[a-z0-9](?:-?[a-z0-9])+$/;

/** A path that is known to be one: from the root of its share, without slashes at its ends, `''` for the root. */
export interface CheckedPath {
  readonly path: string;
  /** The same, each segment percent-encoded. */
  readonly encoded: string;
  /** Whether a segment ends with a dot, which older versions of the service drop. */
  readonly hasTrailingDot: boolean;
}

/**
 * Makes sure that a name can be that of a share: 3 to 63 lower-case letters, digits and single dashes between them.
 * @throws {ConfigurationError} `InvalidShareName` that tells the rule.
 * @see https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-shares--directories--files--and-metadata
 */
export function checkShareName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw invalidShare(name, 'must be text');
  if (name.length < 3 || name.length > 63) throw invalidShare(name, 'must have 3 to 63 characters');
  if (shareName.test(name)) return;
  throw invalidShare(name, 'must consist of lower-case letters, digits and single dashes between them');
}

function invalidShare(name: unknown, rule: string): ConfigurationError {
  // What is far from any name may be a key in the wrong place.
  const isLike = typeof name !== 'string' || /^[\w. -]{0,63}$/.test(name);
  return new ConfigurationError(
    'InvalidShareName',
    `the share name ${rule}, got ${isLike ? quote(name) : shown(name)}`,
  );
}

/**
 * Checks the path of a file. A slash before it is allowed and dropped.
 * @throws {ConfigurationError} `InvalidPath` that tells the rule.
 */
export function checkFilePath(path: unknown): CheckedPath {
  const checked = checkPath(path, startOf(path), textLength(path));
  if (checked.path === '') throw invalidPath(path, 'must name a file');
  return checked;
}

/**
 * Checks the path of a directory; `''` is the root. Slashes before and after it are allowed and dropped.
 * @throws {ConfigurationError} `InvalidPath` that tells the rule.
 */
export function checkDirectoryPath(path: unknown): CheckedPath {
  const start = startOf(path);
  const end = textLength(path);
  const hasSlash = typeof path === 'string' && end - start > 1 && path.endsWith('/');
  return checkPath(path, start, hasSlash ? end - 1 : end);
}

/** The path of what a name is in; `''` for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The last segment. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A name inside a directory. */
export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

function startOf(path: unknown): number {
  return typeof path === 'string' && path.startsWith('/') ? 1 : 0;
}

function textLength(path: unknown): number {
  return typeof path === 'string' ? path.length : 0;
}

function checkPath(given: unknown, start: number, end: number): CheckedPath {
  if (typeof given !== 'string') throw invalidPath(given, 'must be text');
  const path = given.slice(start, end);
  if (path === '') return { path, encoded: '', hasTrailingDot: false };
  // A path as short as one segment may be has neither a segment that is too long nor too many of them.
  if (path.length <= maxSegmentLength && plainPath.test(path) && !reservedAnywhere.test(path)) {
    return { path, encoded: path, hasTrailingDot: false };
  }
  if (path.length > maxPathLength) throw invalidPath(given, `must have at most ${maxPathLength} characters`);
  checkCharacters(path);
  const segments = path.split('/');
  if (segments.length > maxDepth) throw invalidPath(given, `must have at most ${maxDepth} segments`);
  for (const segment of segments) checkSegment(segment, given);
  return {
    path,
    encoded: segments.map(encodeURIComponent).join('/'),
    hasTrailingDot: /\.(?:\/|$)/.test(path),
  };
}

function checkCharacters(path: string): void {
  const bad = forbidden.exec(path)?.[0];
  if (bad !== undefined) {
    throw invalidPath(
      path,
      `must not contain ${describe(bad)} (nor any of " \\ : < > * ? | and control characters)`,
    );
  }
  if (loneSurrogate.test(path))
    throw invalidPath(path, 'must be well-formed Unicode, without half a surrogate pair');
}

function checkSegment(segment: string, path: string): void {
  if (segment === '') throw invalidPath(path, 'must not have an empty segment');
  if (segment.length > maxSegmentLength) {
    throw invalidPath(path, `must have at most ${maxSegmentLength} characters in each segment`);
  }
  if (reserved.test(segment))
    throw invalidPath(path, `must not have the reserved name ${quote(segment)} in it`);
}

function invalidPath(path: unknown, rule: string): ConfigurationError {
  return new ConfigurationError('InvalidPath', `the path ${rule}, got ${quote(path)}`);
}

function describe(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 || code > 0x7e
    ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    : `"${character}"`;
}

function quote(value: unknown): string {
  if (typeof value !== 'string') return value === null ? 'null' : typeof value;
  return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}...` : value);
}
