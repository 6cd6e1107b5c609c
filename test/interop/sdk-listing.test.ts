import { FileSystemAttributes, type ShareDirectoryClient } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { collected } from '../support/collected.js';
import { refusal, startShare } from '../support/official-client.js';

/* The official client against the emulator: listing directories, with every option. */

async function startListing() {
  const { share } = await startShare();
  const directory = share.getDirectoryClient('dir');
  await directory.create();
  for (let index = 0; index < 3; index++) {
    await directory.createSubdirectory(`dir${index}`);
    await directory.createFile(`file${index}`, 1024 + index);
  }
  return { share, directory };
}

async function pages(directory: ShareDirectoryClient, settings: object, options = {}) {
  const all: string[][] = [];
  for await (const { segment } of directory.listFilesAndDirectories(options).byPage(settings)) {
    all.push([...segment.directoryItems, ...segment.fileItems].map(({ name }) => name));
  }
  return all;
}

const everything = {
  includeTimestamps: true,
  includeEtag: true,
  includeAttributes: true,
  includePermissionKey: true,
  includeExtendedInfo: true,
};

describe('a listing', () => {
  it('tells where it is from, and of entries their names, ids and sizes', async () => {
    const { share, directory } = await startListing();
    for (const prefix of [undefined, '']) {
      const options = prefix === undefined ? {} : { prefix };
      const [page, none] = await collected(directory.listFilesAndDirectories(options).byPage());
      expect(none).toBeUndefined();
      expect(page).toMatchObject({
        serviceEndpoint: expect.stringMatching(/\/devstoreaccount1\/$/),
        shareName: 'share',
        directoryPath: 'dir',
        directoryId: '13835128424026341376',
        continuationToken: '',
      });
      expect(page?.segment.directoryItems.map(({ name }) => name)).toEqual(['dir0', 'dir1', 'dir2']);
      expect(page?.segment.fileItems.map(({ name }) => name)).toEqual(['file0', 'file1', 'file2']);
      for (const item of page?.segment.fileItems ?? []) {
        const { fileId, contentLength } = await directory.getFileClient(item.name).getProperties();
        expect(item.fileId).toBe(fileId);
        expect(item.properties).toEqual({ contentLength });
        expect([item.attributes, item.permissionKey]).toEqual([undefined, undefined]);
      }
    }
    const [root] = await collected(share.rootDirectoryClient.listFilesAndDirectories().byPage());
    expect([root?.directoryPath, root?.directoryId]).toEqual(['', '0']);
  });

  it('tells all that can be included, as the properties do', async () => {
    const { directory } = await startListing();
    const fileAttributes = FileSystemAttributes.parse('ReadOnly|Hidden');
    const lastWriteTime = new Date('2019-10-15T14:48:00.123Z');
    await directory.getFileClient('file1').create(7, { fileAttributes, lastWriteTime });
    for await (const item of directory.listFilesAndDirectories(everything)) {
      const client =
        item.kind === 'file' ? directory.getFileClient(item.name) : directory.getDirectoryClient(item.name);
      const seen = await client.getProperties();
      expect(item).toMatchObject({
        fileId: seen.fileId,
        attributes: seen.fileAttributes,
        permissionKey: seen.filePermissionKey,
        properties: {
          creationTime: seen.fileCreatedOn,
          lastWriteTime: seen.fileLastWriteOn,
          changeTime: seen.fileChangeOn,
          lastAccessTime: expect.any(Date),
          lastModified: seen.lastModified,
          etag: seen.etag,
        },
      });
    }
  });

  it.each([
    ['includeTimestamps', ['creationTime', 'lastAccessTime', 'lastWriteTime', 'changeTime', 'lastModified']],
    ['includeEtag', ['etag']],
    ['includeAttributes', ['attributes']],
    ['includePermissionKey', ['permissionKey']],
    ['includeExtendedInfo', []],
  ])('tells only what %s asks for', async (option, names) => {
    const { directory } = await startListing();
    const usual = ['kind', 'name', 'fileId', 'properties', 'contentLength'];
    for await (const item of directory.listFilesAndDirectories({ [option]: true })) {
      const present = Object.entries({ ...item, ...item.properties })
        .filter(([name, value]) => value !== undefined && !usual.includes(name))
        .map(([name]) => name);
      expect(present.sort()).toEqual([...names].sort());
    }
  });

  it('is cut to a prefix, whatever its case', async () => {
    const { directory } = await startListing();
    const names = async (prefix: string) => (await pages(directory, {}, { prefix })).flat();
    expect(await names('file')).toEqual(['file0', 'file1', 'file2']);
    expect(await names('FILE1')).toEqual(['file1']);
    expect(await names('none')).toEqual([]);
    const [page] = await collected(directory.listFilesAndDirectories({ prefix: 'dir1' }).byPage());
    expect(page?.prefix).toBe('dir1');
  });

  it('of a directory without entries, or of none, is what it should be', async () => {
    const { share, directory } = await startListing();
    const empty = directory.getDirectoryClient('dir0');
    expect(await collected(empty.listFilesAndDirectories())).toEqual([]);
    for (const [path, code] of [
      ['missing', 'ResourceNotFound'],
      ['missing/child', 'ParentNotFound'],
      ['dir/file0', 'ResourceNotFound'],
    ] as const) {
      const listing = collected(share.getDirectoryClient(path).listFilesAndDirectories());
      expect(await refusal(listing)).toEqual([404, code]);
    }
  });

  it('shows hidden entries, and neither metadata nor content types', async () => {
    const { share } = await startShare();
    const hidden = FileSystemAttributes.parse('Hidden|System');
    await share.rootDirectoryClient.createFile('f', 1, { fileAttributes: hidden, metadata: { a: '1' } });
    const [item] = await collected(share.rootDirectoryClient.listFilesAndDirectories(everything));
    expect(item).toMatchObject({ name: 'f', attributes: 'Hidden | System | Archive' });
    expect(JSON.stringify(item)).not.toMatch(/metadata|octet-stream/);
  });

  it('of a snapshot stays as it was', async () => {
    const { share, directory } = await startListing();
    const { snapshot = '' } = await share.createSnapshot();
    await directory.deleteFile('file0');
    await directory.createFile('later', 1);
    const past = share.withSnapshot(snapshot).getDirectoryClient('dir');
    const [page] = await collected(past.listFilesAndDirectories().byPage());
    expect(page?.segment.fileItems.map(({ name }) => name)).toEqual(['file0', 'file1', 'file2']);
    expect(page?.shareSnapshot).toBe(snapshot);
  });
});

