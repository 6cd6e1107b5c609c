import { Readable } from 'node:stream';
import { FileSystemAttributes } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { refusal, start, startFile, startShare } from '../support/official-client.js';
import { patterned } from '../support/patterned.js';

/* The official client against the emulator over a socket, with a shared key: files, their ranges, copies and names. */

const mebibyte = 1024 * 1024;

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('ShareFileClient', () => {
  it('creates a file with everything it can have', async () => {
    const { share } = await startShare();
    const file = share.rootDirectoryClient.getFileClient('file');
    const attributes = new FileSystemAttributes();
    attributes.readonly = true;
    attributes.hidden = true;
    const createdOn = new Date('2019-10-05T14:48:00.000Z');
    const lastWrittenOn = new Date('2019-10-15T14:48:00.000Z');
    await file.create(512, {
      metadata: { key: 'value' },
      fileHttpHeaders: {
        fileCacheControl: 'no-store',
        fileContentType: 'text/plain',
        fileContentLanguage: 'de',
        fileContentDisposition: 'attachment',
        fileContentMD5: new Uint8Array([1, 2, 3, 4]),
      },
      fileAttributes: attributes,
      creationTime: createdOn,
      lastWriteTime: lastWrittenOn,
    });
    const seen = await file.getProperties();
    expect(seen.metadata).toEqual({ key: 'value' });
    expect([seen.cacheControl, seen.contentType, seen.contentLanguage]).toEqual([
      'no-store',
      'text/plain',
      'de',
    ]);
    expect([...(seen.contentMD5 ?? [])]).toEqual([1, 2, 3, 4]);
    expect(seen.fileAttributes).toBe('ReadOnly | Hidden | Archive');
    expect([seen.fileCreatedOn, seen.fileLastWriteOn]).toEqual([createdOn, lastWrittenOn]);
    expect([seen.fileType, seen.isServerEncrypted, seen.leaseState]).toEqual(['File', true, 'available']);
  });

  it.each([0, 1, 4 * mebibyte, 4 * mebibyte + 1, 9 * mebibyte])(
    'uploads and downloads %i bytes',
    async (size) => {
      const { share } = await startShare();
      const file = share.rootDirectoryClient.getFileClient('file');
      const data = Buffer.from(patterned(size));
      await file.uploadData(data);
      const back = size === 0 ? Buffer.alloc(0) : await file.downloadToBuffer();
      expect(back.equals(data)).toBe(true);
      expect((await file.getProperties()).contentLength).toBe(size);
    },
  );

  it('uploads a stream and downloads one', async () => {
    const { share } = await startShare();
    const file = share.rootDirectoryClient.getFileClient('file');
    const data = Buffer.from(patterned(5 * mebibyte));
    await file.uploadStream(
      Readable.from([data.subarray(0, mebibyte), data.subarray(mebibyte)]),
      data.length,
      mebibyte,
      4,
    );
    const { readableStreamBody } = await file.download();
    const pieces: Buffer[] = [];
    for await (const piece of readableStreamBody ?? []) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).equals(data)).toBe(true);
  });

  it('writes, clears and lists ranges', async () => {
    const { file } = await startFile(4096);
    await file.uploadRange('Hello', 10, 5);
    await file.uploadRange(Buffer.from(patterned(1024)), 1024, 1024);
    expect((await file.downloadToBuffer(8, 9)).toString()).toBe('\0\0Hello\0\0');
    expect((await file.getRangeList()).rangeList).toEqual([
      { start: 0, end: 511 },
      { start: 1024, end: 2047 },
    ]);
    await file.clearRange(1024, 512);
    expect((await file.getRangeList()).rangeList).toEqual([
      { start: 0, end: 511 },
      { start: 1536, end: 2047 },
    ]);
  });

  it('asks for the MD5 of a range and for a range in part', async () => {
    const { file } = await startFile(100);
    await file.uploadRange('Hello', 0, 5);
    const part = await file.download(0, 5, { rangeGetContentMD5: true });
    expect([part.contentRange, part.contentLength]).toEqual(['bytes 0-4/100', 5]);
    expect(Buffer.from(part.contentMD5 ?? []).toString('base64')).toBe('ixqZU8RhEpaoJ6v4xHgE1w==');
    part.readableStreamBody?.resume();
  });

  it('sees what changed since a snapshot, and what the snapshot holds', async () => {
    const { share, file } = await startFile(512 * 4 + 1);
    await file.uploadRange('Hello', 0, 5);
    const { snapshot = '' } = await share.createSnapshot();
    await file.clearRange(0, 1024);
    await file.uploadRange('World', 1023, 5);
    const changes = await file.getRangeListDiff(snapshot);
    expect(changes.clearRanges).toEqual([{ start: 0, end: 511 }]);
    expect(changes.ranges).toEqual([{ start: 512, end: 1535 }]);
    const before = file.withShareSnapshot(snapshot);
    expect((await before.downloadToBuffer(0, 5)).toString()).toBe('Hello');
    expect((await before.getRangeList()).rangeList).toEqual([{ start: 0, end: 511 }]);
  });

  it('sets headers, metadata, length and attributes', async () => {
    const { file } = await startFile(11);
    await file.setHttpHeaders({ fileContentType: 'a/b' });
    await file.setMetadata({ UP: '1' });
    await file.resize(5);
    const attributes = new FileSystemAttributes();
    attributes.temporary = true;
    await file.setProperties({ fileAttributes: attributes });
    const seen = await file.getProperties();
    expect([seen.contentType, seen.contentLength, seen.metadata]).toEqual([undefined, 5, { up: '1' }]);
    expect(seen.fileAttributes).toBe('Temporary');
  });

  it('copies within and across shares, and aborts nothing', async () => {
    const { share, service, file } = await startFile(1024);
    await file.uploadData(Buffer.from(patterned(1024)));
    const other = service.getShareClient('other');
    await other.create();
    for (const target of [share, other]) {
      const copy = target.rootDirectoryClient.getFileClient('copy');
      const started = await copy.startCopyFromURL(file.url, { metadata: { copied: 'yes' } });
      expect(started.copyStatus).toBe('success');
      const seen = await copy.getProperties();
      expect([seen.copyStatus, seen.copyProgress, seen.copySource]).toEqual([
        'success',
        '1024/1024',
        file.url,
      ]);
      expect(seen.metadata).toEqual({ copied: 'yes' });
      expect((await copy.downloadToBuffer()).equals(patterned(1024))).toBe(true);
      expect(await refusal(copy.abortCopyFromURL(started.copyId ?? ''))).toEqual([
        409,
        'NoPendingCopyOperation',
      ]);
    }
  });

  it('writes a range from another file', async () => {
    const { share, file } = await startFile(1024);
    await file.uploadData(Buffer.from(patterned(1024)));
    const target = share.rootDirectoryClient.getFileClient('target');
    await target.create(2048);
    await target.uploadRangeFromURL(file.url, 0, 1024, 1024);
    expect((await target.downloadToBuffer(1024, 1024)).equals(patterned(1024))).toBe(true);
  });

  it('renames, replaces and keeps what it is told to keep', async () => {
    const { share, file } = await startFile(5);
    await file.uploadData(Buffer.from('Hello'));
    const taken = share.rootDirectoryClient.getFileClient('taken');
    await taken.create(1);
    expect(await refusal(file.rename('taken'))).toEqual([409, 'ResourceAlreadyExists']);
    const { destinationFileClient } = await file.rename('taken', {
      replaceIfExists: true,
      metadata: { renamed: 'yes' },
      contentType: 'a/b',
    });
    expect((await destinationFileClient.downloadToBuffer()).toString()).toBe('Hello');
    const seen = await destinationFileClient.getProperties();
    expect([seen.metadata, seen.contentType]).toEqual([{ renamed: 'yes' }, 'a/b']);
    expect(await file.exists()).toBe(false);
  });

  it('deletes once, and only if it is there', async () => {
    const { file } = await startFile(1);
    expect(await file.exists()).toBe(true);
    expect((await file.deleteIfExists()).succeeded).toBe(true);
    const again = await file.deleteIfExists();
    expect([again.succeeded, again.errorCode]).toEqual([false, 'ResourceNotFound']);
    expect(await refusal(file.delete())).toEqual([404, 'ResourceNotFound']);
  });

  it('tells a missing parent from a missing file', async () => {
    const { share } = await startShare();
    const file = share.getDirectoryClient('missing').getFileClient('file');
    expect(await refusal(file.create(1))).toEqual([404, 'ParentNotFound']);
    const gone = await file.deleteIfExists();
    expect([gone.succeeded, gone.errorCode]).toEqual([false, 'ParentNotFound']);
  });

  it.each(['a b', 'déjà vu', '100%', '#+&=;', '日本語', "it's", '%2F', '\u{1f600}'])(
    'uses the name %s',
    async (name) => {
      const { share } = await startShare();
      const directory = share.getDirectoryClient(name);
      await directory.create();
      await directory.getFileClient(name).create(3);
      const listed = await collected(directory.listFilesAndDirectories());
      expect(listed.map((entry) => entry.name)).toEqual([name]);
      expect((await directory.getFileClient(name).getProperties()).contentLength).toBe(3);
    },
  );
});

