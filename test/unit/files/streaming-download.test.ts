import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/core/errors.js';
import type { HttpHeaders } from '../../../src/core/http/headers.js';
import type { HttpResponse, ResponseBody } from '../../../src/core/http/message.js';
import { patterned } from '../../support/patterned.js';
import { rejection } from '../../support/rejection.js';
import { WatchedController } from '../../support/watched-signal.js';
import { collect, isRead, onNth, rangeSize, setUp } from './streaming-setting.js';

const size = 300_000;
const data = patterned(size);

async function stored(bytes = data) {
  const setting = setUp({ rangeSize: 65_536 });
  await setting.files.write({ path: 'a', data: bytes });
  setting.transport.sent.length = 0;
  return setting;
}

/** Breaks off after some bytes. */
function cut(response: HttpResponse, after: number): HttpResponse {
  const { body } = response;
  const pieces = async function* () {
    let given = 0;
    for await (const piece of body) {
      if (given + piece.length > after) {
        yield piece.subarray(0, after - given);
        throw new NetworkError('ConnectionFailed', 'cut off', { retryable: true });
      }
      given += piece.length;
      yield piece;
    }
  };
  const broken: ResponseBody = {
    buffered: undefined,
    bytes: () => Promise.reject(new Error('is read piece by piece')),
    discard: () => body.discard(),
    [Symbol.asyncIterator]: pieces,
  };
  return { ...response, body: broken };
}

describe('downloadStream by one request', () => {
  it('asks once for the file, and once whether it is still the same', async () => {
    const { streaming, transport } = await stored();
    expect(await collect(await streaming.downloadStream({ path: 'a' }))).toEqual(data);
    expect(transport.sent.map((line) => line.split(' ')[0])).toEqual(['GET', 'HEAD']);
  });

  it('asks only once for a file of one range', async () => {
    const { streaming, transport } = await stored(patterned(1000));
    expect(await collect(await streaming.downloadStream({ path: 'a' }))).toEqual(patterned(1000));
    expect(transport.sent).toHaveLength(1);
  });

  it('goes on with the next byte after a break', async () => {
    const { streaming, transport } = await stored();
    const ranges: (string | undefined)[] = [];
    transport.intercept = async (request, next) => {
      if (!isRead(request)) return next();
      ranges.push((request.headers as HttpHeaders).get('x-ms-range'));
      return ranges.length < 3 ? cut(await next(), 70_001) : next();
    };
    expect(await collect(await streaming.downloadStream({ path: 'a' }))).toEqual(data);
    expect(ranges).toEqual(['bytes=0-4398046511103', `bytes=70001-${size - 1}`, `bytes=140002-${size - 1}`]);
  });

  it('fails when the file was written to during a break', async () => {
    const { streaming, transport, files } = await stored();
    transport.intercept = onNth(1, isRead, async (_request, next) => {
      const response = cut(await next(), 70_001);
      transport.intercept = (_r, go) => go();
      await files.write({ path: 'a', data: patterned(1), offset: 5 });
      return response;
    });
    const error = await rejection(collect(await streaming.downloadStream({ path: 'a' })));
    expect(error).toMatchObject({ code: 'FileChanged', path: 'a', share: 'data' });
  });

  it('fails when the file is gone at its end', async () => {
    const { streaming, files } = await stored();
    const stream = await streaming.downloadStream({ path: 'a' });
    await files.delete({ path: 'a' });
    expect(await rejection(collect(stream))).toMatchObject({ code: 'FileChanged' });
  });

  it('reads no further ahead than a little while nobody reads', async () => {
    const { streaming, transport } = await stored(patterned(3_000_000));
    let taken = 0;
    transport.intercept = onNth(1, isRead, async (_request, next) => {
      const response = await next();
      const counted = async function* () {
        for await (const piece of response.body) {
          taken += piece.length;
          yield piece;
        }
      };
      return { ...response, body: { ...cut(response, 0).body, [Symbol.asyncIterator]: counted } };
    });
    const reader = (await streaming.downloadStream({ path: 'a' })).getReader();
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBeLessThanOrEqual(256 * 1024 + 65_536);
    await reader.cancel();
  });

  it('is a Node stream after Readable.fromWeb', async () => {
    const { streaming } = await stored();
    const web = await streaming.downloadStream({ path: 'a' });
    const node = Readable.fromWeb(web as Parameters<typeof Readable.fromWeb>[0]);
    expect(new Uint8Array(await buffer(node))).toEqual(data);
  });

  it.each([1, 3])(
    'gives up its request when it is cancelled before it is read (concurrency %i)',
    async (concurrency) => {
      const { streaming, transport } = await stored();
      let discarded = false;
      transport.intercept = onNth(1, isRead, async (_request, next) => {
        const response = await next();
        const discard = () => {
          discarded = true;
        };
        return { ...response, body: { ...cut(response, 0).body, discard } };
      });
      const controller = new WatchedController();
      const request = { path: 'a', concurrency, signal: controller.signal };
      await (await streaming.downloadStream(request)).cancel();
      expect(discarded || concurrency > 1).toBe(true);
      expect(controller.listeners).toBe(0);
    },
  );
});

