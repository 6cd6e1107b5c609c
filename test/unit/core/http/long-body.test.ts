import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { readPieces } from '../../../../src/core/http/message.js';
import { createNodeTransport } from '../../../../src/core/http/node-transport.js';
import { newCall } from '../../../support/new-call.js';
import { patterned } from '../../../support/patterned.js';
import { httpServer, listen, netServer, type TestServer } from '../../../support/raw-server.js';
import { rejection } from '../../../support/rejection.js';

/*
 * Answers long enough to go past the parser of Node, and those that look like them: what arrives must be the same, and the
 * connection in the same state.
 */

const length = 300_000;
const data = patterned(length);
const head = (more = '', status = '200 OK') =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${length}\r\n${more}\r\n`;

function setUp(server: TestServer, ca?: string) {
  const transport = createNodeTransport({ ca });
  const get = (method = 'GET') => {
    const request = { method, origin: server.origin, target: '/', headers: new HttpHeaders() };
    return transport.send(request, newCall());
  };
  const read = async () => {
    const pieces: Uint8Array[] = [];
    await readPieces((await get()).body, (piece) => void pieces.push(Uint8Array.from(piece)));
    return Buffer.concat(pieces);
  };
  return { get, read, [Symbol.asyncDispose]: async () => transport.close?.() };
}

/** A server that answers each request on its connection with the next of these. */
function answering(...answers: readonly (readonly (string | Uint8Array)[])[]): Promise<TestServer> {
  return netServer((socket) => {
    let next = 0;
    socket.on('data', () => {
      for (const part of answers[next] ?? []) socket.write(part);
      next += 1;
    });
  });
}

describe('a long answer', () => {
  it('tells its real length, and is followed by others on the same connection', async () => {
    await using server = await httpServer((_request, response) => response.end(data));
    await using client = setUp(server);
    const { headers, body } = await client.get();
    expect(headers.get('content-length')).toBe(String(length));
    expect(Buffer.compare(await body.bytes(length), data)).toBe(0);
    for (let turn = 0; turn < 3; turn++) expect(Buffer.compare(await client.read(), data)).toBe(0);
    expect(server.connections).toBe(1);
  });

  it.each<[string, readonly (string | Uint8Array)[]]>([
    ['in one piece', [Buffer.concat([Buffer.from(head()), data])]],
    ['with its head apart', [head(), data]],
    ['with its head in two parts', [head().slice(0, 40), head().slice(40), data]],
    ['with its last byte apart', [head(), data.subarray(0, -1), data.subarray(-1)]],
    ['in chunks', [chunked(data)]],
    ['after a hint', ['HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n', head(), data]],
    ['together with a hint', [`HTTP/1.1 103 Early Hints\r\n\r\n${head()}`, data]],
  ])('arrives whole when it comes %s', async (_how, parts) => {
    await using server = await answering(parts, parts);
    await using client = setUp(server);
    expect(Buffer.compare(await client.read(), data)).toBe(0);
    expect(Buffer.compare(await client.read(), data)).toBe(0);
  });

  it('arrives whole over TLS, and is followed by others on the same connection', async () => {
    const fixture = (name: string) =>
      readFileSync(resolve(import.meta.dirname, '../../../fixtures/tls', name), 'utf8');
    const own = { key: fixture('localhost.key.pem'), cert: fixture('localhost.cert.pem') };
    const tls = createTlsServer(own, (_request, response) => response.end(data));
    await using server = await listen(tls, 'https', 'localhost');
    await using client = setUp(server, fixture('localhost.cert.pem'));
    for (let turn = 0; turn < 3; turn++) expect(Buffer.compare(await client.read(), data)).toBe(0);
    expect(server.connections).toBe(1);
  });

  it('may look like an answer itself', async () => {
    const trap = Buffer.from(head().repeat(Math.ceil(length / head().length))).subarray(0, length);
    await using server = await answering([head('', '206 Partial Content'), trap]);
    await using client = setUp(server);
    expect(Buffer.compare(await client.read(), trap)).toBe(0);
  });

  it('is iterated over as well', async () => {
    await using server = await answering([head(), data]);
    await using client = setUp(server);
    const pieces: Uint8Array[] = [];
    for await (const piece of (await client.get()).body) pieces.push(piece);
    expect(Buffer.compare(Buffer.concat(pieces), data)).toBe(0);
  });

  it('is given up, with its connection, by whoever stops iterating', async () => {
    await using server = await answering([head(), data.subarray(0, 200_000)]);
    await using client = setUp(server);
    for await (const piece of (await client.get()).body) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await server.allClosed();
  });

  it.each([
    [
      'iterated over',
      async (body: AsyncIterable<Uint8Array>) => {
        for await (const piece of body) expect(piece.length).toBeGreaterThan(0);
      },
    ],
    ['read whole', (body: { bytes(limit: number): Promise<Uint8Array> }) => body.bytes(length)],
  ])('fails where it breaks off while it is %s', async (_how, read) => {
    await using server = await netServer((socket) => {
      socket.once('data', () => socket.end(Buffer.concat([Buffer.from(head()), data.subarray(0, 100_000)])));
    });
    await using client = setUp(server);
    const { body } = await client.get();
    expect(await rejection(Promise.resolve(read(body)))).toMatchObject({ code: 'ConnectionFailed' });
  });

  it('is refused when it is longer than its reader allows, and its connection closed', async () => {
    await using server = await answering([head(), data]);
    await using client = setUp(server);
    const { body } = await client.get();
    expect(await rejection(body.bytes(length - 1))).toMatchObject({ limitBytes: length - 1 });
    await server.allClosed();
  });

  it('that tells two lengths is refused', async () => {
    const second = 'Content-Length: 70000\r\n';
    await using server = await answering([head(second), data]);
    await using client = setUp(server);
    expect(await rejection(client.get())).toMatchObject({ code: 'UnexpectedAnswer' });
  });

  it('to HEAD has no body, whatever length it tells', async () => {
    await using server = await answering([head()], [head(), data]);
    await using client = setUp(server);
    const { headers, body } = await client.get('HEAD');
    expect(headers.get('content-length')).toBe(String(length));
    expect((await body.bytes(10)).length).toBe(0);
    expect(Buffer.compare(await client.read(), data)).toBe(0);
    expect(server.connections).toBe(1);
  });
});

describe('bytes that nobody asked for', () => {
  const smuggled = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong';

  it('behind a long answer are not taken for the next one', async () => {
    await using server = await answering([Buffer.concat([Buffer.from(head()), data, Buffer.from(smuggled)])]);
    await using client = setUp(server);
    await rejection(client.read()).catch(() => {});
    await server.allClosed();
  });

  it('on an idle connection close it', async () => {
    let say = () => {};
    await using server = await netServer((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
      say = () => void socket.write(smuggled);
    });
    await using client = setUp(server);
    expect((await (await client.get()).body.bytes(10)).length).toBe(2);
    say();
    await server.allClosed();
  });
});

function chunked(bytes: Uint8Array): Buffer {
  const start = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const size = `${bytes.length.toString(16)}\r\n`;
  return Buffer.concat([Buffer.from(start + size), bytes, Buffer.from('\r\n0\r\n\r\n')]);
}
