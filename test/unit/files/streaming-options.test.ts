import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import { bufferedBody, type HttpResponse } from '../../../src/core/http/message.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import type { TransferProgress } from '../../../src/transfer/progress.js';
import { patterned } from '../../support/patterned.js';
import { rejection } from '../../support/rejection.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import { WatchedController } from '../../support/watched-signal.js';
import {
  collect,
  contentOf,
  isRangeWrite,
  isRead,
  localFile,
  onNth,
  rangeSize,
  type Setting,
  setUp,
  streamOf,
} from './streaming-setting.js';

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('base64');
const data = patterned(10 * rangeSize + 7);

/** Ranges of the requests that `which` picks, as they were asked for. */
function watchRanges({ transport }: Setting, which: typeof isRead): string[] {
  const ranges: string[] = [];
  transport.intercept = (request, next) => {
    if (which(request)) ranges.push((request.headers as HttpHeaders).get('x-ms-range') ?? 'none');
    return next();
  };
  return ranges;
}

async function target(): Promise<string> {
  return join(await temporaryDirectory(), 'b');
}

/** What the service says when bytes do not have the MD5 that came with them. */
function refusal(): HttpResponse {
  const headers = HttpHeaders.of({ 'x-ms-error-code': 'Md5Mismatch' });
  return { status: 400, headers, body: bufferedBody() };
}

/** The answer with one byte of its body changed. */
async function damaged(response: HttpResponse): Promise<HttpResponse> {
  const bytes = Uint8Array.from(await response.body.bytes(10_000));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return { ...response, body: bufferedBody(bytes) };
}

describe('rangeSize', () => {
  it('is that of the transfer where it says one', async () => {
    const setting = setUp();
    const written = watchRanges(setting, isRangeWrite);
    await setting.streaming.uploadStream({ path: 'a', rangeSize: 4096 }, data);
    expect(written).toEqual(['bytes=0-4095', 'bytes=4096-8191', 'bytes=8192-10246']);
    const read = watchRanges(setting, isRead);
    await setting.streaming.downloadTo({ path: 'a', rangeSize: 8192 }, await target());
    expect(read).toEqual(['bytes=0-8191', 'bytes=8192-10246']);
    const bytes = await setting.streaming.downloadRange({ path: 'a', start: 1, end: 9000, rangeSize: 6000 });
    expect(read.slice(2)).toEqual(['bytes=1-6000', 'bytes=6001-8999']);
    expect(bytes).toEqual(patterned(8999, 1));
    const stream = await setting.streaming.downloadStream({ path: 'a', rangeSize: 10_000 });
    expect(await collect(stream)).toEqual(data);
    expect(read.slice(4)).toEqual(['bytes=0-9999', 'bytes=10000-10246']);
  });

  it.each([
    ['rangeSize', 511],
    ['rangeSize', 4 * 1024 * 1024 + 1],
    ['memoryBudget', 0],
    ['memoryBudget', 1.5],
    ['bandwidthLimit', 1023],
    ['bandwidthLimit', Number.NaN],
    ['checksum', 'sha'],
    ['concurrency', 257],
  ])('and the like are refused before anything is sent: %s %s', async (name, value) => {
    const setting = setUp();
    const request = { path: 'a', [name]: value };
    const { streaming } = setting;
    const local = await localFile(data);
    const calls: (() => Promise<unknown>)[] = [
      () => streaming.uploadStream(request, data),
      () => streaming.uploadFrom(request, local),
      () => streaming.downloadTo(request, `${local}.copy`),
      () => streaming.downloadStream(request),
      () => streaming.downloadRange({ ...request, start: 0, end: 1 }),
    ];
    for (const call of calls) {
      expect(await rejection<Error>(call())).toMatchObject({
        name: 'ConfigurationError',
        message: expect.stringContaining(name),
      });
    }
    expect(setting.transport.sent).toEqual([]);
  });
});

