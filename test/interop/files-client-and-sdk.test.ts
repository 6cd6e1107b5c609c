import { FileSystemAttributes, ShareServiceClient } from '@azure/storage-file-share';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient } from '../../src/files/index.js';
import { patterned } from '../support/patterned.js';

const mebibyte = 1024 * 1024;
const shares = Array.from({ length: 40 }, (_, index) => `share${index}`);

let emulator: Emulator;
let service: ShareServiceClient;
let client: AzureFilesClient;

beforeAll(async () => {
  emulator = await startEmulator({ filesPort: 0, shares });
  const { connectionString } = emulator;
  service = ShareServiceClient.fromConnectionString(connectionString);
  client = AzureFilesClient.builder().connectionString(connectionString).build();
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

/** A share that no other test uses, seen from both sides. */
function freshShare() {
  const share = shares.pop() ?? '';
  const theirs = service.getShareClient(share);
  return { share, theirs, root: theirs.rootDirectoryClient, ours: client.files.inShare(share) };
}

describe('what our client writes, the official client reads', () => {
  it.each([0, 1, 4 * mebibyte - 1, 4 * mebibyte, 4 * mebibyte + 1, 10 * mebibyte])(
    'content of %i bytes',
    async (size) => {
      const { ours, root } = freshShare();
      const data = patterned(size);
      await ours.write('file.bin', data);
      const downloaded =
        size === 0 ? Buffer.alloc(0) : await root.getFileClient('file.bin').downloadToBuffer();
      expect(Buffer.compare(downloaded, data)).toBe(0);
      expect((await root.getFileClient('file.bin').getProperties()).contentLength).toBe(size);
    },
  );

  it('headers, metadata and attributes', async () => {
    const { share, root } = freshShare();
    const info = await client.files.create({
      share,
      path: 'a.txt',
      size: 5,
      contentType: 'text/plain; charset=utf-8',
      contentEncoding: 'gzip',
      contentLanguage: 'de',
      contentDisposition: 'attachment; filename="a.txt"',
      cacheControl: 'no-cache',
      contentMd5: 'XUFAKrxLKna5cZ2REBfFkg==',
      metadata: { CamelCase: 'one two', other: '3' },
      smb: { attributes: 'Hidden', creationTime: '2001-02-03T04:05:06.0000000Z' },
    });
    const properties = await root.getFileClient('a.txt').getProperties();
    expect(properties).toMatchObject({
      contentLength: 5,
      contentType: 'text/plain; charset=utf-8',
      contentEncoding: 'gzip',
      contentLanguage: 'de',
      contentDisposition: 'attachment; filename="a.txt"',
      cacheControl: 'no-cache',
      etag: info.etag,
      lastModified: info.lastModified,
      fileCreatedOn: new Date('2001-02-03T04:05:06Z'),
    });
    expect(Buffer.from(properties.contentMD5 ?? []).toString('base64')).toBe('XUFAKrxLKna5cZ2REBfFkg==');
    // The official client keeps names in lower case.
    expect(properties.metadata).toEqual({ camelcase: 'one two', other: '3' });
    expect(properties.fileAttributes).toContain('Hidden');
  });

  it('changes of headers, metadata and length', async () => {
    const { share, ours, root } = freshShare();
    await ours.create('a.txt', 5, { contentType: 'text/plain', cacheControl: 'no-cache' });
    await client.files.setProperties({
      share,
      path: 'a.txt',
      httpHeaders: { contentLanguage: 'fr', cacheControl: null },
    });
    await client.files.resize({ share, path: 'a.txt', size: 100 });
    await ours.setMetadata('a.txt', { a: '1' });
    const properties = await root.getFileClient('a.txt').getProperties();
    expect(properties).toMatchObject({
      contentLength: 100,
      contentType: 'text/plain',
      contentLanguage: 'fr',
    });
    expect(properties.cacheControl).toBeUndefined();
    expect(properties.metadata).toEqual({ a: '1' });
  });

  it('ranges that are written and cleared', async () => {
    const { share, ours, root } = freshShare();
    await ours.create('a.bin', mebibyte);
    await ours.write('a.bin', patterned(8192), { offset: 4096 });
    await client.files.clearRange({ share, path: 'a.bin', range: { start: 6144, end: 8192 } });
    const { rangeList } = await root.getFileClient('a.bin').getRangeList();
    const listed = await client.files.listRanges({ share, path: 'a.bin' });
    expect(listed.ranges).toEqual(rangeList.map(({ start, end }) => ({ start, end: end + 1 })));
    expect(listed.ranges).toEqual([
      { start: 4096, end: 6144 },
      { start: 8192, end: 12_288 },
    ]);
  });

  it('directories, renames, copies and deletes', async () => {
    const { share, theirs, ours, root } = freshShare();
    await client.directories.ensure({ share, path: 'a/b/c' });
    await ours.write('a/b/one.txt', new TextEncoder().encode('one'));
    await client.files.copy({
      sourceShare: share,
      sourcePath: 'a/b/one.txt',
      destShare: share,
      destPath: 'a/two.txt',
    });
    await client.files.rename({ share, path: 'a/two.txt', newPath: 'a/b/c/three.txt' });
    await client.directories.rename({ share, path: 'a/b', newPath: 'moved' });
    await client.directories.setMetadata({ share, path: 'moved', metadata: { kind: 'x' } });
    const names: string[] = [];
    for await (const item of theirs.getDirectoryClient('moved').listFilesAndDirectories())
      names.push(item.name);
    // The official client gives the files of a page first.
    expect(names.sort()).toEqual(['c', 'one.txt']);
    expect((await theirs.getDirectoryClient('moved').getProperties()).metadata).toEqual({ kind: 'x' });
    const copy = await theirs.getDirectoryClient('moved/c').getFileClient('three.txt').downloadToBuffer();
    expect(copy.toString()).toBe('one');
    expect(await client.directories.deleteRecursive(share, 'moved')).toMatchObject({ filesDeleted: 2 });
    expect(await root.getDirectoryClient('moved').exists()).toBe(false);
  });
});

describe('what the official client writes, our client reads', () => {
  it.each([0, 1, 4 * mebibyte, 10 * mebibyte + 1])('content of %i bytes', async (size) => {
    const { ours, root } = freshShare();
    const data = patterned(size);
    await root.getFileClient('file.bin').uploadData(Buffer.from(data));
    const content = await ours.read('file.bin');
    expect(Buffer.compare(content.data, data)).toBe(0);
    expect(content.properties.size).toBe(size);
  });

  it('headers, metadata and attributes', async () => {
    const { ours, root } = freshShare();
    const attributes = new FileSystemAttributes();
    attributes.hidden = true;
    const created = await root.getFileClient('a.txt').create(7, {
      fileHttpHeaders: {
        fileContentType: 'text/plain',
        fileContentLanguage: 'de',
        fileContentMD5: Buffer.from('XUFAKrxLKna5cZ2REBfFkg==', 'base64'),
      },
      metadata: { Key: 'value' },
      fileAttributes: attributes,
      lastWriteTime: new Date('2020-01-02T03:04:05Z'),
    });
    expect(await ours.getProperties('a.txt')).toMatchObject({
      size: 7,
      contentType: 'text/plain',
      contentLanguage: 'de',
      contentMd5: 'XUFAKrxLKna5cZ2REBfFkg==',
      metadata: { Key: 'value' },
      etag: created.etag,
      lastModified: created.lastModified,
      smb: {
        fileId: created.fileId,
        lastWriteTime: '2020-01-02T03:04:05.0000000Z',
        attributes: expect.stringContaining('Hidden'),
      },
    });
  });

  it('a listing, to the same entries', async () => {
    const { share, theirs, root } = freshShare();
    const names = ['a&b', 'c d', 'e%41', 'ü', 'f+g', "h'i", 'trailing.', 'non-character \ufffe'];
    for (const name of names) await root.getFileClient(name).create(names.indexOf(name));
    await theirs.getDirectoryClient('sub').create();
    const seen: unknown[] = [];
    const options = {
      includeTimestamps: true,
      includeEtag: true,
      includeAttributes: true,
      includePermissionKey: true,
    };
    for await (const item of root.listFilesAndDirectories(options)) {
      const { etag, lastModified, creationTime } = item.properties ?? {};
      const size = item.kind === 'file' ? item.properties.contentLength : undefined;
      const { kind, name, fileId, attributes, permissionKey } = item;
      seen.push({ kind, name, size, fileId, etag, lastModified, creationTime, attributes, permissionKey });
    }
    const ours: unknown[] = [];
    const include = ['attributes', 'permissionKey'] as const;
    for await (const entry of client.directories.listAll({ share, include, pageSize: 2 })) {
      const { type: kind, name, size, etag, lastModified, smb } = entry;
      const { fileId, attributes, permissionKey } = smb;
      const creationTime = new Date(smb.creationTime ?? '');
      ours.push({ kind, name, size, fileId, etag, lastModified, creationTime, attributes, permissionKey });
    }
    // The official client gives the files of a page first.
    expect(ours).toEqual(expect.arrayContaining(seen));
    expect([ours.length, seen.length]).toEqual([9, 9]);
  });

  it('a copy, to the same state', async () => {
    const { ours, root } = freshShare();
    await ours.write('a', patterned(100));
    const copied = await root.getFileClient('b').startCopyFromURL(root.getFileClient('a').url);
    const { copy } = await ours.getProperties('b');
    expect(copy).toMatchObject({ status: copied.copyStatus, copyId: copied.copyId, bytesCopied: 100 });
  });

  it('shares, their properties and statistics', async () => {
    const { share, theirs } = freshShare();
    await theirs.setMetadata({ Team: 'a' });
    await theirs.setQuota(7);
    const theirProperties = await theirs.getProperties();
    const { etag, lastModified } = theirProperties;
    expect(await client.shares.getProperties({ share })).toMatchObject({
      etag,
      lastModified,
      quotaGiB: 7,
      metadata: { Team: 'a' },
    });
    expect((await client.shares.getStatistics({ share })).usageBytes).toBe(
      (await theirs.getStatistics()).shareUsageBytes,
    );
    const request = { prefix: share, include: ['metadata', 'snapshots'] } as const;
    const { snapshot } = await theirs.createSnapshot();
    const found: unknown[] = [];
    for await (const item of client.shares.list(request)) {
      if (item.name === share) found.push({ snapshot: item.snapshot, metadata: item.metadata });
    }
    expect(found).toEqual([
      { snapshot, metadata: { Team: 'a' } },
      { snapshot: undefined, metadata: { Team: 'a' } },
    ]);
  });

  it('a snapshot, apart from what came later', async () => {
    const { share, theirs, ours } = freshShare();
    await client.directories.create({ share, path: 'd' });
    await ours.write('d/a', new TextEncoder().encode('before'));
    const { snapshot } = await theirs.createSnapshot();
    await ours.write('d/a', new TextEncoder().encode('after'));
    await ours.create('d/b', 0);
    const before = await client.files.read({ share, path: 'd/a', snapshot });
    expect(Buffer.from(before.data).toString()).toBe('before');
    expect((await client.files.getProperties({ share, path: 'd/a', snapshot })).size).toBe(6);
    const { entries } = await client.directories.list({ share, path: 'd', snapshot });
    expect(entries.map(({ name }) => name)).toEqual(['a']);
    const copied = {
      sourceShare: share,
      sourcePath: 'd/a',
      sourceSnapshot: snapshot,
      destShare: share,
      destPath: 'c',
    };
    await client.files.copy(copied);
    expect(Buffer.from((await ours.read('c')).data).toString()).toBe('before');
    const ranges = await client.files.listRanges({ share, path: 'd/a', previousSnapshot: snapshot });
    expect(ranges.ranges.length + ranges.clearedRanges.length).toBeGreaterThan(0);
    await expect(
      client.files.read({ share, path: 'd/a', snapshot: '2001-02-03T04:05:06.0000000Z' }),
    ).rejects.toMatchObject({
      name: 'FileError',
      status: 404,
    });
  });
});

describe('a lease of the official client', () => {
  const once = { maxAttempts: 1 };
  const leaseId = '11111111-2222-3333-4444-555555555555';

  it('locks a file for our client, unless it names the lease', async () => {
    const { share, ours, root } = freshShare();
    await ours.write('a', patterned(10));
    const lease = root.getFileClient('a').getShareLeaseClient(leaseId);
    await lease.acquireLease();
    const impatient = AzureFilesClient.builder()
      .connectionString(emulator.connectionString)
      .retryConfig(once)
      .build();
    const locked = { name: 'FileError', code: 'FileLocked', serviceCode: 'LeaseIdMissing', share, path: 'a' };
    await expect(impatient.files.write({ share, path: 'a', data: patterned(5) })).rejects.toMatchObject(
      locked,
    );
    await expect(impatient.files.create({ share, path: 'a', size: 0 })).rejects.toMatchObject(locked);
    await expect(impatient.files.delete({ share, path: 'a' })).rejects.toMatchObject(locked);
    const renaming = impatient.files.rename({ share, path: 'a', newPath: 'b' });
    await expect(renaming).rejects.toMatchObject({ ...locked, path: 'b' });
    await expect(renaming).rejects.toThrow(`${share}/b (from ${share}/a): locked by a lease`);
    expect((await ours.getProperties('a')).lease).toEqual({
      state: 'leased',
      status: 'locked',
      duration: 'infinite',
    });
    await ours.write('a', patterned(7), { leaseId });
    expect((await ours.read('a', { leaseId })).data).toEqual(patterned(7));
    await client.files.rename({ share, path: 'a', newPath: 'b', leaseId });
    await expect(
      ours.write('b', patterned(5), { leaseId: '99999999-2222-3333-4444-555555555555' }),
    ).rejects.toMatchObject({ name: 'LeaseError', code: 'LeaseIdMismatch' });
    await ours.delete('b', { leaseId });
    await impatient.close();
  });

  it('makes our client wait until it is released', async () => {
    const { ours, root } = freshShare();
    await ours.write('a', patterned(10));
    const lease = root.getFileClient('a').getShareLeaseClient(leaseId);
    await lease.acquireLease();
    const policies = { FileLocked: { maxAttempts: 100, baseDelayMs: 5, backoff: 'fixed' } } as const;
    const patient = AzureFilesClient.builder()
      .connectionString(emulator.connectionString)
      .retryConfig({ policies })
      .build();
    const writing = patient.files.inShare(root.shareName).write('a', patterned(20));
    await lease.releaseLease();
    await writing;
    expect((await ours.read('a')).data).toEqual(patterned(20));
    await patient.close();
  });

  it('is not there when our client names one that has ended', async () => {
    const { ours } = freshShare();
    await ours.write('a', patterned(10));
    await expect(ours.getProperties('a', { leaseId })).rejects.toMatchObject({
      name: 'LeaseError',
      code: 'LeaseNotPresent',
    });
  });
});
