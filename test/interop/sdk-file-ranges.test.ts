import type { ShareFileClient } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { a, leaseOf, refusal, startFile, startShare } from '../support/official-client.js';
import { patterned } from '../support/patterned.js';

/* The official client against the emulator: lists of ranges, changes since a snapshot, and ranges from a URL. */

const mebibyte = 1024 * 1024;

async function ranges(file: ShareFileClient, options = {}) {
  return (await file.getRangeList(options)).rangeList.map(({ start, end }) => [start, end]);
}

async function changes(file: ShareFileClient, snapshot: string, options = {}) {
  const { ranges: changed = [], clearRanges = [] } = await file.getRangeListDiff(snapshot, options);
  return {
    changed: changed.map(({ start, end }) => [start, end]),
    cleared: clearRanges.map(({ start, end }) => [start, end]),
  };
}

describe('the ranges of a file', () => {
  it('are those that hold bytes, in blocks of 512', async () => {
    const { file } = await startFile(4096);
    expect(await ranges(file)).toEqual([]);
    await file.uploadRange('Hello', 600, 5);
    await file.uploadRange('x'.repeat(16), 2040, 16);
    expect(await ranges(file)).toEqual([
      [512, 1023],
      [1536, 2559],
    ]);
    await file.uploadRange(Buffer.from(patterned(512)), 1024, 512);
    expect(await ranges(file)).toEqual([[512, 2559]]);
    const told = await file.getRangeList();
    const { etag, lastModified } = await file.getProperties();
    expect(told).toMatchObject({ fileContentLength: 4096, etag, lastModified });
  });

  it('end with the file', async () => {
    const { file } = await startFile(10);
    await file.uploadRange('Hello', 0, 5);
    await file.uploadRange('World', 5, 5);
    await file.clearRange(1, 8);
    expect(await ranges(file)).toEqual([[0, 9]]);
  });

  it('are cut to the range that is asked for', async () => {
    const { file } = await startFile(4096);
    await file.uploadRange(Buffer.from(patterned(2048)), 512, 2048);
    expect(await ranges(file, { range: { offset: 600, count: 100 } })).toEqual([[600, 699]]);
    expect(await ranges(file, { range: { offset: 2048 } })).toEqual([[2048, 2559]]);
    expect(await ranges(file, { range: { offset: 3000, count: 100 } })).toEqual([]);
    expect(await refusal(ranges(file, { range: { offset: 4096 } }))).toEqual([416, 'InvalidRange']);
  });

  it('of a snapshot are those of its time', async () => {
    const { share, file } = await startFile(513);
    await file.uploadRange('Hello', 0, 5);
    await file.uploadRange('World', 5, 5);
    await file.clearRange(0, 513);
    const { snapshot = '' } = await share.createSnapshot();
    await file.uploadRange('Hello', 0, 5);
    expect(await ranges(file.withShareSnapshot(snapshot))).toEqual([[512, 512]]);
    expect(await ranges(file)).toEqual([[0, 512]]);
  });
});

describe('changes since a snapshot', () => {
  async function startChanged() {
    const started = await startFile(512 * 4 + 1);
    const { file, share } = started;
    await file.uploadRange('Hello', 0, 5);
    const { snapshot: first = '' } = await share.createSnapshot();
    return { ...started, first };
  }

  async function change(file: ShareFileClient): Promise<void> {
    await file.clearRange(0, 1024);
    await file.uploadRange('World', 1023, 5);
  }
  const expected = { changed: [[512, 1535]], cleared: [[0, 511]] };

  it('are what was written and what was cleared', async () => {
    const { file, first } = await startChanged();
    expect(await changes(file, first)).toEqual({ changed: [], cleared: [] });
    await change(file);
    expect(await changes(file, first)).toEqual(expected);
    expect(await changes(file, first, { range: { offset: 100, count: 500 } })).toEqual({
      changed: [[512, 599]],
      cleared: [[100, 511]],
    });
  });

  it('can be asked between two snapshots', async () => {
    const { share, file, first } = await startChanged();
    await change(file);
    const { snapshot: second = '' } = await share.createSnapshot();
    await file.uploadRange('Hello', 0, 5);
    expect(await changes(file.withShareSnapshot(second), first)).toEqual(expected);
    expect(await changes(file, second)).toEqual({ changed: [[0, 511]], cleared: [] });
  });

  it('show a clearing that releases no block as a change', async () => {
    const { share, file } = await startFile(128);
    await file.uploadRange('x'.repeat(128), 0, 128);
    const { snapshot = '' } = await share.createSnapshot();
    await file.clearRange(64, 64);
    const { changed, cleared } = await changes(file, snapshot);
    expect([changed.length, cleared]).toEqual([1, []]);
    expect(await changes(file, snapshot, { range: { offset: 64 } })).toEqual({
      changed: [[64, 127]],
      cleared: [],
    });
  });

  it('follow a rename only when they are asked to', async () => {
    const { share, file, first } = await startChanged();
    const { destinationFileClient: renamed } = await file.rename('renamed');
    await change(renamed);
    expect(await refusal(changes(renamed, first))).toEqual([409, 'PreviousSnapshotNotFound']);
    expect(await changes(renamed, first, { includeRenames: true })).toEqual(expected);
    const { snapshot: second = '' } = await share.createSnapshot();
    const past = renamed.withShareSnapshot(second);
    expect(await refusal(changes(past, first))).toEqual([409, 'PreviousSnapshotNotFound']);
    expect(await changes(past, first, { includeRenames: true })).toEqual(expected);
  });

  it('are none of a file that was made again', async () => {
    const { file, first } = await startChanged();
    await file.delete();
    await file.create(10);
    expect(await refusal(changes(file, first))).toEqual([409, 'FileGenerationMismatch']);
  });

  it('need a snapshot that is there', async () => {
    const { file, first } = await startChanged();
    expect(await changes(file, first.replace('.0000000', ''))).toEqual({ changed: [], cleared: [] });
    const [status] = await refusal(changes(file, '2019-05-09T01:34:25.0000000Z'));
    expect(status).toBe(404);
    expect(await refusal(changes(file, 'yesterday'))).toEqual([400, 'InvalidQueryParameterValue']);
  });
});

