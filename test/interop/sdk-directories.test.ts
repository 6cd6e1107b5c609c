import { FileSystemAttributes } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { collected } from '../support/collected.js';
import { refusal, startShare } from '../support/official-client.js';
import { descriptor, otherDescriptor } from '../support/security-descriptors.js';

/* The official client against the emulator: directories with every option, and handles. */

const everyAttribute = FileSystemAttributes.parse(
  'ReadOnly|Hidden|System|Directory|Archive|Offline|NotContentIndexed|NoScrubData',
);
const toldAttributes =
  'ReadOnly | Hidden | System | Directory | Archive | Offline | NotContentIndexed | NoScrubData';
const times = {
  creationTime: new Date('2019-10-05T14:48:00.500Z'),
  lastWriteTime: new Date('2019-10-15T14:48:00Z'),
  changeTime: new Date('2019-10-25T14:48:00Z'),
};
const toldTimes = {
  fileCreatedOn: times.creationTime,
  fileLastWriteOn: times.lastWriteTime,
  fileChangeOn: times.changeTime,
};

async function startDirectory() {
  const { share, service } = await startShare();
  const directory = share.getDirectoryClient('dir');
  const created = await directory.create();
  return { service, share, directory, created };
}

describe('creating a directory', () => {
  it('fills in what is not given', async () => {
    const { directory, created } = await startDirectory();
    expect(created).toMatchObject({
      errorCode: undefined,
      fileAttributes: 'Directory',
      fileId: '13835128424026341376',
      fileParentId: '0',
      isServerEncrypted: true,
      filePermissionKey: expect.stringMatching(/^\d+\*\d+$/),
    });
    expect(created.fileCreatedOn).toEqual(created.fileChangeOn);
    const { fileId, filePermissionKey } = await directory.getFileClient('f').create(0);
    expect(fileId).toBe('11529285414812647424');
    // What a file inherits is not what a directory inherits.
    expect(filePermissionKey).not.toBe(created.filePermissionKey);
  });

  it('gives every option back', async () => {
    const { share, created } = await startDirectory();
    const other = share.getDirectoryClient('other');
    const { filePermissionKey = '' } = created;
    const made = await other.create({
      ...times,
      metadata: { key: 'value' },
      filePermissionKey,
      fileAttributes: everyAttribute,
    });
    const told = { ...toldTimes, filePermissionKey, fileAttributes: toldAttributes };
    expect(made).toMatchObject(told);
    const { etag, lastModified } = made;
    expect(await other.getProperties()).toMatchObject({
      ...told,
      metadata: { key: 'value' },
      isServerEncrypted: true,
      etag,
      lastModified,
      date: expect.any(Date),
      version: '2026-04-06',
      requestId: expect.any(String),
    });
  });

  it('takes a permission in full, and its own again', async () => {
    const { share, created } = await startDirectory();
    const { permission } = await share.getPermission(created.filePermissionKey ?? '', {
      filePermissionFormat: 'Sddl',
    });
    for (const [path, filePermission] of [
      ['a', permission],
      ['b', descriptor],
    ] as const) {
      const made = await share
        .getDirectoryClient(path)
        .create({ filePermission, filePermissionFormat: 'Sddl', creationTime: 'now', lastWriteTime: 'now' });
      expect(made.filePermissionKey).toBe((await share.createPermission(filePermission)).filePermissionKey);
    }
    expect((await share.getDirectoryClient('a').getProperties()).filePermissionKey).toBe(
      created.filePermissionKey,
    );
    const inherits = await share.getDirectoryClient('c').create({ filePermission: 'inherit' });
    expect(inherits.filePermissionKey).toBe(created.filePermissionKey);
  });

  it('happens once, whoever tries', async () => {
    const { share, directory } = await startDirectory();
    expect(await refusal(directory.create())).toEqual([409, 'ResourceAlreadyExists']);
    expect(await refusal(share.getDirectoryClient('DIR').create())).toEqual([409, 'ResourceAlreadyExists']);
    const again = await directory.createIfNotExists({ metadata: { other: '1' } });
    expect([again.succeeded, again.errorCode]).toEqual([false, 'ResourceAlreadyExists']);
    expect((await directory.getProperties()).metadata).toEqual({});
    const tries = Array.from({ length: 8 }, () => share.getDirectoryClient('new').createIfNotExists());
    expect((await Promise.all(tries)).filter(({ succeeded }) => succeeded)).toHaveLength(1);
  });

  it('goes level by level', async () => {
    const { share, directory } = await startDirectory();
    const deep = directory.getDirectoryClient('one').getDirectoryClient('two');
    expect(await refusal(deep.create())).toEqual([404, 'ParentNotFound']);
    const { directoryClient: one } = await directory.createSubdirectory('one', { metadata: { level: '1' } });
    const { fileParentId } = await deep.create();
    expect(fileParentId).toBe((await one.getProperties()).fileId);
    expect((await share.getDirectoryClient('dir/one/two').getProperties()).fileParentId).toBe(fileParentId);
    const { fileClient } = await deep.createFile('file', 256, { metadata: { key: 'value' } });
    expect(fileClient.path).toBe('dir/one/two/file');
    expect(await directory.getFileClient('one/two/file').exists()).toBe(true);
  });
});

