import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../../../src/emulator/index.js';
import {
  content,
  expectNoFailure,
  expectRefused,
  lastingEmulator,
  putRange,
  seed,
  statuses,
} from '../../../support/lasting-emulator.js';
import { rawExchange, signedRequest } from '../../../support/raw-exchange.js';

/*
 * What a client can do to the server below HTTP: whatever comes over a connection is answered as the client's mistake or
 * not at all, the connection is closed, and the next one is served.
 */

const send = lastingEmulator();

describe('bytes that are no request', () => {
  it('are refused', async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });
    const property = fc.asyncProperty(bytes, async (some) => expectRefused(await send([some])));
    await fc.assert(property, { seed, numRuns: 60 });
  });

  it('are refused in the place of any part of the head', async () => {
    const word = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 12,
    });
    const method = fc.oneof(fc.constantFrom('GET', 'PUT', 'CONNECT', 'PRI', 'get', 'TRACE', ''), word);
    const target = fc.oneof(
      fc.constantFrom(
        '/',
        '*',
        '',
        '//',
        'x',
        '/devstoreaccount1',
        'http://',
        'http://[',
        'https://:/a',
        'a:1',
        '/%',
        '/%zz?%',
      ),
      word,
    );
    const version = fc.oneof(
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.10', ''),
      word,
    );
    const header = fc.oneof(
      fc.constantFrom(
        ...[
          'Host: a',
          'Host:',
          ': a',
          'a',
          ' a: b',
          'a : b',
          'a: b\r\n c',
          'Transfer-Encoding: gzip',
          'Expect: it',
        ],
        ...[
          'Transfer-Encoding: chunked, chunked',
          'Content-Length: 5',
          'Content-Length: 5, 5',
          'Content-Length: -1',
        ],
        ...[
          'Connection: close',
          'Connection: upgrade\r\nUpgrade: websocket',
          'Upgrade: h2c',
          'x-ms-date: \u0000',
        ],
      ),
      fc.tuple(word, word).map(([name, value]) => `${name}: ${value}`),
    );
    const head = fc.tuple(method, target, version, fc.array(header, { maxLength: 5 }));
    const property = fc.asyncProperty(head, async ([verb, url, protocol, headers]) => {
      expectNoFailure(
        await send([`${verb} ${url} ${protocol}\r\n${headers.map((each) => `${each}\r\n`).join('')}\r\n`]),
      );
    });
    await fc.assert(property, { seed, numRuns: 150 });
  });

  it('are refused wherever they turn up in a request that was good', async () => {
    const good = signedRequest({ ...putRange('x'.repeat(content.length)), target: '/share/g?comp=range' });
    const bodyAt = good.indexOf('\r\n\r\n') + 4;
    const change = fc.record({
      at: fc.integer({ min: 0, max: bodyAt - 1 }),
      remove: fc.integer({ min: 0, max: 3 }),
      insert: fc.string({
        unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
        maxLength: 3,
      }),
    });
    const property = fc.asyncProperty(change, async ({ at, remove, insert }) => {
      const changed = good.slice(0, at) + insert + good.slice(at + remove);
      fc.pre(changed !== good);
      expectNoFailure(await send([changed]));
    });
    await fc.assert(property, { seed, numRuns: 120 });
  });
});

