import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ClientOptions } from '../../../src/core/options.js';
import { resolveClientOptions } from '../../../src/core/options.js';
import { createPipeline } from '../../../src/core/pipeline.js';
import { createEmulator } from '../../../src/emulator/index.js';
import { createFileService } from '../../../src/files/content/files.js';
import type { FilesContext } from '../../../src/files/context.js';
import { createDirectoryService } from '../../../src/files/directories/directories.js';
import { mapFailure } from '../../../src/files/failure.js';
import { createLeaseService } from '../../../src/files/locks/leases.js';
import { createStreamingService } from '../../../src/files/transfers/streaming.js';
import { InterceptedTransport, type Interceptor } from '../../support/intercepted-transport.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

export const rangeSize = 1024;
export const share = 'data';
/** Around the limits of a range. */
export const sizes = [0, 1, rangeSize - 1, rangeSize, rangeSize + 1, 10 * rangeSize + 17];

/** Services with small ranges, so that a few kilobytes are many of them. */
export function setUp(options: ClientOptions = {}) {
  const { clock } = options;
  const emulator = createEmulator({ shares: [share], ...(clock && { clock }) });
  onTestFinished(() => emulator.close());
  const transport = new InterceptedTransport(emulator.transport);
  const { connectionString } = emulator;
  const resolved = resolveClientOptions(
    'file',
    {
      transport,
      rangeSize,
      concurrency: 3,
      credentials: { type: 'connection_string', connectionString },
      retryConfig: { maxAttempts: 2, maxDelayMs: 1 },
      ...options,
    },
    {},
  );
  const context: FilesContext = {
    pipeline: createPipeline(resolved, { name: 'azure_files', mapFailure }),
    defaultShare: share,
  };
  return {
    emulator,
    transport,
    files: createFileService(context),
    directories: createDirectoryService(context),
    leases: createLeaseService(context),
    streaming: createStreamingService(context),
  };
}

export type Setting = ReturnType<typeof setUp>;

export async function contentOf({ files }: Setting, path: string): Promise<Uint8Array> {
  return new Uint8Array((await files.read({ path })).data);
}

export async function namesIn({ directories }: Setting, path = ''): Promise<string[]> {
  return (await directories.list({ path })).entries.map(({ name }) => name);
}

export async function localFile(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryDirectory(), 'local.bin');
  await writeFile(path, bytes);
  return path;
}

export async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

export function streamOf(bytes: Uint8Array, chunk = 700): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + chunk));
      at += chunk;
    },
  });
}

export type Picked = Parameters<Interceptor>[0];

export function isRangeWrite(request: { method: string; target: string }): boolean {
  return request.method === 'PUT' && request.target.includes('comp=range');
}

export function isRead(request: { method: string; target: string }): boolean {
  return request.method === 'GET' && !request.target.includes('comp=');
}

/** Lets the nth request that `which` picks go through `act` instead. */
export function onNth(nth: number, which: (request: Picked) => boolean, act: Interceptor): Interceptor {
  let count = 0;
  return (request, next, call) => {
    if (!which(request)) return next();
    count += 1;
    return count === nth ? act(request, next, call) : next();
  };
}
