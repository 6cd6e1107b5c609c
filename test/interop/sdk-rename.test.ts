import { FileSystemAttributes, type ShareClient, type ShareFileClient } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { collected } from '../support/collected.js';
import { a, b, refusal, startShare } from '../support/official-client.js';
import { patterned } from '../support/patterned.js';
import { descriptor } from '../support/security-descriptors.js';

/*
 * The official client against the emulator: renames of files and directories with every flag. The client leaves the
 * account out of the path of the new name, so a new client is made for what was renamed.
 */

const strange = "汉字. dest ~!@#$%^&()_+`1234567890-={}[];','";
const smb = {
  fileCreationTime: '2019-10-05T14:48:00.0000000Z',
  fileLastWriteTime: '2019-10-15T14:48:00.0000000Z',
  fileChangeTime: '2019-10-25T14:48:00.0000000Z',
};

/** Renaming one kind of item, with what can be asked of it before and after. */
interface Kind {
  readonly name: string;
  create(share: ShareClient, path: string): Promise<unknown>;
  rename(share: ShareClient, from: string, to: string, options?: object): Promise<unknown>;
  exists(share: ShareClient, path: string): Promise<boolean>;
  properties(share: ShareClient, path: string): ReturnType<ShareFileClient['getProperties']>;
}

const fileOf = (share: ShareClient, path: string) => share.rootDirectoryClient.getFileClient(path);

const file: Kind = {
  name: 'file',
  create: (share, path) => fileOf(share, path).create(1024, { metadata: { old: '1' } }),
  rename: async (share, from, to, options) =>
    (await fileOf(share, from).rename(to, options)).fileRenameResponse,
  exists: (share, path) => fileOf(share, path).exists(),
  properties: (share, path) => fileOf(share, path).getProperties(),
};

const directory: Kind = {
  name: 'directory',
  create: (share, path) => share.getDirectoryClient(path).create({ metadata: { old: '1' } }),
  rename: async (share, from, to, options) =>
    (await share.getDirectoryClient(from).rename(to, options)).directoryRenameResponse,
  exists: (share, path) => share.getDirectoryClient(path).exists(),
  properties: (share, path) => share.getDirectoryClient(path).getProperties(),
};

