import { describe, expect, it } from 'vitest';
import type { SmbSettings } from '../../../src/files/index.js';
import { scriptedClient, transcript, version } from './scripted-client.js';

const path = 'a';
const dot = 'x-ms-allow-trailing-dot: true';
const target = 'PUT /data/a?comp=properties';

describe('setProperties', () => {
  it('sends the present headers again together with those that change', async () => {
    const { client, transport } = scriptedClient();
    const leaseId = '11111111-2222-3333-4444-555555555555';
    const httpHeaders = { contentLanguage: 'fr', cacheControl: null, contentMd5: undefined };
    const setting = client.files.setProperties({ path, leaseId, httpHeaders });
    const look = await transport.next();
    expect(transcript(look)).toEqual(['HEAD /data/a', dot, `x-ms-lease-id: ${leaseId}`]);
    look.answer(200, {
      ...version,
      'Content-Length': '3',
      'Content-Type': 'text/plain',
      'Cache-Control': 'no-cache',
      'Content-MD5': 'XUFAKrxLKna5cZ2REBfFkg==',
    });
    const set = await transport.next();
    expect(transcript(set)).toEqual([
      target,
      dot,
      'x-ms-content-language: fr',
      'x-ms-content-md5: XUFAKrxLKna5cZ2REBfFkg==',
      'x-ms-content-type: text/plain',
      `x-ms-lease-id: ${leaseId}`,
    ]);
    set.answer(200, { ...version, 'x-ms-file-attributes': 'Archive' });
    expect(await setting).toMatchObject({ etag: version.ETag, smb: { attributes: 'Archive' } });
  });

  it('sends the present headers again when only attributes or times change, whatever they are', async () => {
    const { client, transport } = scriptedClient();
    void client.files.setProperties({ path, smb: { attributes: 'Hidden' } }).catch(() => {});
    const stored = { 'Content-Type': 'text/plain', 'Content-MD5': 'AQIDBA==' };
    (await transport.next()).answer(200, { ...version, 'Content-Length': '3', ...stored });
    expect(transcript(await transport.next())).toEqual([
      target,
      dot,
      'x-ms-content-md5: AQIDBA==',
      'x-ms-content-type: text/plain',
      'x-ms-file-attributes: Hidden',
    ]);
  });

  it('sends no header when all are to be cleared', async () => {
    const { client, transport } = scriptedClient();
    void client.files.setProperties({ path, httpHeaders: {}, replaceHttpHeaders: true }).catch(() => {});
    expect(transcript(await transport.next())).toEqual([target, dot]);
  });

  it('refuses headers before it asks for the present ones', async () => {
    const { client, transport } = scriptedClient();
    const wrong = client.files.setProperties({ path, httpHeaders: { contentMd5: 'AQIDBA==' } });
    await expect(wrong).rejects.toThrow('contentMd5 must be 16 bytes in base64');
    expect(transport.received).toBe(0);
  });

  it('needs something to set', async () => {
    const { client, transport } = scriptedClient();
    await expect(client.files.setProperties({ path })).rejects.toThrow('needs httpHeaders, smb or both');
    const nothing = { path, smb: undefined as unknown as SmbSettings };
    await expect(client.directories.setProperties(nothing)).rejects.toThrow('setProperties needs smb');
    expect(transport.received).toBe(0);
  });
});

