import { FileSystemAttributes, type ShareFileClient } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { a, b, leaseOf, refusal, startFile, startShare } from '../support/official-client.js';
import { descriptor, otherDescriptor } from '../support/security-descriptors.js';

/* The official client against the emulator: headers, metadata, SMB properties and the length of files. */

const every = {
  fileCacheControl: 'fileCacheControl',
  fileContentDisposition: 'fileContentDisposition',
  fileContentEncoding: 'fileContentEncoding',
  fileContentLanguage: 'fileContentLanguage',
  fileContentMD5: Buffer.from([1, 2, 3, 4]),
  fileContentType: 'fileContentType',
};
const told = {
  cacheControl: 'fileCacheControl',
  contentDisposition: 'fileContentDisposition',
  contentEncoding: 'fileContentEncoding',
  contentLanguage: 'fileContentLanguage',
  contentMD5: Buffer.from([1, 2, 3, 4]),
  contentType: 'fileContentType',
};
const nothingTold = Object.fromEntries(Object.keys(told).map((name) => [name, undefined]));
const everyAttribute =
  'ReadOnly | Hidden | System | Archive | Temporary | Offline | NotContentIndexed | NoScrubData';
const times = {
  creationTime: new Date('2019-10-05T14:48:00Z'),
  lastWriteTime: new Date('2019-10-15T14:48:00Z'),
  changeTime: new Date('2019-10-25T14:48:00Z'),
};
const toldTimes = {
  fileCreatedOn: times.creationTime,
  fileLastWriteOn: times.lastWriteTime,
  fileChangeOn: times.changeTime,
};

describe('HTTP headers of a file', () => {
  it('are set together', async () => {
    const { file } = await startFile();
    await file.setHttpHeaders(every);
    expect(await file.getProperties()).toMatchObject({ ...told, metadata: {}, contentLength: 11 });
    const { lastModified, etag } = await file.setHttpHeaders({ fileContentLanguage: 'fr' });
    expect(await file.getProperties()).toMatchObject({
      ...nothingTold,
      contentLanguage: 'fr',
      lastModified,
      etag,
    });
  });

  it.each<[string, (file: ShareFileClient) => Promise<unknown>]>([
    ['setHttpHeaders without one', (file) => file.setHttpHeaders({})],
    ['setHttpHeaders without anything', (file) => file.setHttpHeaders()],
    [
      'setHttpHeaders with a permission alone',
      (file) => file.setHttpHeaders({}, { filePermission: descriptor }),
    ],
    ['setProperties without anything', (file) => file.setProperties()],
    ['setProperties of times', (file) => file.setProperties(times)],
  ])('are cleared, the content type too, by %s', async (_name, set) => {
    const { file } = await startFile();
    await file.setHttpHeaders(every);
    await set(file);
    expect(await file.getProperties()).toMatchObject(nothingTold);
  });

  it('stay when the length changes', async () => {
    const { file } = await startFile();
    await file.setHttpHeaders(every);
    await file.resize(1);
    expect(await file.getProperties()).toMatchObject({ ...told, contentLength: 1 });
  });

  it('stay when ranges or metadata are written, the MD5 too', async () => {
    const { file } = await startFile();
    await file.setHttpHeaders(every);
    await file.uploadRange('Hello', 0, 5);
    await file.clearRange(0, 2);
    await file.setMetadata({ a: '1' });
    expect(await file.getProperties()).toMatchObject(told);
  });
});

describe('metadata of a file', () => {
  it('is replaced whole and cleared by nothing', async () => {
    const { file } = await startFile();
    await file.setMetadata({ a: 'a', b: 'b' });
    expect((await file.getProperties()).metadata).toEqual({ a: 'a', b: 'b' });
    await file.setMetadata({ C: 'x y  z', _d1: '' });
    // The client folds names; the empty value does not survive its own reading of headers.
    expect((await file.getProperties()).metadata).toMatchObject({ c: 'x y  z' });
    const { etag } = await file.setMetadata();
    expect(await file.getProperties()).toMatchObject({ metadata: {}, etag });
  });

  it.each([
    ['a-b', 'InvalidMetadata'],
    ['1a', 'InvalidMetadata'],
    ['a.b', 'InvalidMetadata'],
  ])('refuses the name %s', async (name, code) => {
    const { file } = await startFile();
    expect(await refusal(file.setMetadata({ [name]: '1' }))).toEqual([400, code]);
    expect(await refusal(file.create(1, { metadata: { [name]: '1' } }))).toEqual([400, code]);
  });

  it('has a limit of 8 KiB, names and values together', async () => {
    const { file } = await startFile();
    await file.setMetadata({ name: 'x'.repeat(8188) });
    expect(await refusal(file.setMetadata({ name: 'x'.repeat(8189) }))).toEqual([400, 'MetadataTooLarge']);
    expect((await file.getProperties()).metadata).toEqual({ name: 'x'.repeat(8188) });
  });
});

