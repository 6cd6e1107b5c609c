import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NetworkError } from '../../../src/core/errors.js';
import type { TransferProgress } from '../../../src/transfer/progress.js';
import { patterned } from '../../support/patterned.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { WatchedController } from '../../support/watched-signal.js';
import {
  collect,
  contentOf,
  isRangeWrite,
  localFile,
  namesIn,
  onNth,
  rangeSize,
  setUp,
  share,
  sizes,
  streamOf,
} from './streaming-setting.js';

describe('uploadStream', () => {
  it.each(sizes)('stores a stream of %i bytes', async (size) => {
    const setting = setUp();
    const info = await setting.streaming.uploadStream(
      { path: 'a.bin', totalSize: size, contentType: 'text/plain', metadata: { kind: 'test' } },
      streamOf(patterned(size)),
    );
    expect(await contentOf(setting, 'a.bin')).toEqual(patterned(size));
    const { etag, lastModified, contentType, metadata } = await setting.files.getProperties({
      path: 'a.bin',
    });
    expect(info).toMatchObject({ share, path: 'a.bin', size, etag, lastModified, contentType, metadata });
  });

  it('stores a Node stream', async () => {
    const setting = setUp();
    await setting.streaming.uploadStream(
      { path: 'a', totalSize: 5_000 },
      Readable.from([Buffer.from(patterned(5_000))]),
    );
    expect(await contentOf(setting, 'a')).toEqual(patterned(5_000));
  });

  it('reports acknowledged bytes that never go back and end at the total', async () => {
    const setting = setUp();
    const seen: TransferProgress[] = [];
    const totalSize = 5 * rangeSize + 3;
    await setting.streaming.uploadStream(
      { path: 'a', totalSize, onProgress: (progress) => seen.push(progress) },
      streamOf(patterned(totalSize)),
    );
    const loaded = seen.map(({ loadedBytes }) => loadedBytes);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    expect(loaded).toHaveLength(6);
    expect(seen.at(-1)).toMatchObject({ loadedBytes: totalSize, totalBytes: totalSize, remainingMs: 0 });
  });

  it('reports an empty file once', async () => {
    const setting = setUp();
    const seen: TransferProgress[] = [];
    await setting.streaming.uploadStream(
      { path: 'a', totalSize: 0, onProgress: (progress) => seen.push(progress) },
      streamOf(new Uint8Array(0)),
    );
    expect(seen).toMatchObject([{ loadedBytes: 0, totalBytes: 0, remainingMs: 0 }]);
  });

  it('holds no more than its ranges under way, however fast the stream is', async () => {
    const setting = setUp();
    const total = 50 * rangeSize;
    let given = 0;
    let acknowledged = 0;
    let ahead = 0;
    async function* endless() {
      for (; given < total; given += rangeSize) {
        ahead = Math.max(ahead, given + rangeSize - acknowledged);
        yield patterned(rangeSize, given);
      }
    }
    const onProgress = ({ loadedBytes }: TransferProgress) => {
      acknowledged = loadedBytes;
    };
    await setting.streaming.uploadStream(
      { path: 'a', totalSize: total, concurrency: 4, onProgress },
      endless(),
    );
    expect(ahead).toBeLessThanOrEqual(5 * rangeSize);
    expect(await contentOf(setting, 'a')).toEqual(patterned(total));
  });

  it('sends the same bytes again after an answer that was lost', async () => {
    const setting = setUp();
    setting.transport.intercept = onNth(2, isRangeWrite, async (_request, next) => {
      await next();
      throw new NetworkError('ConnectionFailed', 'cut off', { retryable: true });
    });
    await setting.streaming.uploadStream({ path: 'a', totalSize: 5_000 }, streamOf(patterned(5_000)));
    expect(await contentOf(setting, 'a')).toEqual(patterned(5_000));
  });

  it('fails and cancels the stream when a range cannot be written', async () => {
    const setting = setUp();
    const refusal = new NetworkError('ConnectionFailed', 'no way', { retryable: false });
    setting.transport.intercept = onNth(3, isRangeWrite, () => Promise.reject(refusal));
    let reason: unknown;
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      // Gives three ranges and then nothing more: the other workers wait.
      pull: (controller) => (at++ < 3 ? controller.enqueue(patterned(rangeSize)) : new Promise(() => {})),
      cancel: (why) => {
        reason = why;
      },
    });
    const upload = setting.streaming.uploadStream({ path: 'a', totalSize: 100 * rangeSize }, stream);
    await expect(upload).rejects.toBe(refusal);
    expect(reason).toBe(refusal);
  });

  it.each([
    ['fewer', 4_999],
    ['more', 5_001],
  ])('refuses a stream that gives %s bytes than announced', async (_, given) => {
    const setting = setUp();
    const upload = setting.streaming.uploadStream(
      { path: 'a', totalSize: 5_000 },
      streamOf(patterned(given)),
    );
    await expect(upload).rejects.toMatchObject({ code: 'SourceLengthMismatch' });
  });

  it.each([
    ['totalSize', { totalSize: -1 }],
    ['totalSize', { totalSize: 1.5 }],
    ['totalSize', { totalSize: 2 ** 43 }],
    ['concurrency', { totalSize: 1, concurrency: 0 }],
    ['concurrency', { totalSize: 1, concurrency: 257 }],
  ])('refuses a wrong %s before anything is sent, and cancels the stream', async (name, fields) => {
    const setting = setUp();
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      cancel: () => {
        cancelled = true;
      },
    });
    const upload = setting.streaming.uploadStream({ path: 'a', ...fields }, stream);
    await expect(upload).rejects.toThrow(name);
    expect(cancelled).toBe(true);
    expect(setting.transport.sent).toEqual([]);
  });

  it('ends at once when it is aborted while the stream gives nothing, and leaves no listener', async () => {
    const setting = setUp();
    const controller = new WatchedController();
    let asked = () => {};
    const waiting = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const stream = new ReadableStream<Uint8Array>({
      pull: () => {
        asked();
        return new Promise(() => {});
      },
    });
    const upload = setting.streaming.uploadStream(
      { path: 'a', totalSize: 10, signal: controller.signal },
      stream,
    );
    await waiting;
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(upload).rejects.toBe(reason);
    expect(controller.listeners).toBe(0);
  });

  it('leaves no listener after it is done', async () => {
    const setting = setUp();
    const controller = new WatchedController();
    const request = { path: 'a', totalSize: 5_000, signal: controller.signal };
    await setting.streaming.uploadStream(request, streamOf(patterned(5_000)));
    expect(controller.listeners).toBe(0);
  });

  it('sends nothing when it is aborted already', async () => {
    const setting = setUp();
    const signal = AbortSignal.abort(new Error('before'));
    await expect(
      setting.streaming.uploadStream({ path: 'a', totalSize: 1, signal }, streamOf(patterned(1))),
    ).rejects.toThrow('before');
    expect(setting.transport.sent).toEqual([]);
  });
});

