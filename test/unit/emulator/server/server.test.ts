import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sharedKeyAuthorization } from '../../../../src/core/auth/shared-key.js';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import type { ResponseBody } from '../../../../src/core/http/message.js';
import { formatRfc1123 } from '../../../../src/core/wire/dates.js';
import type { Engine } from '../../../../src/emulator/engine/engine.js';
import {
  type Emulator,
  type EmulatorOptions,
  startEmulator,
  wellKnownAccount,
} from '../../../../src/emulator/index.js';
import { startServer } from '../../../../src/emulator/server/lifecycle.js';
import { patterned } from '../../../support/patterned.js';

const account = wellKnownAccount.name;
const key = wellKnownAccount.keys[0] ?? '';

async function started(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ filesPort: 0, shares: ['share'], ...options });
  onTestFinished(() => emulator.close());
  return emulator;
}

interface Sent {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
  readonly agent?: Agent;
}

/** Head of a signed request, for a connection or for `node:http`. */
function signed({ method = 'GET', target, headers = {}, body }: Sent): HttpHeaders {
  const all = HttpHeaders.of({
    'x-ms-version': '2026-04-06',
    'x-ms-date': formatRfc1123(Date.now()),
    ...(body === undefined ? {} : { 'Content-Length': String(body.length) }),
    ...headers,
  });
  const request = { method, target: `/${account}${target}`, headers: all };
  return all.set('Authorization', sharedKeyAuthorization(account, key, request));
}

function addressOf(emulator: Emulator): { host: string; port: number } {
  const { hostname, port } = new URL(emulator.filesEndpoint);
  return { host: hostname, port: Number(port) };
}

async function send(emulator: Emulator, sent: Sent): Promise<{ response: IncomingMessage; bytes: Buffer }> {
  const { method = 'GET', target, body, agent } = sent;
  const headers = Object.fromEntries(signed(sent));
  const options: RequestOptions = {
    ...addressOf(emulator),
    method,
    path: `/${account}${target}`,
    headers,
    agent: agent ?? false,
  };
  const outgoing = httpRequest(options);
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return { response, bytes: Buffer.concat(pieces) };
}

