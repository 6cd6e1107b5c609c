import { describe, expect, it } from 'vitest';
import type { AzureFilesClient, DirectoryEntry } from '../../../src/files/index.js';
import { rejection } from '../../support/rejection.js';
import { scriptedClient, version } from './scripted-client.js';

/** What a caller without types can do. */
type Call = (client: AzureFilesClient, request: never) => unknown;

async function refusal(call: Call, request: unknown) {
  const { client, transport } = scriptedClient();
  const error = await rejection<Error>((async () => call(client, request as never))());
  expect(transport.received).toBe(0);
  return error;
}

const path = 'a';
const calls: [string, Call, object][] = [
  ['files.create', ({ files }, r) => files.create(r), { path, size: 1 }],
  ['files.createIfNotExists', ({ files }, r) => files.createIfNotExists(r), { path }],
  ['files.read', ({ files }, r) => files.read(r), { path }],
  ['files.write', ({ files }, r) => files.write(r), { path, data: new Uint8Array(1) }],
  ['files.clearRange', ({ files }, r) => files.clearRange(r), { path, range: { start: 0, end: 1 } }],
  ['files.listRanges', ({ files }, r) => files.listRanges(r), { path }],
  ['files.resize', ({ files }, r) => files.resize(r), { path, size: 1 }],
  ['files.delete', ({ files }, r) => files.delete(r), { path }],
  ['files.deleteIfExists', ({ files }, r) => files.deleteIfExists(r), { path }],
  ['files.exists', ({ files }, r) => files.exists(r), { path }],
  ['files.getProperties', ({ files }, r) => files.getProperties(r), { path }],
  ['files.setProperties', ({ files }, r) => files.setProperties(r), { path, smb: {} }],
  ['files.getMetadata', ({ files }, r) => files.getMetadata(r), { path }],
  ['files.setMetadata', ({ files }, r) => files.setMetadata(r), { path, metadata: {} }],
  ['files.copy', ({ files }, r) => files.copy(r), { sourcePath: 'a', destPath: 'b' }],
  ['files.copyFromUrl', ({ files }, r) => files.copyFromUrl(r), { sourceUrl: 'https://x/y', destPath: 'b' }],
  ['files.waitForCopy', ({ files }, r) => files.waitForCopy(r), { path }],
  ['files.abortCopy', ({ files }, r) => files.abortCopy(r), { path, copyId: '' }],
  ['files.rename', ({ files }, r) => files.rename(r), { path, newPath: 'b' }],
  ['inShare.read', ({ files }, r) => files.inShare('data').read('a', r), {}],
  ['directories.create', ({ directories }, r) => directories.create(r), { path }],
  ['directories.createIfNotExists', ({ directories }, r) => directories.createIfNotExists(r), { path }],
  ['directories.ensure', ({ directories }, r) => directories.ensure(r), { path }],
  ['directories.delete', ({ directories }, r) => directories.delete(r), { path }],
  ['directories.deleteIfExists', ({ directories }, r) => directories.deleteIfExists(r), { path }],
  ['directories.exists', ({ directories }, r) => directories.exists(r), { path }],
  ['directories.list', ({ directories }, r) => directories.list(r), {}],
  ['directories.listAll', ({ directories }, r) => directories.listAll(r), {}],
  ['directories.walk', ({ directories }, r) => directories.walk(r), {}],
  ['directories.deleteRecursive', ({ directories }, r) => directories.deleteRecursive(r), { path }],
  ['directories.rename', ({ directories }, r) => directories.rename(r), { path, newPath: 'b' }],
  ['directories.getProperties', ({ directories }, r) => directories.getProperties(r), { path }],
  ['directories.setProperties', ({ directories }, r) => directories.setProperties(r), { path, smb: {} }],
  ['directories.setMetadata', ({ directories }, r) => directories.setMetadata(r), { path, metadata: {} }],
  ['shares.list', ({ shares }, r) => shares.list(r), {}],
  ['shares.getProperties', ({ shares }, r) => shares.getProperties(r), {}],
  ['shares.getStatistics', ({ shares }, r) => shares.getStatistics(r), {}],
  [
    'streaming.uploadStream',
    ({ streaming }, r) => streaming.uploadStream(r, new ReadableStream()),
    { path, totalSize: 1 },
  ],
  ['streaming.uploadFrom', ({ streaming }, r) => streaming.uploadFrom(r, 'local'), { path }],
  ['streaming.downloadStream', ({ streaming }, r) => streaming.downloadStream(r), { path }],
  ['streaming.downloadRange', ({ streaming }, r) => streaming.downloadRange(r), { path, start: 0, end: 1 }],
  ['streaming.downloadTo', ({ streaming }, r) => streaming.downloadTo(r, 'local'), { path }],
];

