import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { downloaded } from '../support/downloaded.js';
import { refusal, send, startFile, startShare } from '../support/official-client.js';
import { patterned } from '../support/patterned.js';

/* The official client against the emulator: reading files, whole, in part, in parallel, and after a break. */

const mebibyte = 1024 * 1024;
const storedMd5 = Buffer.from('XUFAKrxLKna5cZ2REBfFkg==', 'base64');

async function startContent(data: Uint8Array, md5?: Uint8Array) {
  const started = await startFile(data.length);
  const fileHttpHeaders = md5 === undefined ? {} : { fileContentMD5: md5 };
  await started.file.uploadData(Buffer.from(data), { fileHttpHeaders });
  return { ...started, data };
}

describe('downloading a file', () => {
  it('gives the whole with its properties', async () => {
    const { file } = await startContent(Buffer.from('Hello World'), storedMd5);
    const read = await file.download();
    expect(read).toMatchObject({
      contentLength: 11,
      contentRange: undefined,
      acceptRanges: 'bytes',
      contentMD5: storedMd5,
      isServerEncrypted: true,
      leaseState: 'available',
      leaseStatus: 'unlocked',
    });
    expect((await downloaded(read)).toString()).toBe('Hello World');
  });

  it.each([
    [0, 2, 'He', 'bytes 0-1/11'],
    [0, 11, 'Hello World', 'bytes 0-10/11'],
    [6, undefined, 'World', 'bytes 6-10/11'],
    [6, 4000, 'World', 'bytes 6-10/11'],
    [10, 1, 'd', 'bytes 10-10/11'],
  ])('from %i, %s bytes, gives a part', async (offset, count, text, contentRange) => {
    const { file } = await startContent(Buffer.from('Hello World'), storedMd5);
    const read = await file.download(offset, count);
    expect(read).toMatchObject({ contentRange, contentLength: text.length });
    expect(read.contentMD5).toBeUndefined();
    expect(read.fileContentMD5).toEqual(storedMd5);
    expect((await downloaded(read)).toString()).toBe(text);
  });

  it.each([
    [11, undefined],
    [11, 1],
    [4000, 5],
  ])('refuses to begin at %i, behind the end', async (offset, count) => {
    const { file } = await startContent(Buffer.from('Hello World'));
    expect(await refusal(file.download(offset, count))).toEqual([416, 'InvalidRange']);
  });

  it('of no bytes gives nothing, and has no range', async () => {
    const { file } = await startFile(0);
    const read = await file.download();
    expect(read).toMatchObject({ contentLength: 0, contentType: 'application/octet-stream' });
    expect(await downloaded(read)).toHaveLength(0);
    expect(await refusal(file.download(0, 1))).toEqual([416, 'InvalidRange']);
    expect(await refusal(file.download(1))).toEqual([416, 'InvalidRange']);
  });

  it('tells the MD5 of a range, up to 4 MiB', async () => {
    const { file } = await startContent(Buffer.from('Hello World'), storedMd5);
    const part = await file.download(0, 5, { rangeGetContentMD5: true });
    expect(part.contentMD5).toEqual(Buffer.from('ixqZU8RhEpaoJ6v4xHgE1w==', 'base64'));
    expect(part.fileContentMD5).toEqual(storedMd5);
    expect((await downloaded(part)).toString()).toBe('Hello');
    await file.create(4 * mebibyte + 1);
    const tooMuch = file.download(0, 4 * mebibyte + 1, { rangeGetContentMD5: true });
    expect(await refusal(tooMuch)).toEqual([400, 'InvalidHeaderValue']);
    expect(await downloaded(file.download(1, 4 * mebibyte, { rangeGetContentMD5: true }))).toHaveLength(
      4 * mebibyte,
    );
  });

  it('does not touch what is encoded', async () => {
    const { share } = await startShare();
    const file = share.rootDirectoryClient.getFileClient('f');
    const deflated = deflateSync('hello world body string!');
    await file.uploadData(deflated, {
      fileHttpHeaders: { fileContentEncoding: 'deflate', fileContentType: 'text/plain' },
    });
    expect((await file.downloadToBuffer()).equals(deflated)).toBe(true);
    expect((await downloaded(file.download())).equals(deflated)).toBe(true);
  });

  it('reports progress and can be aborted', async () => {
    const { file } = await startFile(64 * mebibyte);
    const controller = new AbortController();
    let loaded = 0;
    const reading = file.download(0, undefined, {
      abortSignal: controller.signal,
      onProgress: ({ loadedBytes }) => {
        loaded = loadedBytes;
        controller.abort();
      },
    });
    await expect(downloaded(reading)).rejects.toMatchObject({ name: 'AbortError' });
    expect(loaded).toBeGreaterThan(0);
    expect((await file.getProperties()).contentLength).toBe(64 * mebibyte);
  });
});

