import { describe, expect, it } from 'vitest';
import { generateFileSas, generateShareSas } from '../../../src/files/sas/file-sas.js';
import { generateAccountSas } from '../../../src/sas/account-sas.js';
import { sasConcerns } from '../../../src/sas/concerns.js';
import type { GeneratedSas } from '../../../src/sas/generated-sas.js';

const now = Date.UTC(2026, 2, 2);
const signer = { accountName: 'acct', key: 'a2V5' };
const soon = new Date(now + 3_600_000);
const origin = 'https://acct.file.core.windows.net';
const concerns = (sas: GeneratedSas, where = origin) => sasConcerns(sas, now, where);

const share = (permissions: string, expiresOn = soon) =>
  generateShareSas({ share: 'team', permissions, expiresOn }, signer);
const account = (resourceTypes: string, permissions: string) =>
  generateAccountSas({ services: 'f', resourceTypes, permissions, expiresOn: soon }, signer);

describe('what deserves a second look', () => {
  it('is not a SAS that is narrow and short', () => {
    const file = { share: 'team', path: 'a', permissions: 'rcwd', expiresOn: soon };
    expect(concerns(generateFileSas(file, signer))).toEqual([]);
    expect(concerns(share('rl'))).toEqual([]);
    expect(concerns(share('rw'))).toEqual([]);
    expect(concerns(account('sco', 'rl'))).toEqual([]);
    expect(concerns(account('o', 'rw'))).toEqual([]);
  });

  it('is to write and delete in a whole share', () => {
    expect(concerns(share('rwd'))).toEqual(['writes and deletes everything in the share']);
  });

  it('is to change everything in an account', () => {
    expect(concerns(account('sco', 'w'))).toEqual(['changes everything in the account']);
    expect(concerns(account('o', 'wd'))).toEqual(['writes and deletes in every share']);
    expect(concerns(account('co', 'dl'))).toEqual(['deletes shares with everything in them']);
  });

  it('is to be valid for more than a day, but not to lean on a policy', () => {
    const day = 24 * 3_600_000;
    expect(concerns(share('r', new Date(now + day)))).toEqual([]);
    expect(concerns(share('r', new Date(now + 30 * day)))).toEqual(['valid for 720 hours']);
    expect(concerns(generateShareSas({ share: 'team', policyId: 'p' }, signer))).toEqual([]);
  });

  it('is to travel in the clear where it need not', () => {
    const sas = generateShareSas(
      { share: 'team', permissions: 'r', expiresOn: soon, protocol: 'https,http' },
      signer,
    );
    expect(concerns(sas)).toEqual(['may be used without encryption']);
    expect(concerns(sas, 'http://127.0.0.1:10003')).toEqual([]);
  });
});
