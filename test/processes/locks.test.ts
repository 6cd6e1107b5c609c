import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient } from '../../src/files/index.js';
import { Crew } from './crew.js';
import { counterText, counterValue, type WorkerOrder } from './messages.js';
import { bundleWorker, WorkerProcess } from './worker-processes.js';

/* Locks between real processes, over a socket, in real time. `AZSTORE_LOCK_KILLS=20` for a long run. */

const kills = Number(process.env.AZSTORE_LOCK_KILLS ?? 3);
const share = 'data';
const durationSeconds = 15;
/** What is promised of the time until a dead holder is replaced. */
const takeoverLimitMs = durationSeconds * 1000 + 40_000;
const minute = 60_000;

const failures: unknown[] = [];
let emulator: Emulator;
let client: AzureFilesClient;
let worker: Awaited<ReturnType<typeof bundleWorker>>;

beforeAll(async () => {
  worker = await bundleWorker();
  emulator = await startEmulator({
    filesPort: 0,
    shares: [share],
    onFailure: (error) => failures.push(error),
  });
  client = AzureFilesClient.builder().connectionString(emulator.connectionString).build();
});

afterAll(async () => {
  await client.close();
  await emulator.close();
  await worker.remove();
  expect(failures).toEqual([]);
});

async function makeCounter(path: string): Promise<void> {
  await client.files.write({ share, path, data: counterText(0) });
}

async function counterAt(path: string): Promise<number> {
  return counterValue((await client.files.read({ share, path })).data);
}

describe('a lock between processes', () => {
  it.concurrent(`counts 8 x 200 increments, whatever becomes of ${kills} holders that are killed`, {
    timeout: 3 * minute + kills * minute,
  }, async ({ onTestFinished, annotate }) => {
    const counters = ['one.txt', 'two.txt', 'three.txt'];
    await Promise.all(counters.map(makeCounter));
    const { connectionString } = emulator;
    const { program } = worker;
    const plan = { program, connectionString, share, counters, durationSeconds, kills };
    const crew = new Crew({ ...plan, workers: 8, incrementsEach: 200 });
    onTestFinished(() => crew.end());

    const ends = await crew.run();

    const { takeovers, refusals } = crew;
    const seconds = takeovers
      .map(({ stage, waitedMs }) => `${stage} ${(waitedMs / 1000).toFixed(1)} s`)
      .join(', ');
    await annotate(`takeovers: ${seconds}; locks lost by live holders: ${refusals.length}`);

    expect(ends.filter((end) => end === 'SIGKILL')).toHaveLength(kills);
    expect(ends.filter((end) => end === 0)).toHaveLength(8);
    let acknowledged = 0;
    for (const path of counters) {
      const told = [...(crew.counted.get(path) ?? [])].sort((a, b) => a - b);
      const count = await counterAt(path);
      // No value twice: then one would have been written over another.
      expect(told).toEqual([...new Set(told)]);
      expect(told.at(-1)).toBeLessThanOrEqual(count);
      expect(count - told.length).toBeLessThanOrEqual(crew.doubts.get(path) ?? 0);
      acknowledged += told.length;
    }
    expect(acknowledged).toBe(1600);
    expect(takeovers).toHaveLength(kills);
    for (const { waitedMs, sinceDeathMs } of takeovers) {
      expect(sinceDeathMs).toBeGreaterThan(durationSeconds * 1000);
      expect(waitedMs).toBeLessThan(takeoverLimitMs);
    }
    for (const path of counters) {
      expect(await client.leases.inspect({ share, path })).toMatchObject({ status: 'unlocked' });
      const lease = await client.leases.acquire({ share, path });
      await client.leases.release(lease);
    }
  });

  it.concurrent('refuses the write of a holder that slept while it was replaced', {
    timeout: 3 * minute,
  }, async ({ onTestFinished }) => {
    const path = 'slept.txt';
    await makeCounter(path);
    const { connectionString } = emulator;
    const order = { connectionString, share, counters: [path], first: 0, increments: 1, durationSeconds };
    const start = (more: Partial<WorkerOrder>) => {
      const process = new WorkerProcess(worker.program, { ...order, stops: {}, ...more });
      onTestFinished(() => process.kill('SIGKILL'));
      return process;
    };
    const sleeper = start({ stops: { [path]: 'read' }, heedless: true });
    await sleeper.heard('standing');
    sleeper.kill('SIGSTOP');
    const next = start({ stops: { [path]: 'read' } });
    await next.heard('standing');

    sleeper.tell({ do: 'stop', path });
    sleeper.tell({ do: 'go' });
    sleeper.kill('SIGCONT');
    expect(await sleeper.heard('refused')).toMatchObject({ code: 'LeaseLost', inside: 'LeaseIdMismatch' });
    expect(await counterAt(path)).toBe(0);
    next.tell({ do: 'go' });

    expect(await next.heard('counted')).toMatchObject({ value: 1 });
    expect(await sleeper.heard('counted')).toMatchObject({ value: 2 });
    expect([await next.ended(), await sleeper.ended()]).toEqual([0, 0]);
    expect(await counterAt(path)).toBe(2);
  });
});
