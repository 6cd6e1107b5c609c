import { describe, expect, it } from 'vitest';
import { patterned } from '../../support/patterned.js';
import { scriptedClient, version } from './scripted-client.js';

const path = 'a.bin';
const leaseId = '11111111-2222-3333-4444-555555555555';

describe('writing', () => {
  it('resizes and writes where the file is there', async () => {
    const { client, transport } = scriptedClient();
    const writing = client.files.write({ path, data: patterned(10), leaseId });
    const resize = await transport.next();
    expect(resize.request.target).toBe('/data/a.bin?comp=properties');
    expect(resize.request.headers.get('x-ms-content-length')).toBe('10');
    expect(resize.request.headers.has('x-ms-content-type')).toBe(false);
    resize.answer(200, version);
    const put = await transport.next();
    expect(put.request.headers.get('x-ms-range')).toBe('bytes=0-9');
    expect([resize, put].map(({ request }) => request.headers.get('x-ms-lease-id'))).toEqual([
      leaseId,
      leaseId,
    ]);
    put.answer(201, version);
    expect(await writing).toBeUndefined();
    expect(await transport.untaken()).toBe(0);
  });

  it.each(['ResourceNotFound', 'ParentNotFound'])(
    'creates the file when %s says that it is missing',
    async (code) => {
      const { client, transport } = scriptedClient();
      const writing = client.files.write({ path, data: patterned(10), contentType: 'text/plain' });
      (await transport.next()).refuse(404, code);
      const create = await transport.next();
      expect(create.call.operation.name).toBe('CreateFile');
      expect(create.request.headers.get('x-ms-content-length')).toBe('10');
      expect(create.request.headers.get('x-ms-content-type')).toBe('text/plain');
      create.answer(201, version);
      (await transport.next()).answer(201, version);
      await writing;
      expect(await transport.untaken()).toBe(0);
    },
  );

  it.each([
    [404, 'ShareNotFound'],
    [412, 'LeaseIdMismatchWithFileOperation'],
    [409, 'ReadOnlyAttribute'],
    [403, 'AuthorizationPermissionMismatch'],
  ])('creates nothing when the service says %i %s', async (status, code) => {
    const { client, transport } = scriptedClient();
    const writing = client.files.write({ path, data: patterned(10) });
    (await transport.next()).refuse(status, code);
    await expect(writing).rejects.toMatchObject({ serviceCode: code });
    expect(await transport.untaken()).toBe(0);
  });

  it('sends no range for an empty content', async () => {
    const { client, transport } = scriptedClient();
    const writing = client.files.write({ path, data: new Uint8Array(0) });
    const resize = await transport.next();
    expect(resize.request.headers.get('x-ms-content-length')).toBe('0');
    resize.answer(200, version);
    await writing;
    expect(await transport.untaken()).toBe(0);
  });

  it('writes ranges side by side, as many as allowed, and shares the memory of the data', async () => {
    const { client, transport } = scriptedClient({ rangeSize: 512, concurrency: 2 });
    const data = patterned(1200);
    const writing = client.files.write({ path, data, offset: 100 });
    const first = [await transport.next(), await transport.next()];
    expect(await transport.untaken()).toBe(0);
    for (const exchange of first) exchange.answer(201, version);
    const last = await transport.next();
    const ranges = [...first, last].map(({ request }) => request.headers.get('x-ms-range'));
    expect(ranges).toEqual(['bytes=100-611', 'bytes=612-1123', 'bytes=1124-1299']);
    for (const { request } of [...first, last]) {
      expect((request.body as Uint8Array).buffer).toBe(data.buffer);
    }
    last.answer(201, version);
    await writing;
  });

  it('stops with the first failure and ends the other ranges', async () => {
    const { client, transport } = scriptedClient({ rangeSize: 512, concurrency: 2 });
    const writing = client.files.write({ path, data: patterned(5000), offset: 0 });
    const [one, two] = [await transport.next(), await transport.next()];
    one.refuse(409, 'ReadOnlyAttribute');
    await expect(writing).rejects.toMatchObject({ code: 'ReadOnly' });
    expect(two.cancelled).toBe(true);
    expect(await transport.untaken()).toBe(0);
  });

  it('waits for a file that is locked, and writes when it is free', async () => {
    const { client, transport, clock } = scriptedClient();
    const writing = client.files.write({ path, data: patterned(4), offset: 0 });
    (await transport.next()).refuse(412, 'LeaseIdMissing');
    await clock.advance(1000);
    (await transport.next()).answer(201, version);
    await writing;
  });

  it('says that the file is locked after five attempts', async () => {
    const { client, transport, clock } = scriptedClient();
    const writing = client.files.write({ path, data: patterned(4), offset: 0 });
    writing.catch(() => {});
    for (let attempt = 0; attempt < 5; attempt++) {
      (await transport.next()).refuse(409, 'SharingViolation');
      await clock.advance(60_000);
    }
    await expect(writing).rejects.toMatchObject({
      code: 'FileLocked',
      attempts: 5,
      retriesExhausted: true,
      share: 'data',
      path,
    });
    expect(await writing.catch((error: { isConflict(): boolean }) => error.isConflict())).toBe(true);
  });

  it('looks how long the file is when a range does not fit', async () => {
    const { client, transport } = scriptedClient();
    const writing = client.files.write({ path, data: patterned(4), offset: 8, leaseId });
    (await transport.next()).refuse(416, 'InvalidRange');
    const look = await transport.next();
    expect(look.request.method).toBe('HEAD');
    expect(look.request.headers.get('x-ms-lease-id')).toBe(leaseId);
    look.answer(200, { ...version, 'Content-Length': '10' });
    const error = await writing.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'InvalidRange', start: 8, end: 12, size: 10 });
    expect((error as Error).message).toContain('does not make it longer');
  });

  it('gives the refusal as it was when the file has grown meanwhile', async () => {
    const { client, transport } = scriptedClient();
    const writing = client.files.write({ path, data: patterned(4), offset: 8 });
    (await transport.next()).refuse(416, 'InvalidRange');
    (await transport.next()).answer(200, { ...version, 'Content-Length': '100' });
    await expect(writing).rejects.toMatchObject({ code: 'InvalidRange', serviceCode: 'InvalidRange' });
  });

  it.each([
    ['a string', { data: 'text' as unknown as Uint8Array }, 'data must be a Uint8Array, got string'],
    ['null', { data: null as unknown as Uint8Array }, 'data must be a Uint8Array, got null'],
    ['a negative offset', { data: new Uint8Array(1), offset: -1 }, 'offset must be an integer from 0'],
    ['half an offset', { data: new Uint8Array(1), offset: 0.5 }, 'offset must be an integer from 0'],
    [
      'a content type at an offset',
      { data: new Uint8Array(1), offset: 0, contentType: 'text/plain' },
      'contentType has no effect',
    ],
    [
      'a content type that HTTP cannot carry',
      { data: new Uint8Array(1), contentType: 'text/plain\r\nx: y' },
      'contentType must be printable ASCII',
    ],
    ['a lease id that is none', { data: new Uint8Array(1), leaseId: 'secret' }, 'a lease id must be a GUID'],
  ])('refuses %s', async (_what, request, message) => {
    const { client, transport } = scriptedClient();
    const writing = client.files.write({ path, ...request });
    const error = await writing.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('secret');
    expect(transport.received).toBe(0);
  });
});
