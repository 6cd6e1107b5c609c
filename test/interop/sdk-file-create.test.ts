import { FileSystemAttributes, type ShareClient } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { collected } from '../support/collected.js';
import { downloaded } from '../support/downloaded.js';
import { a, b, leaseOf, refusal, startFile, startShare } from '../support/official-client.js';
import { descriptor } from '../support/security-descriptors.js';

/*
 * The official client against the emulator: how files come to be and go, with every option. What is expected is what
 * the client's own tests expect of the real service, and what was recorded of it.
 */

const content = 'Hello World';
const fileIds = ['11529285414812647424', '16140971433240035328'];
const directoryId = '13835128424026341376';

const everyAttribute = FileSystemAttributes.parse(
  'ReadOnly|Hidden|System|Archive|Temporary|Offline|NotContentIndexed|NoScrubData',
);

async function startDirectory() {
  const { share } = await startShare();
  const directory = share.getDirectoryClient('dir');
  const created = await directory.create();
  return { share, directory, created, file: directory.getFileClient('file') };
}

describe('creating a file', () => {
  it('with nothing but a length fills in the rest and reads as zeros', async () => {
    const { directory, file } = await startDirectory();
    const created = await file.create(content.length);
    expect(created).toMatchObject({
      errorCode: undefined,
      fileAttributes: 'Archive',
      fileId: fileIds[0],
      fileParentId: directoryId,
      isServerEncrypted: true,
      filePermissionKey: expect.stringMatching(/^\d+\*\d+$/),
      requestId: expect.stringMatching(/000000$/),
    });
    expect(created.fileCreatedOn).toEqual(created.fileLastWriteOn);
    expect(created.fileCreatedOn).toEqual(created.fileChangeOn);
    const read = await file.download();
    expect((await downloaded(read)).equals(Buffer.alloc(content.length))).toBe(true);
    expect(read).toMatchObject({ contentType: 'application/octet-stream', metadata: {}, etag: created.etag });
    expect((await directory.getFileClient('second').create(0)).fileId).toBe(fileIds[1]);
  });

  it('with every option gives all of them back, on download and in the properties', async () => {
    const { file, created } = await startDirectory();
    const time = (day: number) => new Date(Date.UTC(2019, 9, day, 14, 48, 0, 123));
    await file.create(512, {
      fileHttpHeaders: {
        fileCacheControl: 'fileCacheControl',
        fileContentDisposition: 'fileContentDisposition',
        fileContentEncoding: 'fileContentEncoding',
        fileContentLanguage: 'fileContentLanguage',
        fileContentMD5: new Uint8Array([1, 2, 3, 4]),
        fileContentType: 'fileContentType',
      },
      metadata: { key1: 'vala', key2: 'valb' },
      creationTime: time(5),
      lastWriteTime: time(15),
      changeTime: time(25),
      filePermissionKey: created.filePermissionKey ?? '',
      fileAttributes: everyAttribute,
    });
    const told = {
      cacheControl: 'fileCacheControl',
      contentDisposition: 'fileContentDisposition',
      contentEncoding: 'fileContentEncoding',
      contentLanguage: 'fileContentLanguage',
      contentMD5: Buffer.from([1, 2, 3, 4]),
      contentType: 'fileContentType',
      metadata: { key1: 'vala', key2: 'valb' },
      fileAttributes:
        'ReadOnly | Hidden | System | Archive | Temporary | Offline | NotContentIndexed | NoScrubData',
      fileCreatedOn: time(5),
      fileLastWriteOn: time(15),
      fileChangeOn: time(25),
      filePermissionKey: created.filePermissionKey,
      fileParentId: directoryId,
    };
    expect(await file.getProperties()).toMatchObject({ ...told, fileType: 'File', contentLength: 512 });
    const read = await file.download();
    expect(read).toMatchObject(told);
    expect((await downloaded(read)).length).toBe(512);
  });

  it.each([
    new Date('1601-01-01T00:00:00.001Z'),
    new Date('1969-12-31T23:59:59.5Z'),
    new Date('2300-01-01T00:00:00Z'),
  ])('keeps the time %s', async (time) => {
    const { file } = await startDirectory();
    const created = await file.create(0, { creationTime: time, lastWriteTime: time, changeTime: time });
    expect([created.fileCreatedOn, created.fileLastWriteOn, created.fileChangeOn]).toEqual([
      time,
      time,
      time,
    ]);
  });

  it('takes words for times and permissions', async () => {
    const { file } = await startDirectory();
    const plain = await file.create(0);
    const { fileCreatedOn, filePermissionKey } = await file.create(0, {
      creationTime: 'now',
      lastWriteTime: 'now',
      changeTime: 'now',
      filePermission: 'inherit',
      filePermissionFormat: 'Sddl',
    });
    expect(filePermissionKey).toBe(plain.filePermissionKey);
    expect(Number(fileCreatedOn)).toBeGreaterThanOrEqual(Number(plain.fileCreatedOn));
  });

  it('gives one key to one permission, however it comes', async () => {
    const { share, file, created } = await startDirectory();
    const { filePermissionKey: key } = await share.createPermission(descriptor);
    expect((await file.create(1, { filePermission: descriptor })).filePermissionKey).toBe(key);
    expect((await file.create(1, { filePermissionKey: key ?? '' })).filePermissionKey).toBe(key);
    const { permission } = await share.getPermission(created.filePermissionKey ?? '');
    const again = await file.create(512, { filePermission: permission, filePermissionFormat: 'Sddl' });
    expect(again.filePermissionKey).toBe(created.filePermissionKey);
  });

  it('refuses permissions that are none', async () => {
    const { file } = await startDirectory();
    expect(await refusal(file.create(1, { filePermission: 'D:nonsense' }))).toEqual([
      400,
      'FileInvalidPermission',
    ]);
    const unknown = file.create(1, { filePermissionKey: '1*2' });
    expect(await refusal(unknown)).toEqual([400, 'FileInvalidPermissionKey']);
    const binary = file.create(1, { filePermission: 'AQAUhGwAAACIAAAA', filePermissionFormat: 'Binary' });
    expect(await refusal(binary)).toEqual([400, 'InvalidHeaderValue']);
    expect(await file.exists()).toBe(false);
  });

  it('as large as a file can be costs nothing until it is written', async () => {
    const { share, file } = await startDirectory();
    const largest = 4 * 1024 ** 4;
    await file.create(largest);
    await file.resize(largest);
    expect((await file.getProperties()).contentLength).toBe(largest);
    await file.uploadRange(content, largest - content.length, content.length);
    expect((await file.downloadToBuffer(largest - content.length)).toString()).toBe(content);
    expect((await file.getRangeList()).rangeList).toEqual([{ start: largest - 512, end: largest - 1 }]);
    expect((await share.getStatistics()).shareUsageBytes).toBeGreaterThan(0);
  });

  it('follows dots in a path as a URL does', async () => {
    const { share, directory } = await startDirectory();
    await directory.getFileClient('./a/../dotted').create(1);
    await directory.getDirectoryClient('./a/../sub').create();
    await share.getDirectoryClient('anydir').getFileClient('./a/../../in-root').create(1);
    const names = async (client: typeof directory) =>
      (await collected(client.listFilesAndDirectories())).map(({ name }) => name);
    expect(await names(directory)).toEqual(['dotted', 'sub']);
    expect((await names(share.rootDirectoryClient)).sort()).toEqual(['dir', 'in-root']);
  });
});

