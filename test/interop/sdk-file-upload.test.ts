import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { downloaded } from '../support/downloaded.js';
import { refusal, startFile, startShare } from '../support/official-client.js';
import { patterned } from '../support/patterned.js';

/* The official client against the emulator: writing and clearing ranges, and every way to upload a whole file. */

const mebibyte = 1024 * 1024;

function md5(data: string | Uint8Array): Buffer {
  return createHash('md5').update(data).digest();
}

async function startEmpty() {
  const { share } = await startShare();
  return { share, file: share.rootDirectoryClient.getFileClient('file') };
}

describe('writing a range', () => {
  it('tells the MD5 and keeps what lies around', async () => {
    const { file } = await startFile(10);
    const before = await file.getProperties();
    const first = await file.uploadRange('Hello', 0, 5);
    expect(first).toMatchObject({ contentMD5: md5('Hello'), isServerEncrypted: true });
    const second = await file.uploadRange('World', 5, 5, { contentMD5: md5('World') });
    expect(second.contentMD5).toEqual(md5('World'));
    expect(new Set([before.etag, first.etag, second.etag]).size).toBe(3);
    expect((await downloaded(file.download(0, 8))).toString()).toBe('HelloWor');
    expect((await file.getProperties()).contentMD5).toBeUndefined();
  });

  it.each<[string, () => Parameters<Awaited<ReturnType<typeof startFile>>['file']['uploadRange']>[0]]>([
    ['text', () => 'ü你好'],
    ['a buffer', () => Buffer.from('ü你好')],
    ['a typed array', () => new TextEncoder().encode('ü你好')],
    [
      'a stream made anew for each try',
      () => () => {
        const stream = new Duplex({ read() {}, write() {} });
        stream.push('ü你好');
        stream.push(null);
        return stream;
      },
    ],
  ])('takes %s', async (_name, body) => {
    const length = Buffer.byteLength('ü你好');
    const { file } = await startFile(length);
    await file.uploadRange(body(), 0, length);
    expect((await file.downloadToBuffer()).toString()).toBe('ü你好');
  });

  it('refuses a wrong MD5 and writes nothing', async () => {
    const { file } = await startFile(10);
    const { etag } = await file.getProperties();
    expect(await refusal(file.uploadRange('Hello', 0, 5, { contentMD5: md5('World') }))).toEqual([
      400,
      'Md5Mismatch',
    ]);
    const short = file.uploadRange('Hello', 0, 5, { contentMD5: new Uint8Array([1, 2, 3]) });
    expect(await refusal(short)).toEqual([400, 'InvalidMd5']);
    expect((await file.getProperties()).etag).toBe(etag);
    expect((await file.downloadToBuffer()).equals(Buffer.alloc(10))).toBe(true);
  });

  it.each([
    [10, 1],
    [6, 5],
    [0, 11],
  ])('refuses %i plus %i in a file of 10 bytes', async (offset, count) => {
    const { file } = await startFile(10);
    const write = file.uploadRange('x'.repeat(count), offset, count);
    expect(await refusal(write)).toEqual([416, 'InvalidRange']);
    expect(await refusal(file.clearRange(offset, count))).toEqual([416, 'InvalidRange']);
  });

  it('takes 4 MiB', async () => {
    const { file } = await startFile(4 * mebibyte);
    const data = patterned(4 * mebibyte);
    await file.uploadRange(Buffer.from(data), 0, data.length);
    expect((await file.downloadToBuffer()).equals(data)).toBe(true);
  });

  it('moves the time of the last write, or preserves it', async () => {
    const { share } = await startShare();
    const file = share.rootDirectoryClient.getFileClient('f');
    const lastWriteTime = new Date('2019-10-15T14:48:00Z');
    await file.create(10, { lastWriteTime });
    const kept = await file.uploadRange('Hello', 0, 5, { fileLastWrittenMode: 'Preserve' });
    expect(kept.fileLastWriteTime).toEqual(lastWriteTime);
    const cleared = await file.clearRange(1, 2, { fileLastWrittenMode: 'Preserve' });
    expect(cleared.fileLastWriteTime).toEqual(lastWriteTime);
    const { fileChangeOn } = await file.getProperties();
    expect(Number(fileChangeOn)).toBeGreaterThan(Number(lastWriteTime));
    for (const options of [{ fileLastWrittenMode: 'Now' } as const, {}]) {
      const moved = await file.uploadRange('World', 5, 5, options);
      expect(Number(moved.fileLastWriteTime)).toBeGreaterThan(Number(lastWriteTime));
      expect((await file.getProperties()).fileLastWriteOn).toEqual(moved.fileLastWriteTime);
    }
  });

  it('goes well beside others, each with an ETag of its own', async () => {
    const { file } = await startFile(64 * 1024);
    const data = Buffer.from(patterned(64 * 1024));
    const parts = Array.from({ length: 64 }, (_, index) => index * 1024);
    const answers = await Promise.all(
      parts.map((start) => file.uploadRange(data.subarray(start, start + 1024), start, 1024)),
    );
    expect(new Set(answers.map(({ etag }) => etag)).size).toBe(64);
    expect((await file.downloadToBuffer()).equals(data)).toBe(true);
    expect((await file.getRangeList()).rangeList).toEqual([{ start: 0, end: 65_535 }]);
  });
});

