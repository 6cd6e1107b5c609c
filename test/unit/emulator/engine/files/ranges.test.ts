import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { patterned } from '../../../../support/patterned.js';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

const mebibyte = 1024 * 1024;
const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('base64');

async function withFile(size: number, version?: string): Promise<ShareRequests> {
  const requests = new ShareRequests(version);
  await requests.createShare();
  await requests.createFile('f', size);
  return requests;
}

function outcome({ status, code }: Answer): string {
  return `${status} ${code ?? ''}`.trim();
}

describe('Get File', () => {
  it('answers 200 without a range and 206 with one, even when it covers everything', async () => {
    const requests = await withFile(1024);
    await requests.putRange('f', { start: 0, bytes: patterned(1024) });
    const whole = await requests.get('/share/f');
    const part = await requests.get('/share/f', { 'x-ms-range': 'bytes=0-1023' });
    expect([whole.status, part.status]).toEqual([200, 206]);
    expect(part.headers.get('content-range')).toBe('bytes 0-1023/1024');
    expect(whole.bytes).toEqual(Buffer.from(patterned(1024)));
    expect(part.bytes).toEqual(whole.bytes);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
  });

  it('lets x-ms-range go before Range', async () => {
    const requests = await withFile(100);
    const answer = await requests.get('/share/f', { 'x-ms-range': 'bytes=10-19', Range: 'bytes=0-4' });
    expect(answer.headers.get('content-range')).toBe('bytes 10-19/100');
  });

  it.each([
    ['bytes=5-', 'bytes 5-9/10'],
    ['bytes=0-33554431', 'bytes 0-9/10'],
    ['bytes=9-9', 'bytes 9-9/10'],
  ])('cuts %s at the end of the file', async (range, expected) => {
    const requests = await withFile(10);
    expect((await requests.get('/share/f', { Range: range })).headers.get('content-range')).toBe(expected);
  });

  it.each([
    [10, 'bytes=10-'],
    [10, 'bytes=11-20'],
    [0, 'bytes=0-0'],
  ])('answers 416 with the size %i for %s', async (size, range) => {
    const requests = await withFile(size);
    const answer = await requests.get('/share/f', { 'x-ms-range': range });
    expect(outcome(answer)).toBe('416 InvalidRange');
    expect(answer.headers.get('content-range')).toBe(`bytes */${size}`);
  });

  it.each(['bytes=-5', 'bytes=5-4', 'items=0-1', 'bytes=0-1,4-5', 'bytes=a-b', ''])(
    'refuses the range %s',
    async (range) => {
      const requests = await withFile(10);
      expect(outcome(await requests.get('/share/f', { 'x-ms-range': range }))).toBe('400 InvalidHeaderValue');
    },
  );

  it('gives the MD5 of a range on request, up to 4 MiB', async () => {
    const requests = await withFile(5 * mebibyte);
    await requests.putRange('f', { start: 0, bytes: 'hello' });
    const asking = { 'x-ms-range': 'bytes=0-4', 'x-ms-range-get-content-md5': 'true' };
    expect((await requests.get('/share/f', asking)).headers.get('content-md5')).toBe(md5('hello'));
    const longest = { ...asking, 'x-ms-range': `bytes=0-${4 * mebibyte - 1}` };
    expect((await requests.get('/share/f', longest)).status).toBe(206);
    const tooLong = { ...asking, 'x-ms-range': `bytes=0-${4 * mebibyte}` };
    expect(outcome(await requests.get('/share/f', tooLong))).toBe('400 InvalidHeaderValue');
    const unranged = { 'x-ms-range-get-content-md5': 'true' };
    expect(outcome(await requests.get('/share/f', unranged))).toBe('400 InvalidHeaderValue');
  });

  it('tells the stored MD5 of the whole under another name when it reads a part', async () => {
    const requests = await withFile(10);
    await requests.put('/share/f?comp=properties', { 'x-ms-content-md5': 'AQIDBA==' });
    const whole = await requests.get('/share/f');
    const part = await requests.get('/share/f', { 'x-ms-range': 'bytes=0-4' });
    expect(whole.headers.get('content-md5')).toBe('AQIDBA==');
    expect(part.headers.get('x-ms-content-md5')).toBe('AQIDBA==');
    expect(part.headers.has('content-md5')).toBe(false);
  });

  it('reads on from what the file held when the answer began', async () => {
    const requests = await withFile(mebibyte);
    await requests.putRange('f', { start: 0, bytes: patterned(mebibyte) });
    const reading = requests.get('/share/f');
    await requests.putRange('f', { start: 0, bytes: new Uint8Array(mebibyte) });
    expect((await reading).bytes.equals(patterned(mebibyte))).toBe(true);
  });
});