describe('many ranges under way', () => {
  it('are not reported as a leak of listeners', async () => {
    const setting = setUp();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const { signal } = new AbortController();
    const totalSize = 60 * rangeSize;
    const request = { path: 'a', totalSize, concurrency: 30, signal };
    await setting.streaming.uploadStream(request, streamOf(patterned(totalSize)));
    const target = join(await temporaryDirectory(), 'b');
    await setting.streaming.downloadTo({ path: 'a', concurrency: 30, signal }, target);
    await collect(await setting.streaming.downloadStream({ path: 'a', bufferSize: 30 * rangeSize, signal }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });
});

describe('many transfers with one signal', () => {
  it('are not reported as a leak of listeners, and leave none', async () => {
    const setting = setUp();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const controller = new WatchedController();
    const { signal } = controller;
    const uploads = Array.from({ length: 30 }, (_, i) =>
      setting.streaming.uploadStream({ path: `f${i}`, totalSize: 3_000, signal }, streamOf(patterned(3_000))),
    );
    await Promise.all(uploads);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
    expect(controller.listeners).toBe(0);
  });
});

describe('atomic uploads', () => {
  it('show the old file until the new one is whole', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(10) });
    const during: Uint8Array[] = [];
    setting.transport.intercept = onNth(3, isRangeWrite, async (_request, next) => {
      setting.transport.intercept = (_r, go) => go();
      during.push(await contentOf(setting, 'a'));
      return next();
    });
    const info = await setting.streaming.uploadStream(
      { path: 'a', totalSize: 5_000, atomic: true },
      streamOf(patterned(5_000)),
    );
    expect(during).toEqual([patterned(10)]);
    expect(await contentOf(setting, 'a')).toEqual(patterned(5_000));
    expect(info.etag).toBe((await setting.files.getProperties({ path: 'a' })).etag);
    expect(await namesIn(setting)).toEqual(['a']);
  });

  it('leave the old file and no temporary one when they fail', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(10) });
    setting.transport.intercept = onNth(3, isRangeWrite, () =>
      Promise.reject(new NetworkError('ConnectionFailed', 'no way', { retryable: false })),
    );
    await expect(
      setting.streaming.uploadStream(
        { path: 'a', totalSize: 5_000, atomic: true },
        streamOf(patterned(5_000)),
      ),
    ).rejects.toMatchObject({ code: 'ConnectionFailed' });
    expect(await contentOf(setting, 'a')).toEqual(patterned(10));
    expect(await namesIn(setting)).toEqual(['a']);
  });

  it('leave no temporary file when they are aborted', async () => {
    const setting = setUp();
    const controller = new WatchedController();
    const reason = new Error('enough');
    setting.transport.intercept = onNth(3, isRangeWrite, (_request, next) => {
      controller.abort(reason);
      return next();
    });
    await expect(
      setting.streaming.uploadStream(
        { path: 'a', totalSize: 5_000, atomic: true, signal: controller.signal },
        streamOf(patterned(5_000)),
      ),
    ).rejects.toBe(reason);
    expect(await namesIn(setting)).toEqual([]);
    expect(controller.listeners).toBe(0);
  });

  it('take a rename whose answer was lost for done when it was', async () => {
    const setting = setUp();
    const isRename = ({ target }: { target: string }) => target.includes('comp=rename');
    setting.transport.intercept = onNth(1, isRename, async (_request, next) => {
      await next();
      throw new NetworkError('ConnectionFailed', 'cut off', { retryable: true });
    });
    await setting.streaming.uploadStream({ path: 'a', totalSize: 10, atomic: true }, streamOf(patterned(10)));
    expect(await contentOf(setting, 'a')).toEqual(patterned(10));
    expect(await namesIn(setting)).toEqual(['a']);
  });

  it('send a rename again that was lost on its way', async () => {
    const setting = setUp();
    const isRename = ({ target }: { target: string }) => target.includes('comp=rename');
    setting.transport.intercept = onNth(1, isRename, () =>
      Promise.reject(new NetworkError('ConnectionFailed', 'cut off', { retryable: true })),
    );
    await setting.streaming.uploadStream({ path: 'a', totalSize: 10, atomic: true }, streamOf(patterned(10)));
    expect(await namesIn(setting)).toEqual(['a']);
  });

  it('leave a file alone that may not be replaced, before anything is transferred', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(10) });
    await expect(
      setting.streaming.uploadStream({ path: 'a', totalSize: 5, overwrite: false }, streamOf(patterned(5))),
    ).rejects.toMatchObject({ code: 'FileAlreadyExists', path: 'a' });
    expect(setting.transport.sent.filter((line) => line.includes('comp=range'))).toHaveLength(1);
    expect(await contentOf(setting, 'a')).toEqual(patterned(10));
  });

  it('do not replace a file that appears meanwhile', async () => {
    const setting = setUp();
    setting.transport.intercept = onNth(1, isRangeWrite, async (_request, next) => {
      setting.transport.intercept = (_r, go) => go();
      await setting.files.write({ path: 'a', data: patterned(10) });
      return next();
    });
    await expect(
      setting.streaming.uploadStream({ path: 'a', totalSize: 5, overwrite: false }, streamOf(patterned(5))),
    ).rejects.toMatchObject({ code: 'FileAlreadyExists' });
    expect(await contentOf(setting, 'a')).toEqual(patterned(10));
    expect(await namesIn(setting)).toEqual(['a']);
  });

  it('refuse a lease together with overwrite: false, as what is leased exists', async () => {
    const setting = setUp();
    const leaseId = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';
    await expect(
      setting.streaming.uploadStream(
        { path: 'a', totalSize: 5, overwrite: false, leaseId },
        streamOf(patterned(5)),
      ),
    ).rejects.toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining('leaseId') });
  });

  it('name the file that was meant when its directory is missing', async () => {
    const setting = setUp();
    const upload = setting.streaming.uploadStream(
      { path: 'no/a', totalSize: 5, atomic: true },
      streamOf(patterned(5)),
    );
    await expect(upload).rejects.toMatchObject({ code: 'ParentNotFound', path: 'no/a' });
    expect(setting.transport.sent.filter((line) => line.startsWith('DELETE'))).toEqual([]);
  });
});