describe('downloading in parallel', () => {
  it.each([0, 1, 4 * mebibyte - 1, 4 * mebibyte, 4 * mebibyte + 1])('gives %i bytes', async (size) => {
    const { file, data } = await startContent(patterned(size));
    if (size === 0) {
      expect(await refusal(file.downloadToBuffer(0, 1))).toEqual([416, 'InvalidRange']);
      return;
    }
    expect((await file.downloadToBuffer()).equals(data)).toBe(true);
    expect((await downloaded(file.download())).equals(data)).toBe(true);
  });

  it('fills a buffer from any place', async () => {
    const { file } = await startContent(Buffer.from('aaaabbbb'));
    const buffer = Buffer.alloc(4);
    const options = { rangeSize: 1, concurrency: 4 };
    const texts: string[] = [];
    for (const offset of [4, 3, 2, 1, 0]) {
      await file.downloadToBuffer(buffer, offset, 4, options);
      texts.push(buffer.toString());
    }
    expect(texts).toEqual(['bbbb', 'abbb', 'aabb', 'aaab', 'aaaa']);
  });

  it('joins many ranges in order', async () => {
    const { file, data } = await startContent(patterned(3 * mebibyte));
    let loaded = 0;
    const buffer = await file.downloadToBuffer(mebibyte + 7, 2 * mebibyte - 9, {
      rangeSize: 100_000,
      concurrency: 8,
      onProgress: ({ loadedBytes }) => {
        loaded = loadedBytes;
      },
    });
    expect(buffer.equals(data.subarray(mebibyte + 7, 3 * mebibyte - 2))).toBe(true);
    expect(loaded).toBe(2 * mebibyte - 9);
  });

  it('writes a local file', async () => {
    const { file, data } = await startContent(patterned(mebibyte + 1));
    const directory = await mkdtemp(join(tmpdir(), 'azstore-test-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, 'copy');
    await file.downloadToFile(path);
    expect((await readFile(path)).equals(data)).toBe(true);
  });
});

/** Makes the body end before its end, with the switch that the client has for its own tests. */
function breakOnce({ readableStreamBody }: { readableStreamBody?: NodeJS.ReadableStream }): void {
  const { options } = readableStreamBody as unknown as { options: { doInjectErrorOnce?: boolean } };
  options.doInjectErrorOnce = true;
}

describe('reading goes on', () => {
  it('from the next byte after a break, as long as the file stays the same', async () => {
    const { file, data } = await startContent(patterned(8 * mebibyte));
    let breaks = 0;
    const read = await file.download(5, undefined, {
      maxRetryRequests: 3,
      onProgress: () => {
        if (breaks < 3) breakOnce(read);
        breaks += 1;
      },
    });
    expect((await downloaded(read)).equals(data.subarray(5))).toBe(true);
    expect(breaks).toBeGreaterThan(3);
  });

  it('nowhere when the file has changed meanwhile', async () => {
    const { file } = await startContent(patterned(8 * mebibyte));
    const read = await file.download(0, undefined, { maxRetryRequests: 3 });
    await file.uploadRange('x', 0, 1);
    breakOnce(read);
    await expect(downloaded(read)).rejects.toThrow('modified concurrently');
  });

  it('in a snapshot, whatever happens to the file', async () => {
    const { share, file, data } = await startContent(patterned(10_000));
    const before = await file.getProperties();
    const { snapshot = '' } = await share.createSnapshot();
    await file.uploadData(Buffer.from('changed'), { metadata: { later: '1' } });
    const past = file.withShareSnapshot(snapshot);
    expect((await past.downloadToBuffer()).equals(data)).toBe(true);
    expect((await downloaded(past.download(5, 6))).equals(data.subarray(5, 11))).toBe(true);
    expect(await past.getProperties()).toMatchObject({
      contentLength: 10_000,
      metadata: {},
      etag: before.etag,
      lastModified: before.lastModified,
      fileId: before.fileId,
    });
    await file.delete();
    expect(await past.exists()).toBe(true);
    const missing = file.withShareSnapshot('2019-05-09T01:34:25.0000000Z');
    expect((await refusal(missing.download()))[0]).toBe(404);
    expect(await missing.exists()).toBe(false);
  });
});

describe('conditional headers', () => {
  it.each(['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'])(
    'are refused, not heeded: %s',
    async (header) => {
      const { endpoint, file } = await startFile(3);
      const { etag = '', lastModified } = await file.getProperties();
      const value = header.endsWith('Since') ? (lastModified?.toUTCString() ?? '') : etag;
      for (const path of ['/share/a.txt?comp=metadata', '/share?restype=share&comp=metadata']) {
        const answer = await send(endpoint, path, { [header]: value });
        expect([answer.status, answer.headers.get('x-ms-error-code')]).toEqual([
          400,
          'ConditionHeadersNotSupported',
        ]);
      }
      expect((await file.getProperties()).etag).toBe(etag);
    },
  );
});
