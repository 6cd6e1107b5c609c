import { describe, expect, it } from 'vitest';
import { type RoleAssignment, resolveRoles } from '../../../../../src/emulator/role-options.js';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';
import {
  account,
  accountSas,
  type DelegationKey,
  delegationSas,
  type Fields,
  type SignedResource,
} from '../../../../support/signatures.js';
import {
  alice,
  ask,
  bob,
  delegationKey,
  detail,
  outcome,
  token,
} from '../../../../support/unsigned-requests.js';

async function withFile(...roles: RoleAssignment[]): Promise<ShareRequests> {
  const table = roles.length === 0 ? undefined : resolveRoles(roles, [account]);
  const requests = new ShareRequests('2026-04-06', [account, 'second'], { roles: table });
  await requests.createShare();
  await requests.createFile('f', 8);
  return requests;
}

const file: SignedResource = { share: 'share', file: 'f' };
const target = '/?restype=service&comp=userdelegationkey';

function askForKey(requests: ShareRequests, body: string, version = '2025-07-05'): Promise<Answer> {
  const authorization = `Bearer ${token(requests.clock.now())}`;
  return ask(requests, { method: 'POST', target, body, version }, { authorization });
}

describe('Get User Delegation Key', () => {
  it('names its user, its time and its service', async () => {
    const requests = await withFile();
    const body =
      '<?xml version="1.0" encoding="utf-8"?><KeyInfo><Start>2026-03-02T00:00:00Z</Start><Expiry>2026-03-05T12:00:00Z</Expiry></KeyInfo>';
    const answer = await askForKey(requests, body);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(
      new RegExp(
        `^\ufeff<\\?xml version="1.0" encoding="utf-8"\\?><UserDelegationKey><SignedOid>${alice.oid}</SignedOid><SignedTid>${alice.tid}</SignedTid><SignedStart>2026-03-02T00:00:00Z</SignedStart><SignedExpiry>2026-03-05T12:00:00Z</SignedExpiry><SignedService>f</SignedService><SignedVersion>2025-07-05</SignedVersion><Value>[A-Za-z0-9+/]{43}=</Value></UserDelegationKey>$`,
      ),
    );
  });

  it('begins now when nothing else is said', async () => {
    const answer = await askForKey(await withFile(), '<KeyInfo><Expiry>2026-03-03</Expiry></KeyInfo>');
    expect(answer.text).toContain('<SignedStart>2026-03-02T03:04:05Z</SignedStart>');
    expect(answer.text).toContain('<SignedExpiry>2026-03-03T00:00:00Z</SignedExpiry>');
  });

  it.each([
    ['<KeyInfo><Start>2026-03-02</Start></KeyInfo>', '400 MissingRequiredXmlNode'],
    ['<KeyInfo><Expiry>soon</Expiry></KeyInfo>', '400 InvalidXmlNodeValue'],
    ['<KeyInfo><Expiry>2026-03-02</Expiry></KeyInfo>', '400 InvalidXmlNodeValue'],
    ['<KeyInfo><Expiry>2026-03-09T03:04:06Z</Expiry></KeyInfo>', '400 InvalidXmlNodeValue'],
    ['<KeyInfo><Start>2026-02-20</Start><Expiry>2026-03-03</Expiry></KeyInfo>', '400 InvalidXmlNodeValue'],
    ['<KeyInfo><Start>2026-03-04</Start><Expiry>2026-03-03</Expiry></KeyInfo>', '400 InvalidXmlNodeValue'],
    [
      '<KeyInfo><Expiry>2026-03-03</Expiry><DelegatedUserTid>x</DelegatedUserTid></KeyInfo>',
      '400 InvalidXmlNodeValue',
    ],
    ['<KeyInfo><Expiry>2026-03-03</Expiry><Other/></KeyInfo>', '400 UnsupportedXmlNode'],
    ['<Keys/>', '400 InvalidXmlDocument'],
    ['', '400 InvalidXmlDocument'],
  ])('refuses %s with %s', async (body, expected) => {
    expect(outcome(await askForKey(await withFile(), body))).toBe(expected);
  });

  it('reaches a week, to the second', async () => {
    const answer = await askForKey(
      await withFile(),
      '<KeyInfo><Expiry>2026-03-09T03:04:05Z</Expiry></KeyInfo>',
    );
    expect(answer.status).toBe(200);
  });

  it('is given for a token only', async () => {
    const requests = await withFile();
    const body = '<KeyInfo><Expiry>2026-03-03</Expiry></KeyInfo>';
    const signed = await requests.send({ method: 'POST', target, body });
    const sas = await ask(requests, { method: 'POST', target: `${target}&${accountSas({})}`, body });
    for (const answer of [signed, sas]) {
      expect(outcome(answer)).toBe('403 AuthenticationFailed');
      expect(detail(answer)).toContain('Only authorization with a token');
    }
  });

  it('is there since 2025-07-05', async () => {
    const body = '<KeyInfo><Expiry>2026-03-03</Expiry></KeyInfo>';
    for (const version of ['2024-11-04', '2025-05-05'])
      expect(outcome(await askForKey(await withFile(), body, version))).toBe('400 FeatureVersionMismatch');
    expect((await askForKey(await withFile(), body, '2026-02-06')).status).toBe(200);
  });

  it('gives the same key for the same terms, and another one for others', async () => {
    const requests = await withFile();
    const one = await delegationKey(requests);
    expect(await delegationKey(requests)).toEqual(one);
    expect((await delegationKey(requests, bob)).value).not.toBe(one.value);
  });
});

