import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seed } from '../../../../support/lasting-emulator.js';
import { ShareRequests } from '../../../../support/share-requests.js';
import { accountSas, query, serviceSas } from '../../../../support/signatures.js';
import { ask, token } from '../../../../support/unsigned-requests.js';

/* Credentials of every shape but the right one: always refused, never a failure of the emulator. */

const names = [
  ...['sv', 'ss', 'srt', 'sp', 'st', 'se', 'sip', 'spr', 'si', 'sr', 'sig', 'ses', 'sdd', 'tn'],
  ...[
    'rscc',
    'rscd',
    'rsce',
    'rscl',
    'rsct',
    'skoid',
    'sktid',
    'skt',
    'ske',
    'sks',
    'skv',
    'skdutid',
    'sduoid',
  ],
  ...['saoid', 'suoid', 'scid', 'srh', 'srq', 'api-version', '__proto__', 'constructor'],
];
const values = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '2024-11-04',
    '2025-07-05',
    'f',
    's',
    'sco',
    'rwdlc',
    '2030-01-01',
    '127.0.0.1',
    'https',
    'A'.repeat(5000),
  ),
);
const targets = fc.constantFrom(
  '/share/f',
  '/share/d?restype=directory',
  '/share?restype=share',
  '/?comp=list',
  '/',
);

async function share(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  await requests.createFile('f', 4);
  return requests;
}

const withQuery = (target: string, text: string) => `${target}${target.includes('?') ? '&' : '?'}${text}`;

describe('credentials that nobody gave', () => {
  it('are refused when they are any fields of signatures', async () => {
    const requests = await share();
    const fields = fc.dictionary(fc.constantFrom(...names), values, { minKeys: 1 });
    const property = fc.asyncProperty(targets, fields, async (target, given) => {
      const sent = { method: 'GET', target: withQuery(target, query({ sig: 'AAAA', ...given })) };
      const { status } = await ask(requests, sent);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    });
    await fc.assert(property, { seed, numRuns: 1500 });
    expect(requests.failures).toEqual([]);
  });

  it('are refused when they are a good signature with one character changed', async () => {
    const requests = await share();
    const good = fc.constantFrom(
      accountSas({ st: '2026-01-01', sip: '127.0.0.1', spr: 'https,http' }),
      serviceSas({ share: 'share', file: 'f' }, { sp: 'r', rscd: 'a' }),
    );
    const property = fc.asyncProperty(
      good,
      fc.nat(),
      fc.constantFrom(...'aZ09+/=&%.-_'),
      async (sas, at, character) => {
        const index = at % sas.length;
        const changed = sas.slice(0, index) + character + sas.slice(index + 1);
        const { status } = await ask(requests, { method: 'GET', target: `/share/f?${changed}` });
        // The last character of a signature carries two bits that stand for nothing.
        const isSame =
          [...new URLSearchParams(changed)].sort().join() === [...new URLSearchParams(sas)].sort().join();
        if (isSame) expect(status).toBe(200);
        else expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      },
    );
    await fc.assert(property, { seed, numRuns: 1500 });
    expect(requests.failures).toEqual([]);
  });

  it('are refused when they are any token', async () => {
    const requests = await share();
    const claims = fc.dictionary(
      fc.constantFrom('aud', 'iss', 'exp', 'nbf', 'oid', 'appid', 'sub', 'tid', '__proto__'),
      fc.oneof(fc.jsonValue(), fc.constant(undefined)),
      { minKeys: 1 },
    );
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.={} ') }),
      claims.map((each) => token(requests.clock.now(), each)),
    );
    const headers = { 'x-ms-file-request-intent': 'backup' };
    const property = fc.asyncProperty(targets, texts, async (target, text) => {
      const { status } = await ask(
        requests,
        { method: 'GET', target, headers },
        { authorization: `Bearer ${text}` },
      );
      expect(status).toBeLessThan(500);
    });
    await fc.assert(property, { seed, numRuns: 1500 });
    expect(requests.failures).toEqual([]);
  });

  it('are refused when they are any header at all', async () => {
    const requests = await share();
    const texts = fc.string({ unit: fc.constantFrom(...'SharedKyLiteB: devstoraccunt1/+=') });
    const property = fc.asyncProperty(targets, texts, async (target, authorization) => {
      const { status } = await ask(requests, { method: 'GET', target }, { authorization });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    });
    await fc.assert(property, { seed, numRuns: 1000 });
    expect(requests.failures).toEqual([]);
  });
});
