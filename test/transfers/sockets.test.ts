import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient } from '../../src/files/index.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { patterned } from '../support/patterned.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { type Cut, CuttingProxy, type Direction } from './cutting-proxy.js';

/* Connections that are reset in the middle, over real sockets. `AZSTORE_TEST_SEED` repeats a run. */

const seed = Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31);
const chance = new ManualClock({ seed });
const rangeSize = 64 * 1024;
const data = patterned(10 * rangeSize + 123);

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ filesPort: 0, shares: ['data'] });
});
afterAll(() => emulator.close());

/** A client whose connections go through a proxy. */
async function behindProxy() {
  const { port } = new URL(emulator.filesEndpoint);
  const proxy = await CuttingProxy.start(Number(port));
  const connectionString = emulator.connectionString.replaceAll(`:${port}/`, `:${proxy.port}/`);
  const client = new AzureFilesClient(
    {
      credentials: { type: 'connection_string', connectionString },
      defaultShare: 'data',
      rangeSize,
      concurrency: 3,
      retryConfig: { maxAttempts: 8, maxDelayMs: 1 },
      circuitBreakerConfig: { failureThreshold: 100 },
    },
    {},
  );
  return { proxy, client };
}

type Client = AzureFilesClient;
const transfers: readonly [string, Direction, (client: Client, directory: string) => Promise<Uint8Array>][] =
  [
    [
      'an upload of bytes',
      'up',
      async ({ streaming, files }) => {
        await streaming.uploadStream({ path: 'a', atomic: true }, data);
        return (await files.read({ path: 'a' })).data;
      },
    ],
    [
      'an upload of a stream',
      'up',
      async ({ streaming, files }) => {
        await streaming.uploadStream(
          { path: 'b' },
          Readable.from([data.slice(0, 100_000), data.slice(100_000)]),
        );
        return (await files.read({ path: 'b' })).data;
      },
    ],
    [
      'a download to a file',
      'down',
      async ({ streaming }, directory) => {
        await streaming.downloadTo({ path: 'source' }, join(directory, 'copy'));
        return readFile(join(directory, 'copy'));
      },
    ],
    [
      'a download by one request',
      'down',
      async ({ streaming }) => {
        const stream = await streaming.downloadStream({ path: 'source' });
        return buffer(Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]));
      },
    ],
    [
      'a download of ranges',
      'down',
      async ({ streaming }) => streaming.downloadRange({ path: 'source', start: 0, end: data.length }),
    ],
  ];

/** Offsets of all classes: in the first headers, around the ends of ranges, and anywhere. */
function cutsOf(direction: Direction): Cut[] {
  const somewhere = Array.from({ length: 3 }, () => Math.floor(chance.random() * data.length));
  const around = [rangeSize - 1, rangeSize, rangeSize + 1].map(
    (at) => at + Math.floor(chance.random() * 800),
  );
  return [1, 100, ...around, ...somewhere].map((at) => ({ direction, at }));
}

describe(`connections that are reset (seed ${seed})`, () => {
  it.each(transfers)('change no byte of %s, and none stays open', async (_name, direction, transfer) => {
    const { proxy, client } = await behindProxy();
    await using _closed = proxy;
    const directory = await temporaryDirectory();
    await client.streaming.uploadStream({ path: 'source' }, data);
    for (let round = 0; round < 3; round += 1) {
      const cuts = cutsOf(direction);
      proxy.plan(cuts);
      const bytes = await transfer(client, directory);
      expect(Buffer.compare(bytes, data)).toBe(0);
      expect(proxy.cutsMade).toBeGreaterThan(cuts.length / 2);
    }
    await client.close();
    await proxy.allClosed();
  });

  it('leave no socket open when a stream is given up in the middle', async () => {
    const { proxy, client } = await behindProxy();
    await using _closed = proxy;
    await client.streaming.uploadStream({ path: 'source' }, data);
    for (const concurrency of [1, 3]) {
      const stream = await client.streaming.downloadStream({ path: 'source', concurrency });
      const reader = stream.getReader();
      await reader.read();
      await reader.cancel();
    }
    const unread = await client.streaming.downloadStream({ path: 'source' });
    await unread.cancel();
    await client.close();
    await proxy.allClosed();
  });

  it('end a local file that is written while connections are lost without a trace of them', async () => {
    const { proxy, client } = await behindProxy();
    await using _closed = proxy;
    const directory = await temporaryDirectory();
    const source = join(directory, 'source');
    await writeFile(source, data);
    proxy.plan(cutsOf('up'));
    await client.streaming.uploadFrom(
      { path: 'c', checksum: 'md5', resume: join(directory, 'notes') },
      source,
    );
    proxy.plan(cutsOf('down'));
    const target = join(directory, 'copy');
    await client.streaming.downloadTo(
      { path: 'c', checksum: 'md5', resume: join(directory, 'notes') },
      target,
    );
    expect(Buffer.compare(await readFile(target), data)).toBe(0);
    const names = (await client.directories.list({})).entries.map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await client.close();
    await proxy.allClosed();
  });
});
