import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/core/errors.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import { bufferedBody } from '../../../src/core/http/message.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import type { UploadInput } from '../../../src/transfer/any-source.js';
import type { TransferProgress } from '../../../src/transfer/progress.js';
import { patterned } from '../../support/patterned.js';
import { rejection } from '../../support/rejection.js';
import { WatchedController } from '../../support/watched-signal.js';
import {
  contentOf,
  isRangeWrite,
  namesIn,
  onNth,
  type Picked,
  rangeSize,
  type Setting,
  setUp,
  sizes,
  streamOf,
} from './streaming-setting.js';

/** Asks for a length, be it at creation or later. */
function lengthsSet({ transport }: Setting): string[] {
  return transport.sent.filter((line) => line.startsWith('PUT') && line.includes('comp=properties'));
}

function isResize({ method, target }: Picked): boolean {
  return method === 'PUT' && target.includes('comp=properties');
}

async function* generated(bytes: Uint8Array, chunk = 333): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.slice(at, at + chunk);
}

const inputs: readonly [string, (bytes: Uint8Array) => UploadInput][] = [
  ['a web stream', (bytes) => streamOf(bytes)],
  ['a Node stream', (bytes) => Readable.from([Buffer.from(bytes)])],
  ['a generator', (bytes) => generated(bytes)],
  ['a Blob', (bytes) => new Blob([bytes.slice()])],
  ['bytes', (bytes) => bytes],
  ['a Buffer', (bytes) => Buffer.from(bytes)],
  ['an ArrayBuffer', (bytes) => bytes.slice().buffer],
];

describe.each(inputs)('uploadStream of %s', (_what, inputOf) => {
  it.each(sizes)('stores %i bytes that nobody has announced', async (size) => {
    const setting = setUp();
    const info = await setting.streaming.uploadStream({ path: 'a' }, inputOf(patterned(size)));
    expect(await contentOf(setting, 'a')).toEqual(patterned(size));
    const { etag } = await setting.files.getProperties({ path: 'a' });
    expect(info).toMatchObject({ path: 'a', size, etag });
  });

  it('stores as many bytes as were announced', async () => {
    const setting = setUp();
    await setting.streaming.uploadStream({ path: 'a', totalSize: 5_000 }, inputOf(patterned(5_000)));
    expect(await contentOf(setting, 'a')).toEqual(patterned(5_000));
  });

  it('refuses another number of bytes than was announced', async () => {
    const setting = setUp();
    const upload = setting.streaming.uploadStream({ path: 'a', totalSize: 4_999 }, inputOf(patterned(5_000)));
    expect(await rejection(upload)).toMatchObject({ name: 'TransferError', code: 'SourceLengthMismatch' });
  });

  it('appears as a whole when that is asked for', async () => {
    const setting = setUp();
    const request = { path: 'a', overwrite: false };
    const { size, etag } = await setting.streaming.uploadStream(request, inputOf(patterned(5_000)));
    expect(await contentOf(setting, 'a')).toEqual(patterned(5_000));
    expect([size, etag]).toEqual([5_000, (await setting.files.getProperties({ path: 'a' })).etag]);
    expect(await namesIn(setting)).toEqual(['a']);
  });
});

describe('bytes', () => {
  it('are all under way at once, as they take no further memory', async () => {
    const setting = setUp();
    let underWay = 0;
    let most = 0;
    setting.transport.intercept = async (request, next) => {
      if (!isRangeWrite(request)) return next();
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return next();
    };
    const request = { path: 'a', concurrency: 5, memoryBudget: 2 * rangeSize };
    await setting.streaming.uploadStream(request, patterned(20 * rangeSize));
    expect(most).toBe(5);
  });
});

