import { readFileSync } from 'node:fs';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import type { HttpRequest } from '../../../../src/core/http/message.js';
import { createNodeTransport, type NodeTransportOptions } from '../../../../src/core/http/node-transport.js';
import { ManualClock, settle } from '../../../../src/simulation/manual-clock.js';
import { newCall } from '../../../support/new-call.js';
import { httpServer, listen, netServer } from '../../../support/raw-server.js';
import { rejection } from '../../../support/rejection.js';

const fixture = (name: string) =>
  readFileSync(resolve(import.meta.dirname, '../../../fixtures/tls', name), 'utf8');
const ca = fixture('localhost.cert.pem');

function get(origin: string, headers = new HttpHeaders()): HttpRequest {
  return { method: 'GET', origin, target: '/', headers };
}

function tlsServer(options: ServerOptions = {}, name = 'localhost') {
  const identity = { cert: fixture(`${name}.cert.pem`), key: fixture(`${name}.key.pem`) };
  const server = createTlsServer({ ...identity, ...options }, (_request, response) => response.end('x'));
  server.on('tlsClientError', () => {});
  return listen(server, 'https', 'localhost');
}

/** Sends one request over a transport of its own. */
async function once(origin: string, options: NodeTransportOptions = {}) {
  const transport = createNodeTransport(options);
  try {
    const { status, body } = await transport.send(get(origin), newCall());
    await body.bytes(10);
    return status;
  } finally {
    await transport.close?.();
  }
}