describe.each([file, directory])('renaming a $name', (kind) => {
  async function startItem() {
    const { share } = await startShare();
    await kind.create(share, 'from');
    return share;
  }

  it('keeps its id, times and metadata, and moves ETag and change time', async () => {
    const share = await startItem();
    const before = await kind.properties(share, 'from');
    const answer = await kind.rename(share, 'from', 'to');
    const after = await kind.properties(share, 'to');
    const { fileId, filePermissionKey, fileAttributes, fileCreatedOn, fileLastWriteOn } = before;
    const kept = { fileId, filePermissionKey, fileAttributes };
    expect(answer).toMatchObject({ ...kept, isServerEncrypted: true, etag: after.etag });
    const more = { metadata: { old: '1' }, fileParentId: '0', fileCreatedOn, fileLastWriteOn };
    expect(after).toMatchObject({ ...kept, ...more });
    expect(after.etag).not.toBe(before.etag);
    expect(Number(after.fileChangeOn)).toBeGreaterThanOrEqual(Number(before.fileChangeOn));
    expect(await kind.exists(share, 'from')).toBe(false);
  });

  it('moves it into another directory, whose properties stay', async () => {
    const share = await startItem();
    const created = await share.getDirectoryClient('parent').create();
    await kind.rename(share, 'from', 'parent/to');
    expect((await kind.properties(share, 'parent/to')).fileParentId).toBe(created.fileId);
    expect((await share.getDirectoryClient('parent').getProperties()).etag).toBe(created.etag);
    await kind.rename(share, 'parent/to', 'back');
    expect((await kind.properties(share, 'back')).fileParentId).toBe('0');
  });

  it('replaces metadata, attributes, times and permission when they are given', async () => {
    const share = await startItem();
    const { filePermissionKey } = await share.createPermission(descriptor);
    await kind.rename(share, 'from', 'to', {
      metadata: { key1: 'vala', key2: 'valb' },
      filePermissionKey,
      copyFileSmbInfo: { ...smb, fileAttributes: kind === file ? 'ReadOnly|Hidden' : 'Directory|ReadOnly' },
    });
    expect(await kind.properties(share, 'to')).toMatchObject({
      metadata: { key1: 'vala', key2: 'valb' },
      fileAttributes: kind === file ? 'ReadOnly | Hidden' : 'ReadOnly | Directory',
      fileCreatedOn: new Date(smb.fileCreationTime),
      fileLastWriteOn: new Date(smb.fileLastWriteTime),
      fileChangeOn: new Date(smb.fileChangeTime),
      filePermissionKey,
    });
  });

  it('takes a permission in full', async () => {
    const share = await startItem();
    await kind.rename(share, 'from', 'to', { filePermission: descriptor, filePermissionFormat: 'Sddl' });
    const { filePermissionKey } = await share.createPermission(descriptor);
    expect((await kind.properties(share, 'to')).filePermissionKey).toBe(filePermissionKey);
  });

  it.each([
    [{}, 'ResourceAlreadyExists'],
    [{ replaceIfExists: false, ignoreReadOnly: true }, 'ResourceAlreadyExists'],
    [{ replaceIfExists: true }, 'ReadOnlyAttribute'],
    [{ replaceIfExists: true, ignoreReadOnly: false }, 'ReadOnlyAttribute'],
    [{ replaceIfExists: true, ignoreReadOnly: true }, undefined],
  ])('over a read-only file with %j', async (options, code) => {
    const share = await startItem();
    const before = await kind.properties(share, 'from');
    const taken = fileOf(share, 'taken');
    await taken.create(2048, { fileAttributes: FileSystemAttributes.parse('ReadOnly') });
    const renaming = kind.rename(share, 'from', 'taken', options);
    if (code === undefined) {
      await renaming;
      expect((await kind.properties(share, 'taken')).fileId).toBe(before.fileId);
      expect(await kind.exists(share, 'from')).toBe(false);
    } else {
      expect(await refusal(renaming)).toEqual([409, code]);
      expect((await kind.properties(share, 'from')).etag).toBe(before.etag);
      expect((await taken.getProperties()).contentLength).toBe(2048);
    }
  });

  it('over a leased file needs the id of that lease, which ends', async () => {
    const share = await startItem();
    const taken = fileOf(share, 'taken');
    await taken.create(2048);
    await taken.getShareLeaseClient(a).acquireLease();
    const rename = (options: object) =>
      kind.rename(share, 'from', 'taken', { replaceIfExists: true, ...options });
    const leased = (leaseId: string) => ({ destinationLeaseAccessConditions: { leaseId } });
    expect(await refusal(rename({}))).toEqual([412, 'LeaseIdMissing']);
    expect(await refusal(rename(leased(b)))).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
    expect((await taken.getProperties()).contentLength).toBe(2048);
    await rename(leased(a));
    expect((await kind.properties(share, 'taken')).leaseState).toBe(kind === file ? 'available' : undefined);
  });

  it('is refused onto a directory, even to replace it', async () => {
    const share = await startItem();
    await share.createDirectory('directory');
    for (const options of [{}, { replaceIfExists: true, ignoreReadOnly: true }]) {
      expect((await refusal(kind.rename(share, 'from', 'directory', options)))[0]).toBe(409);
    }
    expect(await kind.exists(share, 'from')).toBe(true);
  });

  it('is refused without a source or without a place to go', async () => {
    const share = await startItem();
    const [status] = await refusal(kind.rename(share, 'missing', 'to'));
    expect(status).toBe(404);
    expect(await refusal(kind.rename(share, 'from', 'missing/to'))).toEqual([404, 'ParentNotFound']);
    expect((await refusal(kind.rename(share, 'missing/from', 'to')))[0]).toBe(404);
    expect(await kind.exists(share, 'from')).toBe(true);
  });

  it('gives and takes names of any characters, and changes case', async () => {
    const share = await startItem();
    await kind.rename(share, 'from', strange);
    expect(await kind.exists(share, strange)).toBe(true);
    await kind.rename(share, strange, 'from');
    await kind.rename(share, 'from', 'FROM');
    const names = (await collected(share.rootDirectoryClient.listFilesAndDirectories())).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['FROM']);
  });
});

