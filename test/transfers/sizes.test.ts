import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEmulator } from '../../src/emulator/index.js';
import { VersionedFile } from '../../src/files/content/versioned-file.js';
import type { FilesContext } from '../../src/files/context.js';
import { locateFile } from '../../src/files/context.js';
import { AzureFilesClient } from '../../src/files/index.js';
import { DownloadRun } from '../../src/files/transfers/download.js';
import { UploadRun } from '../../src/files/transfers/upload-run.js';
import { FileSink } from '../../src/transfer/file-sink.js';
import type { TransferProgress } from '../../src/transfer/progress.js';
import { RangeSet } from '../../src/transfer/range-set.js';
import { resolveTransfer } from '../../src/transfer/settings.js';
import type { Source } from '../../src/transfer/source.js';
import { patterned } from '../support/patterned.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { contextOf } from './context-of.js';

const mebibyte = 1024 * 1024;
const range = 4 * mebibyte;

function setUp(): { client: AzureFilesClient; context: FilesContext } {
  const emulator = createEmulator({ shares: ['data'] });
  const { connectionString, transport } = emulator;
  const credentials = { type: 'connection_string', connectionString } as const;
  const options = { credentials, transport, defaultShare: 'data' };
  const client = new AzureFilesClient(options, {});
  onTestFinished(async () => {
    await client.close();
    await emulator.close();
  });
  return { client, context: contextOf(options) };
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe('a file', () => {
  it.each([0, 1, 511, 512, range - 1, range, range + 1])(
    'of %i bytes comes back as it went',
    async (size) => {
      const { client } = setUp();
      const directory = await temporaryDirectory();
      const data = patterned(size);
      const local = join(directory, 'local');
      await writeFile(local, data);
      const { streaming } = client;
      await streaming.uploadFrom({ path: 'a' }, local);
      await streaming.uploadStream({ path: 'b' }, new Blob([data.slice()]).stream());
      for (const path of ['a', 'b']) {
        await streaming.downloadTo({ path }, join(directory, path));
        expect(same(await readFile(join(directory, path)), data)).toBe(true);
        expect(same(await collect(await streaming.downloadStream({ path })), data)).toBe(true);
        expect(same(await collect(await streaming.downloadStream({ path, concurrency: 2 })), data)).toBe(
          true,
        );
        if (size > 0)
          expect(same(await streaming.downloadRange({ path, start: 0, end: size }), data)).toBe(true);
      }
    },
  );
});

/** Bytes that nobody holds: each is made when it is asked for. */
function endlessSource(size: number): Source {
  return {
    size,
    inMemory: true,
    slice: async ({ start, end }) => patterned(end - start, start),
    verify: async () => {},
    close: async () => {},
  };
}

/** Where numbers of bytes stop to fit into 31 and 32 bits, and both ends. */
function edgesOf(size: number): { start: number; end: number }[] {
  return [0, 2 ** 31 - 100, 2 ** 32 - 100, size - 200]
    .map((start) => ({ start, end: Math.min(size, start + 200) }))
    .filter(({ start, end }) => start < end);
}

/** Everything between the edges counts as moved already: so large a file takes no more time than a small one. */
function betweenEdges(size: number): RangeSet {
  return new RangeSet(new RangeSet(edgesOf(size)).gaps({ start: 0, end: size }));
}

describe('a file of more bytes than 31 or 32 bits can count', () => {
  it.each([2 ** 31, 2 ** 32 + 1])('of %i bytes goes and comes back', async (size) => {
    const { client, context } = setUp();
    const seen: TransferProgress[] = [];
    const onProgress = (progress: TransferProgress) => seen.push(progress);
    const settings = resolveTransfer({ onProgress }, context.pipeline.options);
    await client.files.create({ path: 'a', size });
    const job = {
      source: endlessSource(size),
      settings,
      call: {},
      httpHeaders: {},
      done: betweenEdges(size),
    };
    const at = locateFile(context, 'data', 'a');
    expect((await new UploadRun(context, at, job).run()).size).toBe(size);
    expect(seen.at(-1)).toMatchObject({ loadedBytes: size, totalBytes: size, remainingMs: 0 });
    for (const { start, end } of edgesOf(size)) {
      const expected = patterned(end - start, start);
      expect(same(await client.streaming.downloadRange({ path: 'a', start, end }), expected)).toBe(true);
      const stream = await client.streaming.downloadStream({ path: 'a', range: { start, end } });
      expect(same(await collect(stream), expected)).toBe(true);
    }
    expect((await client.files.listRanges({ path: 'a' })).size).toBe(size);

    const target = join(await temporaryDirectory(), 'copy');
    const id = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';
    const sink = await FileSink.create(target, { id, overwrite: true });
    const file = new VersionedFile(context, { path: 'a' }, settings);
    seen.length = 0;
    await new DownloadRun(file, { sink, settings, signal: undefined }).rest(
      await file.look(undefined),
      betweenEdges(size),
    );
    await sink.commit();
    expect(seen.at(-1)).toMatchObject({ loadedBytes: size, totalBytes: size });
    expect((await stat(target)).size).toBe(size);
    const handle = await open(target);
    for (const { start, end } of edgesOf(size)) {
      const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
      expect(same(buffer, patterned(end - start, start))).toBe(true);
    }
    await handle.close();
  });

  it('grows so long from a stream whose length nobody knows', async () => {
    const { client, context } = setUp();
    const settings = resolveTransfer({}, context.pipeline.options);
    const size = 2 ** 32 + 1;
    await client.files.create({ path: 'a', size: 0 });
    // Ends where the slices of a source end; what is in between counts as moved.
    const source: Source = {
      ...endlessSource(size),
      size: undefined,
      slice: async ({ start, end }) => patterned(Math.max(0, Math.min(end, size) - start), start),
    };
    const job = { source, settings, call: {}, httpHeaders: {}, done: betweenEdges(size) };
    const written = await new UploadRun(context, locateFile(context, 'data', 'a'), job).run();
    expect(written.size).toBe(size);
    expect((await client.files.getProperties({ path: 'a' })).size).toBe(size);
    const tail = await client.streaming.downloadRange({ path: 'a', start: size - 200, end: size + 9 });
    expect(same(tail, patterned(200, size - 200))).toBe(true);
  });
});
