import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../../src/transfer/tree/glob.js';

const lower = (text: string) => text.toLowerCase();

function matches(pattern: string, path: string, kind: 'file' | 'directory' = 'file'): boolean {
  return compileGlob(pattern, lower).matches(lower(path), kind);
}

describe('a pattern', () => {
  it.each([
    ['*.txt', 'a.txt'],
    ['*.txt', 'deep/down/a.txt'],
    ['*.TXT', 'A.txt'],
    ['a?c', 'abc'],
    ['a?c', 'a\u{1f600}c'],
    ['*a*b*', 'xxaxxaxbx'],
    ['*', '.hidden'],
    ['docs/*.md', 'docs/a.md'],
    ['/a', 'a'],
    ['docs/**/*.md', 'docs/a.md'],
    ['docs/**/*.md', 'docs/x/y/a.md'],
    ['**/a/**/b', 'a/b'],
    ['**/a/**/b', 'x/a/y/a/z/b'],
    ['a/**', 'a/b/c'],
    ['**', 'any/thing'],
    ['a**c', 'abbc'],
    ['**/a/*/b', 'a/a/x/b'],
  ])('%s matches %s', (pattern, path) => {
    expect(matches(pattern, path)).toBe(true);
  });

  it.each([
    ['*.txt', 'a.txt/b'],
    ['*.txt', 'a.text'],
    ['a?c', 'ac'],
    ['a?c', 'abbc'],
    ['/a', 'x/a'],
    ['docs/*.md', 'docs/x/a.md'],
    ['docs/*.md', 'x/docs/a.md'],
    ['a/**', 'a'],
    ['**/a/**/b', 'a/c'],
    ['a**c', 'a/c'],
    ['**/a/*/b', 'a/b'],
  ])('%s does not match %s', (pattern, path) => {
    expect(matches(pattern, path)).toBe(false);
  });

  it('with a slash at its end matches directories alone', () => {
    expect(matches('build/', 'x/build', 'directory')).toBe(true);
    expect(matches('build/', 'x/build', 'file')).toBe(false);
    expect(matches('/build/', 'x/build', 'directory')).toBe(false);
  });

  it.each([
    ['', 'must not be empty'],
    ['/', 'must not be empty'],
    ['a//b', 'must not have an empty name'],
    ['a\\b', 'no backslash'],
    ['a\0', 'NUL'],
    ['a'.repeat(2049), 'at most 2048'],
    [7 as unknown as string, 'must be text'],
  ])('%j is refused', (pattern, reason) => {
    expect(() => compileGlob(pattern, lower)).toThrow(reason);
  });

  it('takes no more than a moment, however it is made', () => {
    const pattern = `${'**/*a*a*a*a*a*a/'.repeat(40)}b`;
    const path = `${'aaaaaaaaaaaaaaaaaaaaaaaaaaaa/'.repeat(60)}c`;
    const start = process.cpuUsage();
    expect(matches(pattern, path)).toBe(false);
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
  });

  it('says what a regular expression says', () => {
    const piece = fc.constantFrom('a', 'b', '*', '?', '**', 'ab');
    const patterns = fc
      .array(fc.array(piece, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 })
      .map((segments) => segments.map((parts) => parts.join('')).join('/'));
    const name = fc
      .array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 })
      .map((all) => all.join(''));
    const paths = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(patterns, paths, (pattern, path) => {
        expect(matches(pattern, path)).toBe(asExpression(pattern).test(path));
      }),
      { numRuns: 3000 },
    );
  });
});

/** The same by another road, which may take for ever on long patterns. */
function asExpression(pattern: string): RegExp {
  const segments = pattern.split('/');
  const anywhere = segments.length === 1;
  const parts = segments.map((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === '**') return isLast ? '.+' : '(?:[^/]+/)*';
    const text = segment.replace(/\*+/g, '[^/]*').replace(/\?/g, '[^/]');
    return isLast ? text : `${text}/`;
  });
  return new RegExp(`^${anywhere ? '(?:.*/)?' : ''}${parts.join('')}$`, 'u');
}
