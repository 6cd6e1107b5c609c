import { describe, expect, it } from 'vitest';
import { allows, examineClaims, readClaims } from '../../../../src/cli/doctor/sas-claims.js';
import { readToken } from '../../../../src/cli/doctor/token-claims.js';
import { alice, token } from '../../../support/unsigned-requests.js';

const now = Date.parse('2026-03-02T00:00:00Z');
const share = { kind: 'share', share: 'data', path: 'x', directory: false, account: undefined } as const;
const use = { location: share, named: true, url: new URL('https://acct.file.core.windows.net'), now };

describe('readClaims', () => {
  it('tells the kinds of SAS', () => {
    expect(readClaims('sv=2023-11-03&ss=f&srt=sco&sp=r&sig=x')).toMatchObject({
      kind: 'account',
      level: undefined,
      services: 'f',
      resourceTypes: 'sco',
    });
    expect(readClaims('sr=s&sp=rl&sig=x')).toMatchObject({ kind: 'service', level: 'share' });
    expect(readClaims('sr=f&sp=r&skoid=x&sig=x')).toMatchObject({ kind: 'user_delegation', level: 'file' });
    expect(readClaims('sr=b&sp=r&sig=x')).toMatchObject({ kind: 'service', level: undefined });
  });

  it('takes times in every form that the service has', () => {
    const { startsOn, expiresOn } = readClaims('st=2026-03-01&se=2026-03-02T10%3A00Z');
    expect([startsOn, expiresOn]).toEqual([new Date('2026-03-01'), new Date('2026-03-02T10:00Z')]);
    expect(readClaims('se=soon').expiresOn).toBeUndefined();
  });

  it('knows what is not said', () => {
    expect(readClaims('')).toEqual({
      kind: 'service',
      level: undefined,
      permissions: undefined,
      policyId: undefined,
      services: undefined,
      resourceTypes: undefined,
      startsOn: undefined,
      expiresOn: undefined,
      ipRange: undefined,
      delegatedUser: undefined,
      protocol: 'https,http',
      version: undefined,
    });
  });
});

describe('allows', () => {
  it('goes by the letters, and knows nothing without them', () => {
    const claims = readClaims('sr=s&sp=rl');
    expect([allows(claims, 'r'), allows(claims, 'w')]).toEqual(['yes', 'no']);
    expect([allows(readClaims('sr=s&si=p'), 'r'), allows(undefined, 'r')]).toEqual(['unknown', 'unknown']);
  });
});

describe('examineClaims', () => {
  it.each([
    ['sr=s&sp=rwdl&se=2026-03-09&spr=https&sip=10.0.0.1&sv=2023-11-03', 'ok'],
    ['sr=s&si=partners', 'ok'],
    ['ss=bf&srt=co&sp=rx&se=2026-03-02T00%3A10Z', 'ok'],
    ['sr=f&sp=r&se=2026-03-02T00%3A04Z', 'warn'],
    ['sr=f&sp=r&se=2026-03-02T00%3A00Z', 'fail'],
    ['sr=f&sp=r&st=2026-03-03&se=2026-03-09', 'fail'],
    ['sr=d&sp=r&se=2026-03-09', 'fail'],
    ['ss=b&srt=co&sp=r&se=2026-03-09', 'fail'],
    ['sr=f&sp=r&se=2026-03-09&skoid=x&sduoid=alice', 'fail'],
  ])('of %s is %s', (query, status) => {
    expect(examineClaims(readClaims(query), use).status).toBe(status);
  });

  it('says it in words', () => {
    const query = 'sr=s&sp=rwdl&se=2026-03-09&spr=https&sip=10.0.0.1&sv=2023-11-03';
    expect(examineClaims(readClaims(query), use).message).toBe(
      'allows read, write, delete, list (sp=rwdl) on one share with everything in it, until 2026-03-09 00:00:00 UTC, in 7 days, for 10.0.0.1 alone, over https, version 2023-11-03',
    );
    expect(examineClaims(readClaims('ss=bf&srt=co&sp=rx'), use).message).toBe(
      'allows read, x (sp=rx) on the account (services bf, levels co)',
    );
    expect(examineClaims(readClaims('sr=f&sp=r&sduoid=alice'), use).message).toMatch(
      /^the SAS is for one user, .*; it allows read \(sp=r\) on one file, for the user alice alone$/,
    );
  });
});

describe('readToken', () => {
  it('tells who a token is for, and until when', () => {
    expect(readToken(token(now, { appid: alice.oid }))).toEqual({
      objectId: alice.oid,
      tenantId: alice.tid,
      applicationId: alice.oid,
      expiresOn: new Date(now + 3_600_000),
    });
  });

  it.each([
    '',
    'opaque',
    'a.b.c',
    `a.${Buffer.from('null').toString('base64url')}.c`,
    `a.${Buffer.from('[1]').toString('base64url')}.c`,
    `a.${Buffer.from(JSON.stringify({ oid: 'no id', tid: 7, exp: 'soon' })).toString('base64url')}.c`,
    `a.${Buffer.from(JSON.stringify({ exp: 1e300 })).toString('base64url')}.c`,
    `a.${Buffer.from(JSON.stringify({ exp: -1e300 })).toString('base64url')}.c`,
  ])('tells nothing of %j', (text) => {
    expect(readToken(text)).toEqual({});
  });
});