describe('changing a directory', () => {
  it('replaces metadata whole', async () => {
    const { directory } = await startDirectory();
    await directory.setMetadata({ key0: 'val0', keya: 'vala' });
    const { etag, isServerEncrypted } = await directory.setMetadata({ keyb: 'valb' });
    expect(await directory.getProperties()).toMatchObject({ metadata: { keyb: 'valb' }, etag });
    expect(isServerEncrypted).toBe(true);
    await directory.setMetadata();
    expect((await directory.getProperties()).metadata).toEqual({});
    expect(await refusal(directory.setMetadata({ 'a-b': '1' }))).toEqual([400, 'InvalidMetadata']);
  });

  it('sets attributes, times and permission', async () => {
    const { share, directory } = await startDirectory();
    const { etag } = await directory.setProperties({
      ...times,
      filePermission: descriptor,
      fileAttributes: everyAttribute,
    });
    const { filePermissionKey } = await share.createPermission(descriptor);
    const told = { ...toldTimes, fileAttributes: toldAttributes, filePermissionKey, etag };
    expect(await directory.getProperties()).toMatchObject(told);
    const { filePermissionKey: other = '' } = await share.createPermission(otherDescriptor);
    await directory.setProperties({ filePermissionKey: other });
    expect((await directory.getProperties()).filePermissionKey).toBe(other);
  });

  it('keeps what is not named, but for the change time', async () => {
    const { share } = await startDirectory();
    const directory = share.getDirectoryClient('set');
    const before = await directory.create({ ...times, fileAttributes: everyAttribute, metadata: { a: '1' } });
    await directory.setProperties();
    const after = await directory.getProperties();
    expect(after).toMatchObject({
      fileAttributes: before.fileAttributes,
      fileCreatedOn: times.creationTime,
      fileLastWriteOn: times.lastWriteTime,
      filePermissionKey: before.filePermissionKey,
      metadata: { a: '1' },
    });
    expect(Number(after.fileChangeOn)).toBeGreaterThan(Number(times.changeTime));
    expect(after.etag).not.toBe(before.etag);
  });

  it('of the root works as of any other', async () => {
    const { share } = await startDirectory();
    const root = share.rootDirectoryClient;
    const shareBefore = await share.getProperties();
    await root.setMetadata({ root: 'yes' });
    await root.setProperties({ ...times, fileAttributes: FileSystemAttributes.parse('Hidden') });
    const seen = await root.getProperties();
    expect(seen).toMatchObject({
      ...toldTimes,
      metadata: { root: 'yes' },
      fileAttributes: 'Hidden | Directory',
    });
    expect(seen.fileId).toBe('0');
    expect(seen.etag).not.toBe(shareBefore.etag);
    expect((await share.getProperties()).etag).toBe(shareBefore.etag);
    expect(await root.exists()).toBe(true);
    expect((await refusal(root.delete()))[0]).toBe(400);
    expect((await refusal(root.create()))[0]).toBe(409);
  });
});

