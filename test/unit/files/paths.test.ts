import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkDirectoryPath,
  checkFilePath,
  checkShareName,
  joinPath,
  nameOf,
  parentOf,
} from '../../../src/files/paths.js';

describe('share names', () => {
  it.each(['abc', 'a1b', '123', 'my-share-1', 'a'.repeat(63)])('accepts %s', (name) => {
    expect(() => checkShareName(name)).not.toThrow();
  });

  it.each([
    ['', '3 to 63 characters'],
    ['ab', '3 to 63 characters'],
    ['a'.repeat(64), '3 to 63 characters'],
    ['Data', 'lower-case letters, digits and single dashes'],
    ['my--share', 'single dashes'],
    ['-share', 'dashes between'],
    ['share-', 'dashes between'],
    ['my_share', 'lower-case letters, digits'],
    ['sh/are', 'lower-case letters, digits'],
    ['äöü', 'lower-case letters, digits'],
    [undefined, 'must be text'],
    [null, 'must be text, got null'],
  ])('refuses %j and says why', (name, rule) => {
    expect(() => checkShareName(name)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'InvalidShareName', attempts: 0 }),
    );
    expect(() => checkShareName(name)).toThrow(rule);
  });
});

describe('paths', () => {
  it.each([
    ['a', 'a', 'a'],
    ['a/b c/d%', 'a/b c/d%', 'a/b%20c/d%25'],
    ['/a/b', 'a/b', 'a/b'],
    ['100% +#&?'.replace('?', ''), '100% +#&', '100%25%20%2B%23%26'],
    ['ü/😀', 'ü/😀', '%C3%BC/%F0%9F%98%80'],
    ['console', 'console', 'console'],
    ['com10', 'com10', 'com10'],
    ['...', '...', '...'],
    ['\ufffe', '\ufffe', '%EF%BF%BE'],
  ])('encodes %j segment by segment', (given, path, encoded) => {
    expect(checkFilePath(given)).toMatchObject({ path, encoded });
  });

  it.each([
    ['', 'must name a file'],
    ['/', 'must name a file'],
    ['a/', 'empty segment'],
    ['a//b', 'empty segment'],
    ['//a', 'empty segment'],
    ['a\\b', 'must not contain "\\"'],
    ['a"b', 'must not contain """'],
    ['a:b', 'must not contain ":"'],
    ['a<b', 'must not contain "<"'],
    ['a>b', 'must not contain ">"'],
    ['a*b', 'must not contain "*"'],
    ['a?b', 'must not contain "?"'],
    ['a|b', 'must not contain "|"'],
    ['a\u0000b', 'must not contain U+0000'],
    ['a\nb', 'must not contain U+000A'],
    ['a\u0081b', 'must not contain U+0081'],
    ['a\ud800b', 'well-formed Unicode'],
    ['a/./b', 'reserved name "."'],
    ['../b', 'reserved name ".."'],
    ['a/CON', 'reserved name "CON"'],
    ['lpt1', 'reserved name "lpt1"'],
    ['Clock$', 'reserved name "Clock$"'],
    ['a'.repeat(256), 'at most 255 characters'],
    [Array.from({ length: 251 }, () => 'a').join('/'), 'at most 250 segments'],
    [Array.from({ length: 9 }, () => 'a'.repeat(250)).join('/'), 'at most 2048 characters'],
    [undefined, 'must be text'],
    [7, 'must be text'],
  ])('refuses %j and says why', (path, rule) => {
    expect(() => checkFilePath(path)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'InvalidPath', attempts: 0 }),
    );
    expect(() => checkFilePath(path)).toThrow(rule);
  });

  it.each([
    ['', ''],
    ['/', ''],
    ['a/', 'a'],
    ['/a/b/', 'a/b'],
  ])('takes %j as the directory %j', (given, path) => {
    expect(checkDirectoryPath(given).path).toBe(path);
  });

  it.each(['a//', '//', 'a//b'])('refuses the directory %j', (path) => {
    expect(() => checkDirectoryPath(path)).toThrow('empty segment');
  });

  it('sees a dot at the end of any name', () => {
    expect(checkFilePath('a./b').hasTrailingDot).toBe(true);
    expect(checkFilePath('a/b.').hasTrailingDot).toBe(true);
    expect(checkFilePath('a.b/.c').hasTrailingDot).toBe(false);
  });

  it('does not repeat a path of any length in its message', () => {
    const path = `${'x'.repeat(3000)}`;
    expect(() => checkFilePath(path)).toThrow(/got "x{100}\.\.\."$/);
  });

  it('takes paths apart and puts them together', () => {
    expect(parentOf('a/b/c')).toBe('a/b');
    expect(parentOf('a')).toBe('');
    expect(nameOf('a/b/c')).toBe('c');
    expect(nameOf('a')).toBe('a');
    expect(joinPath('', 'a')).toBe('a');
    expect(joinPath('a/b', 'c')).toBe('a/b/c');
  });
});

describe('any path that is accepted', () => {
  it('is encoded segment by segment, and known by its trailing dots', () => {
    const character = fc.constantFrom('a', 'Z', '9', '_', '-', '.', '/', ' ', '%', '#', 'ü', '漢', '+');
    const path = fc.string({ unit: character, minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(path, (given) => {
        const checked = acceptedOrUndefined(given);
        if (checked === undefined) return;
        const segments = checked.path.split('/');
        expect(checked.encoded).toBe(segments.map(encodeURIComponent).join('/'));
        expect(checked.hasTrailingDot).toBe(segments.some((segment) => segment.endsWith('.')));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['con', 'a/AUX', 'nul/b', 'x/com1/y', 'LPT9'])('does not have the reserved name in %s', (given) => {
    expect(() => checkFilePath(given)).toThrow('reserved name');
  });

  function acceptedOrUndefined(given: string) {
    try {
      return checkFilePath(given);
    } catch {
      return undefined;
    }
  }
});