describe('uploadFrom', () => {
  it.each(sizes)('stores a local file of %i bytes', async (size) => {
    const setting = setUp();
    const info = await setting.streaming.uploadFrom({ path: 'a.bin' }, await localFile(patterned(size)));
    expect(info.size).toBe(size);
    expect(await contentOf(setting, 'a.bin')).toEqual(patterned(size));
  });

  it('fails when the local file is written to meanwhile, and leaves nothing behind', async () => {
    const setting = setUp();
    const path = await localFile(patterned(5_000));
    setting.transport.intercept = onNth(2, isRangeWrite, async (_request, next) => {
      await appendFile(path, 'more');
      return next();
    });
    await expect(setting.streaming.uploadFrom({ path: 'a', atomic: true }, path)).rejects.toMatchObject({
      code: 'SourceChanged',
    });
    expect(await namesIn(setting)).toEqual([]);
  });

  it('sends nothing when there is no such file', async () => {
    const setting = setUp();
    const path = join(await temporaryDirectory(), 'absent');
    await expect(setting.streaming.uploadFrom({ path: 'a' }, path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(setting.transport.sent).toEqual([]);
  });

  it('ends on abort with its reason', async () => {
    const setting = setUp();
    const controller = new WatchedController();
    const reason = new Error('enough');
    setting.transport.intercept = onNth(2, isRangeWrite, (_request, next) => {
      controller.abort(reason);
      return next();
    });
    const path = await localFile(patterned(20_000));
    await expect(setting.streaming.uploadFrom({ path: 'a', signal: controller.signal }, path)).rejects.toBe(
      reason,
    );
    expect(controller.listeners).toBe(0);
  });
});

describe('downloadStream', () => {
  it.each(sizes)('gives a file of %i bytes', async (size) => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(size) });
    expect(await collect(await setting.streaming.downloadStream({ path: 'a' }))).toEqual(patterned(size));
  });

  it.each([
    { start: 0, end: 1 },
    { start: 1_000, end: 5_000 },
    { start: 5_999 },
    { start: 100 },
    { start: 5_000, end: 9_000 },
  ])('gives the part $start to $end', async (range) => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(6_000) });
    const end = Math.min(range.end ?? 6_000, 6_000);
    expect(await collect(await setting.streaming.downloadStream({ path: 'a', range }))).toEqual(
      patterned(end - range.start, range.start),
    );
  });

  it('fetches nothing ahead of what its buffer may hold', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(20 * rangeSize) });
    setting.transport.sent.length = 0;
    const stream = await setting.streaming.downloadStream({ path: 'a', bufferSize: 2 * rangeSize });
    const reader = stream.getReader();
    for (let i = 0; i < 2; i += 1) await reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(setting.transport.sent).toHaveLength(3);
    await reader.cancel();
  });

  it('makes its ranges smaller for a small buffer', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(100) });
    setting.transport.sent.length = 0;
    const stream = await setting.streaming.downloadStream({ path: 'a', bufferSize: 30 });
    expect(await collect(stream)).toEqual(patterned(100));
    expect(setting.transport.sent.filter((line) => line.startsWith('GET'))).toHaveLength(4);
  });

  it('fails before it gives a stream when there is no such file', async () => {
    const setting = setUp();
    await expect(setting.streaming.downloadStream({ path: 'a' })).rejects.toMatchObject({
      code: 'FileNotFound',
    });
  });

  it('refuses a range that begins behind the end', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(10) });
    await expect(setting.streaming.downloadStream({ path: 'a', range: { start: 10 } })).rejects.toMatchObject(
      {
        code: 'InvalidRange',
      },
    );
  });

  it.each([
    ['bufferSize', { bufferSize: 0 }],
    ['range', { range: { start: -1 } }],
    ['range', { range: { start: 5, end: 5 } }],
  ])('refuses a wrong %s before anything is sent', async (name, fields) => {
    const setting = setUp();
    await expect(setting.streaming.downloadStream({ path: 'a', ...fields })).rejects.toThrow(name);
    expect(setting.transport.sent).toEqual([]);
  });

  it('fails when the file is written to meanwhile', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(5_000) });
    const stream = await setting.streaming.downloadStream({ path: 'a' });
    await setting.files.write({ path: 'a', data: patterned(5_000) });
    await expect(collect(stream)).rejects.toMatchObject({
      code: 'FileChanged',
      path: 'a',
      expected: expect.any(String),
      actual: expect.any(String),
    });
  });

  it('fails when the file becomes shorter meanwhile', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(5_000) });
    const stream = await setting.streaming.downloadStream({ path: 'a' });
    await setting.files.resize({ path: 'a', size: 10 });
    await expect(collect(stream)).rejects.toMatchObject({ code: 'FileChanged' });
  });

  it('ends on abort with its reason, and leaves no listener', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(50_000) });
    const controller = new WatchedController();
    const { signal } = controller;
    const reader = (await setting.streaming.downloadStream({ path: 'a', signal })).getReader();
    await reader.read();
    setting.transport.intercept = () => new Promise(() => {});
    const next = reader.read();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    await expect(reader.read()).rejects.toBe(reason);
    expect(controller.listeners).toBe(0);
  });

  it('leaves no listener when it was read to its end, or cancelled', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(5_000) });
    const controller = new WatchedController();
    const { signal } = controller;
    await collect(await setting.streaming.downloadStream({ path: 'a', signal }));
    expect(controller.listeners).toBe(0);
    const stream = await setting.streaming.downloadStream({ path: 'a', signal });
    await stream.cancel();
    expect(controller.listeners).toBe(0);
  });
});