describe('a stream of unknown length', () => {
  it('lets the file grow in few steps and cuts it once', async () => {
    const setting = setUp();
    const size = 300 * rangeSize + 5;
    await setting.streaming.uploadStream({ path: 'a' }, streamOf(patterned(size), 5_000));
    expect(await contentOf(setting, 'a')).toEqual(patterned(size));
    // 4, 8, 16, ... 512 ranges, and the cut.
    expect(lengthsSet(setting)).toHaveLength(9);
  });

  it('has its exact length at once when it ends within the first range', async () => {
    const setting = setUp();
    await setting.streaming.uploadStream({ path: 'a' }, streamOf(patterned(10)));
    expect(lengthsSet(setting)).toHaveLength(1);
  });

  it('tells how much has arrived, but of no total', async () => {
    const setting = setUp();
    const seen: TransferProgress[] = [];
    await setting.streaming.uploadStream(
      { path: 'a', onProgress: (progress) => seen.push(progress) },
      streamOf(patterned(3 * rangeSize + 1)),
    );
    expect(seen.at(-1)?.loadedBytes).toBe(3 * rangeSize + 1);
    expect(seen.every(({ totalBytes, remainingMs }) => (totalBytes ?? remainingMs) === undefined)).toBe(true);
  });

  it('takes no more of a share than it needs when there is not enough for a further step', async () => {
    const setting = setUp();
    setting.transport.intercept = async (request, next) => {
      const length = Number((request.headers as HttpHeaders).get('x-ms-content-length') ?? 0);
      if (length <= 11 * rangeSize) return next();
      const headers = HttpHeaders.of({ 'x-ms-error-code': 'ShareSizeLimitReached' });
      return { status: 409, headers, body: bufferedBody() };
    };
    await setting.streaming.uploadStream({ path: 'a' }, streamOf(patterned(10 * rangeSize + 1)));
    expect(await contentOf(setting, 'a')).toEqual(patterned(10 * rangeSize + 1));
  });

  it('fails when the share is full', async () => {
    const setting = setUp();
    setting.transport.intercept = async (request, next) => {
      if (!isResize(request)) return next();
      const headers = HttpHeaders.of({ 'x-ms-error-code': 'ShareSizeLimitReached' });
      return { status: 409, headers, body: bufferedBody() };
    };
    const upload = setting.streaming.uploadStream({ path: 'a' }, streamOf(patterned(10 * rangeSize)));
    expect(await rejection(upload)).toMatchObject({ name: 'FileError', code: 'ShareSizeLimitReached' });
  });

  it('sets a length again whose answer was lost', async () => {
    const setting = setUp();
    setting.transport.intercept = onNth(2, isResize, async (_request, next) => {
      await next();
      throw new NetworkError('ConnectionFailed', 'cut off', { retryable: true });
    });
    await setting.streaming.uploadStream({ path: 'a' }, streamOf(patterned(20 * rangeSize)));
    expect(await contentOf(setting, 'a')).toEqual(patterned(20 * rangeSize));
  });

  it('fails when a length that was thought lost is set late, and cuts off what was written', async () => {
    const setting = setUp();
    let late = async (): Promise<unknown> => undefined;
    setting.transport.intercept = onNth(2, isResize, async (_request, next) => {
      late = next;
      let written = 0;
      setting.transport.intercept = async (request, go) => {
        if (isRangeWrite(request)) written += 1;
        if (written === 12) await late();
        return go();
      };
      throw new NetworkError('ConnectionFailed', 'cut off', { retryable: true });
    });
    const upload = setting.streaming.uploadStream(
      { path: 'a', concurrency: 1 },
      streamOf(patterned(30 * rangeSize)),
    );
    // Later ranges may find the file too short; else the file itself shows it.
    const error = await rejection<{ code: string }>(upload);
    expect(['InvalidRange', 'FileChanged']).toContain(error.code);
  });

  it('passes on what the stream fails with, and leaves nothing where it was to appear as a whole', async () => {
    const setting = setUp();
    const failure = new Error('the disk is gone');
    async function* broken() {
      yield patterned(5 * rangeSize);
      throw failure;
    }
    const upload = setting.streaming.uploadStream({ path: 'a', atomic: true }, broken());
    expect(await rejection(upload)).toBe(failure);
    expect(await namesIn(setting)).toEqual([]);
  });

  it('keeps its metadata and headers when its length is set', async () => {
    const setting = setUp();
    const request = {
      path: 'a',
      contentType: 'text/plain',
      cacheControl: 'no-store',
      metadata: { kind: 'x' },
    };
    await setting.streaming.uploadStream(request, streamOf(patterned(9 * rangeSize)));
    const { contentType, cacheControl, metadata } = await setting.files.getProperties({ path: 'a' });
    expect({ contentType, cacheControl, metadata }).toEqual({
      contentType: 'text/plain',
      cacheControl: 'no-store',
      metadata: { kind: 'x' },
    });
  });
});

describe('a stream that has given all its bytes and does not end', () => {
  /** Gives bytes, and then nothing more, not even its end. */
  function endless(bytes: Uint8Array, onCancel: () => void): ReadableStream<Uint8Array> {
    const chunks = [bytes];
    return new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk === undefined) return new Promise(() => {});
        controller.enqueue(chunk);
      },
      cancel: onCancel,
    });
  }

  it('counts as ended after five seconds, and is cancelled', async () => {
    const clock = new ManualClock();
    const setting = setUp({ clock });
    let cancelled = false;
    const stream = endless(patterned(3_000), () => {
      cancelled = true;
    });
    let info: unknown;
    const upload = setting.streaming.uploadStream({ path: 'a', totalSize: 3_000 }, stream).then((result) => {
      info = result;
    });
    await clock.advance(4_999);
    expect(info).toBeUndefined();
    await clock.advance(1);
    await upload;
    expect(cancelled).toBe(true);
    expect(await contentOf(setting, 'a')).toEqual(patterned(3_000));
    expect(clock.timerCount).toBe(0);
  });

  it('ends at once with the reason when it is aborted meanwhile', async () => {
    const clock = new ManualClock();
    const setting = setUp({ clock });
    const controller = new WatchedController();
    const stream = endless(patterned(3_000), () => {});
    const request = { path: 'a', totalSize: 3_000, signal: controller.signal };
    const upload = rejection(setting.streaming.uploadStream(request, stream));
    await clock.advance(100);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await upload).toBe(reason);
    expect(controller.listeners).toBe(0);
    expect(clock.timerCount).toBe(0);
  });

  it('fails when more comes within that time', async () => {
    const clock = new ManualClock();
    const setting = setUp({ clock });
    async function* late() {
      yield patterned(3_000);
      await new Promise<void>((resolve) => clock.timer(4_000, resolve));
      yield patterned(1);
    }
    const upload = rejection(setting.streaming.uploadStream({ path: 'a', totalSize: 3_000 }, late()));
    await clock.advance(4_000);
    expect(await upload).toMatchObject({ code: 'SourceLengthMismatch' });
  });
});