describe('a user delegation SAS', () => {
  const read = (requests: ShareRequests, sas: string, authorization?: string) =>
    ask(
      requests,
      { method: 'GET', target: `/share/f?${sas}` },
      authorization === undefined ? {} : { authorization },
    );

  it('reaches a file or a share', async () => {
    const requests = await withFile();
    const key = await delegationKey(requests);
    for (const resource of [file, { share: 'share' }])
      expect((await read(requests, delegationSas(key, resource, { sp: 'r' }))).status).toBe(200);
    const rights = await ask(requests, {
      method: 'DELETE',
      target: `/share/f?${delegationSas(key, file, { sp: 'r' })}`,
    });
    expect(outcome(rights)).toBe('403 AuthorizationPermissionMismatch');
  });

  it('covers the text that was computed by others', async () => {
    // The published example: s1/d/f, signed with the bytes 0 to 31 as the key.
    const key: DelegationKey = {
      ...alice,
      start: '2026-03-01T00:00:00Z',
      expiry: '2026-03-09T10:20:30Z',
      service: 'f',
      version: '2026-04-06',
      value: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    };
    const sas = delegationSas(key, { share: 's1', file: 'd/f' }, { sp: 'r', se: '2026-03-09T10:20:30Z' });
    expect(new URLSearchParams(sas).get('sig')).toBe('SNMMQ4jgUHC6eMSGtY/MXZFzIqEpk/eYB/AtXDlIsKA=');
    const answer = await ask(await withFile(), { method: 'GET', target: `/s1/d/f?${sas}` });
    expect(detail(answer)).toBe(
      [
        'Signature did not match. String to sign used was r',
        '',
        '2026-03-09T10:20:30Z',
        '/file/devstoreaccount1/s1/d/f',
        ...[alice.oid, alice.tid, key.start, key.expiry, 'f', '2026-04-06'],
        ...['', '', '', '', '2025-07-05', '', '', '', '', ''],
      ].join('\n'),
    );
  });

  it.each(['skoid', 'sktid', 'skt', 'ske', 'sks', 'skv'])('must say %s', async (name) => {
    const requests = await withFile();
    const sas = delegationSas(await delegationKey(requests), file, { sp: 'r' });
    const answer = await read(requests, sas.replace(new RegExp(`&${name}=[^&]*`), ''));
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
  });

  it('is worth nothing when any of it is changed', async () => {
    const requests = await withFile();
    const fields: Fields = {
      st: '2026-03-01',
      se: '2026-03-03',
      sip: '127.0.0.1',
      spr: 'https,http',
      sp: 'r',
      ...{ rscc: 'a', rscd: 'b', rsce: 'c', rscl: 'd', rsct: 'e' },
    };
    const others: Fields = {
      sv: '2026-04-06',
      st: '2026-03-02',
      se: '2026-03-04',
      sr: 's',
      sip: '127.0.0.2',
      spr: 'https',
      sp: 'rw',
      skt: '2026-03-01T00:00:00Z',
      ske: '2026-03-08T00:00:00Z',
      skoid: bob.oid,
      sktid: bob.oid,
    };
    const original = new URLSearchParams(delegationSas(await delegationKey(requests), file, fields));
    expect((await read(requests, `${original}`)).status).toBe(200);
    for (const name of original.keys()) {
      if (name === 'sig') continue;
      const changed = new URLSearchParams(original);
      changed.set(name, others[name] ?? 'x');
      const answer = await read(requests, `${changed}`);
      expect([name, outcome(answer)]).toEqual([name, '403 AuthenticationFailed']);
      expect(detail(answer)).toContain('Signature did not match');
    }
  });

  it('is none of an older version, and has no stored policy', async () => {
    const requests = await withFile();
    const key = await delegationKey(requests);
    expect(detail(await read(requests, delegationSas(key, file, { sp: 'r', sv: '2025-05-05' })))).toBe(
      'sv is not supported by signatures of version 2025-05-05',
    );
    expect(detail(await read(requests, `${delegationSas(key, file, { sp: 'r' })}&si=all`))).toBe(
      'si is not covered by the signature of this kind of SAS',
    );
  });

  it('ends with its key, though it says otherwise', async () => {
    const requests = await withFile();
    const sas = delegationSas(await delegationKey(requests), file, { sp: 'r', se: '2027-01-01' });
    expect((await read(requests, sas)).status).toBe(200);
    await requests.clock.advance(3_600_000);
    const answer = await read(requests, sas);
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
    expect(detail(answer)).toContain('Signature not valid in the specified time frame');
  });

  it('begins with its key', async () => {
    const requests = await withFile();
    const body =
      '<KeyInfo><Start>2026-03-03T00:00:00Z</Start><Expiry>2026-03-04T00:00:00Z</Expiry></KeyInfo>';
    const value = /<Value>(.*)<\/Value>/.exec((await askForKey(requests, body)).text)?.[1] ?? '';
    const key = {
      ...alice,
      start: '2026-03-03T00:00:00Z',
      expiry: '2026-03-04T00:00:00Z',
      service: 'f',
      version: '2025-07-05',
      value,
    };
    const sas = delegationSas(key, file, { sp: 'r' });
    expect(outcome(await read(requests, sas))).toBe('403 AuthenticationFailed');
    await requests.clock.advance(24 * 3_600_000);
    expect((await read(requests, sas)).status).toBe(200);
  });

  it('is for one account', async () => {
    const requests = await withFile();
    const key = await delegationKey(requests);
    const resource = { ...file, account: 'second' };
    const answer = await ask(requests, {
      method: 'GET',
      target: `/share/f?${delegationSas(key, resource, { sp: 'r' })}`,
      account: 'second',
    });
    expect(detail(answer)).toContain('Signature did not match');
  });

  it('can do no more than the one who asked for its key', async () => {
    const requests = await withFile(
      { principal: alice.oid, role: 'Storage File Delegator' },
      { principal: alice.oid, role: 'Storage File Data Privileged Reader', share: 'share' },
      { principal: bob.oid, role: 'Storage File Delegator' },
    );
    const sas = delegationSas(await delegationKey(requests), file, { sp: 'rcwd' });
    expect((await read(requests, sas)).status).toBe(200);
    const writing = { method: 'PUT', target: `/share/f?comp=metadata&${sas}` };
    expect(outcome(await ask(requests, writing))).toBe('403 AuthorizationPermissionMismatch');
    const others = delegationSas(await delegationKey(requests, bob), file, { sp: 'rcwd' });
    expect(outcome(await read(requests, others))).toBe('403 AuthorizationPermissionMismatch');
  });

  it('delegated to a user needs the token of that user', async () => {
    const requests = await withFile();
    const sas = delegationSas(await delegationKey(requests), file, { sp: 'r', sduoid: bob.oid });
    const bearer = (claims: Readonly<Record<string, unknown>>) =>
      `Bearer ${token(requests.clock.now(), claims)}`;
    expect((await read(requests, sas, bearer(bob))).status).toBe(200);
    expect(outcome(await read(requests, sas, bearer(alice)))).toBe('403 AuthorizationPermissionMismatch');
    expect(outcome(await read(requests, sas, bearer({ ...bob, tid: bob.oid })))).toBe(
      '403 AuthorizationPermissionMismatch',
    );
    const missing = await read(requests, sas);
    expect(outcome(missing)).toBe('401 NoAuthenticationInformation');
    expect(missing.headers.get('WWW-Authenticate')).toContain('Bearer');
  });

  it('can be delegated into another tenant', async () => {
    const requests = await withFile();
    const tenant = '99999999-3333-4444-5555-888888888888';
    const key = await delegationKey(requests, {}, `<DelegatedUserTid>${tenant}</DelegatedUserTid>`);
    expect(key.delegatedTenant).toBe(tenant);
    const sas = delegationSas(key, file, { sp: 'r', sduoid: bob.oid });
    const bearer = (tid: string) =>
      `Bearer ${token(requests.clock.now(), { ...bob, tid, iss: `https://sts.windows.net/${tid}/` })}`;
    expect((await read(requests, sas, bearer(tenant))).status).toBe(200);
    expect(outcome(await read(requests, sas, bearer(bob.tid)))).toBe('403 AuthorizationPermissionMismatch');
  });
});
