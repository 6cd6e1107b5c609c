import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signature } from '../../src/core/auth/shared-key.js';
import { parseXml, xmlText } from '../../src/core/wire/xml.js';
import { startEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import {
  content,
  expectNoFailure,
  expectRefused,
  lastingEmulator,
  putRange,
  seed,
  statuses,
} from '../support/lasting-emulator.js';
import { type RawAnswer, rawExchange, signedRequest } from '../support/raw-exchange.js';
import { grown } from './hostile-service.js';

/*
 * Clients that mean harm, over connections of their own. Whatever they send, it is refused in the form of the service where HTTP
 * still allows an answer; memory stays as it was, and the next client is served. The service's file is looked at after each test.
 */

const send = lastingEmulator();
const mebibyte = 1024 * 1024;
const get = signedRequest({ target: '/share/f' });

/** A refusal as the service writes it. */
function expectTold(answer: RawAnswer | undefined, code: string): void {
  const text = Buffer.from(answer?.body ?? '', 'latin1').toString('utf8');
  expect(xmlText(parseXml(text), 'Code')).toBe(code);
}

describe('line ends in what is sent back', () => {
  const injected = fc.constantFrom(
    ...['%0d%0aX-Injected:%201', '%0aX-Injected:%201', '%0dX-Injected:%201', '%00', '%c2%85', '%e2%80%a8'],
    ...[
      '%e5%98%8a%e5%98%8dX-Injected:%201',
      '%0d%0a%0d%0aHTTP/1.1%20200%20OK%0d%0aX-Injected:%201%0d%0a%0d%0a',
    ],
  );
  const target = fc.constantFrom<(text: string) => string>(
    (text) => `/share/${text}`,
    (text) => `/sha${text}re/f`,
    (text) => `/share/f?comp=${text}`,
    (text) => `/share?restype=${text}`,
    (text) => `/share/f?timeout=${text}`,
    (text) => `/share?restype=directory&comp=list&prefix=${text}`,
    (text) => `/share?restype=directory&comp=list&marker=${text}`,
    (text) => `/?comp=list&prefix=${text}&maxresults=1`,
    (text) => `/share/f?sharesnapshot=${text}`,
    (text) => `/share/f?${text}=${text}`,
  );

  it('of a URL begin no header and no answer', async () => {
    const property = fc.asyncProperty(target, injected, fc.boolean(), async (of, text, signed) => {
      const request = signedRequest({ target: of(text) });
      const answers = await send([signed ? request : request.replace('Authorization', 'X-Other')]);
      expect(answers).toHaveLength(1);
      expectNoFailure(answers);
      expect(answers[0]?.head).not.toMatch(/[\r\n]X-Injected/i);
    });
    await fc.assert(property, { seed, numRuns: 80 });
  });

  it('of a signature that was made with the key begin no header', async () => {
    const fields = ['rscc', 'rscd', 'rsce', 'rscl', 'rsct'];
    for (const name of fields) {
      const value = 'a\r\nX-Injected: 1';
      const overrides = fields.map((field) => (field === name ? value : ''));
      const terms = [
        'r',
        '',
        '2100-01-01',
        `/file/${wellKnownAccount.name}/share/f`,
        '',
        '',
        '',
        '2024-11-04',
      ];
      const sig = signature(wellKnownAccount.keys[0] ?? '', [...terms, ...overrides].join('\n'));
      const query = new URLSearchParams({
        sv: '2024-11-04',
        sr: 'f',
        sp: 'r',
        se: '2100-01-01',
        [name]: value,
        sig,
      });
      const path = `/${wellKnownAccount.name}/share/f?${query.toString().replaceAll('+', '%20')}`;
      const answers = await send([`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`]);
      expect(statuses(answers)).toEqual([400]);
      expect(answers[0]?.head).not.toMatch(/[\r\n]X-Injected/i);
    }
  });
});

describe('a head that is too much', () => {
  it.each([
    ['a target of 1 MiB', `GET /${'x'.repeat(mebibyte)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a header of 1 MiB', `GET / HTTP/1.1\r\nHost: a\r\nx-ms-meta-a: ${'x'.repeat(mebibyte)}\r\n\r\n`],
    ['a name of 1 MiB', `GET / HTTP/1.1\r\nHost: a\r\n${'x'.repeat(mebibyte)}: a\r\n\r\n`],
    ['a method of 1 MiB', `${'G'.repeat(mebibyte)} / HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['100,000 headers', `GET / HTTP/1.1\r\nHost: a\r\n${'x-ms-meta-a: b\r\n'.repeat(100_000)}\r\n`],
  ])('of %s is refused, and the connection ends', async (_name, head) => {
    const growth = await grown(async () => {
      for (let count = 0; count < 5; count++) expectRefused(await send([head], { ending: 'wait' }));
    });
    expect(growth).toBeLessThan(16 * mebibyte);
  });

  it('of thousands of headers that it may have is answered in time', async () => {
    const many = (name: (index: number) => string) =>
      Array.from({ length: 3000 }, (_, index) => `${name(index)}: ${index}\r\n`).join('');
    for (const headers of [
      many(() => 'x-ms-meta-a'),
      many((index) => `x-ms-meta-a${index}`),
      many(() => 'Host'),
    ]) {
      const startedAt = performance.now();
      expectRefused(await send([`GET /devstoreaccount1/share HTTP/1.1\r\nHost: a\r\n${headers}\r\n`]));
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    }
  });
});

describe('a request within another one', () => {
  const hidden = signedRequest({ method: 'DELETE', target: '/share/f' });
  const outer = (framing: string) =>
    signedRequest({ target: '/share/f' }).replace('\r\n\r\n', `\r\n${framing}\r\n\r\n`);
  const chunked = 'Transfer-Encoding: chunked';
  const length = `Content-Length: ${hidden.length + 5}`;

  it.each([
    ['a length and chunks', `${length}\r\n${chunked}`],
    ['chunks and a length', `${chunked}\r\n${length}`],
    ['chunks that are spelled wrongly', `${length}\r\nTransfer-Encoding: xchunked`],
    ['chunks with a space before the colon', `${length}\r\nTransfer-Encoding : chunked`],
    ['chunks behind a tab', `${length}\r\nTransfer-Encoding:\tchunked`],
    ['chunks in quotes', `${length}\r\nTransfer-Encoding: "chunked"`],
    ['chunks twice', `${length}\r\n${chunked}\r\nTransfer-Encoding: identity`],
    ['chunks in a folded line', `${length}\r\nTransfer-Encoding:\r\n chunked`],
    ['chunks behind a bare line feed', `${length}\r\nX: a\nTransfer-Encoding: chunked`],
    ['chunks behind a bare carriage return', `${length}\r\nX: a\rTransfer-Encoding: chunked`],
    ['two lengths', `${length}\r\nContent-Length: 0`],
    ['two lengths in one', `Content-Length: 0, ${hidden.length}`],
    ['a signed length', 'Content-Length: +0'],
    ['a length in hexadecimal', 'Content-Length: 0x0'],
    ['a length with a space in it', 'Content-Length: 0 0'],
  ])('is never carried out where %s tell of its end', async (_name, framing) => {
    const answers = await send([`${outer(framing)}0\r\n\r\n${hidden}`]);
    expectRefused(answers);
    expect((await send([get]))[0]).toMatchObject({ status: 200, body: content });
  });

  it('is never carried out where it is the body', async () => {
    const inner = hidden.padEnd(hidden.length + 10);
    const headers = { 'x-ms-write': 'update', 'x-ms-range': `bytes=0-${inner.length - 1}` };
    const answers = await send([
      signedRequest({ method: 'PUT', target: '/share/f?comp=range', headers, body: inner }),
    ]);
    expect(statuses(answers)).toEqual([416]);
  });
});

describe('a body without end', () => {
  /** Sends until the server ends the connection; gives the number of bytes that were taken. */
  async function flood(head: string, piece: string): Promise<number> {
    const emulator = await startEmulator({ filesPort: 0, shares: ['share'] });
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(emulator.filesEndpoint).port) });
    socket.on('error', () => {});
    socket.resume();
    socket.write(head);
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', more);
    more();
    await once(socket, 'close').catch(() => {});
    await emulator.close();
    return socket.bytesWritten;
  }

  const unframed = signedRequest({ ...putRange(content), body: '' }).replace(/Content-Length: \d+\r\n/, '');
  const chunked = unframed.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n');
  const refused = signedRequest({
    method: 'PUT',
    target: '/share/f',
    headers: { 'Content-Length': '9'.repeat(12) },
  });

  it.each([
    ['in chunks', chunked, `10000\r\n${'x'.repeat(65_536)}\r\n`],
    ['in chunks of one byte', chunked, '1\r\nx\r\n'.repeat(10_000)],
    ['in extensions of a chunk', `${chunked}1`, ';a=b'.repeat(10_000)],
    ['in trailers', `${chunked}0\r\n`, 'x-ms-meta-a: b\r\n'.repeat(5000)],
    ['of a length that is too much', refused, 'x'.repeat(65_536)],
  ])('%s ends the connection, and is kept nowhere', async (_name, head, piece) => {
    let taken = 0;
    const growth = await grown(async () => {
      taken = await flood(head, piece);
    });
    expect(growth).toBeLessThan(32 * mebibyte);
    // What fits into the buffers of both ends comes on top of what is discarded.
    expect(taken).toBeLessThan(64 * mebibyte);
  });
});

