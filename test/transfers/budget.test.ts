import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../src/core/http/headers.js';
import {
  bufferedBody,
  type HttpRequest,
  type HttpResponse,
  type ResponseBody,
  type Transport,
} from '../../src/core/http/message.js';
import { parseRange } from '../../src/core/wire/byte-range.js';
import { AzureFilesClient, type TransferProgress } from '../../src/files/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/*
 * What a transfer of a large file holds, counted byte by byte: what it was given and has not passed on. With the default
 * settings that is less than 16 MiB, whatever the size of the file.
 */

const mebibyte = 1024 * 1024;
const total = 128 * mebibyte;
const limit = 16 * mebibyte;
const piece = new Uint8Array(64 * 1024);

/** A service that has such a file and takes any; its answers come some turns later, in any order. */
class BottomlessService implements Transport {
  /** Bytes of answers that were handed out. */
  delivered = 0;
  #requests = 0;

  async send(request: HttpRequest): Promise<HttpResponse> {
    this.#requests += 7;
    for (let turn = 0; turn <= this.#requests % 13; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    const headers = HttpHeaders.of({ ETag: '"1"', 'Last-Modified': 'Mon, 02 Mar 2026 03:04:05 GMT' });
    if (request.method === 'PUT') {
      const status = request.target.includes('comp=properties') ? 200 : 201;
      return { status, headers, body: bufferedBody() };
    }
    if (request.method === 'HEAD') {
      return { status: 200, headers: headers.set('Content-Length', String(total)), body: bufferedBody() };
    }
    const { start = 0, end = total } = parseRange(request.headers.get('x-ms-range') ?? '') ?? {};
    const last = Math.min(end, total);
    headers.set('Content-Range', `bytes ${start}-${last - 1}/${total}`);
    return { status: 206, headers, body: this.#body(last - start) };
  }

  #body(length: number): ResponseBody {
    const deliver = (bytes: number) => {
      this.delivered += bytes;
    };
    return {
      buffered: undefined,
      bytes: () => Promise.reject(new Error('is read piece by piece')),
      discard: () => {},
      async *[Symbol.asyncIterator]() {
        for (let left = length; left > 0; left -= piece.length) {
          const part = left < piece.length ? piece.subarray(0, left) : piece;
          deliver(part.length);
          yield part;
        }
      },
    };
  }
}

function setUp() {
  const service = new BottomlessService();
  const credentials = { type: 'shared_key', key: 'a2V5' } as const;
  const options = { accountName: 'account', credentials, defaultShare: 'data', transport: service };
  return { service, client: new AzureFilesClient(options, {}) };
}

describe('an upload of a large stream', () => {
  it.each([
    ['of known length', total],
    ['of unknown length', undefined],
  ])('%s holds less than 16 MiB', async (_which, totalSize) => {
    const { client } = setUp();
    let given = 0;
    let acknowledged = 0;
    let most = 0;
    async function* stream() {
      for (; given < total; given += piece.length) {
        most = Math.max(most, given + piece.length - acknowledged);
        yield piece;
      }
    }
    const onProgress = ({ loadedBytes }: TransferProgress) => {
      acknowledged = loadedBytes;
    };
    await client.streaming.uploadStream({ path: 'a', totalSize, onProgress }, stream());
    expect(acknowledged).toBe(total);
    expect(most).toBeLessThan(limit);
    expect(most).toBeGreaterThan(8 * mebibyte);
  });
});

describe('an upload of a large local file', () => {
  it('whose ranges are read while they are sent holds less than 16 MiB, all ranges under way', async () => {
    const path = join(await temporaryDirectory(), 'sparse');
    const handle = await open(path, 'w');
    await handle.truncate(total);
    await handle.close();
    const { client, service } = setUp();
    const buffers = new Set<ArrayBufferLike>();
    let sending = 0;
    let mostSending = 0;
    let received = 0;
    const transport: Transport = {
      takesRepeatable: true,
      async send(request) {
        const { body } = request;
        if (body === undefined || body instanceof Uint8Array) return service.send(request);
        mostSending = Math.max(mostSending, ++sending);
        for await (const bytes of body) {
          received += bytes.length;
          buffers.add(bytes.buffer);
          await new Promise((resolve) => setImmediate(resolve));
        }
        sending -= 1;
        return service.send(request);
      },
    };
    const credentials = { type: 'shared_key', key: 'a2V5' } as const;
    const options = { accountName: 'account', credentials, defaultShare: 'data', transport };
    await new AzureFilesClient(options, {}).streaming.uploadFrom({ path: 'a' }, path);
    await client.close();
    expect(received).toBe(total);
    expect(mostSending).toBe(8);
    expect([...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0)).toBeLessThan(limit);
  });
});

describe('a download of a large file', () => {
  it.each([
    ['by one request', {}],
    ['by ranges', { concurrency: 8 }],
    ['within a buffer', { bufferSize: 12 * mebibyte }],
  ])('as a stream %s holds less than 16 MiB', async (_how, options) => {
    const { client, service } = setUp();
    let consumed = 0;
    let most = 0;
    const stream = await client.streaming.downloadStream({ path: 'a', ...options });
    for await (const bytes of stream) {
      // A consumer that is slower than the service.
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, service.delivered - consumed);
      consumed += bytes.length;
    }
    expect(consumed).toBe(total);
    expect(most).toBeLessThan(limit);
  });

  it('to a file holds less than 16 MiB', async () => {
    const { client, service } = setUp();
    let most = 0;
    const onProgress = ({ loadedBytes }: TransferProgress) => {
      most = Math.max(most, service.delivered - loadedBytes);
    };
    const target = join(await temporaryDirectory(), 'a');
    await client.streaming.downloadTo({ path: 'a', onProgress }, target);
    expect(service.delivered).toBe(total);
    expect(most).toBeLessThan(limit);
    expect(most).toBeGreaterThan(mebibyte);
  });
});
