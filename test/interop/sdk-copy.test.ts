import { FileSystemAttributes, type ShareClient } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { a, b, leaseOf, refusal, startFile, startShare } from '../support/official-client.js';
import { patterned } from '../support/patterned.js';
import { descriptor, otherDescriptor } from '../support/security-descriptors.js';

/* The official client against the emulator: copies with every option, and what is left of them. */

const created = new Date('2011-10-05T14:48:00Z');
const source = {
  creationTime: new Date('2019-10-05T14:48:00Z'),
  lastWriteTime: new Date('2019-10-15T14:48:00Z'),
  changeTime: new Date('2019-10-25T14:48:00Z'),
};

/** A file with content and everything a file can have. */
async function startSource() {
  const { share, service } = await startShare();
  const file = share.rootDirectoryClient.getFileClient('source');
  const data = Buffer.from(patterned(1024));
  await file.create(1024, {
    ...source,
    metadata: { from: 'source' },
    fileAttributes: FileSystemAttributes.parse('Hidden|System'),
    filePermission: otherDescriptor,
    fileHttpHeaders: {
      fileContentType: 'text/plain',
      fileCacheControl: 'no-store',
      fileContentMD5: new Uint8Array([1, 2, 3, 4]),
    },
  });
  await file.uploadRange(data, 0, 1024, { fileLastWrittenMode: 'Preserve' });
  return { service, share, file, data, target: share.rootDirectoryClient.getFileClient('target') };
}