describe('clearing a range', () => {
  it('leaves zeros, and tells neither an MD5 nor encryption', async () => {
    const { file } = await startFile(10);
    await file.uploadRange('HelloWorld', 0, 10);
    const cleared = await file.clearRange(1, 8);
    expect([cleared.contentMD5, cleared.isServerEncrypted]).toEqual([undefined, undefined]);
    expect((await file.downloadToBuffer()).toString()).toBe(`H${'\0'.repeat(8)}d`);
  });

  it('releases whole blocks of 512 bytes only', async () => {
    const { file } = await startFile(4096);
    await file.uploadRange(Buffer.from(patterned(4096)), 0, 4096);
    await file.clearRange(500, 2048);
    expect((await file.getRangeList()).rangeList).toEqual([
      { start: 0, end: 511 },
      { start: 2048, end: 4095 },
    ]);
    const expected = Buffer.from(patterned(4096)).fill(0, 500, 2548);
    expect((await file.downloadToBuffer()).equals(expected)).toBe(true);
  });

  it('can span a whole file, however large', async () => {
    const { file } = await startFile(1024 ** 4);
    await file.uploadRange('x', 1024 ** 3, 1);
    await file.clearRange(0, 1024 ** 4);
    expect((await file.getRangeList()).rangeList).toEqual([]);
  });
});

describe('uploading a whole file', () => {
  const sizes = [0, 1, 4 * mebibyte, 4 * mebibyte + 1, 9 * mebibyte + 3];

  it.each(sizes)('of %i bytes from a buffer', async (size) => {
    const { file } = await startEmpty();
    const data = Buffer.from(patterned(size));
    await file.uploadData(data, { rangeSize: mebibyte, concurrency: 3 });
    expect((await downloaded(file.download())).equals(data)).toBe(true);
  });

  it.each(sizes)('of %i bytes from a local file', async (size) => {
    const { file } = await startEmpty();
    const directory = await mkdtemp(join(tmpdir(), 'azstore-test-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const data = Buffer.from(patterned(size));
    await writeFile(join(directory, 'f'), data);
    await file.uploadFile(join(directory, 'f'), { concurrency: 20 });
    expect((await downloaded(file.download())).equals(data)).toBe(true);
    await file.uploadStream(createReadStream(join(directory, 'f')), size, mebibyte, 4);
    expect((await downloaded(file.download())).equals(data)).toBe(true);
  });

  it('from a stream in odd pieces, and from one that can be made again', async () => {
    const { file } = await startEmpty();
    const data = Buffer.from(patterned(3 * mebibyte));
    const pieces = [data.subarray(0, 7), data.subarray(7, mebibyte), data.subarray(mebibyte)];
    await file.uploadStream(Readable.from(pieces), data.length, 100_000, 5);
    expect((await file.downloadToBuffer()).equals(data)).toBe(true);
    await file.create(0);
    const factory = (offset: number, count?: number) =>
      Readable.from([data.subarray(offset, count === undefined ? undefined : offset + count)]);
    await file.uploadResetableStream(factory, data.length, { rangeSize: 700_001 });
    expect((await file.downloadToBuffer()).equals(data)).toBe(true);
  });

  it('from parts of a larger array', async () => {
    const { file } = await startEmpty();
    const { buffer } = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const [data, expected] of [
      [buffer, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
      [new Uint8Array(buffer, 1, 3), [1, 2, 3]],
      [new Uint16Array(buffer, 4, 2), [4, 5, 6, 7]],
    ] as const) {
      await file.uploadData(data);
      expect([...(await file.downloadToBuffer())]).toEqual(expected);
    }
  });

  it('with headers, metadata and progress', async () => {
    const { file } = await startEmpty();
    const seen: number[] = [];
    await file.uploadData(Buffer.from(patterned(2 * mebibyte)), {
      rangeSize: mebibyte,
      concurrency: 1,
      fileHttpHeaders: { fileContentType: 'text/plain', fileContentMD5: new Uint8Array(16) },
      metadata: { key: 'value' },
      onProgress: ({ loadedBytes }) => seen.push(loadedBytes),
    });
    expect(await file.getProperties()).toMatchObject({
      contentLength: 2 * mebibyte,
      contentType: 'text/plain',
      contentMD5: Buffer.alloc(16),
      metadata: { key: 'value' },
    });
    expect(seen).toEqual([mebibyte, 2 * mebibyte]);
  });

  it('replaces one that is longer', async () => {
    const { file } = await startFile(100);
    await file.uploadData(Buffer.from('Hello World'));
    expect((await file.downloadToBuffer()).toString()).toBe('Hello World');
  });

  it('ends when it is aborted, and the service goes on', async () => {
    const { file } = await startEmpty();
    const controller = new AbortController();
    const uploading = file.uploadData(Buffer.alloc(32 * mebibyte), {
      abortSignal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(uploading).rejects.toMatchObject({ name: 'AbortError' });
    await file.uploadData(Buffer.from('after'));
    expect((await file.downloadToBuffer()).toString()).toBe('after');
  });

  it('with checksums inside the body is refused by name', async () => {
    const { file } = await startFile(5);
    const checked = file.uploadRange('Hello', 0, 5, { contentChecksumAlgorithm: 'StorageCrc64' });
    expect(await refusal(checked)).toEqual([400, 'UnsupportedHeader']);
  });
});
