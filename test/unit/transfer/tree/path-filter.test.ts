import { describe, expect, it } from 'vitest';
import { PathFilter } from '../../../../src/transfer/tree/path-filter.js';

const lower = (text: string) => text.toLowerCase();

function filter(include: readonly string[], exclude: readonly string[]): PathFilter {
  return new PathFilter({ include, exclude }, lower);
}

describe('a filter', () => {
  it('without patterns lets everything take part', () => {
    const all = filter([], []);
    expect(all.isSelective).toBe(false);
    expect(all.excludes('a/b', 'file')).toBe(false);
    expect(all.includes('a/b', 'file', false)).toBe(true);
  });

  it('leaves out what is excluded', () => {
    const some = filter([], ['*.tmp', 'node_modules/']);
    expect(some.excludes('x/A.TMP', 'file')).toBe(true);
    expect(some.excludes('x/node_modules', 'directory')).toBe(true);
    expect(some.excludes('x/node_modules', 'file')).toBe(false);
    expect(some.isSelective).toBe(false);
  });

  it('with include takes what matches, and what is in a directory that does', () => {
    const some = filter(['*.md', 'docs/'], []);
    expect(some.isSelective).toBe(true);
    expect(some.includes('a.md', 'file', false)).toBe(true);
    expect(some.includes('a.txt', 'file', false)).toBe(false);
    expect(some.includes('a.txt', 'file', true)).toBe(true);
    expect(some.includes('x/docs', 'directory', false)).toBe(true);
  });

  it('refuses a pattern that is none', () => {
    expect(() => filter(['a\\b'], [])).toThrow('no backslash');
    expect(() => filter([], [''])).toThrow('must not be empty');
  });
});
