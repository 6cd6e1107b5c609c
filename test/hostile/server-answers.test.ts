import { readdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AzureFilesClient, AzureStorageError } from '../../src/files/index.js';
import { netServer, type TestServer } from '../support/raw-server.js';
import { rejection } from '../support/rejection.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { accountKey, grown } from './hostile-service.js';

/*
 * A server that means harm, over real connections: whatever it sends, a call ends, within its limits of time and memory, and
 * never with a success that is none. What single transports do with malformed HTTP stands in their contract.
 */

interface Hostile extends AsyncDisposable {
  readonly client: AzureFilesClient;
  readonly server: TestServer;
  /** The head of every request, as it came. */
  readonly requests: string[];
}

/** A client of a server that does as it likes with each request. */
async function hostile(answer: (socket: Socket, count: number) => void, limits = {}): Promise<Hostile> {
  const requests: string[] = [];
  const server = await netServer((socket) => {
    socket.on('data', (bytes) => {
      requests.push(bytes.toString('latin1'));
      answer(socket, requests.length);
    });
  });
  const client = new AzureFilesClient(
    {
      endpoint: `${server.origin}/acct`,
      credentials: { type: 'shared_key', key: accountKey },
      defaultShare: 'data',
      retryConfig: { maxAttempts: 1 },
      timeoutMs: 400,
      ...limits,
    },
    {},
  );
  return {
    client,
    server,
    requests,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const version = 'ETag: "1"\r\nLast-Modified: Wed, 07 Dec 2022 04:02:49 GMT\r\n';
const ok = (headers: string, body = '') => `HTTP/1.1 200 OK\r\n${version}${headers}\r\n${body}`;
const part = (body: string, range: string, more = '') =>
  `HTTP/1.1 206 Partial Content\r\n${version}Content-Range: bytes ${range}\r\n${more}\r\n${body}`;
const path = 'd/f';

/** Writes until the other end has gone. */
function flood(socket: Socket, piece: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

async function expectOurs(call: Promise<unknown>): Promise<AzureStorageError> {
  const error = await rejection<AzureStorageError>(call);
  expect(error).toBeInstanceOf(AzureStorageError);
  return error;
}

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with %d is followed by nothing that is sent', async (status) => {
    let visits = 0;
    await using elsewhere = await netServer(() => {
      visits += 1;
    });
    const location = `${elsewhere.origin}/acct/data/d/f?x=1`;
    await using test = await hostile((socket) => {
      socket.write(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
    });
    const { client } = test;
    const data = new Uint8Array(10);
    for (const call of [
      () => client.files.read({ path }),
      () => client.files.getProperties({ path }),
      () => client.files.create({ path, size: 5 }),
      () => client.files.write({ path, data, offset: 0 }),
      () => client.directories.list({}),
    ]) {
      const error = await expectOurs(call());
      expect(error).toMatchObject({ status, retryable: false });
    }
    expect([visits, test.requests.length]).toEqual([0, 5]);
  });
});

