import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient } from '../../src/files/index.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { patterned } from '../support/patterned.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { bundleTransferWorker, runWorker, type TransferOrder } from './killed-worker.js';

/*
 * Processes that move a file and are killed with SIGKILL at random moments, over a socket, in real time.
 * `AZSTORE_TRANSFER_KILLS=50` for a long run, `AZSTORE_TEST_SEED` to repeat one as far as moments can be repeated.
 */

const kills = Number(process.env.AZSTORE_TRANSFER_KILLS ?? 10);
const seed = Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31);
const share = 'data';
const rangeSize = 64 * 1024;
const concurrency = 4;
const ranges = 80;
const data = patterned((ranges - 1) * rangeSize + 4_321);
/** Those beside the ranges: looks, creation, renaming. */
const otherRequests = 6;

const answered = { PutRange: 0, GetFile: 0, all: 0 };
let onAnswer = () => {};
let emulator: Emulator;
let client: AzureFilesClient;
let worker: Awaited<ReturnType<typeof bundleTransferWorker>>;

beforeAll(async () => {
  worker = await bundleTransferWorker();
  emulator = await startEmulator({
    filesPort: 0,
    shares: [share],
    onRequest: ({ operation, status }) => {
      answered.all += 1;
      if (status < 300 && (operation === 'PutRange' || operation === 'GetFile')) answered[operation] += 1;
      onAnswer();
    },
  });
  client = AzureFilesClient.builder().connectionString(emulator.connectionString).build();
});

afterAll(async () => {
  await client.close();
  await emulator.close();
  await worker.remove();
});

const chance = new ManualClock({ seed });
const upTo = (limit: number) => Math.floor(chance.random() * limit);

/** Kills a worker some time after so many further answers. */
function killAfter(answers: number, kill: () => void): void {
  const until = answered.all + answers;
  let turns = upTo(30);
  const wait = () => {
    turns -= 1;
    if (turns > 0) setImmediate(wait);
    else kill();
  };
  onAnswer = () => {
    if (answered.all < until) return;
    onAnswer = () => {};
    wait();
  };
}

/** Lets workers carry out one transfer; all are killed but for the last. @returns how many were. */
async function carryOut(order: TransferOrder, atMost: number): Promise<number> {
  for (let killed = 0; ; killed += 1) {
    const end = await runWorker(worker.program, order, (kill) => {
      // Few at a time, so that one transfer is killed several times; sometimes only at its very end.
      if (killed < atMost) killAfter(1 + upTo(upTo(2) === 0 ? ranges / 4 : ranges + otherRequests), kill);
    });
    onAnswer = () => {};
    if (end === 'done') return killed;
  }
}

async function setUp(way: TransferOrder['way'], round: number) {
  const directory = await temporaryDirectory();
  const notes = join(directory, 'notes');
  await mkdir(notes);
  const path = `${way}-${round}.bin`;
  const local = join(directory, 'local.bin');
  const { connectionString } = emulator;
  return { way, connectionString, share, path, local, notes, rangeSize, concurrency, directory };
}

async function temporaryFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.tmp'));
}

const limitMs = 60_000 + kills * 4_000;

describe(`a transfer whose process is killed (${kills} times, seed ${seed})`, () => {
  it('is continued by the next process when it was an upload', { timeout: limitMs }, async () => {
    for (let round = 0, left = kills; left > 0; round += 1) {
      const { directory, ...order } = await setUp('upload', round);
      await writeFile(order.local, data);
      const before = answered.PutRange;
      const killed = await carryOut(order, left);
      left -= Math.max(1, killed);
      const { data: arrived } = await client.files.read({ share, path: order.path });
      expect(Buffer.compare(arrived, data)).toBe(0);
      expect(answered.PutRange - before - ranges).toBeLessThanOrEqual(killed * concurrency);
      expect(await readdir(order.notes)).toEqual([]);
      expect(await temporaryFiles(directory)).toEqual([]);
      const { entries } = await client.directories.list({ share });
      expect(entries.filter(({ name }) => name.endsWith('.tmp'))).toEqual([]);
    }
  });

  it('is continued by the next process when it was a download', { timeout: limitMs }, async () => {
    await client.streaming.uploadStream({ share, path: 'source.bin' }, data);
    for (let round = 0, left = kills; left > 0; round += 1) {
      const { directory, ...order } = await setUp('download', round);
      const before = answered.GetFile;
      const killed = await carryOut({ ...order, path: 'source.bin' }, left);
      left -= Math.max(1, killed);
      expect(Buffer.compare(await readFile(order.local), data)).toBe(0);
      expect(answered.GetFile - before - ranges).toBeLessThanOrEqual(killed * concurrency);
      expect(await readdir(order.notes)).toEqual([]);
      expect(await temporaryFiles(directory)).toEqual([]);
    }
  });
});