describe('Put Range', () => {
  it('writes bytes, gives their MD5 and a new ETag, and keeps the length', async () => {
    const requests = await withFile(100);
    const before = await requests.head('/share/f');
    const answer = await requests.putRange('f', { start: 10, bytes: 'hello' });
    const after = await requests.get('/share/f', { 'x-ms-range': 'bytes=8-16' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('content-md5')).toBe(md5('hello'));
    expect(answer.headers.get('x-ms-request-server-encrypted')).toBe('true');
    expect(answer.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect(after.text).toBe('\0\0hello\0\0');
    expect(after.headers.get('etag')).toBe(answer.headers.get('etag'));
  });

  it.each([
    [4 * mebibyte - 1, '201'],
    [4 * mebibyte, '201'],
    [4 * mebibyte + 1, '413 RequestBodyTooLarge'],
  ])('takes a body of %i bytes with %s', async (length, expected) => {
    const requests = await withFile(8 * mebibyte);
    const answer = await requests.putRange('f', { start: 0, bytes: patterned(length) });
    expect(outcome(answer)).toBe(expected);
    if (expected !== '201') expect(answer.text).toContain('<MaxLimit>4194304</MaxLimit>');
  });

  it.each([
    ['beyond the end', { 'x-ms-range': 'bytes=9-10' }, 'ab', '416 InvalidRange'],
    ['without an end', { 'x-ms-range': 'bytes=0-' }, 'ab', '400 InvalidHeaderValue'],
    ['of another length than the body', { 'x-ms-range': 'bytes=0-2' }, 'ab', '400 InvalidHeaderValue'],
    [
      'with an unknown mode',
      { 'x-ms-range': 'bytes=0-1', 'x-ms-write': 'append' },
      'ab',
      '400 InvalidHeaderValue',
    ],
    ['with a wrong MD5', { 'x-ms-range': 'bytes=0-1', 'Content-MD5': md5('xy') }, 'ab', '400 Md5Mismatch'],
    ['with an MD5 that is none', { 'x-ms-range': 'bytes=0-1', 'Content-MD5': 'abc' }, 'ab', '400 InvalidMd5'],
  ])('refuses a range %s', async (_name, headers, body, expected) => {
    const requests = await withFile(10);
    const answer = await requests.put('/share/f?comp=range', { 'x-ms-write': 'update', ...headers }, body);
    expect(outcome(answer)).toBe(expected);
    expect((await requests.get('/share/f')).text).toBe('\0'.repeat(10));
  });

  it.each([
    ['x-ms-write', { 'x-ms-range': 'bytes=0-1' }],
    ['x-ms-range', { 'x-ms-write': 'update' }],
  ])('asks for the header %s', async (missing, headers) => {
    const requests = await withFile(10);
    const answer = await requests.put('/share/f?comp=range', headers as Record<string, string>, 'ab');
    expect(outcome(answer)).toBe('400 MissingRequiredHeader');
    expect(answer.text).toContain(`<HeaderName>${missing}</HeaderName>`);
  });

  it('clears a range without telling an MD5', async () => {
    const requests = await withFile(2048);
    await requests.putRange('f', { start: 0, bytes: patterned(2048) });
    const answer = await requests.clearRange('f', 'bytes=500-1100');
    const read = await requests.get('/share/f');
    expect(answer.status).toBe(201);
    expect(answer.headers.has('content-md5')).toBe(false);
    expect(answer.headers.has('x-ms-request-server-encrypted')).toBe(false);
    expect(read.bytes.subarray(500, 1101).every((byte) => byte === 0)).toBe(true);
    expect(read.bytes[499]).toBe(patterned(500)[499]);
  });

  it('refuses to clear with a body or an MD5', async () => {
    const requests = await withFile(10);
    const clearing = { 'x-ms-write': 'clear', 'x-ms-range': 'bytes=0-1' };
    expect(outcome(await requests.put('/share/f?comp=range', clearing, 'ab'))).toBe('400 InvalidHeaderValue');
    const withMd5 = { ...clearing, 'Content-MD5': md5('') };
    expect(outcome(await requests.put('/share/f?comp=range', withMd5))).toBe('400 InvalidHeaderValue');
  });

  it('moves the time of the last write unless it is asked to preserve it', async () => {
    const requests = await withFile(10);
    const made = (await requests.head('/share/f')).headers.get('x-ms-file-last-write-time');
    const kept = await requests.putRange(
      'f',
      { start: 0, bytes: 'a' },
      { 'x-ms-file-last-write-time': 'Preserve' },
    );
    expect(kept.headers.get('x-ms-file-last-write-time')).toBe(made);
    await requests.clock.advance(5000);
    const moved = await requests.putRange(
      'f',
      { start: 0, bytes: 'a' },
      { 'x-ms-file-last-write-time': 'now' },
    );
    expect(moved.headers.get('x-ms-file-last-write-time')).toBe('2026-03-02T03:04:10.0000000Z');
    const wrong = await requests.putRange(
      'f',
      { start: 0, bytes: 'a' },
      { 'x-ms-file-last-write-time': 'later' },
    );
    expect(outcome(wrong)).toBe('400 InvalidHeaderValue');
  });

  it('leaves the times alone in versions that were never seen to move them', async () => {
    const requests = await withFile(10, '2019-02-02');
    const made = (await requests.head('/share/f')).headers.get('x-ms-file-last-write-time');
    await requests.clock.advance(5000);
    const answer = await requests.putRange('f', { start: 0, bytes: 'a' });
    expect(answer.headers.has('x-ms-file-last-write-time')).toBe(false);
    expect((await requests.head('/share/f')).headers.get('x-ms-file-last-write-time')).toBe(made);
  });

  it('writes nothing to a read-only file', async () => {
    const requests = await withFile(10);
    await requests.put('/share/f?comp=properties', { 'x-ms-file-attributes': 'ReadOnly' });
    expect(outcome(await requests.putRange('f', { start: 0, bytes: 'a' }))).toBe('409 ReadOnlyAttribute');
    expect(outcome(await requests.delete('/share/f'))).toBe('409 ReadOnlyAttribute');
    await requests.put('/share/f?comp=properties', { 'x-ms-file-attributes': 'None' });
    expect((await requests.putRange('f', { start: 0, bytes: 'a' })).status).toBe(201);
  });

  it('holds a range of a file of 4 TiB', async () => {
    const requests = await withFile(4 * 1024 ** 4);
    const start = 4 * 1024 ** 4 - 512;
    expect((await requests.putRange('f', { start, bytes: patterned(512) })).status).toBe(201);
    const answer = await requests.get('/share/f', { 'x-ms-range': `bytes=${start}-` });
    expect(answer.bytes.equals(patterned(512))).toBe(true);
  });
});

describe('List Ranges', () => {
  const ranges = (text: string): string[] =>
    [...text.matchAll(/<(Range|ClearRange)><Start>(\d+)<\/Start><End>(\d+)<\/End>/g)].map(
      ([, kind, start, end]) => `${kind === 'Range' ? '' : 'clear '}${start}-${end}`,
    );

  it('tells allocated blocks and the length of the file', async () => {
    const requests = await withFile(2049);
    await requests.putRange('f', { start: 0, bytes: 'abc' });
    await requests.putRange('f', { start: 2048, bytes: 'd' });
    const answer = await requests.get('/share/f?comp=rangelist');
    expect(ranges(answer.text)).toEqual(['0-511', '2048-2048']);
    expect(answer.headers.get('x-ms-content-length')).toBe('2049');
    expect(answer.text.startsWith('\ufeff<?xml version="1.0" encoding="utf-8"?><Ranges><Range>')).toBe(true);
  });

  it('answers an empty element when nothing was written', async () => {
    const requests = await withFile(2048);
    expect((await requests.get('/share/f?comp=rangelist')).text).toMatch(/<Ranges \/>$/);
  });

  it('cuts the answer to the range that is asked for', async () => {
    const requests = await withFile(4096);
    await requests.putRange('f', { start: 0, bytes: patterned(4096) });
    const answer = await requests.get('/share/f?comp=rangelist', { 'x-ms-range': 'bytes=64-127' });
    expect(ranges(answer.text)).toEqual(['64-127']);
    const beyond = await requests.get('/share/f?comp=rangelist', { 'x-ms-range': 'bytes=4096-' });
    expect(outcome(beyond)).toBe('416 InvalidRange');
  });

  it('keeps the ends of a span that was cleared, and shows them as changed since a snapshot', async () => {
    const requests = await withFile(10_240);
    await requests.putRange('f', { start: 0, bytes: patterned(10_240) });
    await requests.clearRange('f', 'bytes=5120-10239');
    const snapshot =
      (await requests.put('/share?restype=share&comp=snapshot')).headers.get('x-ms-snapshot') ?? '';
    await requests.clearRange('f', 'bytes=500-2547');
    await requests.clearRange('f', 'bytes=3096-5143');
    const changes = await requests.get(
      `/share/f?comp=rangelist&prevsharesnapshot=${encodeURIComponent(snapshot)}`,
    );
    expect(ranges(changes.text)).toEqual([
      '0-511',
      'clear 512-2047',
      '2048-2559',
      '3072-3583',
      'clear 3584-5119',
      '5120-5631',
    ]);
  });

  it('lists the ranges of a snapshot as they were', async () => {
    const requests = await withFile(2048);
    await requests.putRange('f', { start: 0, bytes: patterned(512) });
    const snapshot =
      (await requests.put('/share?restype=share&comp=snapshot')).headers.get('x-ms-snapshot') ?? '';
    await requests.delete('/share/f');
    const answer = await requests.get(
      `/share/f?comp=rangelist&sharesnapshot=${encodeURIComponent(snapshot)}`,
    );
    expect(ranges(answer.text)).toEqual(['0-511']);
  });

  it('follows a renamed file into a snapshot only when it is asked to', async () => {
    const requests = await withFile(2049);
    await requests.putRange('f', { start: 0, bytes: 'Hello' });
    const snapshot =
      (await requests.put('/share?restype=share&comp=snapshot')).headers.get('x-ms-snapshot') ?? '';
    const source = 'http://127.0.0.1:10003/devstoreaccount1/share/f';
    await requests.put('/share/g?comp=rename', { 'x-ms-file-rename-source': source });
    await requests.clearRange('g', 'bytes=0-1023');
    await requests.putRange('g', { start: 1023, bytes: 'World' });
    const target = `/share/g?comp=rangelist&prevsharesnapshot=${encodeURIComponent(snapshot)}`;
    expect(outcome(await requests.get(target))).toBe('409 PreviousSnapshotNotFound');
    const followed = await requests.get(target, { 'x-ms-file-support-rename': 'true' });
    expect(ranges(followed.text)).toEqual(['clear 0-511', '512-1535']);
  });

  it('finds a renamed file anywhere in a snapshot', async () => {
    const requests = await withFile(10);
    await requests.createDirectory('d');
    await requests.createDirectory('d/inner');
    await requests.createFile('d/inner/deep', 1024);
    const snapshot =
      (await requests.put('/share?restype=share&comp=snapshot')).headers.get('x-ms-snapshot') ?? '';
    const source = 'http://127.0.0.1:10003/devstoreaccount1/share/d/inner/deep';
    await requests.put('/share/g?comp=rename', { 'x-ms-file-rename-source': source });
    await requests.putRange('g', { start: 0, bytes: 'a' });
    await requests.createFile('h', 10);
    const following = { 'x-ms-file-support-rename': 'true' };
    const query = `?comp=rangelist&prevsharesnapshot=${encodeURIComponent(snapshot)}`;
    expect(ranges((await requests.get(`/share/g${query}`, following)).text)).toEqual(['0-511']);
    expect(outcome(await requests.get(`/share/h${query}`, following))).toBe('409 PreviousSnapshotNotFound');
  });

  it('refuses to compare with a snapshot that holds another file of that name, or that is not there', async () => {
    const requests = await withFile(10);
    const snapshot =
      (await requests.put('/share?restype=share&comp=snapshot')).headers.get('x-ms-snapshot') ?? '';
    await requests.delete('/share/f');
    await requests.createFile('f', 10);
    const target = `/share/f?comp=rangelist&prevsharesnapshot=${encodeURIComponent(snapshot)}`;
    expect(outcome(await requests.get(target))).toBe('409 FileGenerationMismatch');
    const missing = '/share/f?comp=rangelist&prevsharesnapshot=2020-08-07T16:58:02.0000000Z';
    expect(outcome(await requests.get(missing))).toBe('404 ShareNotFound');
    const nonsense = '/share/f?comp=rangelist&prevsharesnapshot=yesterday';
    expect(outcome(await requests.get(nonsense))).toBe('400 InvalidQueryParameterValue');
  });
});

describe('Put Range from URL', () => {
  const source = 'http://127.0.0.1:10003/devstoreaccount1/share/source';

  async function withSource(): Promise<ShareRequests> {
    const requests = await withFile(4096);
    await requests.createFile('source', 1024);
    await requests.putRange('source', { start: 0, bytes: patterned(1024) });
    return requests;
  }

  const fromSource = (range: string, more: Record<string, string> = {}): Record<string, string> => ({
    'x-ms-write': 'update',
    'x-ms-copy-source': source,
    'x-ms-source-range': range,
    ...more,
  });

  it('writes the bytes of the source and tells their CRC', async () => {
    const requests = await withSource();
    await requests.createFile('digits', 9);
    await requests.putRange('digits', { start: 0, bytes: '123456789' });
    const headers = {
      ...fromSource('bytes=0-8', { 'x-ms-range': 'bytes=100-108' }),
      'x-ms-copy-source': source.replace('source', 'digits'),
    };
    const answer = await requests.put('/share/f?comp=range', headers);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-ms-content-crc64')).toBe('iJh5CoYUi64=');
    expect((await requests.get('/share/f', { 'x-ms-range': 'bytes=100-108' })).text).toBe('123456789');
  });

  it.each([
    [
      'spans of different lengths',
      fromSource('bytes=0-9', { 'x-ms-range': 'bytes=0-10' }),
      '400 InvalidHeaderValue',
    ],
    [
      'a span beyond the source',
      fromSource('bytes=0-1024', { 'x-ms-range': 'bytes=0-1024' }),
      '409 CannotVerifyCopySource',
    ],
    [
      'a span beyond the target',
      fromSource('bytes=0-9', { 'x-ms-range': 'bytes=4090-4099' }),
      '416 InvalidRange',
    ],
    [
      'more than 4 MiB',
      fromSource('bytes=0-4194304', { 'x-ms-range': 'bytes=0-4194304' }),
      '413 RequestBodyTooLarge',
    ],
    [
      'no source span',
      { 'x-ms-write': 'update', 'x-ms-copy-source': source, 'x-ms-range': 'bytes=0-1' },
      '400 MissingRequiredHeader',
    ],
    [
      'another mode',
      fromSource('bytes=0-1', { 'x-ms-range': 'bytes=0-1', 'x-ms-write': 'clear' }),
      '400 InvalidHeaderValue',
    ],
    [
      'a wrong checksum',
      fromSource('bytes=0-1', { 'x-ms-range': 'bytes=0-1', 'x-ms-source-content-crc64': 'AAAAAAAAAAA=' }),
      '400 Crc64Mismatch',
    ],
    [
      'an unmet condition',
      fromSource('bytes=0-1', { 'x-ms-range': 'bytes=0-1', 'x-ms-source-if-match-crc64': 'AAAAAAAAAAA=' }),
      '412 SourceConditionNotMet',
    ],
  ])('refuses %s', async (_name, headers, expected) => {
    const requests = await withSource();
    expect(outcome(await requests.put('/share/f?comp=range', headers))).toBe(expected);
  });
});