describe('ShareDirectoryClient', () => {
  it('creates, changes, finds and deletes directories', async () => {
    const { share } = await startShare();
    const directory = share.getDirectoryClient('d');
    expect((await directory.createIfNotExists({ metadata: { a: '1' } })).succeeded).toBe(true);
    expect((await directory.createIfNotExists()).errorCode).toBe('ResourceAlreadyExists');
    await directory.setMetadata({ b: '2' });
    const attributes = new FileSystemAttributes();
    attributes.hidden = true;
    await directory.setProperties({ fileAttributes: attributes });
    const seen = await directory.getProperties();
    expect([seen.metadata, seen.fileAttributes]).toEqual([{ b: '2' }, 'Hidden | Directory']);
    await directory.createFile('f', 1);
    expect(await refusal(directory.delete())).toEqual([409, 'DirectoryNotEmpty']);
    await directory.deleteFile('f');
    expect((await directory.deleteIfExists()).succeeded).toBe(true);
    expect(await directory.exists()).toBe(false);
  });

  it('lists page by page, with everything it can include', async () => {
    const { share } = await startShare();
    const root = share.rootDirectoryClient;
    for (let index = 0; index < 5; index++) await root.createFile(`file${index}`, index);
    await root.createSubdirectory('dir');
    const pages = [];
    for await (const page of root.listFilesAndDirectories().byPage({ maxPageSize: 4 })) {
      pages.push(page.segment.directoryItems.length + page.segment.fileItems.length);
    }
    expect(pages).toEqual([4, 2]);
    const options = {
      prefix: 'file3',
      includeTimestamps: true,
      includeEtag: true,
      includeAttributes: true,
      includePermissionKey: true,
      includeExtendedInfo: true,
    };
    const [entry] = await collected(root.listFilesAndDirectories(options));
    const properties = await root.getFileClient('file3').getProperties();
    expect(entry).toMatchObject({
      kind: 'file',
      name: 'file3',
      fileId: properties.fileId,
      attributes: 'Archive',
      permissionKey: properties.filePermissionKey,
      properties: {
        contentLength: 3,
        etag: properties.etag,
        lastModified: properties.lastModified,
        lastWriteTime: properties.fileLastWriteOn,
      },
    });
  });

  it('lists names that XML cannot carry', async () => {
    const { share } = await startShare();
    const directory = share.getDirectoryClient('d\ufffe');
    await directory.create();
    await directory.createFile('f\ufffe1', 1);
    const names = (await collected(directory.listFilesAndDirectories({ prefix: 'f\ufffe' }))).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['f\ufffe1']);
  });

  it('renames a directory with what it holds, also over a file', async () => {
    const { share } = await startShare();
    const { directoryClient } = await share.createDirectory('from');
    await directoryClient.createFile('f', 1);
    await share.rootDirectoryClient.createFile('to', 1);
    expect(await refusal(directoryClient.rename('to'))).toEqual([409, 'ResourceAlreadyExists']);
    const { destinationDirectoryClient } = await directoryClient.rename('to', { replaceIfExists: true });
    expect(await destinationDirectoryClient.getFileClient('f').exists()).toBe(true);
    expect(await directoryClient.exists()).toBe(false);
  });
});

describe('a client that allows dots at the ends of names', () => {
  it('keeps them, and another client does not', async () => {
    const { service, connect } = await start();
    await service.createShare('share');
    const keeping = connect({ allowTrailingDot: true, allowSourceTrailingDot: true }).getShareClient('share');
    const dropping = service.getShareClient('share');
    await keeping.createDirectory('d.');
    await keeping.getDirectoryClient('d.').createFile('f.', 1);
    await dropping.createDirectory('e.');
    const names = async (client: typeof keeping): Promise<string[]> =>
      (await collected(client.rootDirectoryClient.listFilesAndDirectories())).map(({ name }) => name);
    expect(await names(keeping)).toEqual(['d.', 'e']);
    expect(await keeping.getDirectoryClient('d.').getFileClient('f.').exists()).toBe(true);
    expect(await dropping.getDirectoryClient('d.').getFileClient('f.').exists()).toBe(false);
    expect(await dropping.getDirectoryClient('e.').exists()).toBe(true);
    await keeping.getDirectoryClient('d.').getFileClient('f.').rename('g.');
    expect(await keeping.rootDirectoryClient.getFileClient('g.').exists()).toBe(true);
  });
});