describe('writing a range from a URL', () => {
  async function startSource() {
    const started = await startFile(1024);
    await started.file.uploadData(Buffer.from(`${'a'.repeat(512)}${'b'.repeat(512)}`));
    const target = started.share.rootDirectoryClient.getFileClient('target');
    await target.create(2048);
    return { ...started, target };
  }

  it('takes bytes from one place to another', async () => {
    const { file, target } = await startSource();
    const written = await target.uploadRangeFromURL(file.url, 0, 1024, 512);
    expect(written.xMsContentCrc64).toHaveLength(8);
    expect(written.isServerEncrypted).toBe(true);
    await target.uploadRangeFromURL(file.url, 500, 1, 24);
    expect((await target.downloadToBuffer(1024, 512)).toString()).toBe('a'.repeat(512));
    expect((await target.downloadToBuffer(0, 26)).toString()).toBe(`\0${'a'.repeat(12)}${'b'.repeat(12)}\0`);
  });

  it('takes them from the file itself, another share, a snapshot', async () => {
    const { service, share, file, target } = await startSource();
    const other = service.getShareClient('other');
    await other.create();
    const elsewhere = other.rootDirectoryClient.getFileClient('a b+c%');
    await elsewhere.uploadData(Buffer.from('other'));
    const { snapshot = '' } = await share.createSnapshot();
    await file.uploadData(Buffer.from('changed'));
    await target.uploadRangeFromURL(elsewhere.url, 0, 0, 5);
    await target.uploadRangeFromURL(file.withShareSnapshot(snapshot).url, 510, 5, 4);
    await target.uploadRangeFromURL(target.url, 0, 9, 9);
    expect((await target.downloadToBuffer(0, 18)).toString()).toBe('otheraabbotheraabb');
  });

  it('compares checksums', async () => {
    const { file, target } = await startSource();
    const { xMsContentCrc64: right = new Uint8Array() } = await target.uploadRangeFromURL(
      file.url,
      0,
      0,
      512,
    );
    const wrong = Uint8Array.from(right, (byte) => byte ^ 1);
    const write = (options: object) => target.uploadRangeFromURL(file.url, 0, 512, 512, options);
    await write({ sourceContentCrc64: right });
    expect(await refusal(write({ sourceContentCrc64: wrong }))).toEqual([400, 'Crc64Mismatch']);
    await write({ sourceConditions: { sourceIfMatchCrc64: right } });
    await write({ sourceConditions: { sourceIfNoneMatchCrc64: wrong } });
    const conditions = [{ sourceIfMatchCrc64: wrong }, { sourceIfNoneMatchCrc64: right }];
    for (const sourceConditions of conditions) {
      expect((await refusal(write({ sourceConditions })))[0]).toBe(412);
    }
  });

  it('moves the time of the last write, or preserves it', async () => {
    const { file, target } = await startSource();
    const { fileLastWriteOn: created } = await target.getProperties();
    const kept = await target.uploadRangeFromURL(file.url, 0, 0, 512, { fileLastWrittenMode: 'Preserve' });
    expect(kept.fileLastWriteTime).toEqual(created);
    const moved = await target.uploadRangeFromURL(file.url, 0, 0, 512, { fileLastWrittenMode: 'Now' });
    expect(Number(moved.fileLastWriteTime)).toBeGreaterThanOrEqual(Number(created));
    expect((await target.getProperties()).fileLastWriteOn).toEqual(moved.fileLastWriteTime);
  });

  it('is refused beyond either end, and when the source is not there', async () => {
    const { share, file, target } = await startSource();
    expect(await refusal(target.uploadRangeFromURL(file.url, 0, 2000, 100))).toEqual([416, 'InvalidRange']);
    expect(await refusal(target.uploadRangeFromURL(file.url, 1000, 0, 100))).toEqual([
      409,
      'CannotVerifyCopySource',
    ]);
    const missing = share.rootDirectoryClient.getFileClient('missing');
    expect((await refusal(target.uploadRangeFromURL(missing.url, 0, 0, 1)))[0]).toBe(404);
    expect(await refusal(missing.uploadRangeFromURL(file.url, 0, 0, 1))).toEqual([404, 'ResourceNotFound']);
    expect((await target.getRangeList()).rangeList).toEqual([]);
  });

  it('takes 4 MiB, and respects a lease of the target', async () => {
    const { share } = await startShare();
    const [source, target] = ['source', 'target'].map((name) =>
      share.rootDirectoryClient.getFileClient(name),
    );
    const data = Buffer.from(patterned(4 * mebibyte));
    await source?.uploadData(data);
    await target?.create(4 * mebibyte);
    await target?.getShareLeaseClient(a).acquireLease();
    const write = (options: object) => target!.uploadRangeFromURL(source!.url, 0, 0, 4 * mebibyte, options);
    expect(await refusal(write({}))).toEqual([412, 'LeaseIdMissing']);
    await write(leaseOf(a));
    expect((await target?.downloadToBuffer())?.equals(data)).toBe(true);
  });
});
