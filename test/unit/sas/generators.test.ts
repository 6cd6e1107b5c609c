import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { generateFileSas, generateShareSas } from '../../../src/files/sas/file-sas.js';
import { generateUserDelegationSas } from '../../../src/files/sas/user-delegation-sas.js';
import { generateAccountSas } from '../../../src/sas/account-sas.js';
import { type GeneratedSas, ResourceSas } from '../../../src/sas/generated-sas.js';
import { UserDelegationKey } from '../../../src/sas/user-delegation-key.js';
import { accountKey } from '../../support/core-pipeline.js';

const signer = { accountName: 'acct', key: accountKey };
const expiresOn = new Date('2026-03-09T10:20:30.999Z');
const value = Buffer.from('a secret delegation key').toString('base64');
const userDelegationKey = new UserDelegationKey({
  signedObjectId: 'aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb',
  signedTenantId: 'cccccccc-3333-4444-5555-dddddddddddd',
  signedStartsOn: new Date('2026-03-08T00:00:00Z'),
  signedExpiresOn: new Date('2026-03-10T00:00:00Z'),
  signedService: 'f',
  signedVersion: '2025-07-05',
  value,
});

const file = { share: 'team', path: 'a/b.txt', permissions: ['read'], expiresOn } as const;
const account = { services: 'f', resourceTypes: 'o', permissions: 'r', expiresOn } as const;
/** Signs what the compiler would refuse. */
const signFile = (more: object) => generateFileSas({ ...file, ...more } as never, signer);
const signShare = (more: object) => generateShareSas({ share: 'team', ...more } as never, signer);
const signAccount = (more: object) => generateAccountSas({ ...account, ...more } as never, signer);
const signDelegated = (more: object, key: object = {}) =>
  generateUserDelegationSas({ ...file, ...more } as never, {
    accountName: 'acct',
    userDelegationKey: Object.assign(Object.create(null), {
      signedObjectId: userDelegationKey.signedObjectId,
      signedTenantId: userDelegationKey.signedTenantId,
      signedStartsOn: userDelegationKey.signedStartsOn,
      signedExpiresOn: userDelegationKey.signedExpiresOn,
      signedService: 'f',
      signedVersion: '2025-07-05',
      value,
      ...key,
    }),
  });

const parameters = (sas: GeneratedSas) => Object.fromEntries(new URLSearchParams(sas.token));