describe('attributes and times', () => {
  const refused: readonly [SmbSettings, string][] = [
    [{ attributes: '' }, 'attributes must be names joined by a bar'],
    [{ attributes: 'ReadOnly|' }, 'attributes must be names joined by a bar'],
    [{ attributes: 'ReadOnly,Hidden' }, 'got "ReadOnly,Hidden"'],
    [{ attributes: 'toString' }, 'got "toString"'],
    [{ creationTime: 'yesterday' }, 'the creation time must be a Date'],
    [{ creationTime: '2021-02-30T00:00:00Z' }, 'the creation time must be a Date'],
    [{ lastWriteTime: new Date(Number.NaN) }, 'the last-write time must be a Date'],
    [{ changeTime: 5 as unknown as Date }, 'the change time must be a Date'],
    [{ lastWriteTime: '2020-01-02T03:04:05.12345678Z' }, 'up to seven decimals'],
    [{ permission: 'O:', permissionKey: '1*2' }, 'must not be given together'],
    [{ permission: 'x'.repeat(8193) }, 'at most 8192 characters'],
    [{ permission: 'O:\r\nx-ms-evil: 1' }, 'smb.permission must be printable ASCII'],
    [{ permissionKey: '' }, 'smb.permissionKey must be printable ASCII'],
  ];

  it.each(refused)('refuses %j', async (smb, message) => {
    const { client, transport } = scriptedClient();
    for (const call of [
      client.files.create({ path, size: 0, smb }),
      client.files.setProperties({ path, smb }),
      client.directories.create({ path, smb }),
      client.directories.setProperties({ path, smb }),
    ]) {
      const error = await call.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest', attempts: 0 });
      expect((error as Error).message).toContain(message);
    }
    expect(transport.received).toBe(0);
  });

  it('keeps all of 100 ns', async () => {
    const { client, transport } = scriptedClient();
    const smb = { lastWriteTime: '2020-01-02T03:04:05.1234567Z', permission: 'O:BAG:BAD:' };
    void client.files.setProperties({ path, smb, replaceHttpHeaders: true }).catch(() => {});
    expect(transcript(await transport.next())).toEqual([
      target,
      dot,
      'x-ms-file-last-write-time: 2020-01-02T03:04:05.1234567Z',
      'x-ms-file-permission: O:BAG:BAD:',
    ]);
  });
});

