import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeSet } from '../../../src/transfer/range-set.js';

const limit = 60;
const range = fc
  .tuple(fc.nat(limit), fc.nat(limit))
  .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
const ranges = fc.array(range, { maxLength: 12 });

/** The same as a list of positions. */
function positions(of: Iterable<{ start: number; end: number }>): number[] {
  const found = new Set<number>();
  for (const { start, end } of of) for (let at = start; at < end; at += 1) found.add(at);
  return [...found].sort((a, b) => a - b);
}

describe('RangeSet', () => {
  it('has what was added, in ranges that neither overlap nor touch', () => {
    fc.assert(
      fc.property(ranges, (added) => {
        const set = new RangeSet(added);
        expect(positions(set.ranges)).toEqual(positions(added));
        expect(set.bytes).toBe(positions(added).length);
        for (const [index, { start, end }] of set.ranges.entries()) {
          expect(start).toBeLessThan(end);
          expect(start).toBeGreaterThan(set.ranges[index - 1]?.end ?? -1);
        }
      }),
    );
  });

  it('has a range when it has every byte of it', () => {
    fc.assert(
      fc.property(ranges, range, (added, asked) => {
        const present = new Set(positions(added));
        expect(new RangeSet(added).has(asked)).toBe(positions([asked]).every((at) => present.has(at)));
      }),
    );
  });

  it('has gaps where it has nothing', () => {
    fc.assert(
      fc.property(ranges, range, (added, asked) => {
        const present = new Set(positions(added));
        const absent = positions([asked]).filter((at) => !present.has(at));
        expect(positions(new RangeSet(added).gaps(asked))).toEqual(absent);
      }),
    );
  });

  it('has in common with another what both have', () => {
    fc.assert(
      fc.property(ranges, ranges, (one, other) => {
        const theirs = new Set(positions(other));
        const both = positions(one).filter((at) => theirs.has(at));
        expect(positions(new RangeSet(one).intersection(new RangeSet(other)).ranges)).toEqual(both);
      }),
    );
  });
});
