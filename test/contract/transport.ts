import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AzureStorageError } from '../../src/core/errors.js';
import { HttpHeaders } from '../../src/core/http/headers.js';
import { BodyTooLargeError, type HttpRequest, type Transport } from '../../src/core/http/message.js';
import { newCall } from '../support/new-call.js';
import { patterned } from '../support/patterned.js';
import { httpServer, listen, netServer, type TestServer } from '../support/raw-server.js';
import { rejection } from '../support/rejection.js';

interface Setting extends AsyncDisposable {
  readonly transport: Transport;
  readonly server: TestServer;
  /** A GET of that server. */
  get(target?: string): HttpRequest;
}

function setting(transport: Transport, server: TestServer): Setting {
  return {
    transport,
    server,
    get: (target = '/share/file') => ({
      method: 'GET',
      origin: server.origin,
      target,
      headers: new HttpHeaders(),
    }),
    async [Symbol.asyncDispose]() {
      await transport.close?.();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

/** Announces more than it sends. */
const unfinished: RequestListener = (_request, response) => {
  response.setHeader('content-length', '1000000');
  response.write('abc');
};

/** What every transport promises. */
export function transportContract(name: string, create: () => Transport): void {
  const http = async (listener: RequestListener) => setting(create(), await httpServer(listener));
  /** A server that answers the first bytes it gets with a text of its own. */
  const raw = async (answer: string) =>
    setting(create(), await netServer((socket) => socket.once('data', () => socket.end(answer))));

  describe(`${name} sends`, () => {
    it('method, target, headers and body as they are', async () => {
      let seen: unknown;
      await using test = await http(async (request, response) => {
        const { method, url, headers } = request;
        const body = await collect(request);
        seen = [method, url, headers['x-ms-meta-name'], headers['content-length'], body];
        response.end();
      });
      const body = patterned(100_000);
      const headers = HttpHeaders.of({ 'x-ms-meta-Name': 'a b', 'Content-Length': '100000' });
      const target = '/s/d%C3%A9%20%2F/f?prefix=a%20b&x=%27';
      await test.transport.send({ ...test.get(target), method: 'PUT', headers, body }, newCall());
      expect(seen).toEqual(['PUT', target, 'a b', '100000', Buffer.from(body)]);
    });

    it.each([{}, { 'Content-Length': '0' }])(
      'a length of zero for a PUT without a body, given %j',
      async (given) => {
        let length: string | undefined;
        await using test = await http((request, response) => {
          length = request.headers['content-length'];
          response.end();
        });
        const headers = HttpHeaders.of(given);
        await test.transport.send({ ...test.get(), method: 'PUT', headers }, newCall());
        expect(length).toBe('0');
      },
    );

    it('the length of a body where nobody said it', async () => {
      let length: string | undefined;
      await using test = await http((request, response) => {
        length = request.headers['content-length'];
        request.resume();
        response.end();
      });
      await test.transport.send({ ...test.get(), method: 'PUT', body: new Uint8Array(7) }, newCall());
      expect(length).toBe('7');
    });

    it('many requests at once', async () => {
      await using test = await http((request, response) => response.end(request.url));
      const answers = Array.from({ length: 100 }, async (_, i) => {
        const { body } = await test.transport.send(test.get(`/s/${i}`), newCall());
        return Buffer.from(await body.bytes(100)).toString();
      });
      expect(await Promise.all(answers)).toEqual(Array.from({ length: 100 }, (_, i) => `/s/${i}`));
    });

    it('over connections that are used again', async () => {
      await using test = await http((_request, response) => response.end('x'));
      for (let i = 0; i < 10; i += 1) {
        const { body } = await test.transport.send(test.get(), newCall());
        await body.bytes(1);
      }
      expect(test.server.connections).toBeLessThan(4);
    });
  });

  describe(`${name} receives`, () => {
    it.each([200, 206, 302, 307, 404, 412, 500, 503])('an answer of status %d as it is', async (status) => {
      await using test = await http((_request, response) => {
        response.writeHead(status, { location: '/elsewhere', 'x-ms-error-code': 'Code' });
        response.end('text');
      });
      const response = await test.transport.send(test.get(), newCall());
      expect([response.status, response.headers.get('X-Ms-Error-Code')]).toEqual([status, 'Code']);
      expect(Buffer.from(await response.body.bytes(4)).toString()).toBe('text');
    });

    it.each([0, 1, 65_536, 5_000_000])('a body of %d bytes whole and in pieces', async (length) => {
      const content = patterned(length);
      const call = newCall();
      await using test = await http((_request, response) => {
        response.setHeader('content-length', length);
        response.end(content);
      });
      const whole = await test.transport.send(test.get(), call);
      expect(Buffer.compare(await whole.body.bytes(length), content)).toBe(0);
      const pieces = await test.transport.send(test.get(), call);
      expect(Buffer.compare(await collect(pieces.body), content)).toBe(0);
      expect(call.cancellation.listenerCount).toBe(0);
    });

    it('a body of unknown length', async () => {
      await using test = await http((_request, response) => {
        response.write('one ');
        response.end('two');
      });
      const { body } = await test.transport.send(test.get(), newCall());
      expect((await collect(body)).toString()).toBe('one two');
    });

    it('no body after HEAD, whatever its length is said to be', async () => {
      const call = newCall();
      await using test = await http((_request, response) => {
        response.setHeader('content-length', '1000');
        response.end();
      });
      const response = await test.transport.send({ ...test.get(), method: 'HEAD' }, call);
      expect(response.headers.get('content-length')).toBe('1000');
      expect(await response.body.bytes(0)).toHaveLength(0);
      expect(call.cancellation.listenerCount).toBe(0);
    });

    it('no more of a body than is allowed', async () => {
      const call = newCall();
      await using test = await http((_request, response) => response.end('abcdef'));
      const { body } = await test.transport.send(test.get(), call);
      expect(await rejection(body.bytes(5))).toBeInstanceOf(BodyTooLargeError);
      expect(call.cancellation.listenerCount).toBe(0);
    });
  });

  describe(`${name} fails`, () => {
    it('as never sent when nobody listens', async () => {
      const closed = await listen(createServer());
      await closed[Symbol.asyncDispose]();
      await using test = setting(create(), closed);
      const call = newCall();
      expect(await rejection(test.transport.send(test.get(), call))).toMatchObject({
        name: 'NetworkError',
        code: 'ConnectionFailed',
        mayHaveBeenSent: false,
        retryable: true,
        operation: 'GetFile',
      });
      expect(call.cancellation.listenerCount).toBe(0);
    });

    it('as perhaps carried out when the connection is lost after the request', async () => {
      const call = newCall();
      await using test = await http((request) => request.socket.destroy());
      const error = await rejection<Error>(test.transport.send(test.get('/s/f?sig=hidden'), call));
      expect(error).toMatchObject({ code: 'ConnectionFailed', mayHaveBeenSent: true, retryable: true });
      expect(error.message).toContain(`GET ${test.server.origin}/s/f?sig=REDACTED`);
      expect(call.cancellation.listenerCount).toBe(0);
    });

    it.each([
      ['of a known length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcde'],
      ['of an unknown length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n'],
    ])('for a body %s that ends early', async (_name, answer) => {
      await using test = await raw(answer);
      const call = newCall();
      const expected = { name: 'NetworkError', code: 'ConnectionFailed', retryable: true };
      const whole = await test.transport.send(test.get(), call);
      expect(await rejection(whole.body.bytes(100))).toMatchObject(expected);
      const pieces = await test.transport.send(test.get(), call);
      expect(await rejection(collect(pieces.body))).toMatchObject(expected);
      expect(call.cancellation.listenerCount).toBe(0);
    });

    it.each([
      ['nonsense', 'NONSENSE\r\n\r\n'],
      ['a malformed header', 'HTTP/1.1 200 OK\r\nBad Header\u0000: 1\r\n\r\n'],
      ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n'],
      ['endless headers', `HTTP/1.1 200 OK\r\n${'X-Long: abcdefgh\r\n'.repeat(20_000)}\r\n`],
    ])('with an error of ours for %s', async (_name, answer) => {
      await using test = await raw(answer);
      expect(await rejection(test.transport.send(test.get(), newCall()))).toBeInstanceOf(AzureStorageError);
    });
  });

  describe(`${name} ends`, () => {
    it('before it begins when it is cancelled already', async () => {
      await using test = await http((_request, response) => response.end());
      const call = newCall();
      call.cancellation.cancel('before');
      expect(await rejection(test.transport.send(test.get(), call))).toBe('before');
      expect(test.server.connections).toBe(0);
    });

    it('with the reason when it is cancelled before an answer, and closes the connection', async () => {
      const call = newCall();
      const reason = new Error('given up');
      await using test = await http(() => call.cancellation.cancel(reason));
      expect(await rejection(test.transport.send(test.get(), call))).toBe(reason);
      await test.server.allClosed();
      expect(call.cancellation.listenerCount).toBe(0);
    });

    it.each(['whole', 'in pieces'])('with the reason when it is cancelled in a body read %s', async (how) => {
      await using test = await http(unfinished);
      const call = newCall();
      const { body } = await test.transport.send(test.get(), call);
      const failed = rejection(how === 'whole' ? body.bytes(2_000_000) : collect(body));
      const reason = new Error('given up');
      call.cancellation.cancel(reason);
      expect(await failed).toBe(reason);
      await test.server.allClosed();
    });

    it('with the reason when a body is read that was cancelled before', async () => {
      await using test = await http(unfinished);
      const call = newCall();
      const { body } = await test.transport.send(test.get(), call);
      const reason = new Error('given up');
      call.cancellation.cancel(reason);
      expect(await rejection(collect(body))).toBe(reason);
      await test.server.allClosed();
    });

    it('and closes the connection when a body is given up', async () => {
      await using test = await http(unfinished);
      const call = newCall();
      const { body } = await test.transport.send(test.get(), call);
      body.discard();
      await test.server.allClosed();
      expect(call.cancellation.listenerCount).toBe(0);
    });

    it('and closes the connection when a body is left in the middle', async () => {
      await using test = await http(unfinished);
      const call = newCall();
      const { body } = await test.transport.send(test.get(), call);
      for await (const _part of body) break;
      await test.server.allClosed();
      expect(call.cancellation.listenerCount).toBe(0);
    });
  });
}
