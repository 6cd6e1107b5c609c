import { describe, expect, it } from 'vitest';
import { type Cast, type Report, runHistory } from './history.js';
import { lateHolder } from './late-holder.js';
import { endlessMutations, mutations } from './mutations.js';
import { type Protocol, realProtocol } from './protocol.js';
import { addTo, noTotals } from './totals.js';

/** How many histories run: `AZSTORE_LEASE_SEEDS=20000` for a long run, `AZSTORE_LEASE_SEED=17` to replay one. */
const wanted = process.env.AZSTORE_LEASE_SEEDS;
const only = process.env.AZSTORE_LEASE_SEED;
const minute = 60_000;

/** Seeds by the mutation that they catch, replayed every time. */
type Catching = Readonly<Record<string, readonly number[]>>;

const catching: Catching = {
  'renewing by acquiring again': [4, 6],
  'deleting the record on release': [1, 2],
  'a caller that was refused writes the record': [1, 2],
  'trusting the wall clock': [229, 306],
  'a write without the lease id': [1, 2],
  'repeating a break whose answer was lost': [539, 3036],
  'an acquire without the last look at the file': [996, 1075],
};

const catchingEndless: Catching = {
  'a record that outlives its lease without end': [250, 1954],
  'a lease that ends, taken beside a record that says otherwise': [283, 797],
  'a record that is written without a fence': [63, 657],
};

/** Runs the seeds that are asked for. */
async function totalsOf(cast: Cast, usual: number) {
  const count = Number(wanted ?? usual);
  const [first, last] = only === undefined ? [1, count] : [Number(only), Number(only)];
  const totals = noTotals();
  const broken: Pick<Report, 'seed' | 'violations'>[] = [];
  for (let seed = first; seed <= last; seed++) {
    const report = await runHistory(seed, { cast });
    const { violations } = report;
    if (violations.length > 0) broken.push({ seed, violations });
    addTo(totals, report);
  }
  if (wanted !== undefined) process.stdout.write(`${cast}, ${count} seeds: ${JSON.stringify(totals)}\n`);
  return { totals, broken, isWhole: only === undefined, count };
}

async function violationsOf(seed: number, cast: Cast, protocol?: Protocol): Promise<readonly string[]> {
  const { violations, strayRecords } = await runHistory(seed, { cast, protocol });
  return strayRecords === 0 ? violations : [...violations, 'a record says without end'];
}

async function expectCaught(protocol: Protocol, cast: Cast, seeds: readonly number[]): Promise<void> {
  const found: string[] = [];
  for (const seed of seeds) {
    expect(await violationsOf(seed, cast), `the real protocol, seed ${seed}`).toEqual([]);
    found.push(...(await violationsOf(seed, cast, protocol)));
  }
  expect(found).not.toEqual([]);
}

describe('locks under delay, loss, duplication, stalls and kills', () => {
  it('keep every promise', { timeout: 60 * minute }, async () => {
    const { broken, totals, isWhole, count } = await totalsOf('timed', 120);
    // Replay one with AZSTORE_LEASE_SEED.
    expect(broken).toEqual([]);
    if (!isWhole) return;
    expect(totals.holds).toBeGreaterThan(2 * count);
    expect(totals.breaks).toBeGreaterThan(count / 2);
  });

  it('keep every promise beside leases without end', { timeout: 60 * minute }, async () => {
    const { broken, totals, isWhole, count } = await totalsOf('mixed', 200);
    expect(broken).toEqual([]);
    if (!isWhole) return;
    expect(totals.endlessHolds).toBeGreaterThan(count);
    expect(totals.operatorBreaks).toBeGreaterThan(count / 4);
  });

  // Each was a defect once: a fresh holder that was broken in the place of one that had given back its lease at the
  // last moment, and one that told of itself right before its record was marked.
  it.each([12840, 225])('stay kept in seed %i', async (seed) => {
    expect(await violationsOf(seed, 'timed')).toEqual([]);
  });

  // Each was a defect once: a record of a lease without end that came late (4), or stayed behind when that was given back
  // (33), beside the lease of one that died then, which nobody could end; one that was overlooked as it came into being
  // (12), one that a stalled process wrote over when its lease was another one's (238), one that came late behind a
  // fence that nobody had taken away (12223), and one that was written over by a process that slept when it had just
  // ended the fence around it (30548); two that one wrote who had been broken already, beside the lease of a taker that
  // died then (29130, 39434).
  it.each([4, 12, 33, 238, 12223, 29130, 30548, 39434])(
    'stay kept beside leases without end in seed %i',
    async (seed) => {
      expect(await violationsOf(seed, 'mixed')).toEqual([]);
    },
  );

  it('replays a seed exactly', async () => {
    const logs: string[][] = [[], []];
    for (const log of logs) await runHistory(3, { log });
    expect(logs[0]?.length).toBeGreaterThan(50);
    expect(logs[0]).toEqual(logs[1]);
  });
});

describe('a protocol without one of its rules', () => {
  it.each(Object.entries(mutations))('is caught: %s', async (name, protocol) => {
    await expectCaught(protocol, 'timed', catching[name] ?? []);
  });

  it.each(Object.entries(endlessMutations))('is caught: %s', async (name, protocol) => {
    await expectCaught(protocol, 'mixed', catchingEndless[name] ?? []);
  });
});

describe('a write that comes late, when the lock has changed hands and is free again', () => {
  it('is refused, as it carries the id of its lease', async () => {
    expect(await lateHolder(realProtocol)).toEqual({ status: 412, violations: [] });
  });

  it('is carried out without that id, and noticed', async () => {
    const protocol: Protocol = { ...realProtocol, idOfWrite: () => undefined };
    const { status, violations } = await lateHolder(protocol);
    expect(status).toBe(201);
    expect(violations).toEqual([expect.stringMatching(/^fencing: late wrote under hold 0/)]);
  });
});
