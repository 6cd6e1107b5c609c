import type { ShareClient } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { collected } from '../support/collected.js';
import { refusal, start, startShare } from '../support/official-client.js';

/* The official client against the emulator: names of any characters, and dots at their ends. */

const special = "汉字. special ~!@#$%^&()_+`1234567890-={}[];','";
const usable = [
  'file empty',
  'Upper file empty another 汉字',
  special,
  'ру́сский язы́к',
  'عربيعربى',
  'にっぽんごにほんご',
  encodeURIComponent('ру́сский язы́к'),
  encodeURIComponent('عربي/عربى'),
  '%2F%5C%00',
  '100%',
  '%41',
  'a+b c&d=e;f#g',
  "it's",
  '&lt;&amp;\u00a0]]>'.replace('>', ''),
  'é (one) and e\u0301 (two)',
  '\u{1f600}\u{1f468}\u200d\u{1f469}',
  ' leading and inner  spaces',
  '\ufffe',
  'plain\ufffe%41',
  'x'.repeat(255),
];

const names = async (share: ShareClient, directory = '', options = {}) =>
  (await collected(share.getDirectoryClient(directory).listFilesAndDirectories(options))).map(
    ({ name }) => name,
  );

describe('a name', () => {
  it.each(usable)('can be %j', async (name) => {
    const { share } = await startShare();
    const directory = share.getDirectoryClient(name);
    await directory.create();
    const file = directory.getFileClient(name);
    await file.uploadData(Buffer.from('Hello'), { metadata: { a: '1' } });
    expect(await names(share)).toEqual([name]);
    expect(await names(share, name, { prefix: name })).toEqual([name]);
    const [page] = await collected(directory.listFilesAndDirectories({ prefix: name }).byPage());
    expect([page?.directoryPath, page?.prefix]).toEqual([name, name]);
    expect((await file.downloadToBuffer()).toString()).toBe('Hello');
    const copy = directory.getFileClient('copy');
    await copy.startCopyFromURL(file.url);
    await file.startCopyFromURL(copy.url);
    expect((await file.getProperties()).copySource).toBe(copy.url);
    expect(await collected(file.listHandles())).toEqual([]);
    await file.delete();
    await directory.deleteFile('copy');
    await directory.delete();
    expect(await names(share)).toEqual([]);
  });

  it('comes with a token that goes on from it', async () => {
    const { share } = await startShare();
    const sorted = [...usable].filter((name) => name.length < 200);
    for (const name of sorted) await share.rootDirectoryClient.createFile(name, 1);
    const seen: string[] = [];
    for await (const page of share.rootDirectoryClient.listFilesAndDirectories().byPage({ maxPageSize: 1 })) {
      seen.push(...page.segment.fileItems.map(({ name }) => name));
    }
    expect(seen.toSorted()).toEqual(sorted.toSorted());
  });

  it('is one in every case, and is spelled as it was first', async () => {
    const { share } = await startShare();
    const upper = share.rootDirectoryClient.getFileClient('Ä File.TXT');
    const lower = share.rootDirectoryClient.getFileClient('ä file.txt');
    await upper.create(1);
    expect(await lower.exists()).toBe(true);
    await lower.create(2);
    expect((await upper.getProperties()).contentLength).toBe(2);
    expect(await names(share)).toEqual(['Ä File.TXT']);
    expect(await refusal(share.getDirectoryClient('ä FILE.txt').create())).toEqual([
      409,
      'ResourceTypeMismatch',
    ]);
  });

  it.each([
    'a<b',
    'a>b',
    'a:b',
    'a|b',
    'a*b',
    'a?b',
    'a"b',
    'a\u0001b',
    'a\u001fb',
    'CON',
    'lpt1',
    'nul',
    'x'.repeat(256),
  ])('cannot be %j', async (name) => {
    const { share } = await startShare();
    const file = share.rootDirectoryClient.getFileClient(name);
    const directory = share.getDirectoryClient(name);
    const code = name.length > 255 ? 'InvalidFileOrDirectoryPathName' : 'InvalidResourceName';
    expect(await refusal(file.create(1))).toEqual([400, code]);
    expect(await refusal(directory.create())).toEqual([400, code]);
    expect(await names(share)).toEqual([]);
  });

  it('lies at most 250 levels deep, in a path of at most 2,048 characters', async () => {
    const { share } = await startShare();
    const deep = share.rootDirectoryClient.getFileClient(Array(251).fill('d').join('/'));
    expect(await refusal(deep.create(1))).toEqual([404, 'ParentNotFound']);
    let directory = share.rootDirectoryClient;
    for (let level = 0; level < 8; level++) {
      directory = directory.getDirectoryClient(String(level).repeat(250));
      await directory.create();
    }
    await directory.getFileClient('x'.repeat(40)).create(1);
    const long = directory.getFileClient('x'.repeat(41));
    expect(await refusal(long.create(1))).toEqual([400, 'InvalidFileOrDirectoryPathName']);
  });
});