describe('a copy', () => {
  it('is finished at once and says so', async () => {
    const { file, target, data } = await startSource();
    const before = await file.getProperties();
    const started = await target.startCopyFromURL(file.url);
    expect(started).toMatchObject({
      copyStatus: 'success',
      copyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const after = await target.getProperties();
    expect(after).toMatchObject({
      copyId: started.copyId,
      copySource: file.url,
      copyStatus: 'success',
      copyProgress: '1024/1024',
      copyCompletedOn: expect.any(Date),
      copyStatusDescription: undefined,
      etag: started.etag,
      lastModified: started.lastModified,
    });
    expect((await target.downloadToBuffer()).equals(data)).toBe(true);
    expect(await file.getProperties()).toMatchObject({ etag: before.etag, copyId: undefined });
    expect(after.fileId).not.toBe(before.fileId);
  });

  it('takes content, metadata and headers of the source; times, attributes and permission are new', async () => {
    const { file, target } = await startSource();
    const { copyId } = await target.startCopyFromURL(file.url);
    const seen = await target.getProperties();
    expect(seen).toMatchObject({
      copyId,
      metadata: { from: 'source' },
      contentType: 'text/plain',
      cacheControl: 'no-store',
      contentMD5: Buffer.from([1, 2, 3, 4]),
      fileAttributes: 'Archive',
    });
    const plain = await target.create(1);
    expect(seen.filePermissionKey).toBe(plain.filePermissionKey);
    for (const time of [seen.fileCreatedOn, seen.fileLastWriteOn, seen.fileChangeOn]) {
      expect(Number(time)).toBeGreaterThan(Number(source.changeTime));
    }
  });

  it('takes what it is told to take from the source', async () => {
    const { file, target } = await startSource();
    await target.startCopyFromURL(file.url, {
      copyFileSmbInfo: {
        fileAttributes: 'source',
        fileCreationTime: 'source',
        fileLastWriteTime: 'source',
        fileChangeTime: 'source',
        filePermissionCopyMode: 'source',
      },
    });
    const { filePermissionKey } = await file.getProperties();
    expect(await target.getProperties()).toMatchObject({
      // Creating the source has added the archive attribute.
      fileAttributes: 'Hidden | System | Archive',
      fileCreatedOn: source.creationTime,
      fileLastWriteOn: source.lastWriteTime,
      filePermissionKey,
    });
  });

  it.each([
    [
      'a permission',
      (share: ShareClient) => share && { filePermission: descriptor, filePermissionFormat: 'Sddl' },
    ],
    ['a key', async (share: ShareClient) => ({ filePermissionKey: await keyOf(share, descriptor) })],
  ] as const)('takes attributes, times and %s of the request', async (_name, permission) => {
    const { share, file, target } = await startSource();
    await target.startCopyFromURL(file.url, {
      ...((await permission(share)) as object),
      metadata: { own: '1' },
      copyFileSmbInfo: {
        filePermissionCopyMode: 'override',
        ignoreReadOnly: false,
        fileAttributes: 'Hidden|System',
        fileCreationTime: created.toISOString(),
        fileLastWriteTime: 'source',
        fileChangeTime: created.toISOString(),
        setArchiveAttribute: false,
      },
    });
    expect(await target.getProperties()).toMatchObject({
      metadata: { own: '1' },
      fileAttributes: 'Hidden | System',
      fileCreatedOn: created,
      fileLastWriteOn: source.lastWriteTime,
      fileChangeOn: created,
      filePermissionKey: await keyOf(share, descriptor),
    });
  });

  it('sets the archive attribute beside the others when it is told to', async () => {
    const { file, target } = await startSource();
    const copyFileSmbInfo = { fileAttributes: 'Hidden|System', setArchiveAttribute: true };
    await target.startCopyFromURL(file.url, { copyFileSmbInfo });
    expect((await target.getProperties()).fileAttributes).toBe('Hidden | System | Archive');
  });

  it('loses its trace with the next change of headers or content', async () => {
    const { file, target } = await startSource();
    for (const change of [
      () => target.setHttpHeaders({ fileContentType: 'a/b' }),
      () => target.create(1024),
    ]) {
      await target.startCopyFromURL(file.url);
      await change();
      expect((await target.getProperties()).copyId).toBeUndefined();
    }
  });
});

describe('the source of a copy', () => {
  it('can be in another share, in a snapshot, or the target itself', async () => {
    const { service, share, file, target, data } = await startSource();
    const other = service.getShareClient('other');
    await other.create();
    const { snapshot = '' } = await share.createSnapshot();
    await file.uploadData(Buffer.from('changed'));
    const past = file.withShareSnapshot(snapshot);
    for (const copy of [target, other.rootDirectoryClient.getFileClient('copy')]) {
      await copy.startCopyFromURL(past.url);
      expect((await copy.downloadToBuffer()).equals(data)).toBe(true);
      expect((await copy.getProperties()).copySource).toContain('sharesnapshot=');
      await copy.startCopyFromURL(file.url);
      expect((await copy.downloadToBuffer()).toString()).toBe('changed');
    }
    await file.startCopyFromURL(file.url, { metadata: { touched: 'yes' } });
    expect(await file.getProperties()).toMatchObject({ metadata: { touched: 'yes' }, copySource: file.url });
    expect((await file.downloadToBuffer()).toString()).toBe('changed');
  });

  it('takes its permission along into another share', async () => {
    const { service, file } = await startSource();
    const other = service.getShareClient('other');
    await other.create();
    const copy = other.rootDirectoryClient.getFileClient('copy');
    await copy.startCopyFromURL(file.url, { copyFileSmbInfo: { filePermissionCopyMode: 'source' } });
    const { filePermissionKey = '' } = await copy.getProperties();
    expect((await other.getPermission(filePermissionKey)).permission).toContain(otherDescriptor);
  });

  it('needs no id of its lease', async () => {
    const { file, target, data } = await startSource();
    await file.getShareLeaseClient(a).acquireLease();
    await target.startCopyFromURL(file.url);
    expect((await target.downloadToBuffer()).equals(data)).toBe(true);
    expect((await target.getProperties()).leaseState).toBe('available');
  });

  it('must be a file that is there', async () => {
    const { share, target } = await startSource();
    await share.createDirectory('directory');
    for (const path of ['missing', 'directory', 'missing/child']) {
      const { url } = share.rootDirectoryClient.getFileClient(path);
      expect((await refusal(target.startCopyFromURL(url)))[0]).toBe(404);
    }
    expect(await refusal(target.startCopyFromURL('nonsense'))).toEqual([400, 'InvalidHeaderValue']);
    expect(await target.exists()).toBe(false);
  });
});

describe('the target of a copy', () => {
  it('is overwritten, keeps its id and its lease, and needs the id of that', async () => {
    const { file, target } = await startSource();
    const { fileId } = await target.create(5, { metadata: { old: '1' } });
    await target.getShareLeaseClient(a).acquireLease();
    expect(await refusal(target.startCopyFromURL(file.url))).toEqual([412, 'LeaseIdMissing']);
    const wrong = target.startCopyFromURL(file.url, leaseOf(b));
    expect(await refusal(wrong)).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
    await target.startCopyFromURL(file.url, leaseOf(a));
    expect(await target.getProperties()).toMatchObject({
      fileId,
      metadata: { from: 'source' },
      leaseState: 'leased',
      contentLength: 1024,
    });
  });

  it('that is read-only is overwritten only when that is to be ignored', async () => {
    const { file, target } = await startSource();
    await target.create(2048, { fileAttributes: FileSystemAttributes.parse('ReadOnly') });
    for (const copyFileSmbInfo of [{}, { ignoreReadOnly: false }]) {
      const copying = target.startCopyFromURL(file.url, { copyFileSmbInfo });
      expect(await refusal(copying)).toEqual([409, 'ReadOnlyAttribute']);
    }
    await target.startCopyFromURL(file.url, { copyFileSmbInfo: { ignoreReadOnly: true } });
    expect(await target.getProperties()).toMatchObject({ contentLength: 1024, fileAttributes: 'Archive' });
  });

  it('cannot be a directory, nor lie in one that is missing, nor in a snapshot', async () => {
    const { share, file, target } = await startSource();
    await share.createDirectory('directory');
    const directory = share.rootDirectoryClient.getFileClient('directory');
    expect(await refusal(directory.startCopyFromURL(file.url))).toEqual([409, 'ResourceTypeMismatch']);
    const orphan = share.rootDirectoryClient.getFileClient('missing/child');
    expect(await refusal(orphan.startCopyFromURL(file.url))).toEqual([404, 'ParentNotFound']);
    const { snapshot = '' } = await share.createSnapshot();
    const past = target.withShareSnapshot(snapshot).startCopyFromURL(file.url);
    expect(await refusal(past)).toEqual([400, 'InvalidQueryParameterValue']);
  });

  it.each([
    [{ filePermissionCopyMode: 'override' as const }, {}, 400],
    [{}, { filePermission: descriptor }, 400],
    [{ fileAttributes: 'Nonsense' }, {}, 400],
    [{ fileCreationTime: 'yesterday' }, {}, 400],
  ])('is not made with %j and %j', async (copyFileSmbInfo, more, status) => {
    const { file, target } = await startSource();
    const copying = target.startCopyFromURL(file.url, { copyFileSmbInfo, ...more });
    expect((await refusal(copying))[0]).toBe(status);
    expect(await target.exists()).toBe(false);
  });
});

describe('aborting a copy', () => {
  it('finds none that is pending', async () => {
    const { file, target } = await startSource();
    const { copyId = '' } = await target.startCopyFromURL(file.url);
    expect(await refusal(target.abortCopyFromURL(copyId))).toEqual([409, 'NoPendingCopyOperation']);
    expect(await refusal(target.abortCopyFromURL(a))).toEqual([409, 'NoPendingCopyOperation']);
    expect(await refusal(target.abortCopyFromURL('id'))).toEqual([400, 'InvalidQueryParameterValue']);
    expect((await target.getProperties()).copyStatus).toBe('success');
  });

  it('is a mistake on a file that was never copied, and respects leases', async () => {
    const { file } = await startFile();
    expect(await refusal(file.abortCopyFromURL(a))).toEqual([400, 'InvalidQueryParameterValue']);
    await file.getShareLeaseClient(a).acquireLease();
    expect(await refusal(file.abortCopyFromURL(a))).toEqual([412, 'LeaseIdMissing']);
    await file.delete(leaseOf(a));
    expect(await refusal(file.abortCopyFromURL(a))).toEqual([404, 'ResourceNotFound']);
  });
});

async function keyOf(share: ShareClient, permission: string): Promise<string> {
  return (await share.createPermission(permission)).filePermissionKey ?? '';
}
