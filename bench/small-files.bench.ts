// 10,000 files of 4 KiB in 100 directories, up to the emulator and down again: what it costs the client, and how long it takes.
// Beside it the official SDK, at the concurrency that suits it best, and a loop over node:http that signs by hand. All of
// them read and write local files, and keep the time of the last write. The SDK and the loop know what there is; azstore lists.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ShareServiceClient } from '@azure/storage-file-share';
import { AzureFilesClient } from 'azstore/files';
import { getBare, makeBare, putBare } from './support/bare-files.js';
import { startServer } from './support/child.js';
import { compareIsolated, serveContender } from './support/isolated.js';
import { inParallel, print } from './support/measure.js';

const fileBytes = 4096;
const filesEach = 100;
const units = Number(process.env.BENCH_FILES ?? '10000');
const share = 'bench';
const connectionString = process.env.BENCH_CONNECTION ?? '';
const sourceTop = process.env.BENCH_SOURCE ?? '';
const place = { share, port: Number(process.env.BENCH_PORT) };
const names = Array.from({ length: units }, (_, index) => ({
  directory: `d${String(Math.floor(index / filesEach)).padStart(3, '0')}`,
  name: `file-${String(index).padStart(6, '0')}.dat`,
}));
const directories = [...new Set(names.map(({ directory }) => directory))];

let round = 0;
/** A place that nobody has used. */
let target = '';

async function clean(client: AzureFilesClient): Promise<void> {
  if (target !== '') await client.directories.deleteRecursive({ share, path: target });
  target = `r${process.pid}-${round++}`;
}

function ours(): AzureFilesClient {
  return AzureFilesClient.builder().connectionString(connectionString).build();
}

interface Way {
  /** What is not measured. */
  prepare(): Promise<void>;
  run(count: number): Promise<void>;
}

function uploading(run: (target: string, count: number) => Promise<void>): () => Way {
  return () => {
    const client = ours();
    return { prepare: () => clean(client), run: (count) => run(target, count) };
  };
}

async function withLocalTarget(): Promise<void> {
  if (target !== '') await rm(target, { recursive: true });
  target = await mkdtemp(join(tmpdir(), 'azstore-bench-'));
  process.on('exit', () => void rm(target, { recursive: true, force: true }));
}

function downloading(run: (target: string, count: number) => Promise<void>): () => Way {
  return () => ({ prepare: withLocalTarget, run: (count) => run(target, count) });
}

const uploadOurs = (concurrency: number) => {
  const client = ours();
  return uploading(async (path) => {
    await client.streaming.uploadDirectory({ share, path, concurrency }, sourceTop);
  });
};

const theirs = () => ShareServiceClient.fromConnectionString(connectionString).getShareClient(share);

const uploadTheirs = (concurrency: number) =>
  uploading(async (path, count) => {
    const top = theirs().getDirectoryClient(path);
    await top.create();
    for (const directory of directories) await top.getDirectoryClient(directory).create();
    await inParallel(count, concurrency, async (index) => {
      const { directory, name } = names[index] ?? { directory: '', name: '' };
      const local = join(sourceTop, directory, name);
      const { mtime } = await stat(local);
      const data = await readFile(local);
      const file = top.getDirectoryClient(directory).getFileClient(name);
      await file.create(data.length, { lastWriteTime: mtime });
      await file.uploadRange(data, 0, data.length, { fileLastWrittenMode: 'Preserve' });
    });
  });

const uploadBare = (concurrency: number) =>
  uploading(async (path, count) => {
    await makeBare(place, path);
    for (const directory of directories) await makeBare(place, `${path}/${directory}`);
    await inParallel(count, concurrency, async (index) => {
      const { directory, name } = names[index] ?? { directory: '', name: '' };
      const local = join(sourceTop, directory, name);
      const { mtime } = await stat(local);
      await putBare(place, `${path}/${directory}/${name}`, { data: await readFile(local), modified: mtime });
    });
  });

