import { describe, expect, it } from 'vitest';
import { type Report, runHistory, type Workload } from './history.js';
import { mutations } from './mutations.js';

/** How many histories run of each kind: `AZSTORE_UPDATE_SEEDS=5000` for a long run, `AZSTORE_UPDATE_SEED=17` to replay one. */
const count = Number(process.env.AZSTORE_UPDATE_SEEDS ?? 40);
const only = process.env.AZSTORE_UPDATE_SEED;
const first = only === undefined ? 1 : Number(only);
const last = only === undefined ? count : first;
const minute = 60_000;

/** Histories that show what goes wrong with a part of the library left out. */
const catching: Readonly<Record<string, readonly number[]>> = {
  'comparing versions and writing without the lock': [1, 6],
  'writing in place under the lock': [7, 13],
  'growing without a mark': [3, 13],
  'repeating a mark that was not answered': [25, 63],
  'taking the lock without putting right what is half done': [7, 13],
  'creating without a temporary name': [3, 4],
};

describe('files that many change under delay, loss, stalls and kills', () => {
  const promises: Readonly<Record<Workload, string>> = {
    update: 'are changed by updateIfMatch as if by one after the other',
    append: 'are appended to as if by one after the other, each as a whole',
    create: 'are created by createIfNotExists by one alone, as a whole',
  };
  for (const [workload, promise] of Object.entries(promises) as [Workload, string][]) {
    it(promise, { timeout: 60 * minute }, async () => {
      const broken: Report[] = [];
      let acknowledged = 0;
      for (let seed = first; seed <= last; seed++) {
        const report = await runHistory(seed, workload);
        if (report.violations.length > 0) broken.push(report);
        acknowledged += report.acknowledged;
      }
      // Replay one with AZSTORE_UPDATE_SEED.
      expect(broken.map(({ seed, violations }) => ({ seed, violations }))).toEqual([]);
      if (only === undefined) {
        expect(acknowledged).toBeGreaterThan(count);
      }
    });
  }

  it('cover every change of the library that is listed', () => {
    expect(Object.keys(catching)).toEqual(Object.keys(mutations));
  });

  for (const [name, mutation] of Object.entries(mutations)) {
    it(`show the harm of ${name}`, async () => {
      for (const seed of catching[name] ?? []) {
        const { violations } = await runHistory(seed, mutation.workload, mutation);
        expect(violations.filter((each) => !each.startsWith('untyped'))).not.toEqual([]);
      }
    });
  }
});