describe('requests in a row on one connection', () => {
  it('are carried out in their order, though nobody waits for the answers', async () => {
    const create = { 'x-ms-type': 'file', 'x-ms-content-length': '16' };
    const pieces: string[] = [signedRequest({ method: 'PUT', target: '/share/row', headers: create })];
    const expected: string[] = [];
    for (let index = 0; index < 10; index++) {
      const body = String(index).repeat(16);
      expected.push(body);
      pieces.push(
        signedRequest({ ...putRange(body), target: '/share/row?comp=range' }),
        signedRequest({ target: '/share/row' }),
      );
    }
    pieces.push(
      signedRequest({ method: 'DELETE', target: '/share/row' }),
      signedRequest({ target: '/share/row' }),
    );
    const answers = await send([pieces.join('')]);
    const bodies = answers.filter(({ status }) => status === 200).map(({ body }) => body);
    expect(bodies).toEqual(expected);
    expect(statuses(answers).slice(-2)).toEqual([202, 404]);
  });

  it('go on behind a refusal, and end with what is no request', async () => {
    const get = signedRequest({ target: '/share/f' });
    const refused = signedRequest(putRange(`${content}x`));
    const conditional = signedRequest({ target: '/share/f', headers: { 'If-Match': '*' } });
    expect(statuses(await send([refused + get + conditional + get]))).toEqual([416, 200, 400, 200]);
    const answers = await send([get, 'nonsense\r\n\r\n', get]);
    expect(answers.at(-1)?.status).toBe(400);
    expect(answers.length).toBeLessThan(3);
  });

  it('can be cut up anyhow', async () => {
    const text = signedRequest(putRange(content)) + signedRequest({ target: '/share/f' });
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 8 });
    const property = fc.asyncProperty(cuts, async (positions) => {
      const edges = [0, ...positions.toSorted((a, b) => a - b), text.length];
      const pieces = edges.slice(1).map((end, index) => text.slice(edges[index], end));
      const answers = await send(pieces);
      expect(statuses(answers)).toEqual([201, 200]);
      expect(answers[1]?.body).toBe(content);
    });
    await fc.assert(property, { seed, numRuns: 40 });
  });
});

describe('unusual but lawful requests', () => {
  const get = signedRequest({ target: '/share/f' });

  it('in absolute form are understood', async () => {
    const absolute = get
      .replace('GET /', 'GET http://127.0.0.1/')
      .replace('Host: 127.0.0.1', 'Host: elsewhere');
    expect((await send([absolute]))[0]).toMatchObject({ status: 200, body: content });
    expectRefused(
      await send(['GET http://elsewhere HTTP/1.1\r\nHost: a\r\n\r\n', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n']),
    );
  });

  it('of HTTP/1.0 are answered, with and without a connection that stays', async () => {
    const old = get.replace('HTTP/1.1', 'HTTP/1.0');
    expect((await send([old], { ending: 'wait' }))[0]).toMatchObject({ status: 200, body: content });
    const keeping = old.replace('\r\n\r\n', '\r\nConnection: keep-alive\r\n\r\n');
    expect(statuses(await send([keeping, old], { ending: 'wait' }))).toEqual([200, 200]);
  });

  it('with a body announced first are told to go on', async () => {
    const request = signedRequest(putRange(content)).replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n');
    const at = request.indexOf('\r\n\r\n') + 4;
    expect(statuses(await send([request.slice(0, at), request.slice(at)]))).toEqual([100, 201]);
  });

  it('with a head of up to 64 KiB are read, longer ones are refused', async () => {
    const long = (length: number) =>
      send([`GET /devstoreaccount1/${'x'.repeat(length)} HTTP/1.1\r\nHost: a\r\n\r\n`]);
    expectRefused(await long(60_000));
    expect((await long(80_000))[0]?.status).toBe(431);
    const many = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}: y\r\n`).join('');
    const flood = (count: number) =>
      send([`GET /devstoreaccount1/share HTTP/1.1\r\nHost: a\r\n${many(count)}\r\n`]);
    expectRefused(await flood(1500));
    expectRefused(await flood(5000));
    expect((await flood(20_000))[0]?.status).toBe(431);
  });
});

describe('a server with TLS', () => {
  it('closes on what is no TLS, and goes on', async () => {
    const pem = (name: string) =>
      readFileSync(resolve(import.meta.dirname, '../../../fixtures/tls', name), 'utf8');
    const cert = pem('localhost.cert.pem');
    const secure = await startEmulator({
      filesPort: 0,
      shares: ['share'],
      cert,
      key: pem('localhost.key.pem'),
    });
    onTestFinished(() => secure.close());
    for (const bytes of [
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
      '\u0016\u0003\u0001\u0000\u0005aaaaa',
      'x'.repeat(20_000),
    ])
      expect(await rawExchange(secure.filesEndpoint, [bytes])).not.toContainEqual(
        expect.objectContaining({ status: 200 }),
      );
    const { port } = new URL(secure.filesEndpoint);
    const outgoing = request({
      host: '127.0.0.1',
      port,
      servername: 'localhost',
      ca: cert,
      path: '/devstoreaccount1',
    });
    outgoing.end();
    const [answer] = await once(outgoing, 'response');
    answer.resume();
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });
});
