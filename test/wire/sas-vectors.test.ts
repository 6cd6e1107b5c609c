import { describe, expect, it } from 'vitest';
import { signature } from '../../src/core/auth/shared-key.js';
import { generateShareSas, serviceStringToSign } from '../../src/files/sas/file-sas.js';
import type { SignedFields } from '../../src/files/sas/file-sas-fields.js';
import {
  delegationStringToSign,
  generateUserDelegationSas,
} from '../../src/files/sas/user-delegation-sas.js';
import { type AccountFields, accountStringToSign, generateAccountSas } from '../../src/sas/account-sas.js';
import type { SasProtocol } from '../../src/sas/limits.js';

const accountName = 'devstoreaccount1';
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const signer = { accountName, key };
const expiresOn = new Date('2026-03-09T10:20:30Z');
const startsOn = new Date('2026-03-01T00:00:00Z');
/** The vectors name no protocol, which our SAS always do. */
const noProtocol = '' as SasProtocol;

describe('account SAS', () => {
  const fields: AccountFields = {
    ss: 'bf',
    srt: 'sco',
    sp: 'rwdlac',
    st: '',
    se: '2026-03-09T10:20:30Z',
    sip: '',
    spr: noProtocol,
    sv: '2019-12-12',
    ses: '',
  };

  it('signs nine lines before the version that has encryption scopes', () => {
    const text = accountStringToSign(accountName, fields);
    expect(text).toBe('devstoreaccount1\nrwdlac\nbf\nsco\n\n2026-03-09T10:20:30Z\n\n\n2019-12-12\n');
    expect(signature(key, text)).toBe('VN2KiRrYutJ74jpyX0wCG7Z3W6AGrW1dUNXTbfJJo5U=');
  });

  it('signs ten lines from then on', () => {
    const text = accountStringToSign(accountName, { ...fields, ss: 'f', sp: 'rwdlc', sv: '2026-04-06' });
    expect(text).toBe('devstoreaccount1\nrwdlc\nf\nsco\n\n2026-03-09T10:20:30Z\n\n\n2026-04-06\n\n');
    expect(signature(key, text)).toBe('8TDiPKLnxeutK9GiJYbBCxYllyaonSo43Xx1I1XkYMM=');
  });

  it('gives the query with start, addresses and both protocols', () => {
    const { token } = generateAccountSas(
      {
        services: 'b',
        resourceTypes: ['object', 'container'],
        permissions: 'ypucaltxdwr',
        startsOn,
        expiresOn,
        ipRange: '127.0.0.1-127.0.0.9',
        protocol: 'https,http',
        version: '2026-04-06',
      },
      signer,
    );
    expect(token).toBe(
      'sv=2026-04-06&ss=b&srt=co&spr=https%2Chttp&st=2026-03-01T00%3A00%3A00Z&se=2026-03-09T10%3A20%3A30Z&sip=127.0.0.1-127.0.0.9&sp=rwdxtlacupy&sig=60pqRw3JCojQBHY9%2FUnjVLTQ5n22ZoDRZlTySbrOWuc%3D',
    );
  });

  it('gives the query with an encryption scope', () => {
    const { token } = generateAccountSas(
      {
        services: ['blob'],
        resourceTypes: 'o',
        permissions: ['read'],
        expiresOn,
        version: '2026-04-06',
        encryptionScope: 'scope1',
      },
      signer,
    );
    expect(token).toBe(
      'sv=2026-04-06&ss=b&srt=o&spr=https&se=2026-03-09T10%3A20%3A30Z&ses=scope1&sp=r&sig=2sHYzWNrTHptS1tqXqTI0HaZlURwvYUB%2Fla8lbSyUAI%3D',
    );
  });
});

/** Fields of a service SAS with nothing but an expiry. */
function fieldsOf(more: Partial<SignedFields> & { sv: string; spr?: SasProtocol }): SignedFields {
  const { sv, spr = noProtocol, ...rest } = more;
  return {
    sp: '',
    si: '',
    limits: { st: '', se: '2026-03-09T10:20:30Z', sip: '', spr, sv },
    responseHeaders: ['', '', '', '', ''],
    ...rest,
  };
}