describe('TLS', () => {
  it('works with a certificate of an authority that is trusted', async () => {
    await using server = await tlsServer();
    expect(await once(server.origin, { ca })).toBe(200);
    expect(await once(server.origin, { ca: [fixture('other.cert.pem'), ca] })).toBe(200);
  });

  it('keeps its connections', async () => {
    await using server = await tlsServer();
    const transport = createNodeTransport({ ca });
    for (let i = 0; i < 5; i += 1) {
      const { body } = await transport.send(get(server.origin), newCall());
      await body.bytes(10);
    }
    expect(server.connections).toBe(1);
    await transport.close?.();
  });

  it.each([
    ['an authority nobody knows', {}, 'localhost'],
    ['another host', { ca: fixture('other.cert.pem') }, 'other'],
  ])('refuses a certificate of %s', async (_name, options, name) => {
    await using server = await tlsServer({}, name);
    expect(await rejection(once(server.origin, options))).toMatchObject({
      name: 'NetworkError',
      code: 'CertificateInvalid',
      retryable: false,
      mayHaveBeenSent: false,
    });
  });

  it('refuses a server that knows only older versions than 1.2', async () => {
    await using server = await tlsServer({
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    expect(await rejection(once(server.origin, { ca }))).toMatchObject({
      name: 'NetworkError',
      mayHaveBeenSent: false,
    });
  });

  it('does not fall for a server that speaks plain text', async () => {
    await using server = await httpServer((_request, response) => response.end());
    expect(await rejection(once(`https://localhost:${server.port}`, { ca }))).toMatchObject({
      name: 'NetworkError',
    });
  });
});

describe('a connection', () => {
  it('that cannot be made in time fails as never sent', async () => {
    const clock = new ManualClock();
    let accepted: (() => void) | undefined;
    const connected = new Promise<void>((done) => {
      accepted = done;
    });
    await using server = await netServer(() => accepted?.());
    const failed = rejection(once(`https://127.0.0.1:${server.port}`, { clock }));
    await connected;
    await clock.advance(10_000);
    expect(await failed).toMatchObject({
      code: 'ConnectionFailed',
      mayHaveBeenSent: false,
      retryable: true,
      message: expect.stringContaining('(ETIMEDOUT)'),
    });
    expect(clock.timerCount).toBe(0);
  });

  it.each([
    ['a minute', undefined, 60_000],
    ['a second less than the server keeps it', 'timeout=5', 4000],
  ])('that lies idle is closed after %s, and leaves no timer', async (_name, keepAlive, idleMs) => {
    const clock = new ManualClock();
    await using server = await httpServer((_request, response) => {
      response.setHeader('Connection', 'keep-alive');
      if (keepAlive !== undefined) response.setHeader('Keep-Alive', keepAlive);
      response.end('x');
    });
    const transport = createNodeTransport({ clock });
    const use = async () => {
      const { body } = await transport.send(get(server.origin), newCall());
      await body.bytes(1);
      await settle();
    };
    await use();
    await clock.advance(idleMs - 1);
    await use();
    await clock.advance(idleMs - 1);
    expect([server.connections, clock.timerCount]).toEqual([1, 1]);
    await clock.advance(1);
    await server.allClosed();
    expect(clock.timerCount).toBe(0);
    await transport.close?.();
  });

  it('that is cancelled while it is made ends at once', async () => {
    await using server = await netServer(() => {});
    const transport = createNodeTransport();
    const call = newCall();
    const failed = rejection(transport.send(get(`https://127.0.0.1:${server.port}`), call));
    call.cancellation.cancel('enough');
    expect(await failed).toBe('enough');
    await transport.close?.();
  });

  it('that is kept and then reset may have carried the request', async () => {
    let requests = 0;
    await using server = await httpServer((request, response) => {
      requests += 1;
      if (requests === 1) response.end('x');
      else request.socket.destroy();
    });
    const transport = createNodeTransport();
    const first = await transport.send(get(server.origin), newCall());
    await first.body.bytes(1);
    expect(await rejection(transport.send(get(server.origin), newCall()))).toMatchObject({
      code: 'ConnectionFailed',
      mayHaveBeenSent: true,
    });
    expect(server.connections).toBe(1);
    await transport.close?.();
  });

  it.each([
    ['for no time is not kept', 'timeout=1', 3],
    ['for a while is kept', 'timeout=100, max=1000', 1],
    ['for no one knows how long is kept', 'nonsense', 1],
  ])('that the server keeps %s', async (_name, keepAlive, connections) => {
    await using server = await httpServer((_request, response) => {
      response.setHeader('Connection', 'keep-alive');
      response.setHeader('Keep-Alive', keepAlive);
      response.end('x');
    });
    const transport = createNodeTransport();
    for (let i = 0; i < 3; i += 1) {
      const { body } = await transport.send(get(server.origin), newCall());
      await body.bytes(1);
    }
    expect(server.connections).toBe(connections);
    await transport.close?.();
  });

  it('waits for another where no more are allowed', async () => {
    await using server = await httpServer((_request, response) => response.end('x'));
    const transport = createNodeTransport({ maxSockets: 2 });
    const requests = Array.from({ length: 10 }, async () => {
      const { body } = await transport.send(get(server.origin), newCall());
      return body.bytes(1);
    });
    expect(await Promise.all(requests)).toHaveLength(10);
    expect(server.connections).toBeLessThanOrEqual(2);
    await transport.close?.();
  });

  it('is closed with its transport', async () => {
    await using server = await httpServer((_request, response) => response.end('x'));
    const transport = createNodeTransport();
    const { body } = await transport.send(get(server.origin), newCall());
    await body.bytes(1);
    await transport.close?.();
    await server.allClosed();
    expect(await rejection(transport.send(get(server.origin), newCall()))).toMatchObject({
      code: 'InvalidOption',
      message: 'the client is closed',
    });
  });
});

describe('a request', () => {
  it.each([
    ['a header', get('http://127.0.0.1:1', HttpHeaders.of({ 'x-ms-meta-a': 'line\nfeed' }))],
    ['the path', { ...get('http://127.0.0.1:1'), target: '/a b' }],
  ])(
    'with a character in %s that HTTP does not allow is refused before it is sent',
    async (_name, request) => {
      const call = newCall();
      const error = await rejection<Error>(createNodeTransport().send(request, call));
      expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
      expect(error.message).not.toContain('feed');
      expect(call.cancellation.listenerCount).toBe(0);
    },
  );

  it('with a body that cannot be sent twice is refused', async () => {
    async function* body() {
      yield new Uint8Array(1);
    }
    const request = { ...get('http://127.0.0.1:1'), method: 'PUT', body: body() };
    expect(await rejection(createNodeTransport().send(request, newCall()))).toMatchObject({
      code: 'InvalidRequest',
    });
  });

  it('that waits for a connection ends when it is cancelled', async () => {
    await using server = await httpServer((request) => request.resume());
    const transport = createNodeTransport({ maxSockets: 1 });
    const calls = [newCall(), newCall()];
    const failed = calls.map((call) => rejection(transport.send(get(server.origin), call)));
    calls[1]?.cancellation.cancel('second');
    calls[0]?.cancellation.cancel('first');
    expect(await Promise.all(failed)).toEqual(['first', 'second']);
    await transport.close?.();
  });

  it('says whose it is by the Host header', async () => {
    let host: string | undefined;
    await using server = await httpServer((request, response) => {
      host = request.headers.host;
      response.end();
    });
    await once(server.origin);
    expect(host).toBe(`127.0.0.1:${server.port}`);
  });
});

describe('a body', () => {
  it('waits for a reader that is slow', async () => {
    const size = 64 * 1024 * 1024;
    let drained = 0;
    await using server = await httpServer((_request, response) => {
      response.setHeader('content-length', size);
      const chunk = new Uint8Array(1024 * 1024);
      const more = (sent: number): void => {
        drained = sent;
        if (sent < size) response.write(chunk, () => more(sent + chunk.length));
      };
      more(0);
    });
    const transport = createNodeTransport();
    const { body } = await transport.send(get(server.origin), newCall());
    let received = 0;
    for await (const part of body) {
      received += part.length;
      if (received < 10 * 1024 * 1024) continue;
      // Whole round trips on another connection: the server has had every chance to send on.
      for (let i = 0; i < 20; i += 1) await roundTrip(server.port);
      break;
    }
    expect(drained).toBeLessThan(size / 2);
    await transport.close?.();
  });
});

/** Opens and closes a connection. */
function roundTrip(port: number): Promise<void> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.end());
    socket.on('close', () => done());
    socket.on('error', () => done());
    socket.resume();
  });
}

describe('createNodeTransport', () => {
  it.each([
    [{ maxSockets: 0 }, 'maxSockets must be an integer from 1 to 65535, got 0'],
    [{ connectTimeoutMs: 0 }, 'connectTimeoutMs must be a number from 1 to 600000, got 0'],
    [{ ca: 5 }, 'ca must be a text in PEM'],
    [{ ca: [5] }, 'ca must be a text in PEM'],
    [{ rejectUnauthorized: false }, 'transport options has the unknown key "rejectUnauthorized"'],
  ])('refuses %j', (options, why) => {
    expect(() => createNodeTransport(options as NodeTransportOptions)).toThrow(why);
  });
});