describe('memoryBudget', () => {
  it('limits how many ranges of a stream are held until they are acknowledged', async () => {
    const setting = setUp();
    let given = 0;
    let acknowledged = 0;
    let held = 0;
    async function* counted() {
      for (; given < 50 * rangeSize; given += 100) {
        held = Math.max(held, given - acknowledged);
        yield patterned(100, given);
      }
    }
    const onProgress = ({ loadedBytes }: TransferProgress) => {
      acknowledged = loadedBytes;
    };
    const request = { path: 'a', concurrency: 20, memoryBudget: 3.5 * rangeSize, onProgress };
    await setting.streaming.uploadStream(request, counted());
    expect(held).toBeGreaterThan(1.5 * rangeSize);
    // What was given but does not fit is the one piece that the stream gave last.
    expect(held).toBeLessThanOrEqual(3 * rangeSize + 100);
  });

  it('makes ranges smaller that do not fit into it', async () => {
    const setting = setUp();
    const written = watchRanges(setting, isRangeWrite);
    await setting.streaming.uploadStream({ path: 'a', memoryBudget: 600 }, streamOf(patterned(1_500)));
    expect(written).toEqual(['bytes=0-599', 'bytes=600-1199', 'bytes=1200-1499']);
  });

  it('of a download that is streamed is called bufferSize, too, but not at once', async () => {
    const setting = setUp();
    const request = { path: 'a', memoryBudget: 1, bufferSize: 1 };
    expect(await rejection(setting.streaming.downloadStream(request))).toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining('another name of memoryBudget'),
    });
  });
});

describe('bandwidthLimit', () => {
  const limit = 2048;
  const whole = patterned(10 * 1024);

  it('spreads an upload over its time, in ranges of no more than a second', async () => {
    const clock = new ManualClock();
    const setting = setUp({ clock, rangeSize: 4096 });
    const written = watchRanges(setting, isRangeWrite);
    const request = { path: 'a', bandwidthLimit: limit };
    const upload = setting.streaming.uploadStream(request, streamOf(whole));
    for (const [ms, ranges] of [
      [0, 1],
      [999, 1],
      [1, 2],
      [1000, 3],
      [2000, 5],
    ] as const) {
      await clock.advance(ms);
      expect(written).toHaveLength(ranges);
    }
    await upload;
    expect(written.at(-1)).toBe('bytes=8192-10239');
    expect(clock.timerCount).toBe(0);
  });

  it.each<
    [string, (setting: Setting, request: { path: string; bandwidthLimit: number }) => Promise<unknown>]
  >([
    ['a file', async ({ streaming }, request) => streaming.downloadTo(request, await target())],
    ['a stream', async ({ streaming }, request) => collect(await streaming.downloadStream(request))],
    ['memory', ({ streaming }, request) => streaming.downloadRange({ ...request, start: 0, end: 10_240 })],
  ])('spreads a download to %s over its time', async (_to, download) => {
    const clock = new ManualClock();
    const setting = setUp({ clock, rangeSize: 4096 });
    await setting.files.write({ path: 'a', data: whole });
    const read = watchRanges(setting, isRead);
    let ended = false;
    const downloading = download(setting, { path: 'a', bandwidthLimit: limit }).then(() => {
      ended = true;
    });
    for (const ranges of [1, 2, 3, 4]) {
      await settled(() => read.length === ranges);
      await clock.advance(999);
      expect(read).toHaveLength(ranges);
      await clock.advance(1);
    }
    await settled(() => ended);
    await downloading;
    expect(read).toHaveLength(5);
    expect(clock.timerCount).toBe(0);
  });

  it('ends its wait on abort', async () => {
    const clock = new ManualClock();
    const setting = setUp({ clock });
    const controller = new WatchedController();
    const request = { path: 'a', bandwidthLimit: limit, signal: controller.signal };
    const upload = rejection(setting.streaming.uploadStream(request, whole));
    await clock.advance(10);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await upload).toBe(reason);
    expect(clock.timerCount).toBe(0);
    expect(controller.listeners).toBe(0);
  });
});

/** Lets real files and streams take their turns, as they do not follow the clock. */
async function settled(isSo: () => boolean): Promise<void> {
  await vi.waitUntil(isSo, { timeout: 5_000, interval: 1 });
}

