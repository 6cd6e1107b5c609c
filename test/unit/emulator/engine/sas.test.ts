import { describe, expect, it } from 'vitest';
import { signature } from '../../../../src/core/auth/shared-key.js';
import { type SasCheck, sasObstacle } from '../../../../src/emulator/engine/sas.js';
import { wellKnownAccount } from '../../../../src/emulator/options.js';

/** Signatures that the official client made and that were computed by hand. */
const account =
  'sv=2026-04-06&ss=f&srt=sco&se=2026-03-09T10%3A20%3A30Z&sp=rwdlc&sig=8TDiPKLnxeutK9GiJYbBCxYllyaonSo43Xx1I1XkYMM%3D';
const share =
  'sv=2026-04-06&se=2026-03-09T10%3A20%3A30Z&sr=s&sp=rcwdl&sig=twr%2FugMeZgI5KrACs08aIpO4U0MIdbeeW4psEUnXlr4%3D';
const file =
  'sv=2018-11-09&spr=https&st=2026-03-01T00%3A00%3A00Z&se=2026-03-09T10%3A20%3A30Z&sip=10.0.0.1-10.0.0.9&sr=f&sp=rw&sig=L94%2BDkFHjFPMw8ZZ%2BpCdMD8j3QuEZtun8t2JahUBZYM%3D&rscc=no-cache';

function obstacle(query: string, more: Partial<SasCheck> = {}): string | undefined {
  return sasObstacle(new Map(new URLSearchParams(query)), {
    account: 'devstoreaccount1',
    keys: wellKnownAccount.keys,
    shareName: 's1',
    path: ['dir', 'f ü.txt'],
    policies: [],
    now: Date.UTC(2026, 2, 5),
    scheme: 'https:',
    permission: 'r',
    ...more,
  });
}

describe('a shared access signature', () => {
  it.each([
    ['of the account', account],
    ['of the share', share],
  ])('%s lets its bearer read', (_name, query) => {
    expect(obstacle(query)).toBeUndefined();
  });

  it('of a file covers its own path, addresses and overrides', () => {
    expect(obstacle(file)).toBe('A copy source cannot be limited to addresses of clients');
    expect(obstacle(file, { path: ['dir', 'other.txt'] })).toContain('Signature did not match');
    expect(obstacle(file.replace('no-cache', 'no-store'))).toContain('Signature did not match');
  });

  it.each([
    ['another share', share, { shareName: 's2' }],
    ['another account', share, { account: 'second' }],
    ['another key', share, { keys: ['AAAA'] }],
    ['a permission added', account.replace('sp=rwdlc', 'sp=rwdlca'), {}],
    ['no signature', share.replace(/&sig=.*/, ''), {}],
  ])('does not fit %s', (_name, query, more) => {
    expect(obstacle(query, more)).toContain('Signature did not match');
  });

  it('ends at its expiry and begins at its start', () => {
    expect(obstacle(share, { now: Date.UTC(2026, 2, 9, 10, 20, 29) })).toBeUndefined();
    expect(obstacle(share, { now: Date.UTC(2026, 2, 9, 10, 20, 30) })).toContain('time frame');
  });

  it.each([
    ['another service', account.replace('ss=f', 'ss=b')],
    ['other kinds of resources', account.replace('srt=sco', 'srt=sc')],
    ['a kind of resource that is none', share.replace('sr=s', 'sr=d')],
  ])('for %s is not for a file', (_name, query) => {
    expect(obstacle(query)).toContain('not allowed for this resource level');
  });

  it('needs the permission', () => {
    expect(obstacle(share, { permission: 'x' })).toContain('does not grant');
  });

  it('takes its terms from a stored policy', () => {
    const text = '\n\n\n/file/devstoreaccount1/s1\npol-1\n\n\n2026-04-06\n\n\n\n\n';
    const mac = encodeURIComponent(signature(wellKnownAccount.keys[0] ?? '', text));
    const query = `sv=2026-04-06&si=pol-1&sr=s&sig=${mac}`;
    const policy = { id: 'pol-1', start: '2026-03-01', expiry: '2026-03-09T10:20Z', permission: 'r' };
    expect(obstacle(query, { policies: [policy] })).toBeUndefined();
    expect(obstacle(query, { policies: [{ ...policy, permission: 'w' }] })).toContain('does not grant');
    expect(obstacle(query, { policies: [{ ...policy, expiry: undefined }] })).toContain('time frame');
    expect(obstacle(query, { policies: [{ ...policy, start: '2026-03-08' }] })).toContain('time frame');
    expect(obstacle(query)).toContain('stored access policies');
  });
});