describe('downloadRange', () => {
  it('puts bytes into memory of the caller', async () => {
    const { streaming } = await stored();
    const memory = new Uint8Array(1000).fill(9);
    const bytes = await streaming.downloadRange({ path: 'a', start: 100, end: 600, into: memory });
    expect(bytes.buffer).toBe(memory.buffer);
    expect(bytes).toEqual(patterned(500, 100));
    expect(memory.subarray(500)).toEqual(new Uint8Array(500).fill(9));
  });

  it('refuses memory that is too short, and gives up the request', async () => {
    const { streaming } = await stored();
    const request = { path: 'a', start: 100, end: 600, into: new Uint8Array(499) };
    expect(await rejection(streaming.downloadRange(request))).toMatchObject({
      code: 'FileTooLarge',
      size: 500,
    });
  });

  it('needs memory only for the bytes that there are', async () => {
    const { streaming } = await stored(patterned(50));
    const request = { path: 'a', start: 40, end: 2 ** 40, into: new Uint8Array(10) };
    expect(await streaming.downloadRange(request)).toEqual(patterned(10, 40));
  });

  it('refuses memory that is none', async () => {
    const { streaming, transport } = await stored();
    const request = { path: 'a', start: 0, end: 1, into: [] as unknown as Uint8Array };
    expect(await rejection(streaming.downloadRange(request))).toMatchObject({ code: 'InvalidRequest' });
    expect(transport.sent).toEqual([]);
  });

  it('refuses any range of an empty file', async () => {
    const setting = setUp();
    await setting.files.create({ path: 'empty', size: 0 });
    const request = { path: 'empty', start: 0, end: 1 };
    expect(await rejection(setting.streaming.downloadRange(request))).toMatchObject({
      code: 'InvalidRange',
      path: 'empty',
      size: 0,
    });
  });

  it('fails when the file is written to meanwhile', async () => {
    const { streaming, transport, files } = await stored();
    transport.intercept = onNth(4, isRead, async (_request, next) => {
      transport.intercept = (_r, go) => go();
      await files.write({ path: 'a', data: patterned(1), offset: 5 });
      return next();
    });
    const request = { path: 'a', start: 0, end: size, concurrency: 1 };
    expect(await rejection(streaming.downloadRange(request))).toMatchObject({ code: 'FileChanged' });
  });

  it('fails when the file is written to while the last part comes', async () => {
    const { streaming, transport, files } = await stored(patterned(2 * rangeSize));
    transport.intercept = onNth(2, isRead, async (_request, next) => {
      transport.intercept = (_r, go) => go();
      const response = await next();
      await files.write({ path: 'a', data: patterned(1), offset: 5 });
      return response;
    });
    const request = { path: 'a', start: 0, end: 2 * rangeSize, rangeSize, concurrency: 1 };
    expect(await rejection(streaming.downloadRange(request))).toMatchObject({ code: 'FileChanged' });
  });
});