describe('a generated SAS', () => {
  it('says what it is for', () => {
    const sas = signFile({ permissions: ['write', 'read', 'write'], ipRange: '10.0.0.1' });
    expect(sas.toJSON()).toEqual({
      kind: 'service',
      resource: 'team/a/b.txt',
      permissions: 'rw',
      startsOn: undefined,
      expiresOn: new Date('2026-03-09T10:20:30Z'),
      ipRange: '10.0.0.1',
      protocol: 'https',
      version: '2023-11-03',
      policyId: undefined,
    });
  });

  it('shows its signature nowhere but where it is asked for', () => {
    const sas = signFile({});
    const resource = new ResourceSas(sas, 'https://acct.file.core.windows.net/team/a/b.txt');
    const { sig = '' } = parameters(sas);
    expect(sig.length).toBeGreaterThan(40);
    for (const one of [sas, resource]) {
      const shown = [inspect(one, { depth: 9, showHidden: true }), JSON.stringify({ one }), `${one}`].join();
      expect(shown).not.toContain(sig);
      expect(shown).not.toContain(encodeURIComponent(sig));
      expect(`${one}`).toMatch(/^sv=2023-11-03&.*&sig=REDACTED$/);
    }
    expect(inspect(resource)).toMatch(/^ResourceSas \{"kind":"service"/);
    expect(resource.url).toBe(`https://acct.file.core.windows.net/team/a/b.txt?${sas.token}`);
  });

  it('asks for https unless told otherwise', () => {
    expect(parameters(signFile({})).spr).toBe('https');
    expect(parameters(signAccount({ protocol: 'https,http' })).spr).toBe('https,http');
  });

  it('takes permissions by name or by letter, in any order', () => {
    expect(signShare({ permissions: 'ldwcr', expiresOn }).permissions).toBe('rcwdl');
    expect(signShare({ permissions: ['list', 'read'], expiresOn }).permissions).toBe('rl');
  });

  it('needs nothing but its policy where that has the rest', () => {
    expect(parameters(signShare({ policyId: 'readers' }))).toMatchObject({ si: 'readers', sr: 's' });
    expect(signShare({ policyId: 'readers', permissions: 'r' }).toJSON()).toMatchObject({
      policyId: 'readers',
      permissions: 'r',
      expiresOn: undefined,
    });
  });

  it('is for the file, whatever slash its path begins with', () => {
    expect(signFile({ path: '/a/b.txt' }).token).toBe(signFile({}).token);
  });

  it('is signed with a user delegation key for at least the version that has them', () => {
    const sas = generateUserDelegationSas(file, { accountName: 'acct', userDelegationKey });
    expect(sas.toJSON()).toMatchObject({ kind: 'user_delegation', version: '2025-07-05' });
    expect(parameters(sas)).toMatchObject({ skoid: userDelegationKey.signedObjectId, sks: 'f', sr: 'f' });
  });

  it('is for the whole share where a user delegation SAS names no file', () => {
    const sas = generateUserDelegationSas(
      { share: 'team', permissions: ['list'], expiresOn },
      { accountName: 'acct', userDelegationKey },
    );
    expect(parameters(sas)).toMatchObject({ sr: 's', sp: 'l' });
  });
});

describe('a SAS is refused', () => {
  it.each([
    ['without permissions', () => signFile({ permissions: [] }), 'permissions must not be empty'],
    [
      'without permissions or policy',
      () => signShare({ expiresOn }),
      'permissions and expiresOn must be given',
    ],
    [
      'without end or policy',
      () => signFile({ expiresOn: undefined }),
      'permissions and expiresOn must be given',
    ],
    ['that lists a file', () => signFile({ permissions: ['list'] }), 'permissions has "list"'],
    ['with a letter that is none', () => signShare({ permissions: 'rx', expiresOn }), 'permissions has "x"'],
    [
      'with permissions that are no list',
      () => signFile({ permissions: { read: true } }),
      'permissions must be',
    ],
    [
      'with a name of an object',
      () => signFile({ permissions: ['constructor'] }),
      'permissions has "constructor"',
    ],
    [
      'that ends before it begins',
      () => signFile({ startsOn: new Date('2027-01-01') }),
      'expiresOn must be later',
    ],
    [
      'that ends in the second it begins',
      () => signFile({ startsOn: new Date('2026-03-09T10:20:30Z') }),
      'later',
    ],
    [
      'with a date that is none',
      () => signFile({ expiresOn: new Date('x') }),
      'expiresOn must be a valid Date',
    ],
    ['with a time as text', () => signFile({ startsOn: '2026-03-01' }), 'startsOn must be a valid Date'],
    ['beyond the year 9999', () => signFile({ expiresOn: new Date(8e15) }), 'expiresOn must be a valid Date'],
    ['for http alone', () => signFile({ protocol: 'http' }), 'protocol must be'],
    ['for a host name', () => signFile({ ipRange: 'localhost' }), 'ipRange must be an IPv4'],
    ['for IPv6', () => signFile({ ipRange: '::1' }), 'ipRange must be an IPv4'],
    ['for a network mask', () => signFile({ ipRange: '10.0.0.0/8' }), 'ipRange must be an IPv4'],
    ['for an address that is none', () => signFile({ ipRange: '10.0.0.256' }), 'ipRange must be an IPv4'],
    ['for a range backwards', () => signFile({ ipRange: '10.0.0.9-10.0.0.1' }), 'lower address'],
    ['of a version that is none', () => signFile({ version: 'latest' }), 'version must be a service version'],
    ['of a version without https', () => signFile({ version: '2014-02-14' }), 'version must be 2015-04-05'],
    [
      'with a line feed in a header',
      () => signFile({ responseHeaders: { contentType: 'a\nb' } }),
      'responseHeaders.contentType',
    ],
    [
      'with an empty header',
      () => signFile({ responseHeaders: { contentType: '' } }),
      'responseHeaders.contentType',
    ],
    [
      'with half a character',
      () => signFile({ responseHeaders: { contentType: '\ud800' } }),
      'responseHeaders.contentType',
    ],
    ['with an unknown header', () => signFile({ responseHeaders: { etag: 'x' } }), 'unknown key "etag"'],
    ['with an unknown field', () => signFile({ expires: 5 }), 'unknown key "expires"'],
    ['with a policy whose name is too long', () => signShare({ policyId: 'x'.repeat(65) }), 'at most 64'],
    ['with a policy of two lines', () => signShare({ policyId: 'a\nb' }), 'policyId'],
    ['for an account without end', () => signAccount({ expiresOn: undefined }), 'expiresOn must be given'],
    ['for no service', () => signAccount({ services: '' }), 'services must not be empty'],
    ['for no level', () => signAccount({ resourceTypes: [] }), 'resourceTypes must not be empty'],
    [
      'with a permission that came later',
      () => signAccount({ permissions: 'x', version: '2019-02-02' }),
      'deleteVersion (x) needs version 2019-10-10',
    ],
    [
      'with a scope that came later',
      () => signAccount({ encryptionScope: 's', version: '2020-10-02' }),
      'encryptionScope needs version 2020-12-06',
    ],
    ['with a stored policy for an account', () => signAccount({ policyId: 'p' }), 'unknown key "policyId"'],
    [
      'with user delegation before its version',
      () => signDelegated({ version: '2025-05-05' }),
      'version must be 2025-07-05',
    ],
    [
      'longer than its key',
      () => signDelegated({ expiresOn: new Date('2026-03-10T00:00:01Z') }),
      'the user delegation key ends at 2026-03-10T00:00:00Z',
    ],
    [
      'from before its key',
      () => signDelegated({ startsOn: new Date('2026-03-07T23:59:59Z') }),
      'the user delegation key begins at',
    ],
    ['with a policy and user delegation', () => signDelegated({ policyId: 'p' }), 'unknown key "policyId"'],
    ['with a path that was lost', () => signDelegated({ path: undefined }), 'path is undefined'],
    [
      'for a user who is no GUID',
      () => signDelegated({ delegatedUserObjectId: 'me' }),
      'delegatedUserObjectId must be a GUID',
    ],
    ['with a key for blobs', () => signDelegated({}, { signedService: 'b' }), 'another service'],
    [
      'with a key of eight days',
      () => signDelegated({}, { signedExpiresOn: new Date('2026-03-16') }),
      'more than 7 days',
    ],
    ['with a key for two lines', () => signDelegated({}, { signedObjectId: 'a\nb' }), 'signedObjectId'],
    ['with a key of no version', () => signDelegated({}, { signedVersion: 'new' }), 'signedVersion'],
    [
      'with a key of a user who is no GUID',
      () => signDelegated({}, { signedDelegatedUserTenantId: 'x' }),
      'signedDelegatedUserTenantId',
    ],
    [
      'with no key',
      () => generateUserDelegationSas(file, { accountName: 'acct', userDelegationKey: null } as never),
      'userDelegationKey must be an object',
    ],
  ])('%s', (_name, sign, message) => {
    expect(sign).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code: 'InvalidOption',
        message: expect.stringContaining(message),
      }),
    );
  });

  it.each([
    [
      'for a share that cannot be',
      () => signShare({ share: 'No', permissions: 'r', expiresOn }),
      'InvalidShareName',
    ],
    ['for a path that cannot be', () => signFile({ path: 'a//b' }), 'InvalidPath'],
    ['for a path of two lines', () => signFile({ path: 'a\nb' }), 'InvalidPath'],
    ['for no path', () => signFile({ path: undefined }), 'InvalidPath'],
    ['for the root', () => signFile({ path: '/' }), 'InvalidPath'],
    [
      'of an account that cannot be',
      () => generateFileSas(file, { accountName: 'No!', key: accountKey }),
      'InvalidAccountName',
    ],
    [
      'by a key that is none',
      () => generateFileSas(file, { accountName: 'acct', key: 'no key' }),
      'InvalidKey',
    ],
    ['by a delegation key that is none', () => signDelegated({}, { value: 'no key' }), 'InvalidKey'],
  ])('%s', (_name, sign, code) => {
    expect(sign).toThrow(expect.objectContaining({ code }));
  });

  it('without showing the key that was given', () => {
    expect(() => generateFileSas(file, { accountName: 'acct', key: 'hunter2!' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });
});

describe('a user delegation key', () => {
  it('shows everything but its value', () => {
    const shown =
      inspect(userDelegationKey, { depth: 9, showHidden: true }) + JSON.stringify({ userDelegationKey });
    expect(shown).not.toContain(value);
    expect(shown).toContain(userDelegationKey.signedObjectId);
    expect(userDelegationKey.value).toBe(value);
  });
});
