import { signature } from '../../../src/core/auth/shared-key.js';
import { wellKnownAccount } from '../../../src/emulator/options.js';
import type { Chance } from './chance.js';
import { account } from './pools.js';

const key = wellKnownAccount.keys[0] ?? '';
const overrides = ['rscc', 'rscd', 'rsce', 'rscl', 'rsct'] as const;
/** What somebody who may sign could want answers to say. */
const overrideValues = [
  ...[
    'inline',
    'text/html',
    'a\r\nX-Injected: b',
    'a\nb',
    '\u0000',
    'é',
    'ключ',
    '\u0085',
    ' ',
    'x'.repeat(9000),
  ],
];
const serviceLines = ['sp', 'st', 'se', 'resource', 'si', 'sip', 'spr', 'sv', ...overrides];
const accountLines = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv', 'ses'];

/** The query of a SAS that is signed with the key: for the share or the file of a path, or for the account. */
export function signedQuery(place: readonly string[], chance: Chance): string {
  const fields: Record<string, string> = {
    sv: chance.one(['2024-11-04', '2024-11-04', '2026-04-06', '2021-02-12', '2015-04-05']),
    se: chance.one(['2030-01-01', '2030-01-01T00:00:00Z', '2030-01-01T00:00Z', '2020-01-01', '']),
    sp: chance.one(['rcwdl', 'rcwd', 'r', 'w', 'l', 'rwdlc', 'x']),
  };
  if (chance.once(5)) fields.st = chance.one(['2020-01-01', '2040-01-01']);
  if (chance.once(8)) fields.sip = chance.one(['127.0.0.1', '1.2.3.4', '0.0.0.0-255.255.255.255', '::1']);
  if (chance.once(8)) fields.spr = chance.one(['https', 'https,http', 'http']);
  if (chance.once(2)) return accountQuery(fields, chance);
  fields.sr = place.length > 1 && !chance.once(3) ? 'f' : 's';
  if (chance.once(8)) fields.si = chance.one(['p1', 'missing']);
  while (chance.once(2)) fields[chance.one(overrides)] = chance.one(overrideValues);
  const names = fields.sr === 'f' ? place : place.slice(0, 1);
  return withMac(
    fields,
    serviceLines
      .map((name) => (name === 'resource' ? `/file/${[account, ...names].join('/')}` : (fields[name] ?? '')))
      .join('\n'),
  );
}

function accountQuery(fields: Record<string, string>, chance: Chance): string {
  const all = { ...fields, ss: chance.one(['f', 'bf', 'b']), srt: chance.one(['sco', 'o', 'co', 's']) };
  const lines: Readonly<Record<string, string>> = all;
  return withMac(
    all,
    [account, ...accountLines.map((name) => lines[name] ?? '')].map((line) => `${line}\n`).join(''),
  );
}

function withMac(fields: Readonly<Record<string, string>>, text: string): string {
  return new URLSearchParams({ ...fields, sig: signature(key, text) }).toString().replaceAll('+', '%20');
}

const forgedFields = [
  ...[
    'sv=2024-11-04',
    'sr=f',
    'sr=s',
    'srt=sco',
    'ss=f',
    'sp=rwdl',
    'se=2030-01-01',
    'st=2020-01-01',
    'si=p1',
    'sip=1.2.3.4',
  ],
  ...[
    'spr=https',
    'rscd=a%0D%0AX-Injected:%20b',
    'rsct=text/html',
    'rscc=%00',
    'rsce=%C3%A9',
    'rscl=%0A',
    'skoid=x',
    'se=never',
  ],
];

/** A query like that of a SAS, which nobody signed. */
export function forgedSignature(chance: Chance): string {
  const fields = Array.from({ length: 1 + chance.below(6) }, () => chance.one(forgedFields));
  return `${fields.join('&')}&sig=${chance.one(['AAAA', '%', '', '%00', 'A'.repeat(5000)])}`;
}

const tenant = '11111111-2222-4333-8444-555555555555';

/** An access token, whose own signature is not looked at; one claim in three tokens is wrong. */
export function accessToken(chance: Chance, now: number): string {
  const claims: Record<string, unknown> = {
    aud: 'https://storage.azure.com',
    iss: `https://sts.windows.net/${tenant}/`,
    exp: Math.floor(now / 1000) + 3600,
    oid: '99999999-2222-4333-8444-555555555555',
    tid: tenant,
  };
  if (chance.once(3)) {
    claims[chance.one(Object.keys(claims))] = chance.one([
      undefined,
      null,
      '',
      5,
      -1,
      1e300,
      {},
      [],
      ['('],
      '__proto__',
      '(',
      'https://',
    ]);
  }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = chance.once(20) ? chance.one([null, [], 5, {}, 'x']) : { alg: 'none' };
  return `${part(header)}.${part(claims)}.${chance.one(['', 'AAAA', '.'])}`;
}