describe('a document that means harm', () => {
  const bomb = `<!DOCTYPE a [<!ENTITY b "${'b'.repeat(100)}">${'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'.repeat(20)}]>`;

  it.each([
    ['entities within entities', `${bomb}<SignedIdentifiers>&c;</SignedIdentifiers>`],
    [
      'an entity of this machine',
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><SignedIdentifiers>&b;</SignedIdentifiers>',
    ],
    ['an entity of another machine', '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><SignedIdentifiers />'],
    ['deep nesting', `${'<SignedIdentifiers>'.repeat(3000)}`],
    ['many elements', `<SignedIdentifiers>${'<a/>'.repeat(15_000)}</SignedIdentifiers>`],
    ['bytes that are no text', `<SignedIdentifiers>${'\u00ff'.repeat(100)}</SignedIdentifiers>`],
    ['another encoding', '<?xml version="1.0" encoding="utf-16"?>\u0000<\u0000a\u0000/\u0000>'],
  ])('by %s is refused as one', async (_name, document) => {
    const growth = await grown(async () => {
      for (const target of ['/share?restype=share&comp=acl', '/?restype=service&comp=properties']) {
        const [answer] = await send([signedRequest({ method: 'PUT', target, body: document })]);
        expect(answer?.status).toBe(400);
        expectTold(answer, 'InvalidXmlDocument');
      }
    });
    expect(growth).toBeLessThan(16 * mebibyte);
  });
});

