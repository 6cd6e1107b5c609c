import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givenLimits, limitFlags, limitsOf, portionOf, rangeBytes } from '../../../src/cli/copying/limits.js';
import { Flags } from '../../../src/cli/flags.js';

const MiB = 1024 * 1024;
const read = (given: Record<string, string>) => Flags.read(limitFlags, new Map(Object.entries(given)), {});

describe('limitsOf', () => {
  it('gives what is usual where nothing is said', () => {
    expect(limitsOf(read({}))).toEqual({ concurrency: 16, memoryBudget: 32 * MiB });
    expect(givenLimits(read({}))).toEqual({});
  });

  it('gives what is said', () => {
    const flags = read({ concurrency: '3', 'memory-budget': '64MiB', 'bandwidth-limit': '10MB' });
    const said = { concurrency: 3, memoryBudget: 64 * MiB, bandwidthLimit: 10_000_000 };
    expect(limitsOf(flags)).toEqual(said);
    expect(givenLimits(flags)).toEqual(said);
  });
});

describe('portionOf', () => {
  const limits = { concurrency: 16, memoryBudget: 32 * MiB };

  it.each([
    ['an empty file', 0, { lanes: 1, bytes: 65_536 }],
    ['a small file', 100_000, { lanes: 1, bytes: 100_000 }],
    ['a file of two ranges and a bit', 2 * rangeBytes + 1, { lanes: 3, bytes: 3 * rangeBytes }],
    ['a large file', 1024 * MiB, { lanes: 8, bytes: 32 * MiB }],
    ['what nobody knows the size of', undefined, { lanes: 16, bytes: 32 * MiB }],
  ])('gives %s what it can use', (_, size, portion) => {
    expect(portionOf(size, limits)).toEqual(portion);
  });

  it('gives a file everything where each keeps the bandwidth for itself', () => {
    expect(portionOf(1, { ...limits, bandwidthLimit: 1024 })).toEqual({ lanes: 16, bytes: 32 * MiB });
  });

  it('is never more than there is, nor nothing', () => {
    const sizes = fc.oneof(fc.constant(undefined), fc.nat(), fc.maxSafeNat());
    const budgets = fc.integer({ min: 65_536, max: 2 ** 32 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 256 }), budgets, (size, concurrency, memoryBudget) => {
        const { lanes, bytes } = portionOf(size, { concurrency, memoryBudget });
        expect(lanes).toBeGreaterThanOrEqual(1);
        expect(lanes).toBeLessThanOrEqual(concurrency);
        expect(bytes).toBeGreaterThan(0);
        expect(bytes).toBeLessThanOrEqual(memoryBudget);
      }),
    );
  });
});
