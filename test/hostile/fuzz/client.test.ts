import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { createEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient } from '../../../src/files/index.js';
import { ManualClock, settle } from '../../../src/simulation/manual-clock.js';
import { clientOperations, fileSize, fillShare, smallRanges } from '../../support/client-operations.js';
import { patterned } from '../../support/patterned.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { SpoilingTransport } from './answers.js';
import { fuzzSeed, isLongRun } from './budget.js';
import { Chance } from './chance.js';
import { resultShapes } from './shapes.js';
import { errorFault } from './told-errors.js';

/*
 * Every operation of the client against a service whose answers are spoilt: headers that lie, documents that are none, bodies
 * that break off. Whatever comes, a call ends with a result that fits its type, or with an error of ours that can be printed.
 */

/** How many calls run: as many as `AZSTORE_FUZZ_CALLS` says. */
const calls = Number(process.env.AZSTORE_FUZZ_CALLS ?? 800);
/** Waits of a call, after which it does not end by itself. */
const mostWaits = 2_000;

interface Ended {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** Lets time pass until a call has ended; `undefined` when it does not end. */
async function endOf(clock: ManualClock, call: Promise<unknown>): Promise<Ended | undefined> {
  let ended: Ended | undefined;
  call.then(
    (value) => {
      ended = { value };
    },
    (error: unknown) => {
      ended = { error };
    },
  );
  const startedAt = systemClock.monotonic();
  for (let waits = 0; ended === undefined; waits++) {
    await settle();
    // Time stands still while the file system works.
    if (process.getActiveResourcesInfo().some((name) => /^(?:FSReq|FILEHANDLE)/.test(name))) continue;
    await clock.advance(clock.untilNextTimer ?? 0);
    if (waits > mostWaits && systemClock.monotonic() - startedAt > 10_000) break;
  }
  return ended;
}

interface Case {
  readonly seed: number;
  readonly localDirectory: string;
}

/** One call of one operation on a share of its own; gives what was wrong with how it ended. */
async function faultOfCall(
  { seed, localDirectory }: Case,
  outcomes: Map<string, number>,
): Promise<string | undefined> {
  const chance = new Chance(seed);
  const clock = new ManualClock();
  const { transport, connectionString, filesEndpoint } = createEmulator({ shares: ['data'], clock });
  const options = {
    credentials: { type: 'connection_string', connectionString },
    defaultShare: 'data',
    clock,
    ...smallRanges,
  } as const;
  await fillShare(new AzureFilesClient({ ...options, transport }));
  const spoiling = new SpoilingTransport(transport, chance);
  const client = new AzureFilesClient({ ...options, transport: spoiling });
  const [name, run] = chance.one(clientOperations);
  const sourceUrl = `${filesEndpoint}/data/source`;
  const ended = await endOf(clock, run(client, { sourceUrl, localDirectory, fresh: 'fresh' }));
  if (ended === undefined) return `${name} does not end`;
  const kind = 'error' in ended ? String((ended.error as { code?: unknown }).code) : 'a result';
  outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
  const fault = 'error' in ended ? errorFault(ended.error) : resultShapes[name]?.(ended.value);
  return fault === undefined ? undefined : `${name}: ${fault}`;
}

describe('the client of a service that answers wrongly', () => {
  it('gives results that fit their types, or errors of its own', { timeout: 3_600_000 }, async () => {
    const localDirectory = await temporaryDirectory();
    await writeFile(`${localDirectory}/source.bin`, patterned(fileSize));
    const outcomes = new Map<string, number>();
    const faults: string[] = [];
    for (let index = 0; index < calls && faults.length < 5; index++) {
      const seed = fuzzSeed + index;
      const fault = await faultOfCall({ seed, localDirectory }, outcomes);
      // Repeat one with AZSTORE_TEST_SEED and AZSTORE_FUZZ_CALLS=1.
      if (fault !== undefined) faults.push(`seed ${seed}: ${fault}`);
    }
    expect(faults).toEqual([]);
    // Nothing of a download that failed is left.
    expect((await readdir(localDirectory)).filter((name) => name !== 'target.bin')).toEqual(['source.bin']);
    if (isLongRun) process.stdout.write(`${JSON.stringify(Object.fromEntries(outcomes), undefined, 1)}\n`);
    if (calls < 800) return;
    expect(outcomes.get('a result')).toBeGreaterThan(calls / 10);
    expect(outcomes.get('UnexpectedAnswer')).toBeGreaterThan(calls / 50);
  });
});
