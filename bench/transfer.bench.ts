// Moving one large file up and down, with the client, with the official SDK, and with the plainest loop over node:http that
// does the same, against a server that keeps nothing, in a process each. Prints throughput, CPU and memory, and the ratios to
// the loop. BENCH_MIB sets the size (256), BENCH_ROUND_TRIPS the milliseconds that are added to each round trip ("0,5,50"),
// BENCH_ROUNDS the rounds (3), BENCH_SCENARIOS what is run ("down, to memory;down, to a file"). The server holds its answers
// back for that time; with BENCH_DELAY=proxy a proxy delays every byte instead, which takes a third processor.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ShareServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-share';
import { AzureFilesClient } from 'azstore/files';
import { bareGet, bareGetStream, bareInParallel, barePut } from './support/bare-ranges.js';
import { startServer } from './support/child.js';
import { compareTransfers, printTransfers, serveTransfer } from './support/transfers.js';

const mebibyte = 1024 * 1024;
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const size = Number(process.env.BENCH_MIB ?? 256) * mebibyte;
const rangeSize = 4 * mebibyte;
const port = Number(process.env.BENCH_PORT);
const directory = process.env.BENCH_DIRECTORY ?? '';
const at = { share: 'share', path: 'directory/file.bin' };
const endpoint = `http://127.0.0.1:${port}/${account}`;
/** What a transfer over a long distance may be given. */
const roomy = { memoryBudget: 64 * mebibyte, concurrency: 16 };
const local = () => join(directory, 'source.bin');
const copy = () => join(directory, `copy-${process.pid}.bin`);

function ours(): AzureFilesClient {
  return new AzureFilesClient({ accountName: account, credentials: { type: 'shared_key', key }, endpoint });
}

function theirs() {
  const credential = new StorageSharedKeyCredential(account, key);
  const service = new ShareServiceClient(endpoint, credential, { keepAliveOptions: { enable: true } });
  return service.getShareClient('share').getDirectoryClient('directory').getFileClient('file.bin');
}

/** A source that is no bottleneck: the same 64 KiB again and again. */
function* pieces(): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024, 7);
  for (let left = size; left > 0; left -= piece.length) yield piece;
}

async function count(stream: AsyncIterable<Uint8Array | string>): Promise<void> {
  let length = 0;
  for await (const piece of stream) length += piece.length;
  if (length !== size) throw new Error(`${length} bytes came, not ${size}`);
}

function checkCopy(): void {
  if (statSync(copy()).size !== size) throw new Error('the copy has another size');
}