describe('SAS for shares and files', () => {
  it('signs a share in 13 lines, in the newest version too', () => {
    const text = serviceStringToSign(`/file/${accountName}/s1`, fieldsOf({ sp: 'rcwdl', sv: '2026-04-06' }));
    expect(text).toBe('rcwdl\n\n2026-03-09T10:20:30Z\n/file/devstoreaccount1/s1\n\n\n\n2026-04-06\n\n\n\n\n');
    expect(signature(key, text)).toBe('twr/ugMeZgI5KrACs08aIpO4U0MIdbeeW4psEUnXlr4=');
  });

  it('signs the path of a file as it is, not encoded', () => {
    const text = serviceStringToSign(`/file/${accountName}/s1/dir/f ü.txt`, {
      sp: 'rw',
      si: '',
      limits: {
        st: '2026-03-01T00:00:00Z',
        se: '2026-03-09T10:20:30Z',
        sip: '10.0.0.1-10.0.0.9',
        spr: 'https',
        sv: '2018-11-09',
      },
      responseHeaders: ['no-cache', '', '', '', ''],
    });
    expect(text).toBe(
      'rw\n2026-03-01T00:00:00Z\n2026-03-09T10:20:30Z\n/file/devstoreaccount1/s1/dir/f ü.txt\n\n10.0.0.1-10.0.0.9\nhttps\n2018-11-09\nno-cache\n\n\n\n',
    );
    expect(signature(key, text)).toBe('L94+DkFHjFPMw8ZZ+pCdMD8j3QuEZtun8t2JahUBZYM=');
  });

  it('signs a stored policy with empty lines for what the policy has', () => {
    const fields = fieldsOf({ si: 'pol-1', sv: '2026-04-06' });
    const text = serviceStringToSign(`/file/${accountName}/s1/f`, {
      ...fields,
      limits: { ...fields.limits, se: '' },
    });
    expect(text).toBe('\n\n\n/file/devstoreaccount1/s1/f\npol-1\n\n\n2026-04-06\n\n\n\n\n');
    expect(signature(key, text)).toBe('UB72lJteiMVjjY1zVFAkZ5aTseCaxvlWcZmi37vsbVo=');
  });

  it('leaves out of the query what is empty', () => {
    const { token } = generateShareSas({ share: 'team', policyId: 'readers' }, signer);
    expect(token.replace(/sig=.*/, '')).toBe('sv=2023-11-03&spr=https&si=readers&sr=s&');
  });
});

describe('user delegation SAS', () => {
  const delegation = {
    skoid: 'aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb',
    sktid: 'cccccccc-3333-4444-5555-dddddddddddd',
    skt: '2026-03-01T00:00:00Z',
    ske: '2026-03-09T10:20:30Z',
    sks: 'f',
    skv: '2026-04-06',
    skdutid: '',
    sduoid: '',
  };
  const value = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

  it('signs the key where a stored policy would stand', () => {
    const text = delegationStringToSign(
      `/file/${accountName}/s1/d/f`,
      fieldsOf({ sp: 'r', sv: '2025-07-05' }),
      delegation,
    );
    expect(text).toBe(
      'r\n\n2026-03-09T10:20:30Z\n/file/devstoreaccount1/s1/d/f\naaaaaaaa-0000-1111-2222-bbbbbbbbbbbb\ncccccccc-3333-4444-5555-dddddddddddd\n2026-03-01T00:00:00Z\n2026-03-09T10:20:30Z\nf\n2026-04-06\n\n\n\n\n2025-07-05\n\n\n\n\n',
    );
    expect(signature(value, text)).toBe('SNMMQ4jgUHC6eMSGtY/MXZFzIqEpk/eYB/AtXDlIsKA=');
  });

  it('carries the fields of the key in its query', () => {
    const { token } = generateUserDelegationSas(
      { share: 'team', path: 'd/f', permissions: ['read'], expiresOn: new Date('2026-03-03T00:00:00Z') },
      {
        accountName,
        userDelegationKey: {
          signedObjectId: delegation.skoid,
          signedTenantId: delegation.sktid,
          signedStartsOn: startsOn,
          signedExpiresOn: new Date('2026-03-08T00:00:00Z'),
          signedService: 'f',
          signedVersion: '2026-04-06',
          value,
        },
      },
    );
    expect(token.replace(/sig=[^&]*/, 'sig=')).toBe(
      'sv=2025-07-05&spr=https&se=2026-03-03T00%3A00%3A00Z&sr=f&sp=r&sig=&skoid=aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb&sktid=cccccccc-3333-4444-5555-dddddddddddd&skt=2026-03-01T00%3A00%3A00Z&ske=2026-03-08T00%3A00%3A00Z&sks=f&skv=2026-04-06',
    );
  });
});