describe('an answer without end', () => {
  it.each([
    ['of known length', ok('Content-Length: 999999999999999\r\n'), 'x'.repeat(65_536)],
    ['in chunks', ok('Transfer-Encoding: chunked\r\n'), `10000\r\n${'x'.repeat(65_536)}\r\n`],
    ['without a length', ok('Connection: close\r\n'), 'x'.repeat(65_536)],
  ])('%s is cut off where no answer is that long', async (_name, head, piece) => {
    await using test = await hostile(
      (socket) => {
        socket.write(head);
        flood(socket, piece);
      },
      { timeoutMs: 10_000 },
    );
    const growth = await grown(async () => {
      const error = await expectOurs(test.client.directories.list({}));
      expect(error).toMatchObject({ code: 'UnexpectedAnswer' });
      expect(error.message).toContain('longer than 67108864 bytes');
    });
    expect(growth).toBeLessThan(96 * 1024 * 1024);
    await test.server.allClosed();
  });

  it('to a refusal is read no further than refusals are', async () => {
    await using test = await hostile((socket) => {
      socket.write(
        'HTTP/1.1 404 Not Found\r\nx-ms-error-code: ResourceNotFound\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      flood(socket, `1000\r\n${'x'.repeat(4096)}\r\n`);
    });
    const growth = await grown(async () => {
      expect(await rejection(test.client.files.read({ path }))).toMatchObject({ code: 'FileNotFound' });
    });
    expect(growth).toBeLessThan(16 * 1024 * 1024);
    await test.server.allClosed();
  });

  it.each([
    ['in informational answers', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'],
    ['in permissions to go on', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['in chunks of one byte', '1\r\nx\r\n'],
    ['in extensions of a chunk', ';a=b'],
    ['in headers', 'x-ms-more: 0\r\n'],
  ])('%s ends by its time limit or before', async (name, piece) => {
    await using test = await hostile((socket) => {
      if (name.includes('chunk'))
        socket.write(`${ok('Transfer-Encoding: chunked\r\n')}${name.includes('ext') ? '1' : ''}`);
      if (name.includes('headers')) socket.write('HTTP/1.1 200 OK\r\n');
      flood(socket, piece.repeat(1000));
    });
    const growth = await grown(async () => {
      await expectOurs(test.client.directories.list({}));
    });
    expect(growth).toBeLessThan(96 * 1024 * 1024);
    await test.server.allClosed();
  });

  it('of one byte at a time ends by the limit of the attempt', async () => {
    await using test = await hostile((socket) => {
      socket.write(ok('Content-Length: 100000\r\n'));
      const drip = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    const error = await expectOurs(test.client.files.read({ path }));
    expect(error).toMatchObject({ code: 'Timeout', phase: 'attempt' });
    await test.server.allClosed();
  });

  it('that falls silent ends by the limit of silence', async () => {
    await using test = await hostile((socket) => void socket.write(ok('Content-Length: 100000\r\n', 'x')), {
      idleTimeoutMs: 30,
      timeoutMs: 60_000,
    });
    const error = await expectOurs(test.client.files.read({ path }));
    expect(error).toMatchObject({ code: 'Timeout', phase: 'idle' });
  });
});

describe('an answer that lies', () => {
  it.each<[name: string, answer: string]>([
    ['of more bytes than it has', `${part('abcde', '0-9/10', 'Content-Length: 10\r\n')}`],
    ['of a range that is not that of its bytes', part('abcde', '0-9/10', 'Content-Length: 5\r\n')],
    ['of another range', part('abcde', '5-9/10', 'Content-Length: 5\r\n')],
    ['of no range', ok('Content-Length: 5\r\nContent-Range: bytes */5\r\n', '')],
    ['of a size that no file has', part('abcde', '0-4/9999999999999999', 'Content-Length: 5\r\n')],
    ['of a size behind which nothing is', part('abcde', '0-4/4', 'Content-Length: 5\r\n')],
    ['of two lengths', ok('Content-Length: 5\r\nContent-Length: 6\r\n', 'abcdef')],
    [
      'of a length beside chunks',
      ok('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n'),
    ],
    ['of a negative length', ok('Content-Length: -5\r\n', 'abcde')],
    [
      'of a document',
      ok('Content-Type: text/html\r\nTransfer-Encoding: gzip, chunked\r\n', '5\r\nabcde\r\n0\r\n\r\n'),
    ],
  ])('%s is no success', async (_name, answer) => {
    await using test = await hostile((socket) => void socket.end(answer));
    await expectOurs(test.client.files.read({ path }));
  });

  it('of an error with the status of a success is none', async () => {
    const document = '<?xml version="1.0"?><Error><Code>AccountIsDisabled</Code></Error>';
    await using test = await hostile((socket) => {
      socket.write(
        ok(`Content-Length: ${document.length}\r\nx-ms-error-code: AccountIsDisabled\r\n`, document),
      );
    });
    const { client } = test;
    for (const call of [
      () => client.directories.list({}),
      () => client.shares.getStatistics(),
      () => client.files.listRanges({ path }),
      () => client.files.create({ path, size: 1 }),
      () => client.files.delete({ path }),
    ])
      await expectOurs(call());
  });

  it('of a version that changes between two ranges leaves no file behind', async () => {
    const directory = await temporaryDirectory();
    const body = 'x'.repeat(512);
    await using test = await hostile(
      (socket, count) => {
        const range = /x-ms-range: bytes=(\d+-\d+)/.exec(test.requests[count - 1] ?? '')?.[1];
        const answer = part(body, `${range}/5120`, 'Content-Length: 512\r\n');
        socket.write(answer.replace('"1"', `"${count}"`));
      },
      { rangeSize: 512 },
    );
    const { client } = test;
    const changed = { code: 'FileChanged', retryable: false };
    expect(await rejection(client.files.read({ path }))).toMatchObject(changed);
    expect(await rejection(client.streaming.downloadTo({ path }, `${directory}/f`))).toMatchObject(changed);
    expect(await readdir(directory)).toEqual([]);
  });

  it('of compressed bytes is given as it came, never unpacked', async () => {
    const body = '\u001f\u008bnot really packed';
    const length = `Content-Length: ${body.length}\r\nContent-Encoding: gzip\r\n`;
    await using test = await hostile((socket) => {
      socket.write(Buffer.from(part(body, `0-${body.length - 1}/${body.length}`, length), 'latin1'));
    });
    const { data, properties } = await test.client.files.read({ path });
    expect([Buffer.from(data).toString('latin1'), properties.contentEncoding]).toEqual([body, 'gzip']);
  });
});

describe('bytes that nobody asked for', () => {
  const properties = (etag: string) => ok('Content-Length: 5\r\n').replace('"1"', `"${etag}"`);

  it.each([
    ['right behind an answer', (text: string) => [text + properties('poison')]],
    ['as the body of an answer to a HEAD', (text: string) => [`${text}abcde`]],
  ])('%s are never the answer to the next request', async (_name, answersOf) => {
    await using test = await hostile((socket, count) => {
      for (const text of answersOf(properties(String(count)))) socket.write(text);
    });
    for (const count of [1, 2, 3])
      expect((await test.client.files.getProperties({ path })).etag).toBe(`"${count}"`);
  });

  it('while a connection is idle are never the answer to the next request', async () => {
    let idle: Socket | undefined;
    await using test = await hostile((socket, count) => {
      idle = socket;
      socket.write(properties(String(count)));
    });
    expect((await test.client.files.getProperties({ path })).etag).toBe('"1"');
    await new Promise<void>((resolve) => idle?.write(properties('poison'), () => setImmediate(resolve)));
    await new Promise((resolve) => setImmediate(resolve));
    expect((await test.client.files.getProperties({ path })).etag).toBe('"2"');
  });

  it('as cookies and hints are never sent back', async () => {
    await using test = await hostile((socket) => {
      const more = 'Set-Cookie: a=b\r\nAlt-Svc: h2="elsewhere:443"\r\nKeep-Alive: timeout=999999999999\r\n';
      socket.write(ok(`${more}Content-Length: 5\r\n`));
    });
    for (let count = 0; count < 3; count++) await test.client.files.getProperties({ path });
    expect(test.requests).toHaveLength(3);
    for (const request of test.requests) expect(request).not.toMatch(/cookie/i);
  });
});
