// The main job, on real files: starts the emulator, moves a directory tree and a large file to a share, works with them
// there, brings them back and compares. Then processes count together under a lock, of which one is killed. Ends with 0 when
// everything is as it should be.
//
//   npm run demo               a large file of 256 MiB, and the lock: about half a minute
//   npm run demo -- 16         one of 16 MiB
//   npm run demo -- 16 files   without the lock, in a few seconds
import { fork } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from 'azstore/emulator';
import { AzureFilesClient, type TransferProgress } from 'azstore/files';

const mebibyte = 1024 * 1024;
const largeName = 'measurements.bin';

/** What a run has at hand. */
interface Demo {
  readonly client: AzureFilesClient;
  /** A temporary directory. */
  readonly local: string;
  readonly largeBytes: number;
  readonly signal: AbortSignal;
}

async function main(largeMebibytes: number, signal: AbortSignal): Promise<void> {
  const local = await mkdtemp(join(tmpdir(), 'azstore-demo-'));
  try {
    await using emulator = await startEmulator({ filesPort: 0, blobsPort: 0, shares: ['demo'] });
    await using client = AzureFilesClient.builder()
      .connectionString(emulator.connectionString)
      .defaultShare('demo')
      .build();
    say(`emulator of Azure Files at ${emulator.filesEndpoint}`);
    await run({ client, local, largeBytes: largeMebibytes * mebibyte, signal });
  } finally {
    await rm(local, { recursive: true, force: true });
  }
}

async function run(demo: Demo): Promise<void> {
  const { client, local } = demo;
  const [names, checksum] = await timed('made local files', demo.largeBytes, () =>
    Promise.all([makeTree(join(local, 'tree')), makeLargeFile(join(local, largeName), demo.largeBytes)]),
  );
  await timed(`uploaded a tree of ${names.length} files`, 0, () => uploadTree(demo, names));
  await timed('uploaded the large file', demo.largeBytes, () => uploadLarge(demo));
  await listTree(demo, names.length + 1);
  await readRange(demo);

  await client.directories.rename({ path: 'tree', newPath: 'archive' });
  await client.files.rename({ path: largeName, newPath: `archive/${largeName}` });
  say('renamed the directory, and the large file into it');
  await timed('copied the large file inside the service', 0, () => copyLarge(demo));

  await timed('downloaded the copy', demo.largeBytes, () => downloadLarge(demo));
  await timed(`downloaded the tree of ${names.length} files`, 0, () => downloadTree(demo, names));
  await compare(demo, names, checksum);

  const report = await client.directories.deleteRecursive({ path: 'archive' });
  say(`deleted ${report.filesDeleted} files and ${report.directoriesDeleted} directories`);
}

/** Small files with names of all sorts, one of them empty. Gives their paths, with slashes. */
async function makeTree(directory: string): Promise<string[]> {
  const names = [
    'empty.txt',
    'notes/grüße 日本.txt',
    'notes/100% + #1.txt',
    'notes/deep/er/and/deeper/end.txt',
  ];
  for (let i = 0; i < 60; i += 1) names.push(`tables/part-${i % 6}/${String(i).padStart(4, '0')}.csv`);
  for (const [index, name] of names.entries()) {
    const path = join(directory, ...name.split('/'));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'line of a table\n'.repeat(index * 40));
  }
  return names;
}

/** Bytes that look like chance and are the same on every run, made piece by piece. Gives their SHA-256. */
async function makeLargeFile(path: string, size: number): Promise<string> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'azstore'), Buffer.alloc(16));
  const zeros = Buffer.alloc(mebibyte);
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < size; at += zeros.length) {
      const piece = cipher.update(zeros);
      hash.update(piece);
      await file.write(piece);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function uploadTree({ client, local, signal }: Demo, names: readonly string[]): Promise<void> {
  const directories = new Set(names.map((name) => dirname(`tree/${name}`)));
  for (const path of directories) await client.directories.ensure({ path, signal });
  await eightAtATime(names, (name) =>
    client.streaming.uploadFrom({ path: `tree/${name}`, atomic: true, signal }, join(local, 'tree', name)),
  );
}

async function uploadLarge({ client, local, signal }: Demo): Promise<void> {
  const request = { path: largeName, atomic: true, onProgress: showProgress('uploading'), signal };
  await client.streaming.uploadFrom(request, join(local, largeName));
}

async function listTree({ client, largeBytes }: Demo, expected: number): Promise<void> {
  let files = 0;
  for await (const entry of client.directories.walk()) {
    if (entry.type === 'file') files += 1;
    if (entry.path === largeName) same('size in the listing', entry.size, largeBytes);
  }
  same('files in the listing', files, expected);
  say(`listed ${files} files, ${(await client.shares.getStatistics()).usageBytes} bytes in use`);
}

async function readRange({ client, local, largeBytes }: Demo): Promise<void> {
  const start = Math.floor(largeBytes / 3);
  const length = Math.min(100_000, largeBytes - start);
  const bytes = await client.streaming.downloadRange({ path: largeName, start, end: start + length });
  const file = await open(join(local, largeName));
  const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: start });
  await file.close();
  same('the range that was read', Buffer.compare(buffer, bytes), 0);
  say(`read ${length} bytes at ${start}, the same as in the local file`);
}