describe.each(calls)('%s', (_name, call, request) => {
  it('refuses a field that it would ignore, and sends nothing', async () => {
    const error = await refusal(call, { ...request, colour: 'red' });
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect(error.message).toContain('the request has the unknown field "colour"; known are ');
  });

  it('refuses what is no object, and sends nothing', async () => {
    const error = await refusal(call, 'a');
    expect(error).toMatchObject({ name: 'ConfigurationError' });
  });

  it('takes an absent value for an absent field', async () => {
    const error = await refusal(call, { ...request, colour: undefined, signal: 5 });
    expect(error).toMatchObject({ code: 'InvalidOption' });
    expect(error.message).toContain('signal must be an AbortSignal');
  });
});

describe('requests', () => {
  it('say which field is meant when only the case is wrong', async () => {
    const error = await refusal(({ files }, request) => files.read(request), { path, leaseID: 'x' });
    expect(error.message).toBe('the request has the unknown field "leaseID"; leaseId is meant, perhaps');
  });

  it.each([
    ['range', null, 'range must be an object, got null'],
    ['range', [0, 1], 'range must be an object, got a list'],
    ['range', { start: 0, length: 5 }, 'range has the unknown field "length"; known are start, end'],
    ['snapshot', '', 'snapshot must be the time of a snapshot'],
    ['snapshot', 5, 'snapshot must be well-formed text, got number'],
  ])('refuse to read with %s %j', async (field, value, message) => {
    const error = await refusal(({ files }, request) => files.read(request), { path, [field]: value });
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect(error.message).toContain(message);
  });

  it.each([
    ['prefix', '\ud800', 'prefix must be well-formed text'],
    ['marker', {}, 'marker must be well-formed text, got object'],
    ['include', 'attributes', 'include must be a list, got string'],
  ])('refuse to list with %s %j', async (field, value, message) => {
    const error = await refusal(({ directories }, request) => directories.list(request), { [field]: value });
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect(error.message).toContain(message);
  });

  it.each([
    ['replace', 'yes', 'replace must be true or false, got string'],
    ['smb', { createTime: 'now' }, 'smb has the unknown field "createTime"'],
    ['smb', { attributes: 5 }, 'attributes must be well-formed text, got number'],
    ['smb', null, 'smb must be an object, got null'],
  ])('refuse to rename with %s %j', async (field, value, message) => {
    const request = { path, newPath: 'b', [field]: value };
    const error = await refusal(({ files }, given) => files.rename(given), request);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect(error.message).toContain(message);
  });

  it('refuse HTTP headers by their names on the wire, which would be ignored', async () => {
    const request = { path, httpHeaders: { 'content-type': 'text/plain' } };
    const error = await refusal(({ files }, given) => files.setProperties(given), request);
    expect(error.message).toContain('httpHeaders has the unknown field "content-type"');
  });

  it('refuse an ETag, which would be no condition', async () => {
    const request = { path, data: new Uint8Array(1), etag: '"1"' };
    const error = await refusal(({ files }, given) => files.write(given), request);
    expect(error.message).toContain('the request has the unknown field "etag"');
  });

  it('refuse a listener of progress that is none, and a local path that is none', async () => {
    const listening = await refusal(({ streaming }, given) => streaming.uploadFrom(given, 'local'), {
      path,
      onProgress: 'x',
    });
    expect(listening.message).toContain('onProgress must be a function, got string');
    for (const local of [undefined, '', 'a\0b']) {
      const up = await refusal(({ streaming }, given) => streaming.uploadFrom(given, local as string), {
        path,
      });
      const down = await refusal(({ streaming }, given) => streaming.downloadTo(given, local as string), {
        path,
      });
      expect([up.message, down.message].every((text) => text.includes('the local path must be'))).toBe(true);
    }
  });

  it('cancel the stream of an upload that is refused', async () => {
    const { client } = scriptedClient();
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true;
      },
    });
    await rejection(client.streaming.uploadStream({ path, totalSize: 1, colour: 'red' } as never, stream));
    expect(cancelled).toBe(true);
  });

  it('may be an entry of a listing, as it is', async () => {
    const { client, transport } = scriptedClient();
    const entry: DirectoryEntry = {
      type: 'file',
      name: 'a',
      share: 'data',
      path: 'd/a',
      size: 1,
      etag: '"1"',
      lastModified: new Date(0),
      smb: { fileId: '7' },
    };
    const looking = client.files.getProperties(entry);
    const exchange = await transport.next();
    exchange.answer(200, { ...version, 'Content-Length': '1' });
    await looking;
    expect(exchange.request.target).toBe('/data/d/a');
  });
});