describe('a client that allows dots at the ends of names', () => {
  async function startDotted() {
    const { service, connect } = await start();
    await service.createShare('share');
    const settings = { allowTrailingDot: true, allowSourceTrailingDot: true };
    return { keeping: connect(settings).getShareClient('share'), service, connect };
  }

  it('keeps them in every operation', async () => {
    const { keeping } = await startDotted();
    const directory = keeping.getDirectoryClient('dir....');
    expect((await directory.createIfNotExists()).succeeded).toBe(true);
    expect((await directory.createIfNotExists()).succeeded).toBe(false);
    const file = directory.getFileClient('file...');
    await file.create(10);
    await file.uploadRange('HelloWorld', 0, 10);
    await file.clearRange(1, 8);
    await file.setMetadata({ key1: 'Value1' });
    await file.setHttpHeaders({ fileContentType: 'a/b' });
    await file.resize(2049);
    expect((await file.getRangeList()).rangeList).toEqual([{ start: 0, end: 511 }]);
    const { snapshot = '' } = await keeping.createSnapshot();
    await file.uploadRange('World', 1023, 5);
    expect((await file.getRangeListDiff(snapshot)).ranges).toEqual([{ start: 512, end: 1535 }]);
    expect(await collected(file.listHandles())).toEqual([]);
    expect(await directory.forceCloseAllHandles()).toEqual({ closedHandlesCount: 0, closeFailureCount: 0 });
    await directory.setMetadata({ a: '1' });
    await directory.setProperties();
    expect(await names(keeping)).toEqual(['dir....']);
    expect(await names(keeping, 'dir....')).toEqual(['file...']);
    const copy = directory.getFileClient('copy...');
    const { copyId = '' } = await copy.startCopyFromURL(file.url);
    expect((await copy.getProperties()).copySource).toBe(file.url);
    expect(await refusal(copy.abortCopyFromURL(copyId))).toEqual([409, 'NoPendingCopyOperation']);
    await copy.uploadRangeFromURL(file.url, 0, 512, 10);
    await copy.rename('renamed....');
    expect((await names(keeping)).sort()).toEqual(['dir....', 'renamed....']);
    await file.getShareLeaseClient().acquireLease();
    expect((await file.getProperties()).leaseState).toBe('leased');
    expect(await directory.getFileClient('file').exists()).toBe(false);
  });

  it('has a file beside one without them', async () => {
    const { keeping } = await startDotted();
    await keeping.rootDirectoryClient.createFile('name', 1);
    await keeping.rootDirectoryClient.createFile('name.', 2);
    expect(await names(keeping)).toEqual(['name', 'name.']);
    await keeping.rootDirectoryClient.deleteFile('name.');
    expect((await keeping.rootDirectoryClient.getFileClient('name').getProperties()).contentLength).toBe(1);
  });

  it.each([{ allowTrailingDot: false, allowSourceTrailingDot: false }, {}])(
    'differs from one that does not: %j',
    async (settings) => {
      const { keeping, connect } = await startDotted();
      const dropping = connect(settings).getShareClient('share');
      const directory = dropping.getDirectoryClient('dir....');
      await directory.create();
      const file = directory.getFileClient('file....');
      await file.create(1024);
      expect([await names(dropping), await names(dropping, 'dir')]).toEqual([['dir'], ['file']]);
      expect(await file.exists()).toBe(true);
      expect(await dropping.rootDirectoryClient.getFileClient('dir/file').exists()).toBe(true);
      expect(await keeping.rootDirectoryClient.getFileClient('dir/file.').exists()).toBe(false);
      await directory.getFileClient('copy...').startCopyFromURL(file.url);
      const { destinationFileClient } = await file.rename('renamed.....');
      expect(await destinationFileClient.exists()).toBe(true);
      expect([(await names(dropping)).sort(), await names(dropping, 'dir')]).toEqual([
        ['dir', 'renamed'],
        ['copy'],
      ]);
      expect((await directory.createIfNotExists()).errorCode).toBe('ResourceAlreadyExists');
    },
  );

  it.each([
    [{ allowTrailingDot: true, allowSourceTrailingDot: false }, 'target.'],
    [{ allowTrailingDot: false, allowSourceTrailingDot: true }, 'target'],
  ])('says so for the source and for the target apart: %j', async (settings, made) => {
    const { keeping, connect } = await startDotted();
    const root = keeping.rootDirectoryClient;
    await root.createFile('source.', 3);
    const mixed = connect(settings).getShareClient('share').rootDirectoryClient;
    const { url } = root.getFileClient('source.');
    const copying = mixed.getFileClient('target.').startCopyFromURL(url);
    if (settings.allowSourceTrailingDot) {
      await copying;
      expect((await names(keeping)).sort()).toEqual(['source.', made]);
    } else {
      // Without its dot the source is not there.
      expect((await refusal(copying))[0]).toBe(404);
      expect((await refusal(mixed.getFileClient('source.').rename('other')))[0]).toBe(404);
    }
  });
});