describe('names that mean something to objects', () => {
  it('are names of metadata like others', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const headers = Object.fromEntries([
      ...names.map((name) => [`x-ms-meta-${name}`, name]),
      ['x-ms-type', 'file'],
      ['x-ms-content-length', '1'],
    ]);
    expect(statuses(await send([signedRequest({ method: 'PUT', target: '/share/m', headers })]))).toEqual([
      201,
    ]);
    const [answer] = await send([signedRequest({ target: '/share/m' })]);
    for (const name of names)
      expect(answer?.head.toLowerCase()).toContain(`x-ms-meta-${name}: ${name}`.toLowerCase());
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('are parameters and headers that nobody knows', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      for (const target of [
        `/share/f?comp=${name}`,
        `/share?restype=${name}`,
        `/${name}/f`,
        `/share/${name}?comp=list`,
      ])
        expectRefused(await send([signedRequest({ target })]));
      const headers = { [name]: 'a', 'x-ms-lease-action': name };
      expectRefused(await send([signedRequest({ method: 'PUT', target: '/share/f?comp=lease', headers })]));
    }
  });
});

describe('a number that is none', () => {
  const numbers = [
    ...[
      '1e30',
      '-1',
      '0x10',
      'NaN',
      'Infinity',
      '-0',
      '9007199254740993',
      '99999999999999999999',
      '',
      '1.5',
      '१',
    ],
  ];
  const requests: readonly (readonly [
    what: string,
    request: (text: string) => Parameters<typeof signedRequest>[0],
  ])[] = [
    [
      'the length of a file',
      (text) => ({
        method: 'PUT',
        target: '/share/n',
        headers: { 'x-ms-type': 'file', 'x-ms-content-length': text },
      }),
    ],
    ['a range', (text) => ({ target: '/share/f', headers: { 'x-ms-range': `bytes=${text}-${text}` } })],
    [
      'the end of a range',
      (text) => ({
        method: 'PUT',
        target: '/share/f?comp=range',
        headers: { 'x-ms-write': 'clear', 'x-ms-range': `bytes=0-${text}` },
      }),
    ],
    ['a time limit', (text) => ({ target: `/share/f?timeout=${encodeURIComponent(text)}` })],
    [
      'a number of results',
      (text) => ({ target: `/share?restype=directory&comp=list&maxresults=${encodeURIComponent(text)}` }),
    ],
    [
      'a quota',
      (text) => ({
        method: 'PUT',
        target: '/share?restype=share&comp=properties',
        headers: { 'x-ms-share-quota': text },
      }),
    ],
    [
      'the duration of a lease',
      (text) => ({
        method: 'PUT',
        target: '/share/f?comp=lease',
        headers: { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': text },
      }),
    ],
  ];

  it.each(requests)('is refused as %s', async (what, request) => {
    const pieces = numbers
      // A lease of -1 is one without end, and a page of more than 5,000 is one of 5,000.
      .filter((text) => !(what.includes('lease') && text === '-1'))
      .map((text) => signedRequest(request(Buffer.from(text).toString('latin1'))));
    const answers = await send([pieces.join('')]);
    expect(answers).toHaveLength(pieces.length);
    for (const answer of answers) {
      expect([400, 413, 416]).toContain(answer.status);
      expect(answer.body).toContain('<Error><Code>');
    }
  });
});

describe('a path that would lead elsewhere', () => {
  it.each([
    ...[
      '/share/../share/f',
      '/share/./f',
      '/share/d/../f',
      '/share/%2e%2e/share/f',
      '/share/..%2ff',
      '/share/%2e/f',
    ],
    ...[
      '/share/..%5cf',
      '/share\\f',
      '/share/f%00',
      '/share/f%00.txt',
      '/share/f/',
      '/share/f//',
      '/./share/f',
      '/../share/f',
    ],
    ...[
      '/share/f;a',
      '/share/f%',
      '/share/%c0%ae%c0%ae/f',
      '/share/%ff',
      '/share/f%2f',
      '/share/C:/f',
      '/share/F%ef%bc%8e',
    ],
  ])('%s is none, or the one that it says', async (target) => {
    const [answer, ...others] = await send([signedRequest({ target })]);
    expect(others).toEqual([]);
    if (/f\/+$/.test(target)) expectNoFailure([answer as RawAnswer]);
    else expectRefused([answer as RawAnswer]);
  });
});

describe('very many connections', () => {
  it('that do nothing keep nobody waiting, and take little', async () => {
    const emulator = await startEmulator({ filesPort: 0, shares: ['share'] });
    const port = Number(new URL(emulator.filesEndpoint).port);
    const sockets: Socket[] = [];
    const growth = await grown(async () => {
      for (let batch = 0; batch < 10; batch++) {
        const some = Array.from({ length: 100 }, () => connect({ host: '127.0.0.1', port }));
        for (const socket of some) socket.on('error', () => {});
        await Promise.all(some.map((socket) => once(socket, 'connect')));
        for (const [index, socket] of some.entries())
          if (index % 2 === 0) socket.write(get.slice(0, 50 + index));
        sockets.push(...some);
      }
      const [answer] = await rawExchange(emulator.filesEndpoint, [
        signedRequest({ target: '/share?restype=share' }),
      ]);
      expect(answer?.status).toBe(200);
    });
    // Both ends of a thousand connections.
    expect(growth).toBeLessThan(48 * mebibyte);
    for (const socket of sockets) socket.destroy();
    await emulator.close();
  });
});