async function copyLarge({ client, signal }: Demo): Promise<void> {
  const destPath = 'archive/copy.bin';
  const started = await client.files.copy({ sourcePath: `archive/${largeName}`, destPath, signal });
  const { status } = await client.files.waitForCopy({ path: destPath, copyId: started.copyId, signal });
  same('status of the copy', status, 'success');
}

async function downloadLarge({ client, local, signal }: Demo): Promise<void> {
  const request = { path: 'archive/copy.bin', onProgress: showProgress('downloading'), signal };
  await client.streaming.downloadTo(request, join(local, 'copy.bin'));
}

async function downloadTree({ client, local, signal }: Demo, names: readonly string[]): Promise<void> {
  await eightAtATime(names, async (name) => {
    const target = join(local, 'back', ...name.split('/'));
    await mkdir(dirname(target), { recursive: true });
    await client.streaming.downloadTo({ path: `archive/${name}`, signal }, target);
  });
}

async function compare({ local }: Demo, names: readonly string[], checksum: string): Promise<void> {
  same('SHA-256 of the large file', await sha256(join(local, 'copy.bin')), checksum);
  const back = await readdir(join(local, 'back'), { recursive: true, withFileTypes: true });
  same('files that came back', back.filter((entry) => entry.isFile()).length, names.length);
  for (const name of names) {
    const [sent, came] = await Promise.all(['tree', 'back'].map((side) => sha256(join(local, side, name))));
    same(`SHA-256 of ${name.replaceAll('/', sep)}`, came, sent);
  }
  say(
    `all ${names.length + 1} checksums (SHA-256) are the same as before; large file ${checksum.slice(0, 16)}...`,
  );
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: mebibyte })) hash.update(chunk);
  return hash.digest('hex');
}

/** The example beside this one: processes of their own, as they would be on machines of their own. */
async function countUnderLock(): Promise<void> {
  const self = fileURLToPath(import.meta.url);
  const child = fork(join(dirname(self), `locked-counter${extname(self)}`));
  const [code] = await once(child, 'exit');
  same('exit code of the locked counter', code, 0);
}

async function eightAtATime<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

/** A line that is written over on a terminal; elsewhere a line for each quarter. */
function showProgress(what: string): (progress: TransferProgress) => void {
  let quarter = 0;
  return ({ loadedBytes, totalBytes = 0 }) => {
    const percent = Math.floor((loadedBytes / totalBytes) * 100);
    if (process.stdout.isTTY)
      process.stdout.write(`\r  ${what}: ${percent} % ${percent === 100 ? '\n' : ''}`);
    else if (percent >= (quarter + 1) * 25) console.log(`  ${what}: ${percent} %`);
    quarter = Math.floor(percent / 25);
  };
}

async function timed<T>(what: string, bytes: number, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  const rate = bytes === 0 ? '' : `, ${(bytes / mebibyte / seconds).toFixed(0)} MiB/s`;
  say(`${what} in ${seconds.toFixed(2)} s${rate}`);
  return result;
}

function same<T>(what: string, actual: T, expected: T): void {
  if (actual !== expected) throw new Error(`${what} is ${String(actual)}, not ${String(expected)}`);
}

function say(text: string): void {
  console.log(text);
}

const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort(new Error('interrupted')));
const start = performance.now();
try {
  const size = Number(process.argv[2] ?? 256);
  if (!Number.isInteger(size) || size < 1) throw new Error('the size must be a whole number of MiB');
  await main(size, interruption.signal);
  if (process.argv[3] !== 'files') await countUnderLock();
  say(`done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
} catch (error) {
  console.error(`demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