describe('onProgress', () => {
  it('tells the rate of the last ten seconds and the time that is left', async () => {
    const clock = new ManualClock();
    const setting = setUp({ clock });
    const seen: TransferProgress[] = [];
    const request = {
      path: 'a',
      bandwidthLimit: 1024,
      onProgress: (each: TransferProgress) => seen.push(each),
    };
    const upload = setting.streaming.uploadStream(request, patterned(8 * 1024));
    await clock.advance(10_000);
    await upload;
    expect(seen.map(({ loadedBytes }) => loadedBytes)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => n * 1024));
    expect(seen[4]).toEqual({ loadedBytes: 5120, totalBytes: 8192, bytesPerSecond: 1280, remainingMs: 2400 });
    expect(seen.at(-1)).toMatchObject({ remainingMs: 0 });
  });

  it('tells of a stream and of memory what has come', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data });
    for (const concurrency of [1, 3]) {
      const seen: TransferProgress[] = [];
      const onProgress = (progress: TransferProgress) => seen.push(progress);
      await collect(await setting.streaming.downloadStream({ path: 'a', concurrency, onProgress }));
      expect(seen.at(-1)).toMatchObject({ loadedBytes: data.length, totalBytes: data.length });
      seen.length = 0;
      await setting.streaming.downloadRange({ path: 'a', start: 7, end: 9_000, concurrency, onProgress });
      expect(seen.at(-1)).toMatchObject({ loadedBytes: 8_993, totalBytes: 8_993 });
    }
  });

  it('ends the transfer by what it throws', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data });
    const failure = new Error('no listener');
    const onProgress = () => {
      throw failure;
    };
    const stream = await setting.streaming.downloadStream({ path: 'a', onProgress });
    expect(await rejection(collect(stream))).toBe(failure);
    const range = { path: 'a', start: 0, end: 9_000, onProgress };
    expect(await rejection(setting.streaming.downloadRange(range))).toBe(failure);
    expect(await rejection(setting.streaming.uploadStream({ path: 'b', onProgress }, data))).toBe(failure);
  });
});

describe('checksum md5 of an upload', () => {
  it('goes with every range and is stored for the whole', async () => {
    const setting = setUp();
    const sent: string[] = [];
    setting.transport.intercept = (request, next) => {
      const header = (request.headers as HttpHeaders).get('content-md5');
      if (isRangeWrite(request)) sent.push(header ?? 'none');
      return next();
    };
    const request = {
      path: 'a',
      checksum: 'md5',
      contentType: 'text/plain',
      metadata: { kind: 'x' },
    } as const;
    const info = await setting.streaming.uploadFrom(request, await localFile(data));
    expect(sent).toHaveLength(11);
    expect(sent).toContain(md5(data.subarray(0, rangeSize)));
    const stored = await setting.files.getProperties({ path: 'a' });
    expect(stored).toMatchObject({
      contentMd5: md5(data),
      contentType: 'text/plain',
      metadata: { kind: 'x' },
    });
    expect(info.etag).toBe(stored.etag);
  });

  it.each([0, 1, rangeSize, 5_000])(
    'is stored for a stream of %i bytes whose length nobody knows',
    async (size) => {
      const setting = setUp();
      for (const atomic of [false, true]) {
        const request = { path: 'a', checksum: 'md5', atomic } as const;
        const { etag } = await setting.streaming.uploadStream(request, streamOf(patterned(size)));
        const stored = await setting.files.getProperties({ path: 'a' });
        expect(stored).toMatchObject({ size, contentMd5: md5(patterned(size)), etag });
        expect(stored.contentType).toBe('application/octet-stream');
      }
    },
  );

  it('sends a range again that was changed on its way', async () => {
    const setting = setUp();
    setting.transport.intercept = onNth(2, isRangeWrite, async () => refusal());
    await setting.streaming.uploadStream({ path: 'a', checksum: 'md5', concurrency: 1 }, streamOf(data));
    expect(await contentOf(setting, 'a')).toEqual(data);
  });

  it('gives up when a range is changed each time', async () => {
    const setting = setUp();
    setting.transport.intercept = async (request, next) => (isRangeWrite(request) ? refusal() : next());
    const upload = setting.streaming.uploadStream({ path: 'a', checksum: 'md5' }, streamOf(data));
    expect(await rejection(upload)).toMatchObject({
      name: 'TransferError',
      code: 'ChecksumMismatch',
      operation: 'PutRange',
    });
  });

  it('is compared with the one that was given', async () => {
    const setting = setUp();
    const request = { path: 'a', checksum: 'md5', atomic: true } as const;
    await setting.streaming.uploadStream({ ...request, contentMd5: md5(data) }, streamOf(data));
    const wrong = setting.streaming.uploadStream(
      { ...request, contentMd5: md5(patterned(1)) },
      streamOf(patterned(3_000)),
    );
    expect(await rejection(wrong)).toMatchObject({ code: 'ChecksumMismatch' });
    expect(await contentOf(setting, 'a')).toEqual(data);
  });
});