describe('deleting a directory', () => {
  it('needs it to be empty and writable', async () => {
    const { directory } = await startDirectory();
    await directory.createFile('f', 1);
    await directory.createSubdirectory('sub');
    expect(await refusal(directory.delete())).toEqual([409, 'DirectoryNotEmpty']);
    expect(await refusal(directory.deleteIfExists())).toEqual([409, 'DirectoryNotEmpty']);
    await directory.deleteFile('f');
    await directory.deleteSubdirectory('sub');
    await directory.setProperties({ fileAttributes: FileSystemAttributes.parse('ReadOnly|Directory') });
    expect(await refusal(directory.delete())).toEqual([409, 'ReadOnlyAttribute']);
    await directory.setProperties({ fileAttributes: FileSystemAttributes.parse('Directory') });
    await directory.delete();
    expect(await directory.exists()).toBe(false);
  });

  it('tells a missing directory from a missing parent', async () => {
    const { directory } = await startDirectory();
    const missing = directory.getDirectoryClient('missing');
    for (const [target, code] of [
      [missing, 'ResourceNotFound'],
      [missing.getDirectoryClient('child'), 'ParentNotFound'],
    ] as const) {
      const gone = await target.deleteIfExists();
      expect([gone.succeeded, gone.errorCode]).toEqual([false, code]);
      expect(await refusal(target.delete())).toEqual([404, code]);
      expect(await target.exists()).toBe(false);
    }
  });
});

describe('what changes an ETag', () => {
  it('of a directory is not what happens in it', async () => {
    const { share, directory } = await startDirectory();
    const etags = async () => [(await share.getProperties()).etag, (await directory.getProperties()).etag];
    const before = await etags();
    const { fileClient: file } = await directory.createFile('f', 10);
    await file.uploadRange('x', 0, 1);
    await file.setMetadata({ a: '1' });
    await file.startCopyFromURL(file.url);
    await directory.createSubdirectory('sub');
    await directory.deleteSubdirectory('sub');
    await file.rename('dir/g');
    await directory.deleteFile('g');
    await collected(directory.listFilesAndDirectories());
    await directory.forceCloseAllHandles();
    await share.createSnapshot();
    expect(await etags()).toEqual(before);
  });

  it('is an instant that only grows, and tells the last change to the second', async () => {
    const { directory } = await startDirectory();
    const seen: { etag: bigint; time: string }[] = [];
    for (let index = 0; index < 50; index++) {
      await directory.setMetadata({ index: String(index) });
      const { etag = '', lastModified } = await directory.getProperties();
      expect(etag).toMatch(/^"0x[0-9A-F]{15}"$/);
      seen.push({ etag: BigInt(etag.slice(1, -1)), time: lastModified?.toISOString() ?? '' });
    }
    const ticksAt1970 = 621_355_968_000_000_000n;
    for (const [index, { etag, time }] of seen.entries()) {
      expect(etag).toBeGreaterThan(seen[index - 1]?.etag ?? 0n);
      expect(new Date(Number((etag - ticksAt1970) / 10_000_000n) * 1000).toISOString()).toBe(time);
    }
  });
});

describe('handles', () => {
  it('are none, of directories and files, with every option', async () => {
    const { directory } = await startDirectory();
    const { fileClient: file } = await directory.createFile('f\ufffe', 10);
    for (const handles of [
      directory.listHandles({ recursive: true }),
      directory.listHandles({ recursive: false }),
      directory.listHandles(),
      file.listHandles(),
    ]) {
      expect(await collected(handles)).toEqual([]);
    }
    const [page] = await collected(directory.listHandles().byPage({ maxPageSize: 10 }));
    expect(page?.continuationToken).toBe('');
  });

  it('are closed without one being there', async () => {
    const { share, directory } = await startDirectory();
    const { fileClient: file } = await directory.createFile('f', 10);
    const none = { closedHandlesCount: 0, closeFailureCount: 0 };
    expect(await directory.forceCloseAllHandles({ recursive: true })).toEqual(none);
    expect(await directory.forceCloseAllHandles()).toEqual(none);
    expect(await file.forceCloseAllHandles()).toEqual(none);
    expect(await share.rootDirectoryClient.forceCloseAllHandles()).toEqual(none);
    expect(await directory.forceCloseHandle('12345')).toMatchObject(none);
    expect(await file.forceCloseHandle('12345')).toMatchObject(none);
    expect((await refusal(directory.forceCloseHandle('nonsense')))[0]).toBe(400);
    expect(await refusal(share.getDirectoryClient('missing').forceCloseAllHandles())).toEqual([
      404,
      'ResourceNotFound',
    ]);
  });
});