describe('renaming a file', () => {
  it('keeps content, headers and its own lease, whose id is needed', async () => {
    const { share } = await startShare();
    const from = fileOf(share, 'from');
    const data = Buffer.from(patterned(5000));
    await from.uploadData(data, {
      fileHttpHeaders: { fileContentType: 'text/plain', fileCacheControl: 'no-store' },
    });
    await from.getShareLeaseClient(a).acquireLease();
    expect(await refusal(from.rename('to'))).toEqual([412, 'LeaseIdMissing']);
    const wrong = from.rename('to', { sourceLeaseAccessConditions: { leaseId: b } });
    expect(await refusal(wrong)).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
    await from.rename('to', { sourceLeaseAccessConditions: { leaseId: a } });
    const to = fileOf(share, 'to');
    expect((await to.downloadToBuffer()).equals(data)).toBe(true);
    expect(await to.getProperties()).toMatchObject({
      contentType: 'text/plain',
      cacheControl: 'no-store',
      leaseState: 'leased',
      leaseDuration: 'infinite',
    });
    await to.getShareLeaseClient(a).releaseLease();
  });

  it('can change the content type alone', async () => {
    const { share } = await startShare();
    const fileHttpHeaders = { fileContentType: 'text/plain', fileContentLanguage: 'fr' };
    await fileOf(share, 'from').create(5, { fileHttpHeaders });
    await fileOf(share, 'from').rename('to', { contentType: 'contenttype/subtype' });
    const seen = await fileOf(share, 'to').getProperties();
    expect(seen).toMatchObject({ contentType: 'contenttype/subtype', contentLanguage: 'fr' });
  });

  it('decides between two that want one name', async () => {
    const { share } = await startShare();
    const names = Array.from({ length: 8 }, (_, index) => `from${index}`);
    for (const name of names) await fileOf(share, name).create(1);
    const outcomes = await Promise.allSettled(names.map((name) => fileOf(share, name).rename('to')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await collected(share.rootDirectoryClient.listFilesAndDirectories())).toHaveLength(8);
  });

  it('gives a client of the new name that goes on, where the host names the account', async () => {
    const { connect, endpoint } = await startShare();
    // Over plain HTTP a proxy is sent URLs in full: the emulator understands them, and no host has to be resolved.
    const { hostname, port } = new URL(endpoint);
    const proxyOptions = { host: `http://${hostname}`, port: Number(port) };
    const service = connect({ proxyOptions }, 'http://devstoreaccount1.file.core.windows.net');
    const from = fileOf(service.getShareClient('share'), 'from');
    await from.uploadData(Buffer.from('Hello'));
    const { destinationFileClient: first } = await from.rename('first');
    const { destinationFileClient: second } = await first.rename('second');
    expect(second.url).toBe('http://devstoreaccount1.file.core.windows.net/share/second');
    expect((await second.downloadToBuffer()).toString()).toBe('Hello');
    expect(await first.exists()).toBe(false);
  });
});

describe('renaming a directory', () => {
  it('moves everything below it, leases and all', async () => {
    const { share } = await startShare();
    await share.createDirectory('from');
    await share.createDirectory('from/sub');
    const deep = fileOf(share, 'from/sub/deep');
    await deep.uploadData(Buffer.from('deep'));
    await deep.getShareLeaseClient(a).acquireLease();
    const before = await deep.getProperties();
    await share.getDirectoryClient('from').rename('to');
    const after = await fileOf(share, 'to/sub/deep').getProperties();
    expect(after).toMatchObject({ fileId: before.fileId, etag: before.etag, leaseState: 'leased' });
    expect((await fileOf(share, 'to/sub/deep').downloadToBuffer()).toString()).toBe('deep');
    expect(await deep.exists()).toBe(false);
  });

  it('is refused into itself, and of the root', async () => {
    const { share } = await startShare();
    await share.createDirectory('from');
    await share.createDirectory('from/sub');
    const [status] = await refusal(share.getDirectoryClient('from').rename('from/sub/to'));
    expect([400, 409]).toContain(status);
    expect((await refusal(share.rootDirectoryClient.rename('to')))[0]).toBe(400);
    expect(await share.getDirectoryClient('from/sub').exists()).toBe(true);
  });
});
