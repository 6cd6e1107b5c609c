import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient, AzureStorageError, type Clock } from '../../src/files/index.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { patterned } from '../support/patterned.js';
import { WatchedController } from '../support/watched-signal.js';
import { CountingClock } from './counting-clock.js';
import { type Fault, FaultTransport } from './fault-transport.js';

export const rangeSize = 1024;
/** Three ranges, the last one shorter. */
export const data = patterned(2 * rangeSize + 300);
/** What the file has before. */
export const before = patterned(100, 5_000);

/** Everything that one cell works with. */
export interface Cell {
  readonly client: AzureFilesClient;
  /** Another client, without faults. */
  readonly judge: AzureFilesClient;
  readonly transport: FaultTransport;
  readonly clock: Clock & { readonly timerCount: number };
  readonly controller: WatchedController;
  readonly signal: AbortSignal;
  /** Of its own. */
  readonly directory: string;
  close(): Promise<void>;
}

export interface CellOptions {
  /** Time limit of an attempt, and of the wait for the next byte, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** @defaultValue that of the machine */
  readonly clock?: CountingClock | ManualClock | undefined;
}

/** One way to move a file. */
export interface Transfer {
  readonly name: string;
  readonly way: 'up' | 'down';
  readonly verifies?: true;
  /** What a failure leaves may be gone on with. */
  readonly resumes?: true;
  run(cell: Cell): Promise<Uint8Array>;
}

export async function newCell(
  directory: string,
  way: Transfer['way'],
  { timeoutMs, clock = new CountingClock() }: CellOptions,
): Promise<Cell> {
  const emulator = createEmulator({ shares: ['data'], ...(clock instanceof ManualClock && { clock }) });
  const { connectionString } = emulator;
  const transport = new FaultTransport(emulator.transport);
  const controller = new WatchedController();
  const options = {
    credentials: { type: 'connection_string', connectionString } as const,
    defaultShare: 'data',
    rangeSize,
    concurrency: 2,
  };
  const times = timeoutMs === undefined ? {} : { timeoutMs, idleTimeoutMs: timeoutMs };
  const retryConfig = { maxDelayMs: 1 };
  const client = new AzureFilesClient({ ...options, ...times, transport, clock, retryConfig }, {});
  const judge = new AzureFilesClient({ ...options, clock, transport: emulator.transport }, {});
  if (way === 'down') await judge.streaming.uploadStream({ path: 'a', checksum: 'md5' }, data);
  else await judge.files.write({ path: 'a', data: before });
  await writeFile(join(directory, 'source'), data);
  const { signal } = controller;
  return {
    client,
    judge,
    transport,
    clock,
    controller,
    signal,
    directory,
    async close() {
      await client.close();
      await judge.close();
      await emulator.close();
    },
  };
}

/** What became of a cell. */
export type Outcome = { readonly done: Uint8Array } | { readonly error: unknown };

export interface Hit {
  readonly fault: Fault;
  readonly hits: (count: number) => boolean;
  readonly concerns: (request: { method: string; target: string }) => boolean;
}

/** Runs a transfer under a fault; a transfer that does not end is told to. */
export async function runCell(cell: Cell, transfer: Transfer, hit: Hit): Promise<Outcome> {
  const { transport } = cell;
  transport.fault = hit.fault;
  transport.hits = hit.hits;
  transport.concerns = hit.concerns;
  try {
    return { done: await transfer.run(cell) };
  } catch (error) {
    return { error };
  } finally {
    transport.concerns = () => false;
  }
}

export function isTyped(error: unknown): error is AzureStorageError {
  return error instanceof AzureStorageError;
}

/** Everything that is still open or lies about, as texts. */
export async function leftovers(cell: Cell): Promise<string[]> {
  // Bodies that were given up end in their own time.
  for (let turn = 0; turn < 20 && (cell.transport.openBodies > 0 || cell.clock.timerCount > 0); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const left: string[] = [];
  if (cell.transport.openBodies > 0) left.push(`${cell.transport.openBodies} bodies`);
  if (cell.clock.timerCount > 0) left.push(`${cell.clock.timerCount} timers`);
  if (cell.controller.listeners > 0) left.push(`${cell.controller.listeners} listeners`);
  return [...left, ...(await openFiles(cell.directory)), ...(await temporaryFiles(cell.directory))];
}

/** Temporary files on the share. */
export async function sharedTemporaryFiles({ judge }: Cell): Promise<string[]> {
  const { entries } = await judge.directories.list({});
  return entries.map(({ name }) => name).filter((name) => name.endsWith('.tmp'));
}

async function temporaryFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.tmp'));
}