describe('pages', () => {
  const names = ['dir0', 'dir1', 'dir2', 'file0', 'file1', 'file2'];

  it.each([1, 2, 3, 4, 5, 6, 7])('of %i entries hold all of them once, in order', async (maxPageSize) => {
    const { directory } = await startListing();
    const all = await pages(directory, { maxPageSize });
    expect(all.flat()).toEqual(names);
    expect(all.length).toBe(Math.ceil(names.length / maxPageSize));
    expect(all.slice(0, -1).every((page) => page.length === maxPageSize)).toBe(true);
  });

  it('go on from a token, with any size, and with what has come and gone meanwhile', async () => {
    const { directory } = await startListing();
    const iterator = directory.listFilesAndDirectories().byPage({ maxPageSize: 3 });
    const first = (await iterator.next()).value;
    expect(first.continuationToken).toMatch(/^1!\d+![A-Za-z0-9+/=]+$/);
    const { continuationToken } = first;
    expect((await pages(directory, { continuationToken, maxPageSize: 100 })).flat()).toEqual(names.slice(3));
    await directory.deleteFile('file0');
    await directory.createFile('file00', 1);
    await directory.createFile('a', 1);
    const rest = (await pages(directory, { continuationToken, maxPageSize: 2 })).flat();
    expect(rest).toEqual(['file00', 'file1', 'file2']);
  });

  it('of a prefix go on within it', async () => {
    const { directory } = await startListing();
    expect(await pages(directory, { maxPageSize: 2 }, { prefix: 'FILE' })).toEqual([
      ['file0', 'file1'],
      ['file2'],
    ]);
  });

  it('tell their size and token back', async () => {
    const { directory } = await startListing();
    const all = await collected(directory.listFilesAndDirectories().byPage({ maxPageSize: 4 }));
    expect(all.map(({ maxResults }) => maxResults)).toEqual([4, 4]);
    expect(all[1]?.marker).toBe(all[0]?.continuationToken);
  });

  it.each([0, -1])('are refused of %i entries', async (maxPageSize) => {
    const { directory } = await startListing();
    expect(await refusal(pages(directory, { maxPageSize }))).toEqual([400, 'OutOfRangeQueryParameterValue']);
  });

  it('are refused from a token that is none', async () => {
    const { directory } = await startListing();
    for (const continuationToken of ['nonsense', '1!4!', '1!3!ZmlsZQ==', '2!8!ZmlsZTA=']) {
      expect((await refusal(pages(directory, { continuationToken })))[0]).toBe(400);
    }
  });
});
