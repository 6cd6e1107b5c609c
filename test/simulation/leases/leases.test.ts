import { describe, expect, it } from 'vitest';
import { type Protocol, type Report, runHistory } from './history.js';
import { mutations } from './mutations.js';

/** How many histories run: `AZSTORE_LEASE_SEEDS=20000` for a long run, `AZSTORE_LEASE_SEED=17` to replay one. */
const count = Number(process.env.AZSTORE_LEASE_SEEDS ?? 120);
const only = process.env.AZSTORE_LEASE_SEED;
const first = only === undefined ? 1 : Number(only);
const last = only === undefined ? count : first;
const minute = 60_000;

/** Histories that once found something, or that catch a mutation, replayed every time. */
const catching: Readonly<Record<string, readonly number[]>> = {
  'renewing by acquiring again': [3, 34],
  'deleting the record on release': [2, 6],
  'a caller that was refused writes the record': [1, 2],
  'trusting the wall clock': [68, 1130],
  'a write without the lease id': [1, 2],
  'repeating a break whose answer was lost': [298, 824],
  'an acquire without the last look at the file': [147, 222],
};

async function violationsOf(seed: number, protocol?: Protocol): Promise<readonly string[]> {
  return (await runHistory(seed, protocol)).violations;
}

describe('locks under delay, loss, duplication, stalls and kills', () => {
  it('keep every promise', { timeout: 60 * minute }, async () => {
    const broken: Report[] = [];
    const total = { requests: 0, holds: 0, breaks: 0, falseLosses: 0, lateBreaks: 0 };
    for (let seed = first; seed <= last; seed++) {
      const report = await runHistory(seed);
      if (report.violations.length > 0) broken.push(report);
      total.requests += report.requests;
      total.holds += report.holds;
      total.breaks += report.breaks;
      total.falseLosses += report.falseLosses;
      total.lateBreaks += report.lateBreaks;
    }
    // Replay one with AZSTORE_LEASE_SEED.
    expect(broken.map(({ seed, violations }) => ({ seed, violations }))).toEqual([]);
    if (only === undefined) {
      expect(total.holds).toBeGreaterThan(2 * count);
      expect(total.breaks).toBeGreaterThan(count / 2);
    }
  });

  // Each was a defect once: a fresh holder that was broken in the place of one that had given back its lease at the
  // last moment, and one that told of itself right before its record was marked.
  it.each([12840, 225])('stay kept in seed %i', async (seed) => {
    expect(await violationsOf(seed)).toEqual([]);
  });

  it('replays a seed exactly', async () => {
    const logs: string[][] = [[], []];
    for (const log of logs) await runHistory(3, undefined, log);
    expect(logs[0]?.length).toBeGreaterThan(50);
    expect(logs[0]).toEqual(logs[1]);
  });
});

describe('a protocol without one of its rules', () => {
  it.each(Object.entries(mutations))('is caught: %s', async (name, protocol) => {
    const seeds = catching[name] ?? [];
    const found: string[] = [];
    for (const seed of seeds) {
      expect(await violationsOf(seed), `the real protocol, seed ${seed}`).toEqual([]);
      found.push(...(await violationsOf(seed, protocol)));
    }
    expect(found).not.toEqual([]);
  });
});