describe('downloadRange', () => {
  it('gives the bytes of a range, as far as there are any', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(5_000) });
    const data = await setting.streaming.downloadRange({ path: 'a', start: 10, end: 4_000 });
    expect(new Uint8Array(data)).toEqual(patterned(3_990, 10));
    const rest = await setting.streaming.downloadRange({ path: 'a', start: 4_990, end: 9_000 });
    expect(new Uint8Array(rest)).toEqual(patterned(10, 4_990));
  });

  it('refuses a range that begins behind the end', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(10) });
    await expect(setting.streaming.downloadRange({ path: 'a', start: 10, end: 11 })).rejects.toMatchObject({
      code: 'InvalidRange',
    });
  });
});

describe('downloadTo', () => {
  it.each(sizes)('writes a file of %i bytes', async (size) => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(size) });
    const directory = await temporaryDirectory();
    const properties = await setting.streaming.downloadTo({ path: 'a' }, join(directory, 'b'));
    expect(properties.size).toBe(size);
    expect(new Uint8Array(await readFile(join(directory, 'b')))).toEqual(patterned(size));
    expect(await readdir(directory)).toEqual(['b']);
  });

  it('reports written bytes that never go back and end at the total', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(5_000) });
    const seen: TransferProgress[] = [];
    const target = join(await temporaryDirectory(), 'b');
    await setting.streaming.downloadTo({ path: 'a', onProgress: (progress) => seen.push(progress) }, target);
    const loaded = seen.map(({ loadedBytes }) => loadedBytes);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ loadedBytes: 5_000, totalBytes: 5_000, remainingMs: 0 });
  });

  it('leaves the old file and no temporary one when the file changes meanwhile', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(20_000) });
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'b'), 'old');
    const isRead = ({ method }: { method: string }) => method === 'GET';
    setting.transport.intercept = onNth(4, isRead, async (_request, next) => {
      setting.transport.intercept = (_r, go) => go();
      await setting.files.write({ path: 'a', offset: 0, data: patterned(1) });
      return next();
    });
    await expect(setting.streaming.downloadTo({ path: 'a' }, join(directory, 'b'))).rejects.toMatchObject({
      code: 'FileChanged',
    });
    expect(await readdir(directory)).toEqual(['b']);
    expect(await readFile(join(directory, 'b'), 'utf8')).toBe('old');
  });

  it('leaves nothing behind when it is aborted', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(20_000) });
    const directory = await temporaryDirectory();
    const controller = new WatchedController();
    const reason = new Error('enough');
    const isRead = ({ method }: { method: string }) => method === 'GET';
    setting.transport.intercept = onNth(4, isRead, (_request, next) => {
      controller.abort(reason);
      return next();
    });
    const request = { path: 'a', signal: controller.signal };
    await expect(setting.streaming.downloadTo(request, join(directory, 'b'))).rejects.toBe(reason);
    expect(await readdir(directory)).toEqual([]);
    expect(controller.listeners).toBe(0);
  });

  it('leaves nothing behind when what it tells of its progress fails', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(20_000) });
    const directory = await temporaryDirectory();
    const onProgress = () => {
      throw new Error('no listener');
    };
    await expect(
      setting.streaming.downloadTo({ path: 'a', onProgress }, join(directory, 'b')),
    ).rejects.toThrow('no listener');
    expect(await readdir(directory)).toEqual([]);
  });

  it('writes nothing when there is no such file', async () => {
    const setting = setUp();
    const directory = await temporaryDirectory();
    await expect(setting.streaming.downloadTo({ path: 'a' }, join(directory, 'b'))).rejects.toMatchObject({
      code: 'FileNotFound',
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('leaves a local file alone that may not be replaced, and sends nothing', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data: patterned(10) });
    const path = join(await temporaryDirectory(), 'b');
    await writeFile(path, 'old');
    setting.transport.sent.length = 0;
    await expect(setting.streaming.downloadTo({ path: 'a', overwrite: false }, path)).rejects.toMatchObject({
      code: 'LocalFileExists',
    });
    expect(setting.transport.sent).toEqual([]);
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});