const downloadOurs = (concurrency: number) => {
  const client = ours();
  return downloading(async (local) => {
    await client.streaming.downloadDirectory({ share, path: 'source', concurrency }, local);
  });
};

async function makeLocalDirectories(local: string): Promise<void> {
  for (const directory of directories) await mkdir(join(local, directory));
}

const downloadTheirs = (concurrency: number) =>
  downloading(async (local, count) => {
    await makeLocalDirectories(local);
    const top = theirs().getDirectoryClient('source');
    await inParallel(count, concurrency, async (index) => {
      const { directory, name } = names[index] ?? { directory: '', name: '' };
      const answer = await top
        .getDirectoryClient(directory)
        .getFileClient(name)
        .downloadToFile(join(local, directory, name));
      const time = answer.fileLastWriteOn ?? new Date(0);
      await utimes(join(local, directory, name), time, time);
    });
  });

const downloadBare = (concurrency: number) =>
  downloading(async (local, count) => {
    await makeLocalDirectories(local);
    await inParallel(count, concurrency, async (index) => {
      const { directory, name } = names[index] ?? { directory: '', name: '' };
      const path = join(local, directory, name);
      await writeFile(path, await getBare(place, `source/${directory}/${name}`));
      await utimes(path, 0, 0);
    });
  });

const concurrencies = [8, 16, 32];
const uploads: Readonly<Record<string, () => Way>> = {
  'up: bare node:http, 16': () => uploadBare(16)(),
  ...Object.fromEntries([8, 16].map((n) => [`up: azstore, ${n}`, () => uploadOurs(n)()])),
  ...Object.fromEntries(concurrencies.map((n) => [`up: official SDK, ${n}`, () => uploadTheirs(n)()])),
};
const downloads: Readonly<Record<string, () => Way>> = {
  'down: bare node:http, 16': () => downloadBare(16)(),
  ...Object.fromEntries([8, 16].map((n) => [`down: azstore, ${n}`, () => downloadOurs(n)()])),
  ...Object.fromEntries(concurrencies.map((n) => [`down: official SDK, ${n}`, () => downloadTheirs(n)()])),
};

async function makeSource(): Promise<string> {
  const top = await mkdtemp(join(tmpdir(), 'azstore-bench-source-'));
  for (const directory of directories) await mkdir(join(top, directory));
  for (const { directory, name } of names) {
    await writeFile(join(top, directory, name), Buffer.alloc(fileBytes, name));
  }
  return top;
}

const asked = { ...uploads, ...downloads }[process.argv[2] ?? ''];
if (asked !== undefined) {
  const way = asked();
  serveContender(
    (count) => way.run(count),
    () => way.prepare(),
  );
} else {
  const server = await startServer('emulator');
  const source = await makeSource();
  const connection = server.ready.connectionString ?? '';
  const client = AzureFilesClient.builder().connectionString(connection).build();
  await client.streaming.uploadDirectory({ share, path: 'source' }, source);
  await client.close();
  const port = new URL(server.ready.endpoint ?? '').port;
  const env = {
    BENCH_CONNECTION: connection,
    BENCH_SOURCE: source,
    BENCH_PORT: port,
    BENCH_FILES: String(units),
  };
  const rounds = { warmUpUnits: units, units, rounds: Number(process.env.BENCH_ROUNDS ?? '3'), env };
  const file = fileURLToPath(import.meta.url);
  try {
    const title = `${units} files of ${fileBytes} bytes, a process each`;
    print(`${title}: upload`, 'files', await compareIsolated(file, Object.keys(uploads), rounds));
    print(`${title}: download`, 'files', await compareIsolated(file, Object.keys(downloads), rounds));
    console.log(`(${(await readdir(source)).length} directories)`);
  } finally {
    await rm(source, { recursive: true });
    await server.stop();
  }
}