describe('SMB properties of a file', () => {
  it('are all set at once', async () => {
    const { share, file } = await startFile();
    const set = await file.setProperties({
      ...times,
      fileHttpHeaders: every,
      filePermission: descriptor,
      filePermissionFormat: 'Sddl',
      fileAttributes: FileSystemAttributes.parse(everyAttribute),
    });
    const { filePermissionKey } = await share.createPermission(descriptor);
    const expected = { ...toldTimes, fileAttributes: everyAttribute, filePermissionKey };
    expect(set).toMatchObject({ ...expected, fileParentId: '0', isServerEncrypted: true });
    expect(await file.getProperties()).toMatchObject({ ...expected, ...told, etag: set.etag });
  });

  it('stay when they are not named, or named "preserve"; only the change time moves', async () => {
    const { share } = await startShare();
    const file = share.rootDirectoryClient.getFileClient('f');
    const hidden = FileSystemAttributes.parse('Hidden|System');
    const before = await file.create(3, {
      ...times,
      fileAttributes: hidden,
      filePermission: otherDescriptor,
    });
    for (const change of [
      {},
      {
        creationTime: 'preserve',
        lastWriteTime: 'preserve',
        fileAttributes: 'preserve',
        filePermission: 'preserve',
      } as const,
    ]) {
      const after = await file.setProperties(change);
      expect(after).toMatchObject({
        fileAttributes: before.fileAttributes,
        fileCreatedOn: times.creationTime,
        fileLastWriteOn: times.lastWriteTime,
        filePermissionKey: before.filePermissionKey,
        fileId: before.fileId,
      });
      expect(Number(after.fileChangeOn)).toBeGreaterThan(Number(times.changeTime));
    }
  });

  it('take the time of the request for "now"', async () => {
    const { share } = await startShare();
    const file = share.rootDirectoryClient.getFileClient('f');
    await file.create(3, times);
    const after = await file.setProperties({ creationTime: 'now', lastWriteTime: 'now', changeTime: 'now' });
    expect(after.fileCreatedOn).toEqual(after.fileLastWriteOn);
    expect(after.fileCreatedOn).toEqual(after.fileChangeOn);
    expect(Math.abs(Number(after.fileCreatedOn) - Number(after.date))).toBeLessThan(5000);
  });
});

describe('the length of a file', () => {
  it('changes together with attributes and times', async () => {
    const { file } = await startFile();
    await file.resize(1, { ...times, fileAttributes: FileSystemAttributes.parse(everyAttribute) });
    expect(await file.getProperties()).toMatchObject({
      ...toldTimes,
      contentLength: 1,
      fileAttributes: everyAttribute,
      contentType: 'application/octet-stream',
    });
  });

  it('cuts off bytes for good and adds zeros', async () => {
    const { file } = await startFile(5);
    await file.uploadRange('Hello', 0, 5);
    await file.resize(2);
    await file.resize(2000);
    expect((await file.downloadToBuffer(0, 6)).toString()).toBe('He\0\0\0\0');
    expect((await file.getRangeList()).rangeList).toEqual([{ start: 0, end: 511 }]);
  });

  it('stays within the quota of the share', async () => {
    const { share, file } = await startFile();
    await share.setQuota(1);
    expect(await refusal(file.resize(1024 ** 3 + 1))).toEqual([403, 'ShareSizeLimitReached']);
    await file.resize(1024 ** 3);
    const other = share.rootDirectoryClient.getFileClient('other');
    expect(await refusal(other.create(1))).toEqual([403, 'ShareSizeLimitReached']);
    expect(await other.exists()).toBe(false);
  });
});

describe('a lease', () => {
  const changes: readonly [string, (file: ShareFileClient, options: object) => Promise<unknown>][] = [
    ['setHttpHeaders', (file, options) => file.setHttpHeaders({}, options)],
    ['setMetadata', (file, options) => file.setMetadata({}, options)],
    ['setProperties', (file, options) => file.setProperties(options)],
    ['resize', (file, options) => file.resize(3, options)],
    ['uploadRange', (file, options) => file.uploadRange('x', 0, 1, options)],
    ['clearRange', (file, options) => file.clearRange(0, 1, options)],
  ];

  it.each(changes)('protects a file from %s', async (_name, change) => {
    const { file } = await startFile();
    await file.getShareLeaseClient(a).acquireLease();
    expect(await refusal(change(file, {}))).toEqual([412, 'LeaseIdMissing']);
    expect(await refusal(change(file, leaseOf(b)))).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
    await change(file, leaseOf(a));
    await file.getShareLeaseClient(a).releaseLease();
    expect(await refusal(change(file, leaseOf(a)))).toEqual([412, 'LeaseNotPresentWithFileOperation']);
    await change(file, {});
  });

  it.each<[string, (file: ShareFileClient, options: object) => Promise<unknown>]>([
    ['getProperties', (file, options) => file.getProperties(options)],
    ['getRangeList', (file, options) => file.getRangeList(options)],
    ['download', (file, options) => file.download(0, 1, options)],
  ])('lets everybody use %s, but not with a wrong id', async (_name, read) => {
    const { file } = await startFile();
    expect(await refusal(read(file, leaseOf(a)))).toEqual([412, 'LeaseNotPresentWithFileOperation']);
    await file.getShareLeaseClient(a).acquireLease();
    await read(file, {});
    await read(file, leaseOf(a));
    expect(await refusal(read(file, leaseOf(b)))).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
  });
});
