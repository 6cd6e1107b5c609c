import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/files/index.js';
import type { ScriptedExchange } from '../../../src/simulation/scripted-transport.js';
import { patterned } from '../../support/patterned.js';
import { etag, scriptedClient, version } from './scripted-client.js';

const size = 2500;

/** Answers a ranged read of a file of 2,500 bytes. */
function serve(exchange: ScriptedExchange, headers: Record<string, string> = {}): void {
  const [start = 0, last = 0] = rangeOf(exchange);
  const end = Math.min(last + 1, size);
  const range = {
    'Content-Range': `bytes ${start}-${end - 1}/${size}`,
    'Content-Length': String(end - start),
  };
  exchange.answer(206, { ...version, ...range, ...headers }, patterned(end - start, start));
}

function rangeOf({ request }: ScriptedExchange): number[] {
  return (request.headers.get('x-ms-range') ?? '').slice('bytes='.length).split('-').map(Number);
}

const path = 'a.bin';

describe('reading', () => {
  it('reads a small file in one request', async () => {
    const { client, transport } = scriptedClient();
    const reading = client.files.read({ path });
    serve(await transport.next());
    const { data, properties } = await reading;
    expect(data).toEqual(patterned(size));
    expect(properties.size).toBe(size);
    expect(transport.received).toBe(1);
  });

  it('reads what is longer than a range in parallel, as many at a time as allowed', async () => {
    const { client, transport } = scriptedClient({ rangeSize: 512, concurrency: 3 });
    const reading = client.files.read({ path });
    serve(await transport.next());
    const parts = [await transport.next(), await transport.next(), await transport.next()];
    expect(await transport.untaken()).toBe(0);
    expect(parts.map(rangeOf)).toEqual([
      [512, 1023],
      [1024, 1535],
      [1536, 2047],
    ]);
    for (const part of parts.reverse()) serve(part);
    const last = await transport.next();
    expect(rangeOf(last)).toEqual([2048, 2499]);
    serve(last);
    expect((await reading).data).toEqual(patterned(size));
  });

  it('says that the file was changed when a part has another ETag, and stops the other parts', async () => {
    const { client, transport } = scriptedClient({ rangeSize: 512, concurrency: 2 });
    const reading = client.files.read({ path });
    serve(await transport.next());
    const [one, two] = [await transport.next(), await transport.next()];
    serve(one, { ETag: '"0xOTHER"' });
    await expect(reading).rejects.toMatchObject({
      name: 'FileError',
      code: 'FileChanged',
      share: 'data',
      path,
      expected: etag,
      actual: '"0xOTHER"',
    });
    expect(two.cancelled).toBe(true);
    expect(await transport.untaken()).toBe(0);
  });

  it('says that the file was changed when it became shorter meanwhile', async () => {
    const { client, transport } = scriptedClient({ rangeSize: 2048 });
    const reading = client.files.read({ path });
    serve(await transport.next());
    (await transport.next()).refuse(416, 'InvalidRange', { 'Content-Range': 'bytes */100' });
    await expect(reading).rejects.toMatchObject({ code: 'FileChanged', cause: { code: 'InvalidRange' } });
  });

  it.each([
    ['another range', { 'Content-Range': `bytes 1-2499/${size}` }, size - 1],
    ['a range that ends early', { 'Content-Range': `bytes 0-99/${size}` }, 100],
    ['no range', { 'Content-Range': undefined }, size],
    ['a malformed range', { 'Content-Range': 'bytes 0-/x' }, size],
    ['fewer bytes than it says', { 'Content-Range': `bytes 0-2499/${size}` }, size - 1],
    ['more bytes than it says', { 'Content-Range': `bytes 0-2499/${size}` }, size + 1],
    ['no ETag', { 'Content-Range': `bytes 0-2499/${size}`, ETag: undefined }, size],
    ['a malformed date', { 'Content-Range': `bytes 0-2499/${size}`, 'Last-Modified': 'now' }, size],
  ])('does not take an answer with %s', async (_what, headers, length) => {
    const { client, transport } = scriptedClient();
    const reading = client.files.read({ path });
    (await transport.next()).answer(206, { ...version, ...headers }, patterned(length));
    await expect(reading).rejects.toMatchObject({ name: 'ServerError', code: 'UnexpectedAnswer' });
  });

  it('takes a whole file from a service that does not know ranges', async () => {
    const { client, transport } = scriptedClient();
    const reading = client.files.read({ path });
    (await transport.next()).answer(200, { ...version, 'Content-Length': '3', 'Content-MD5': 'abc=' }, 'abc');
    expect(await reading).toMatchObject({ properties: { size: 3, contentMd5: 'abc=' } });
  });

  it('does not take the checksum of a range for that of the file', async () => {
    const { client, transport } = scriptedClient();
    const reading = client.files.read({ path });
    serve(await transport.next(), { 'Content-MD5': 'of the range', 'x-ms-content-md5': 'of the file' });
    expect((await reading).properties.contentMd5).toBe('of the file');
  });

  it('asks for the properties of a file that has no range', async () => {
    const { client, transport } = scriptedClient();
    const reading = client.files.read({ path, leaseId: '11111111-2222-3333-4444-555555555555' });
    (await transport.next()).refuse(416, 'InvalidRange', { 'Content-Range': 'bytes */0' });
    const look = await transport.next();
    expect(look.request.method).toBe('HEAD');
    expect(look.request.headers.get('x-ms-lease-id')).toBe('11111111-2222-3333-4444-555555555555');
    look.answer(200, { ...version, 'Content-Length': '0', 'Content-Type': 'text/plain' });
    const content = await reading;
    expect(content).toMatchObject({
      data: new Uint8Array(0),
      etag,
      properties: { contentType: 'text/plain' },
    });
  });

  it('reads a file that was empty at first and then not', async () => {
    const { client, transport } = scriptedClient();
    const reading = client.files.read({ path });
    (await transport.next()).refuse(416, 'InvalidRange');
    (await transport.next()).answer(200, { ...version, 'Content-Length': '2500' });
    serve(await transport.next());
    expect((await reading).data).toHaveLength(size);
  });

  it('gives up on a file that is empty and not empty in turns', async () => {
    const { client, transport } = scriptedClient();
    const reading = client.files.read({ path });
    reading.catch(() => {});
    for (let round = 0; round < 3; round++) {
      (await transport.next()).refuse(416, 'InvalidRange');
      (await transport.next()).answer(200, { ...version, 'Content-Length': '2500' });
    }
    await expect(reading).rejects.toMatchObject({ code: 'InvalidRange' });
    expect(await transport.untaken()).toBe(0);
  });

  it('refuses a file that does not fit into memory, before it asks for more of it', async () => {
    const { client, transport } = scriptedClient();
    const reading = client.files.read({ path });
    const range = { 'Content-Range': 'bytes 0-4194303/4398046511104' };
    (await transport.next()).answer(206, { ...version, ...range }, new Uint8Array(4_194_304));
    await expect(reading).rejects.toMatchObject({ code: 'FileTooLarge', size: 4_398_046_511_104 });
    expect(await transport.untaken()).toBe(0);
  });

  it.each([
    [{ start: 5, end: 5 }],
    [{ start: 5, end: 4 }],
    [{ start: -1, end: 4 }],
    [{ start: 0.5, end: 4 }],
    [{ start: 0, end: Number.NaN }],
    [{ start: 0, end: 4_398_046_511_105 }],
    [{ start: '0' as unknown as number, end: 4 }],
  ])('refuses the range %j before it sends anything', async (range) => {
    const { client, transport } = scriptedClient();
    await expect(client.files.read({ path, range })).rejects.toMatchObject({
      name: 'FileError',
      code: 'InvalidRange',
      attempts: 0,
    });
    expect(transport.received).toBe(0);
  });

  it('reads again what was interrupted', async () => {
    const { client, transport, clock } = scriptedClient();
    const reading = client.files.read({ path });
    (await transport.next()).fail(new NetworkError('ConnectionFailed', 'reset', { retryable: true }));
    await clock.advance(2000);
    serve(await transport.next());
    expect((await reading).data).toEqual(patterned(size));
  });

  it('gives small reads half a minute and large ones five', async () => {
    const { client, transport } = scriptedClient();
    const ends = { small: 4_194_303, large: 4_194_304 };
    for (const [kind, end] of Object.entries(ends)) {
      void client.files.read({ path, range: { start: 0, end } }).catch(() => {});
      expect((await transport.next()).call.operation.timeout).toBe(`${kind}Read`);
    }
    void client.files.read({ path }).catch(() => {});
    const first = await transport.next();
    expect(first.call.operation.timeout).toBe('smallRead');
    const range = { 'Content-Range': 'bytes 0-4194303/8388608' };
    first.answer(206, { ...version, ...range }, new Uint8Array(4_194_304));
    expect((await transport.next()).call.operation.timeout).toBe('largeRead');
  });

  it('stops at once when it is aborted in the middle', async () => {
    const { client, transport } = scriptedClient({ rangeSize: 512, concurrency: 2 });
    const controller = new AbortController();
    const reason = new Error('enough');
    const reading = client.files.read({ path, signal: controller.signal });
    serve(await transport.next());
    const parts = [await transport.next(), await transport.next()];
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(parts.every(({ cancelled }) => cancelled)).toBe(true);
  });
});