describe('creating a file over another', () => {
  it('keeps id and lease, and nothing else', async () => {
    const { file } = await startFile(5);
    await file.uploadData(Buffer.from('bytes'), {
      metadata: { a: '1' },
      fileHttpHeaders: { fileContentType: 'text/plain', fileCacheControl: 'no-store' },
    });
    const first = await file.getProperties();
    await file.getShareLeaseClient(a).acquireLease();
    expect(await refusal(file.create(7))).toEqual([412, 'LeaseIdMissing']);
    expect(await refusal(file.create(7, leaseOf(b)))).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
    const second = await file.create(7, leaseOf(a));
    expect(second.fileId).toBe(first.fileId);
    expect(second.etag).not.toBe(first.etag);
    expect(await file.getProperties()).toMatchObject({
      contentLength: 7,
      contentType: 'application/octet-stream',
      cacheControl: undefined,
      metadata: {},
      leaseState: 'leased',
      leaseStatus: 'locked',
      leaseDuration: 'infinite',
    });
    expect((await file.downloadToBuffer()).equals(Buffer.alloc(7))).toBe(true);
    expect((await file.getRangeList()).rangeList).toEqual([]);
  });

  it('is refused while it is read-only', async () => {
    const { file } = await startFile();
    await file.create(1, { fileAttributes: FileSystemAttributes.parse('ReadOnly') });
    expect(await refusal(file.create(1))).toEqual([409, 'ReadOnlyAttribute']);
    expect(await refusal(file.delete())).toEqual([409, 'ReadOnlyAttribute']);
    expect(await refusal(file.uploadRange('x', 0, 1))).toEqual([409, 'ReadOnlyAttribute']);
    await file.setProperties({ fileAttributes: FileSystemAttributes.parse('None') });
    expect((await file.getProperties()).fileAttributes).toBe('Archive');
    await file.create(1);
  });
});