/** Sends bytes over a connection of its own and gives everything that comes back until it ends. */
async function sendRaw(emulator: Emulator, text: string | Uint8Array): Promise<string> {
  const socket = connect(addressOf(emulator));
  let answer = '';
  socket.on('data', (piece) => {
    answer += piece.toString('latin1');
  });
  socket.on('error', () => {});
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

function raw(sent: Sent): string {
  const lines = [...signed(sent)].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${sent.method ?? 'GET'} /${account}${sent.target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines}\r\n`;
}

const putFile = (size: number): Sent => ({
  method: 'PUT',
  target: '/share/f',
  headers: { 'x-ms-type': 'file', 'x-ms-content-length': String(size) },
});

const putRange = (bytes: Uint8Array, start = 0): Sent => ({
  method: 'PUT',
  target: '/share/f?comp=range',
  headers: { 'x-ms-write': 'update', 'x-ms-range': `bytes=${start}-${start + bytes.length - 1}` },
  body: bytes,
});

describe('the server', () => {
  it('speaks TLS with the certificate it is given', async () => {
    const fixture = (name: string): string =>
      readFileSync(`${import.meta.dirname}/../../../fixtures/${name}`, 'utf8');
    const cert = fixture('localhost.cert.pem');
    const emulator = await started({ cert, key: fixture('localhost.key.pem') });
    expect(emulator.connectionString).toContain('DefaultEndpointsProtocol=https;');
    const options = { ...addressOf(emulator), path: '/', ca: cert, agent: false as const };
    const outgoing = httpsRequest(options).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(response.headers['x-ms-error-code']).toBeDefined();
    response.destroy();
  });

  it('refuses a certificate that is none', async () => {
    const options = { filesPort: 0, cert: 'nonsense', key: 'nonsense' };
    await expect(startEmulator(options)).rejects.toThrow(
      'cert and key must be a PEM certificate and its private key',
    );
  });

  it('carries requests and answers with their bodies', async () => {
    const emulator = await started();
    await send(emulator, putFile(300_000));
    await send(emulator, putRange(patterned(300_000)));
    const { response, bytes } = await send(emulator, { target: '/share/f' });
    expect(response.statusCode).toBe(200);
    expect(bytes.equals(patterned(300_000))).toBe(true);
    const head = await send(emulator, { method: 'HEAD', target: '/share/f' });
    expect(head.response.headers['content-length']).toBe('300000');
    expect(head.bytes.length).toBe(0);
  });

  it('keeps a connection after a body that was refused', async () => {
    const emulator = await started();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const refused = await send(emulator, { ...putRange(patterned(5_000_000)), agent });
    const next = await send(emulator, { target: '/share?restype=share', agent });
    expect(refused.response.statusCode).toBe(413);
    expect(next.response.statusCode).toBe(200);
    expect(next.response.socket).toBe(refused.response.socket);
  });

  it('refuses a chunked body and goes on', async () => {
    const emulator = await started();
    const chunked = raw({
      ...putRange(Buffer.from('ab')),
      headers: { 'Transfer-Encoding': 'chunked', 'x-ms-write': 'update' },
    }).replace(/Content-Length: \d+\r\n/, '');
    const answer = await sendRaw(emulator, `${chunked}2\r\nab\r\n0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (411|403) /);
    expect((await send(emulator, { target: '/share?restype=share' })).response.statusCode).toBe(200);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n'],
    [
      'a length that is none',
      'PUT /devstoreaccount1/share HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n',
    ],
    ['two lengths', 'PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a target in full', 'GET http://elsewhere/share HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['no host', 'GET /devstoreaccount1/share HTTP/1.0\r\n\r\n'],
    ['bytes', new Uint8Array([0, 255, 1, 254, 13, 10, 13, 10])],
  ])('answers %s as a mistake of the client, and goes on', async (_name, bytes) => {
    const emulator = await started();
    expect(await sendRaw(emulator, bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await send(emulator, { target: '/share?restype=share' })).response.statusCode).toBe(200);
  });

  it('goes on when a client breaks off anywhere in a request', async () => {
    const failures: unknown[] = [];
    const emulator = await started({ onFailure: (error) => failures.push(error) });
    await send(emulator, putFile(16));
    const whole = Buffer.concat([
      Buffer.from(raw(putRange(Buffer.from('x'.repeat(16))))),
      Buffer.from('x'.repeat(16)),
    ]);
    const attempts = Array.from({ length: Math.ceil(whole.length / 7) }, async (_value, index) => {
      const socket = connect(addressOf(emulator));
      socket.on('error', () => {});
      await new Promise<void>((resolve) =>
        socket.write(whole.subarray(0, Math.min(whole.length - 1, index * 7)), () => resolve()),
      );
      socket.destroy();
    });
    await Promise.all(attempts);
    const { bytes } = await send(emulator, { target: '/share/f' });
    expect([...bytes]).toEqual(new Array(16).fill(0));
    expect(failures).toEqual([]);
  });

  it('goes on when a client breaks off within an answer', async () => {
    const emulator = await started();
    await send(emulator, putFile(64 * 1024 * 1024));
    const socket = connect(addressOf(emulator));
    socket.write(raw({ target: '/share/f' }));
    await once(socket, 'data');
    socket.destroy();
    expect((await send(emulator, { target: '/share?restype=share' })).response.statusCode).toBe(200);
  });

  it('does not run ahead of a client that reads slowly', async () => {
    let handedOut = 0;
    const body: ResponseBody = {
      buffered: undefined,
      bytes: () => Promise.resolve(new Uint8Array()),
      discard: () => {},
      async *[Symbol.asyncIterator]() {
        for (; handedOut < 10_000; handedOut++) yield new Uint8Array(64 * 1024);
      },
    };
    const engine: Engine = {
      handle: () => Promise.resolve({ status: 200, headers: new HttpHeaders(), body }),
      createShares: () => {},
    };
    const options = { host: '127.0.0.1', port: 0, portOption: 'port', tls: undefined };
    const server = await startServer(engine, options);
    const socket = connect(Number(new URL(server.origin).port), '127.0.0.1').pause();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    for (let turn = 0; turn < 2000; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(handedOut).toBeGreaterThan(0);
    expect(handedOut).toBeLessThan(1000);
    socket.destroy();
    await server.stop();
  });

  it('names the port and the option when the port is taken', async () => {
    const { port } = addressOf(await started());
    await expect(startEmulator({ filesPort: port })).rejects.toThrow(
      `port ${port} on 127.0.0.1 is in use: choose another one with filesPort, or 0 for any that is free`,
    );
  });

  it('says when a host is none of this machine', async () => {
    await expect(startEmulator({ filesPort: 0, host: '192.0.2.1' })).rejects.toThrow(
      /cannot be used \(EADDRNOTAVAIL\)/,
    );
  });

  it('finishes the request under way when it stops, and takes no other', async () => {
    const emulator = await started();
    await send(emulator, putFile(8));
    const address = addressOf(emulator);
    const socket = connect(address);
    let answer = '';
    socket.on('data', (piece) => {
      answer += piece.toString('latin1');
    });
    const head = raw(putRange(Buffer.from('12345678')));
    await new Promise<void>((resolve) => socket.write(`${head}1234`, () => resolve()));
    await send(emulator, { target: '/share?restype=share' });
    const closing = emulator.close();
    socket.write('5678');
    await closing;
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    const late = connect(address);
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('does not wait for connections that are only kept open', async () => {
    const emulator = await started();
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await send(emulator, { target: '/share?restype=share', agent });
    const before = performance.now();
    await emulator.close();
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('can be closed twice', async () => {
    const emulator = await started();
    await emulator.close();
    await expect(emulator.close()).resolves.toBeUndefined();
  });
});
