// What a process holds while a stream of 1 GiB passes through it, over time: heap, memory outside of it, resident memory, all
// above the idle process; and what was taken from the stream and not yet acknowledged. From a server that keeps nothing to
// the same, in a process each: up, down, and from one share to the other. BENCH_MIB sets the size (1024).
import { fork } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ShareServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-share';
import { AzureFilesClient } from 'azstore/files';
import { startServer } from './support/child.js';

const mebibyte = 1024 * 1024;
const account = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const size = Number(process.env.BENCH_MIB ?? 1024) * mebibyte;
const endpoint = `http://127.0.0.1:${process.env.BENCH_PORT}/${account}`;
const at = { share: 'share', path: 'file' };

/** Bytes that were taken from the source. */
let taken = 0;
let acknowledged = 0;

/** The same memory again and again: what is measured is not the source's. */
function* pieces(): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024, 7);
  for (; taken < size; taken += piece.length) yield piece;
}

async function* counted(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) {
    taken += piece.length;
    yield piece;
  }
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of stream) {
    taken += piece.length;
    acknowledged += piece.length;
  }
}

function ours() {
  const credentials = { type: 'shared_key', key } as const;
  const { streaming } = new AzureFilesClient({ accountName: account, credentials, endpoint });
  const onProgress = ({ loadedBytes }: { loadedBytes: number }) => {
    acknowledged = loadedBytes;
  };
  const to = { ...at, totalSize: size, onProgress };
  return { streaming, to };
}

function theirs() {
  const service = new ShareServiceClient(endpoint, new StorageSharedKeyCredential(account, key));
  const file = service.getShareClient('share').rootDirectoryClient.getFileClient('file');
  const onProgress = ({ loadedBytes }: { loadedBytes: number }) => {
    acknowledged = loadedBytes;
  };
  const up = (stream: Readable) => file.uploadStream(stream, size, 4 * mebibyte, 5, { onProgress });
  const down = async () => (await file.download()).readableStreamBody as AsyncIterable<Buffer>;
  return { up, down };
}

const ways: Readonly<Record<string, () => Promise<unknown>>> = {
  'up, azstore': () => ours().streaming.uploadStream(ours().to, Readable.from(pieces())),
  'up, official SDK': () => theirs().up(Readable.from(pieces())),
  'down, azstore': async () => drain(await ours().streaming.downloadStream(at)),
  'down, official SDK': async () => drain(await theirs().down()),
  'through, azstore': async () => {
    const { streaming, to } = ours();
    await streaming.uploadStream(to, counted(await streaming.downloadStream(at)));
  },
  'through, official SDK': async () => {
    const { up, down } = theirs();
    await up(Readable.from(counted(await down()), { objectMode: false }));
  },
};

async function measure(work: () => Promise<unknown>): Promise<void> {
  process.setSourceMapsEnabled(false);
  globalThis.gc?.();
  const idle = process.memoryUsage();
  const rows: number[][] = [];
  const sampling = setInterval(() => {
    const { heapUsed, external, rss } = process.memoryUsage();
    rows.push([heapUsed - idle.heapUsed, external - idle.external, rss - idle.rss, taken - acknowledged]);
  }, 20);
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  clearInterval(sampling);
  const mib = (bytes: number | undefined) => ((bytes ?? 0) / mebibyte).toFixed(1).padStart(7);
  console.log(
    `  ${(size / 1e6 / seconds).toFixed(0)} MB/s; MiB of heap, external, resident, held at tenths of the time:`,
  );
  const most = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column] ?? 0)));
  for (let tenth = 1; tenth <= 10; tenth++) {
    console.log(`    ${rows[Math.floor((rows.length * tenth) / 10) - 1]?.map(mib).join('')}`);
  }
  console.log(`    ${most.map(mib).join('')}  at most`);
}

const asked = ways[process.argv[2] ?? ''];
if (asked !== undefined) {
  await measure(asked);
  process.exit();
} else {
  const server = await startServer('bulk', String(size));
  for (const name of Object.keys(ways)) {
    console.log(`\nMemory, ${size / mebibyte} MiB ${name}`);
    const env = { ...process.env, BENCH_PORT: server.ready.port ?? '' };
    const child = fork(fileURLToPath(import.meta.url), [name], {
      env,
      execArgv: ['--expose-gc', '--import', 'tsx'],
    });
    await new Promise((resolve) => child.once('exit', resolve));
  }
  await server.stop();
}