type Download = (setting: Setting, request: { path: string; checksum: 'md5' }) => Promise<Uint8Array>;
const downloads: readonly [string, Download][] = [
  [
    'a file',
    async ({ streaming }, request) => {
      const path = await target();
      await streaming.downloadTo(request, path);
      return new Uint8Array(await readFile(path));
    },
  ],
  ['a stream', async ({ streaming }, request) => collect(await streaming.downloadStream(request))],
  ['memory', ({ streaming }, request) => streaming.downloadRange({ ...request, start: 0, end: 100_000 })],
];

describe.each(downloads)('checksum md5 of a download to %s', (_to, download) => {
  const request = { path: 'a', checksum: 'md5' } as const;

  async function stored(bytes = data): Promise<Setting> {
    const setting = setUp();
    await setting.streaming.uploadStream(request, bytes);
    return setting;
  }

  it('is asked for with every range', async () => {
    const setting = await stored();
    const asked: string[] = [];
    setting.transport.intercept = (each, next) => {
      const header = (each.headers as HttpHeaders).get('x-ms-range-get-content-md5');
      if (isRead(each)) asked.push(header ?? 'no');
      return next();
    };
    expect(await download(setting, request)).toEqual(data);
    expect(asked).toEqual(new Array(11).fill('true'));
  });

  it('asks again for a range that was changed on its way', async () => {
    const setting = await stored();
    setting.transport.intercept = onNth(3, isRead, async (_request, next) => damaged(await next()));
    expect(await download(setting, request)).toEqual(data);
  });

  it('gives up when a range is changed each time', async () => {
    const setting = await stored();
    setting.transport.intercept = async (each, next) => (isRead(each) ? damaged(await next()) : next());
    expect(await rejection(download(setting, request))).toMatchObject({
      name: 'TransferError',
      code: 'ChecksumMismatch',
    });
  });

  it('fails when the whole is not what is stored with it', async () => {
    const setting = await stored();
    await setting.files.write({ path: 'a', data: patterned(1), offset: 5_000 });
    const error = await rejection<Error>(download(setting, request));
    expect(error).toMatchObject({ code: 'ChecksumMismatch' });
    expect(error.message).toContain(md5(data));
  });

  it('compares nothing with a file that has none', async () => {
    const setting = setUp();
    await setting.files.write({ path: 'a', data });
    expect(await download(setting, request)).toEqual(data);
  });

  it('does not trust a service that tells none', async () => {
    const setting = await stored();
    setting.transport.intercept = async (each, next) => {
      const response = await next();
      if (isRead(each)) response.headers.delete('content-md5');
      return response;
    };
    expect(await rejection(download(setting, request))).toMatchObject({ code: 'UnexpectedAnswer' });
  });
});

describe('a download that does not match', () => {
  it('leaves no file', async () => {
    const setting = setUp();
    await setting.streaming.uploadStream({ path: 'a', checksum: 'md5' }, data);
    await setting.files.write({ path: 'a', data: patterned(1), offset: 5_000 });
    const directory = await temporaryDirectory();
    await rejection(setting.streaming.downloadTo({ path: 'a', checksum: 'md5' }, join(directory, 'b')));
    expect(await readdir(directory)).toEqual([]);
  });
});
