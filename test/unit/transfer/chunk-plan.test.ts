import { describe, expect, it } from 'vitest';
import { chunkPlan } from '../../../src/transfer/chunk-plan.js';

describe('chunkPlan', () => {
  it.each([
    [0, 0, []],
    [5, 5, []],
    [0, 1, [[0, 1]]],
    [0, 9, [[0, 9]]],
    [0, 10, [[0, 10]]],
    [
      0,
      11,
      [
        [0, 10],
        [10, 11],
      ],
    ],
    [
      7,
      28,
      [
        [7, 17],
        [17, 27],
        [27, 28],
      ],
    ],
  ])('cuts %i to %i into tens', (start, end, expected) => {
    expect([...chunkPlan(start, end, 10)].map((range) => [range.start, range.end])).toEqual(expected);
  });

  it('counts beyond 2^32', () => {
    const end = 4_398_046_511_104;
    const [first, second] = chunkPlan(end - 5, end, 4);
    expect([first, second]).toEqual([
      { start: end - 5, end: end - 1 },
      { start: end - 1, end },
    ]);
  });

  it('makes ranges only as they are asked for', () => {
    const plan = chunkPlan(0, 4_398_046_511_104, 1);
    expect(plan.next().value).toEqual({ start: 0, end: 1 });
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses chunks of %d bytes', (chunkBytes) => {
    expect(() => [...chunkPlan(0, 10, chunkBytes)]).toThrow(RangeError);
  });
});
