// What the specification asks of single operations (section 9: P-001 to P-006), with a round trip of 5 ms: the client and the
// official SDK take turns, call by call, against the emulator behind a proxy that delays. Throughput is measured against a
// server that keeps nothing. BENCH_ROUND_TRIP sets the milliseconds (5), BENCH_CALLS the calls of each row (200).
import { Readable } from 'node:stream';
import { ShareServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-share';
import { AzureFilesClient } from 'azstore/files';
import { type ServerProcess, startServer } from './support/child.js';
import { inParallel, quantile } from './support/measure.js';

const share = 'bench';
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const roundTripMs = Number(process.env.BENCH_ROUND_TRIP ?? 5);
const calls = Number(process.env.BENCH_CALLS ?? 200);
const entries = 100;
const mebibyte = 1024 * 1024;

/** Behind a proxy, as both clients see it. */
async function behind(server: ServerProcess, port: string) {
  const proxy = await startServer('delay', port, String(roundTripMs));
  const endpoint = `http://127.0.0.1:${proxy.ready.port}/${account}`;
  const credentials = { type: 'shared_key', key } as const;
  const client = new AzureFilesClient({ accountName: account, credentials, endpoint });
  const credential = new StorageSharedKeyCredential(account, key);
  const sdk = new ShareServiceClient(endpoint, credential, { keepAliveOptions: { enable: true } });
  const stop = async () => {
    await client.close();
    await proxy.stop();
    await server.stop();
  };
  return { client, directory: sdk.getShareClient(share).rootDirectoryClient, stop };
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly limits?: readonly [p50: number, p99: number];
  ours(turn: number): Promise<unknown>;
  theirs(turn: number): Promise<unknown>;
  /** After each turn, not measured. */
  after?(): Promise<unknown>;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function measure(row: Row): Promise<void> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let turn = -10; turn < calls; turn++) {
    const own = await timed(() => row.ours(turn));
    await row.after?.();
    const other = await timed(() => row.theirs(turn));
    await row.after?.();
    if (turn < 0) continue;
    ours.push(own);
    theirs.push(other);
  }
  const { limits, id, name } = row;
  const limit = limits === undefined ? 'none' : `p50 < ${limits[0]}, p99 < ${limits[1]}`;
  const told = (times: number[]) =>
    `p50 ${quantile(times, 0.5).toFixed(1).padStart(6)}  p99 ${quantile(times, 0.99).toFixed(1).padStart(6)}`;
  console.log(`  ${id.padEnd(6)}${name.padEnd(40)}${told(ours)}   SDK ${told(theirs)}   limit ${limit}`);
}

async function readRows(): Promise<void> {
  const server = await startServer('emulator', String(entries));
  const { client, directory, stop } = await behind(server, new URL(server.ready.endpoint ?? '').port);
  const at = (path: string) => ({ share, path });
  for (const size of [4096, 1_000_000]) {
    const data = Buffer.alloc(size, 7);
    const path = `file-${size}`;
    await client.files.write({ ...at(path), data });
    const file = directory.getFileClient(path);
    const kib = `${size.toLocaleString('en')} bytes`;
    await measure({
      id: 'P-001',
      name: `read a file of ${kib}`,
      limits: [100, 500],
      ours: () => client.files.read(at(path)),
      theirs: () => file.downloadToBuffer(),
    });
    await measure({
      id: 'P-002',
      name: `write a file of ${kib}`,
      limits: [150, 750],
      ours: () => client.files.write({ ...at(path), data }),
      theirs: () => file.uploadData(data),
    });
  }
  await measure({
    id: 'P-003',
    name: `list a directory of ${entries}`,
    limits: [200, 1000],
    ours: async () => {
      let count = 0;
      for await (const _ of client.directories.listAll(at('many'))) count++;
      if (count !== entries) throw new Error(`${count} entries`);
    },
    theirs: async () => {
      let count = 0;
      const options = { includeTimestamps: true, includeEtag: true };
      for await (const _ of directory.getDirectoryClient('many').listFilesAndDirectories(options)) count++;
      if (count !== entries) throw new Error(`${count} entries`);
    },
  });
  const locked = directory.getFileClient('file-4096').getShareLeaseClient();
  let giveBack: () => Promise<unknown> = async () => {};
  await measure({
    id: 'P-004',
    name: 'acquire a lock (SDK: a bare lease)',
    limits: [50, 200],
    ours: async () => {
      const lease = await client.leases.acquire(at('file-1000000'));
      giveBack = () => client.leases.release(lease);
    },
    theirs: async () => {
      await locked.acquireLease(-1);
      giveBack = () => locked.releaseLease();
    },
    after: () => giveBack(),
  });
  await measure({
    id: '9.1',
    name: 'get metadata and properties',
    limits: [50, 200],
    ours: () => client.files.getProperties(at('file-4096')),
    theirs: () => directory.getFileClient('file-4096').getProperties(),
  });
  const many = 128;
  const together = (get: () => Promise<unknown>) => inParallel(many * 4, many, get);
  await measure({
    id: 'P-005',
    name: `${many} operations at a time, 4 each`,
    ours: () => together(() => client.files.getProperties(at('file-4096'))),
    theirs: () => together(() => directory.getFileClient('file-4096').getProperties()),
  });
  await stop();
}

async function streamRows(): Promise<void> {
  const size = 256 * mebibyte;
  const server = await startServer('bulk', String(size));
  const { client, directory, stop } = await behind(server, server.ready.port ?? '');
  const piece = Buffer.alloc(64 * 1024, 7);
  const source = () => Readable.from(Array.from({ length: size / piece.length }, () => piece));
  const drain = async (stream: AsyncIterable<unknown>) => {
    for await (const _ of stream);
  };
  const file = directory.getFileClient('f');
  const at = { share, path: 'f' };
  const ways = {
    'a stream up': [
      () => client.streaming.uploadStream({ ...at, totalSize: size }, source()),
      () => file.uploadStream(source(), size, 4 * mebibyte, 5),
    ],
    'a stream down': [
      async () => drain(await client.streaming.downloadStream(at)),
      async () => drain((await file.download()).readableStreamBody as AsyncIterable<unknown>),
    ],
  } as const;
  for (const [name, [ours, theirs]] of Object.entries(ways)) {
    const rates: [number[], number[]] = [[], []];
    for (let turn = 0; turn < 4; turn++) {
      const times = [await timed(ours), await timed(theirs)];
      if (turn > 0) for (const [who, ms] of times.entries()) rates[who]?.push(size / 1000 / ms);
    }
    const [own, other] = rates.map((each) => quantile(each, 0.5).toFixed(0).padStart(6));
    console.log(`  P-006 ${name.padEnd(40)}${own} MB/s   SDK ${other} MB/s   limit > 60 MB/s`);
  }
  await stop();
}

console.log(`\nOperations in milliseconds, ${calls} each, with ${roundTripMs} ms added to each round trip`);
await readRows();
await streamRows();
