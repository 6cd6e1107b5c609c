import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  content,
  expectNoFailure,
  expectRefused,
  lastingEmulator,
  putRange,
  seed,
  statuses,
} from '../../../support/lasting-emulator.js';
import { signedRequest } from '../../../support/raw-exchange.js';

/* Bodies whose length is told wrongly or not at all, and clients that break off anywhere. */

const send = lastingEmulator();

describe('the length of a body', () => {
  const lengths = [
    '-1',
    '+16',
    '0x10',
    '1e1',
    '16 ',
    '1 6',
    '16,16',
    '',
    '99999999999999999999',
    '9007199254740993',
    '٣',
  ];

  it.each(lengths)('that is %j is refused, or read as what it says', async (length) => {
    const request = signedRequest(putRange(content)).replace(
      /Content-Length: \d+/,
      `Content-Length: ${length}`,
    );
    const answers = await send([request]);
    if (length.trim() === '16') expect(statuses(answers)).toEqual([201]);
    else expectRefused(answers);
  });

  it('that is given twice, or beside chunks, is refused', async () => {
    const request = signedRequest(putRange(content));
    for (const more of ['Content-Length: 16', 'Content-Length: 5', 'Transfer-Encoding: chunked']) {
      const [answer, ...others] = await send([request.replace('\r\n\r\n', `\r\n${more}\r\n\r\n`)]);
      expect(answer?.status).toBe(400);
      expectRefused(others);
    }
  });

  it.each([
    ['whole', ['10\r\n0123456789abcdef\r\n', '0\r\n\r\n']],
    ['with a trailer', ['10\r\n0123456789abcdef\r\n0\r\nx-ms-meta-a: 1\r\n\r\n']],
    ['with an extension', ['10;a=b\r\n0123456789abcdef\r\n0\r\n\r\n']],
    ['of no size', ['xyz\r\n0123456789abcdef\r\n0\r\n\r\n']],
    ['of a huge size', ['ffffffffffffffff\r\n0123456789abcdef\r\n']],
    ['that end early', ['10\r\n0123']],
    ['without an end', ['10\r\n0123456789abcdef\r\n']],
    ['that are longer than they say', ['2\r\n0123456789abcdef\r\n0\r\n\r\n']],
  ])('is not told by chunks %s', async (_name, chunks) => {
    const request = {
      ...putRange(content),
      headers: { ...putRange(content).headers, 'Transfer-Encoding': 'chunked' },
    };
    const head = signedRequest({ ...request, body: '' }).replace(/Content-Length: \d+\r\n/, '');
    const [answer, ...others] = await send([head, ...chunks]);
    expect([411, 400, 403, undefined]).toContain(answer?.status);
    expectRefused(others);
  });

  it('that was not kept is a mistake, however much came', async () => {
    const request = signedRequest(putRange(content));
    const bodyAt = request.indexOf('\r\n\r\n') + 4;
    for (const cut of [0, 1, 8, 15]) expectRefused(await send([request.slice(0, bodyAt + cut)]));
    // The answer to a request is lost when what follows it is none: the connection is closed at once.
    expectNoFailure(await send([`${request}more`]));
    expectRefused((await send([`${request}more`])).slice(-1));
  });

  it('beyond what an operation takes is refused before it is sent', async () => {
    const headers = { 'x-ms-write': 'update', 'x-ms-range': 'bytes=0-4194304', 'Content-Length': '4194305' };
    const large = signedRequest({ method: 'PUT', target: '/share/f?comp=range', headers });
    expect((await send([large]))[0]?.status).toBe(413);
    const unexpected = signedRequest({ target: '/share/f', headers: { 'Content-Length': '1000000000000' } });
    expect((await send([unexpected]))[0]?.status).toBe(413);
  });
});

describe('a client that breaks off', () => {
  const request = signedRequest(putRange('x'.repeat(content.length)));

  it.each(['break', 'finish'] as const)('anywhere with a %s changes nothing', async (ending) => {
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: request.length - 1 }), {
      minLength: 1,
      maxLength: 3,
    });
    const property = fc.asyncProperty(cuts, async (positions) => {
      const [last = 0, ...others] = positions.toSorted((a, b) => b - a);
      const edges = [0, ...others.toReversed(), last];
      const pieces = edges.slice(1).map((end, index) => request.slice(edges[index], end));
      expectRefused(await send(pieces, { ending }));
    });
    await fc.assert(property, { seed, numRuns: 60 });
  });

  it('between two requests is no mistake', async () => {
    const get = signedRequest({ target: '/share/f' });
    expect(statuses(await send([get, get]))).toEqual([200, 200]);
    expect(await send([''])).toEqual([]);
  });
});