/** Sends what comes piece by piece. */
async function bareUpFrom(next: () => Promise<Buffer>): Promise<void> {
  const free: Buffer[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let rest: Buffer = Buffer.alloc(0);
  const fill = async (buffer: Buffer, length: number) => {
    for (let filled = 0; filled < length; ) {
      if (rest.length === 0) rest = await next();
      const copied = rest.copy(buffer, filled, 0, length - filled);
      rest = rest.subarray(copied);
      filled += copied;
    }
  };
  await bareInParallel(size, async (range) => {
    const buffer = free.pop() ?? Buffer.allocUnsafeSlow(rangeSize);
    const length = range.end - range.start;
    const filled = turn.then(() => fill(buffer, length));
    turn = filled;
    await filled;
    await barePut(port, range, buffer.subarray(0, length));
    free.push(buffer);
  });
}

type Scenario = Readonly<Record<string, () => () => Promise<unknown>>>;
const loop = 'bare node:http';
const official = '@azure/storage-file-share';

const scenarios: Record<string, Scenario> = {
  'up, from memory': {
    [loop]: () => {
      const data = Buffer.alloc(size, 7);
      return () =>
        bareInParallel(size, (range) => barePut(port, range, data.subarray(range.start, range.end)));
    },
    azstore: () => {
      const client = ours();
      const data = Buffer.alloc(size, 7);
      return () => client.streaming.uploadStream(at, data);
    },
    'azstore, 64 MiB of memory': () => {
      const client = ours();
      const data = Buffer.alloc(size, 7);
      return () => client.streaming.uploadStream({ ...at, ...roomy }, data);
    },
    [official]: () => {
      const file = theirs();
      const data = Buffer.alloc(size, 7);
      return () => file.uploadData(data);
    },
  },
  'up, from a file': {
    [loop]: () => {
      const free: Buffer[] = [];
      return async () => {
        const handle = await open(local());
        await bareInParallel(size, async (range) => {
          const buffer = free.pop() ?? Buffer.allocUnsafeSlow(rangeSize);
          const length = range.end - range.start;
          await handle.read(buffer, 0, length, range.start);
          await barePut(port, range, buffer.subarray(0, length));
          free.push(buffer);
        });
        await handle.close();
      };
    },
    azstore: () => {
      const client = ours();
      return () => client.streaming.uploadFrom(at, local());
    },
    'azstore, 64 MiB of memory': () => {
      const client = ours();
      return () => client.streaming.uploadFrom({ ...at, ...roomy }, local());
    },
    [official]: () => {
      const file = theirs();
      return () => file.uploadFile(local());
    },
  },
  'up, from a stream': {
    [loop]: () => () => {
      const source = Readable.from(pieces())[Symbol.asyncIterator]();
      return bareUpFrom(async () => (await source.next()).value as Buffer);
    },
    azstore: () => {
      const client = ours();
      return () => client.streaming.uploadStream({ ...at, totalSize: size }, Readable.from(pieces()));
    },
    'azstore, 64 MiB of memory': () => {
      const client = ours();
      const request = { ...at, totalSize: size, ...roomy };
      return () => client.streaming.uploadStream(request, Readable.from(pieces()));
    },
    'azstore, unknown length': () => {
      const client = ours();
      return () => client.streaming.uploadStream(at, Readable.from(pieces()));
    },
    [official]: () => {
      const file = theirs();
      return () => file.uploadStream(Readable.from(pieces()), size, rangeSize, 5);
    },
  },
  'down, to memory': {
    [loop]: () => {
      const target = Buffer.allocUnsafeSlow(size);
      return () =>
        bareInParallel(size, (range) => bareGet(port, range, (piece, at) => target.set(piece, at)));
    },
    azstore: () => {
      const client = ours();
      const into = new Uint8Array(size);
      return () => client.streaming.downloadRange({ ...at, start: 0, end: size, into });
    },
    // Nothing but the memory of the caller is held.
    'azstore, 16 ranges at a time': () => {
      const client = ours();
      const into = new Uint8Array(size);
      return () => client.streaming.downloadRange({ ...at, concurrency: 16, start: 0, end: size, into });
    },
    [official]: () => {
      const file = theirs();
      const target = Buffer.allocUnsafeSlow(size);
      return () => file.downloadToBuffer(target);
    },
  },
  'down, to a file': {
    [loop]: () => async () => {
      const handle = await open(copy(), 'w');
      await bareInParallel(size, async (range) => {
        let batch: Uint8Array[] = [];
        let start = range.start;
        let length = 0;
        const write = async (): Promise<void> => {
          const pieces = batch;
          const position = start;
          batch = [];
          start += length;
          length = 0;
          await handle.writev(pieces, position);
        };
        await bareGet(port, range, (piece) => {
          batch.push(piece);
          length += piece.length;
          return length >= mebibyte / 2 ? write() : undefined;
        });
        if (length > 0) await write();
      });
      await handle.close();
      checkCopy();
    },
    azstore: () => {
      const client = ours();
      return async () => {
        await client.streaming.downloadTo(at, copy());
        checkCopy();
      };
    },
    'azstore, 64 MiB of memory': () => {
      const client = ours();
      return async () => {
        await client.streaming.downloadTo({ ...at, ...roomy }, copy());
        checkCopy();
      };
    },
    [official]: () => {
      const file = theirs();
      return async () => {
        rmSync(copy(), { force: true });
        await file.downloadToFile(copy());
        checkCopy();
      };
    },
  },
  'down, as a stream': {
    [loop]: () => async () => count(await bareGetStream(port)),
    azstore: () => {
      const client = ours();
      return async () => count(await client.streaming.downloadStream(at));
    },
    'azstore, ranges': () => {
      const client = ours();
      return async () => count(await client.streaming.downloadStream({ ...at, concurrency: 3 }));
    },
    [official]: () => {
      const file = theirs();
      return async () => count((await file.download()).readableStreamBody as AsyncIterable<Buffer>);
    },
  },
};

/** From one share to the other, through this process. */
const through: Scenario = {
  [loop]: () => async () => {
    const pieces = (await bareGetStream(port))[Symbol.asyncIterator]();
    await bareUpFrom(async () => (await pieces.next()).value as Buffer);
  },
  azstore: () => {
    const client = ours();
    return async () => {
      const stream = await client.streaming.downloadStream(at);
      await client.streaming.uploadStream({ ...at, totalSize: size }, stream);
    };
  },
  [official]: () => {
    const file = theirs();
    return async () => {
      const { readableStreamBody } = await file.download();
      await file.uploadStream(readableStreamBody as Readable, size, rangeSize, 5);
    };
  },
};
scenarios['through, stream to stream'] = through;

const [scenario = '', contender = ''] = (process.argv[2] ?? '').split('|');
const asked = scenarios[scenario]?.[contender];
if (asked !== undefined) serveTransfer(asked());
else await main();

async function main(): Promise<void> {
  const roundTrips = (process.env.BENCH_ROUND_TRIPS ?? '0,5,50').split(',').map(Number);
  const wanted = process.env.BENCH_SCENARIOS?.split(';') ?? Object.keys(scenarios);
  const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
  const place = mkdtempSync(join(tmpdir(), 'azstore-bench-'));
  writeFileSync(join(place, 'source.bin'), Buffer.alloc(size, 7));
  try {
    for (const roundTripMs of roundTrips) {
      const server = await startDelayed(roundTripMs);
      const env = { BENCH_PORT: server.port, BENCH_DIRECTORY: place };
      for (const name of wanted) {
        const names = Object.keys(scenarios[name] ?? {});
        const file = fileURLToPath(import.meta.url);
        const results = await compareTransfers(file, { scenario: name, names, rounds, env });
        printTransfers(`${name}, ${size / mebibyte} MiB, ${roundTripMs} ms added`, { size, results });
      }
      await server.stop();
    }
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** A server whose answers take that much longer. */
async function startDelayed(roundTripMs: number) {
  const byProxy = process.env.BENCH_DELAY === 'proxy' && roundTripMs > 0;
  const server = await startServer('bulk', String(size), String(byProxy ? 0 : roundTripMs));
  const port = server.ready.port ?? '';
  if (!byProxy) return { port, stop: () => server.stop() };
  const proxy = await startServer('delay', port, String(roundTripMs));
  const stop = async () => {
    await proxy.stop();
    await server.stop();
  };
  return { port: proxy.ready.port ?? '', stop };
}