describe('deleting a file', () => {
  it('respects its lease', async () => {
    const { file } = await startFile();
    expect(await refusal(file.delete(leaseOf(a)))).toEqual([412, 'LeaseNotPresentWithFileOperation']);
    await file.getShareLeaseClient(a).acquireLease();
    expect(await refusal(file.delete())).toEqual([412, 'LeaseIdMissing']);
    expect(await refusal(file.deleteIfExists(leaseOf(b)))).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
    expect((await file.delete(leaseOf(a))).errorCode).toBeUndefined();
    expect(await file.exists()).toBe(false);
  });

  it('makes room for a new one with another id', async () => {
    const { file } = await startFile();
    const { fileId } = await file.getProperties();
    await file.delete();
    const created = await file.create(1);
    expect(created.fileId).not.toBe(fileId);
  });

  it('is not possible in a snapshot', async () => {
    const { share, file } = await startFile();
    const { snapshot = '' } = await share.createSnapshot();
    const past = file.withShareSnapshot(snapshot);
    expect(await refusal(past.delete())).toEqual([400, 'InvalidQueryParameterValue']);
    expect(await refusal(past.create(1))).toEqual([400, 'InvalidQueryParameterValue']);
    expect(await past.exists()).toBe(true);
  });
});

type Action = (share: ShareClient, path: string) => Promise<unknown>;

const createFile: Action = (share, path) => share.rootDirectoryClient.getFileClient(path).create(1);
const createDirectory: Action = (share, path) => share.getDirectoryClient(path).create();
const getFile: Action = (share, path) => share.rootDirectoryClient.getFileClient(path).download();
const headFile: Action = (share, path) => share.rootDirectoryClient.getFileClient(path).getProperties();
const deleteFile: Action = (share, path) => share.rootDirectoryClient.getFileClient(path).delete();
const getDirectory: Action = (share, path) => share.getDirectoryClient(path).getProperties();
const deleteDirectory: Action = (share, path) => share.getDirectoryClient(path).delete();
const listDirectory: Action = (share, path) =>
  collected(share.getDirectoryClient(path).listFilesAndDirectories());
const putRange: Action = (share, path) =>
  share.rootDirectoryClient.getFileClient(path).uploadRange('x', 0, 1);

describe('what is there decides', () => {
  const absent = 'ResourceNotFound';
  const table: readonly [string, Action, string, string, string, string][] = [
    ['Create File', createFile, 'ok', 'ok', 'ResourceTypeMismatch', 'ParentNotFound'],
    [
      'Create Directory',
      createDirectory,
      'ok',
      'ResourceTypeMismatch',
      'ResourceAlreadyExists',
      'ParentNotFound',
    ],
    ['Get File', getFile, absent, 'ok', absent, 'ParentNotFound'],
    ['Get File Properties', headFile, absent, 'ok', absent, 'ParentNotFound'],
    ['Delete File', deleteFile, absent, 'ok', absent, 'ParentNotFound'],
    ['Get Directory Properties', getDirectory, absent, absent, 'ok', 'ParentNotFound'],
    ['Delete Directory', deleteDirectory, absent, absent, 'ok', 'ParentNotFound'],
    ['List', listDirectory, absent, absent, 'ok', 'ParentNotFound'],
    ['Put Range', putRange, absent, 'ok', absent, 'ParentNotFound'],
  ];

  it.each(table)('for %s', async (_name, act, onNothing, onFile, onDirectory, inNothing) => {
    const { share } = await startShare();
    await createFile(share, 'file');
    await createDirectory(share, 'directory');
    const outcome = async (path: string) => {
      const call = act(share, path);
      return call.then(
        () => 'ok',
        async () => (await refusal(call))[1],
      );
    };
    expect(await outcome('nothing')).toBe(onNothing);
    expect(await outcome('FILE')).toBe(onFile);
    expect(await outcome('Directory')).toBe(onDirectory);
    expect(await outcome('missing/child')).toBe(inNothing);
    await share.delete();
    expect(await outcome('file')).toMatch(/^(ShareNotFound|ShareBeingDeleted)$/);
  });
});