describe('creating', () => {
  it.each([
    [{ size: -1 }, 'size must be an integer of bytes'],
    [{ size: 0.5 }, 'got 0.5'],
    [{ size: Number.NaN }, 'got NaN'],
    [{ size: '5' as unknown as number }, 'size must be an integer of bytes'],
    [{ size: 0, contentType: 'text/plain\u0000' }, 'contentType must be printable ASCII'],
    [
      { size: 0, contentDisposition: 'attachment; filename="ü"' },
      'contentDisposition must be printable ASCII',
    ],
    [{ size: 0, cacheControl: '' }, 'cacheControl must be printable ASCII'],
    [{ size: 0, contentMd5: 'abc' }, 'contentMd5 must be 16 bytes in base64'],
    [{ size: 0, leaseId: 'mine' }, 'a lease id must be a GUID'],
  ])('refuses %j', async (request, message) => {
    const { client, transport } = scriptedClient();
    const error = await client.files.create({ path, ...request }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect((error as Error).message).toContain(message);
    expect(transport.received).toBe(0);
  });

  it('takes a lease id in every spelling of a GUID', async () => {
    const { client, transport } = scriptedClient();
    for (const leaseId of [
      '11111111-2222-3333-4444-55555555555A',
      '{11111111-2222-3333-4444-555555555555}',
      '11111111222233334444555555555555',
    ]) {
      void client.files.getProperties({ path, leaseId }).catch(() => {});
      expect((await transport.next()).request.headers.get('x-ms-lease-id')).toBe(leaseId);
    }
  });
});

describe('properties', () => {
  it('come without what the answer does not have', async () => {
    const { client, transport } = scriptedClient();
    const looking = client.files.getProperties({ path });
    (await transport.next()).answer(200, { ...version, 'Content-Length': '0' });
    expect(await looking).toEqual({
      size: 0,
      etag: version.ETag,
      lastModified: new Date('2022-12-07T04:02:49Z'),
      metadata: {},
      smb: {},
      serverEncrypted: false,
    });
  });

  it('tell of a lease', async () => {
    const { client, transport } = scriptedClient();
    const looking = client.files.getProperties({ path });
    (await transport.next()).answer(200, {
      ...version,
      'Content-Length': '0',
      'x-ms-lease-state': 'leased',
      'x-ms-lease-status': 'locked',
      'x-ms-lease-duration': 'infinite',
    });
    expect((await looking).lease).toEqual({ state: 'leased', status: 'locked', duration: 'infinite' });
  });

  it.each([
    [{ state: 'frozen', status: 'locked', duration: 'fixed' }, undefined],
    [{ state: 'leased', status: 'perhaps', duration: 'fixed' }, undefined],
    [
      { state: 'leased', status: 'locked', duration: 'a while' },
      { state: 'leased', status: 'locked' },
    ],
  ])('tell of a lease in words of ours only: %j', async ({ state, status, duration }, lease) => {
    const { client, transport } = scriptedClient();
    const looking = client.files.getProperties({ path: 'a' });
    const words = { 'x-ms-lease-state': state, 'x-ms-lease-status': status, 'x-ms-lease-duration': duration };
    (await transport.next()).answer(200, { ...version, 'Content-Length': '0', ...words });
    expect((await looking).lease).toEqual(lease);
  });

  it.each([
    ['no ETag', { ETag: undefined }, 'etag is missing'],
    ['no Last-Modified', { 'Last-Modified': undefined }, 'last-modified is missing'],
    ['a malformed date', { 'Last-Modified': 'yesterday' }, 'last-modified is no date'],
    ['no length', { 'Content-Length': undefined }, 'content-length is missing'],
    ['a length that is no number', { 'Content-Length': '-1' }, 'content-length is no number'],
    ['a length beyond all files', { 'Content-Length': '9'.repeat(16) }, 'content-length is no number'],
  ])('are refused with %s', async (_what, headers, message) => {
    const { client, transport } = scriptedClient();
    const looking = client.files.getProperties({ path });
    (await transport.next()).answer(200, {
      ...version,
      'Content-Length': '0',
      'x-ms-request-id': 'request-7',
      ...headers,
    });
    const error = await looking.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ServerError', code: 'UnexpectedAnswer', requestId: 'request-7' });
    expect((error as Error).message).toContain(message);
  });
});

describe('listRanges', () => {
  const headers = { ...version, 'x-ms-content-length': '4096' };
  const list = async (body: string, change: Record<string, string | undefined> = {}) => {
    const { client, transport } = scriptedClient();
    const listing = client.files.listRanges({ path });
    (await transport.next()).answer(200, { ...headers, ...change }, body);
    return listing;
  };

  it('tells ranges with their end exclusive, and cleared ones apart', async () => {
    const xml =
      '\ufeff<?xml version="1.0" encoding="utf-8"?><Ranges><Range><Start>0</Start><End>511</End></Range><ClearRange><Start>512</Start><End>1023</End></ClearRange><Range><Start>4398046511103</Start><End>4398046511103</End></Range></Ranges>';
    expect(await list(xml)).toMatchObject({
      size: 4096,
      etag: version.ETag,
      ranges: [
        { start: 0, end: 512 },
        { start: 4_398_046_511_103, end: 4_398_046_511_104 },
      ],
      clearedRanges: [{ start: 512, end: 1024 }],
    });
  });

  it.each([
    ['no document', 'nothing'],
    ['another document', '<Error />'],
    ['a range without an end', '<Ranges><Range><Start>0</Start></Range></Ranges>'],
    ['a range that ends before it starts', '<Ranges><Range><Start>5</Start><End>4</End></Range></Ranges>'],
  ])('refuses %s', async (_what, xml) => {
    await expect(list(xml)).rejects.toMatchObject({ name: 'ServerError', code: 'UnexpectedAnswer' });
  });

  it('refuses a list that does not tell the size', async () => {
    await expect(list('<Ranges />', { 'x-ms-content-length': undefined })).rejects.toMatchObject({
      code: 'UnexpectedAnswer',
    });
  });
});