/** Files of a directory that this process has open, where the system tells. */
async function openFiles(directory: string): Promise<string[]> {
  const numbers = await readdir('/proc/self/fd').catch(() => []);
  const links = await Promise.all(numbers.map((each) => readlink(`/proc/self/fd/${each}`).catch(() => '')));
  return links.filter((link) => link.startsWith(directory)).map((link) => `${link} is open`);
}

export async function sharedContent({ judge }: Cell): Promise<Uint8Array> {
  return new Uint8Array((await judge.files.read({ path: 'a' })).data);
}

export async function localContent({ directory }: Cell): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(directory, 'copy')));
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += 700) yield data.slice(at, at + 700);
}

type UploadStream = Parameters<AzureFilesClient['streaming']['uploadStream']>[0];
type UploadFile = Parameters<AzureFilesClient['streaming']['uploadFrom']>[0];
type DownloadStream = Parameters<AzureFilesClient['streaming']['downloadStream']>[0];
type DownloadFile = Parameters<AzureFilesClient['streaming']['downloadTo']>[0];

function up(options: Partial<UploadStream>): Transfer['run'] {
  return async (cell) => {
    await cell.client.streaming.uploadStream({ path: 'a', signal: cell.signal, ...options }, pieces());
    return sharedContent(cell);
  };
}

function from(options: Partial<UploadFile>, resume = false): Transfer['run'] {
  return async (cell) => {
    const { directory, signal } = cell;
    const request = { path: 'a', signal, ...options, ...(resume && { resume: join(directory, 'notes') }) };
    await cell.client.streaming.uploadFrom(request, join(directory, 'source'));
    return sharedContent(cell);
  };
}

function stream(options: Partial<DownloadStream>): Transfer['run'] {
  return async ({ client, signal }) =>
    collect(await client.streaming.downloadStream({ path: 'a', signal, ...options }));
}

function to(options: Partial<DownloadFile>, resume = false): Transfer['run'] {
  return async (cell) => {
    const { directory, signal } = cell;
    const request = { path: 'a', signal, ...options, ...(resume && { resume: join(directory, 'notes') }) };
    await cell.client.streaming.downloadTo(request, join(directory, 'copy'));
    return localContent(cell);
  };
}

const md5 = { checksum: 'md5' } as const;
const range = { start: 0, end: data.length };

export const transfers: readonly Transfer[] = [
  { name: 'a stream of known length', way: 'up', run: up({ totalSize: data.length }) },
  { name: 'a stream of unknown length, as a whole', way: 'up', run: up({ atomic: true }) },
  { name: 'a stream that is compared', way: 'up', verifies: true, run: up({ ...md5, atomic: true }) },
  { name: 'a local file', way: 'up', run: from({}) },
  { name: 'a local file that is resumed', way: 'up', resumes: true, run: from({}, true) },
  { name: 'to a file', way: 'down', run: to({}) },
  { name: 'to a file, compared', way: 'down', verifies: true, run: to(md5) },
  { name: 'to a file, resumed', way: 'down', resumes: true, run: to({}, true) },
  { name: 'as a stream by one request', way: 'down', run: stream({}) },
  { name: 'as a stream of ranges', way: 'down', run: stream({ concurrency: 2 }) },
  { name: 'as a stream, compared', way: 'down', verifies: true, run: stream(md5) },
  {
    name: 'to memory',
    way: 'down',
    run: ({ client, signal }) => client.streaming.downloadRange({ path: 'a', signal, ...range }),
  },
  {
    name: 'to memory, compared',
    way: 'down',
    verifies: true,
    run: ({ client, signal }) => client.streaming.downloadRange({ path: 'a', signal, ...range, ...md5 }),
  },
];
