import { describe, expect, it } from 'vitest';
import type { EngineSettings } from '../../../../../src/emulator/engine/context.js';
import { type RoleAssignment, resolveRoles } from '../../../../../src/emulator/role-options.js';
import { type Answer, type Sent, ShareRequests } from '../../../../support/share-requests.js';
import { account, serviceSas } from '../../../../support/signatures.js';
import { alice, ask, askAs, bob, detail, outcome, token } from '../../../../support/unsigned-requests.js';

async function withFile(
  settings: Partial<EngineSettings> = {},
  accounts = [account],
): Promise<ShareRequests> {
  const requests = new ShareRequests('2026-04-06', accounts, settings);
  await requests.createShare();
  await requests.createDirectory('d');
  await requests.createFile('d/f', 8);
  return requests;
}

const withRoles = (...roles: RoleAssignment[]) => withFile({ roles: resolveRoles(roles, [account]) });
const reading: Sent = { method: 'GET', target: '/share/d/f' };
const writing: Sent = { method: 'PUT', target: '/share/d/f?comp=metadata' };
const challenge =
  /^Bearer authorization_uri=https:\/\/login\.microsoftonline\.com\/[0-9a-f-]{36}\/oauth2\/authorize resource_id=https:\/\/storage\.azure\.com$/;

function expectChallenge(answer: Answer, reason: string): void {
  expect(outcome(answer)).toBe('401 InvalidAuthenticationInfo');
  expect(detail(answer)).toBe(reason);
  expect(answer.headers.get('WWW-Authenticate')).toMatch(challenge);
  expect(answer.text).toContain('Please refer to the information in the www-authenticate header.');
}

describe('a request without credentials', () => {
  it.each([reading, writing, { method: 'GET', target: '/?comp=list' }])(
    'is asked for some: %o',
    async (sent) => {
      const answer = await ask(await withFile(), sent);
      expect(outcome(answer)).toBe('401 NoAuthenticationInformation');
      expect(answer.headers.get('WWW-Authenticate')).toMatch(challenge);
    },
  );

  it('is told why it failed before there were tokens to ask for', async () => {
    const requests = await withFile();
    for (const version of ['', '2020-10-02', '2021-12-02']) {
      const answer = await ask(requests, { ...reading, version });
      expect(outcome(answer)).toBe('403 AuthenticationFailed');
      expect(answer.headers.has('WWW-Authenticate')).toBe(false);
    }
    expect((await ask(requests, { ...reading, version: '2022-11-02' })).status).toBe(401);
  });
});

describe('a token', () => {
  it('lets everybody do everything unless roles are given', async () => {
    const requests = await withFile();
    for (const sent of [reading, writing, { method: 'PUT', target: '/other?restype=share' }])
      expect((await askAs(requests, sent)).status).toBeLessThan(300);
  });

  it.each([
    ['for storage', { aud: 'https://storage.azure.com' }],
    ['for storage, with a slash', { aud: 'https://storage.azure.com/' }],
    ['for the account', { aud: `https://${account}.file.core.windows.net` }],
    ['for the account in another cloud', { aud: `https://${account}.file.core.chinacloudapi.cn/` }],
    ['for the application that storage is', { aud: 'e406a681-f3d4-42a8-90b6-c2b029497af1' }],
    ['for several', { aud: ['https://vault.azure.net', 'https://storage.azure.com'] }],
    ['of the newer kind', { iss: `https://login.microsoftonline.com/${alice.tid}/v2.0` }],
    ['of an application', { oid: undefined, appid: alice.oid }],
    ['of an application of the newer kind', { oid: undefined, azp: alice.oid }],
    ['that holds from no time on', { nbf: undefined }],
    ['without a tenant of its own', { tid: undefined }],
  ])('%s is taken', async (_name, claims) => {
    expect((await askAs(await withFile(), reading, claims)).status).toBe(200);
  });

  it.each([
    ['of another account', { aud: 'https://other.file.core.windows.net' }],
    ['of another service of the account', { aud: `https://${account}.blob.core.windows.net` }],
    ['of the management', { aud: 'https://management.azure.com/' }],
    ['that only looks like it', { aud: 'https://storage.azure.com.example.com' }],
    ['without an audience', { aud: undefined }],
    ['with a number for one', { aud: 7 }],
  ])('%s is for somebody else', async (_name, claims) => {
    expectChallenge(
      await askAs(await withFile(), reading, claims),
      'Audience validation failed. Audience did not match.',
    );
  });

  it.each([
    ['another', 'https://accounts.example.com/'],
    ['one that only begins like it', `https://sts.windows.net.example.com/${alice.tid}/`],
    ['one without a tenant', 'https://sts.windows.net/'],
    ['none', undefined],
  ])('from %s issuer is refused', async (_name, iss) => {
    expectChallenge(
      await askAs(await withFile(), reading, { iss }),
      'Issuer validation failed. Issuer did not match.',
    );
  });

  it('ends, begins, and must say when', async () => {
    const requests = await withFile();
    const seconds = requests.clock.now() / 1000;
    const expired = 'Lifetime validation failed. The token is expired.';
    const early = 'Lifetime validation failed. The token is not yet valid.';
    expectChallenge(await askAs(requests, reading, { exp: Math.floor(seconds) }), expired);
    expectChallenge(await askAs(requests, reading, { nbf: Math.floor(seconds) + 1 }), early);
    expectChallenge(await askAs(requests, reading, { nbf: 'now' }), early);
    for (const exp of [undefined, 'never', null])
      expectChallenge(
        await askAs(requests, reading, { exp }),
        'Lifetime validation failed. The token has no expiration time.',
      );
    expect((await askAs(requests, reading, { exp: Math.floor(seconds) + 1 })).status).toBe(200);
  });

  it('names somebody', async () => {
    const claims = { oid: undefined, sub: undefined };
    expectChallenge(
      await askAs(await withFile(), reading, claims),
      'The token names nobody: it has neither oid, appid nor sub.',
    );
  });

  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    'abc',
    'a.b',
    'a.b.c',
    `${part({})}.${part([])}.c`,
    `${part({})}.${part('text')}.c`,
    `${part({})}.${part(null)}.c`,
    `${part({})}.eyJ.c`,
    `${part({})}.${part({})}.c.d`,
    `${part({})}.${part({})}.${'c'.repeat(40_000)}`,
    `${part([])}.${part({})}.c`,
    '{}.{}.{}',
  ])('%s is none', async (text) => {
    const requests = await withFile();
    const headers = { 'x-ms-file-request-intent': 'backup' };
    const answer = await ask(requests, { ...reading, headers }, { authorization: `Bearer ${text}` });
    expectChallenge(answer, 'The token is not a well-formed JSON web token.');
  });

  it.each(['Bearer', 'Bearer ', 'Bearer a b', 'bearer\u00a0x'])('is missing in %j', async (authorization) => {
    const answer = await ask(await withFile(), reading, { authorization });
    expect(outcome(answer)).toBe('400 InvalidAuthenticationInfo');
  });

  it('is not shown in a refusal', async () => {
    const requests = await withFile();
    const secret = token(requests.clock.now(), { aud: 'https://vault.azure.net' });
    const answer = await ask(requests, reading, { authorization: `Bearer ${secret}` });
    expect(answer.text).not.toContain(secret.split('.')[1]);
  });

  it('is taken from this machine alone, as nobody checks its signature', async () => {
    const requests = await withFile();
    const headers = { 'x-ms-file-request-intent': 'backup' };
    const authorization = `Bearer ${token(requests.clock.now())}`;
    for (const address of ['127.0.0.1', '127.8.0.1', '::1']) {
      const peer = { address, scheme: 'https' } as const;
      expect((await ask(requests, { ...reading, headers }, { authorization, peer })).status).toBe(200);
    }
    for (const address of ['192.168.1.7', '::2', '', '127.0.0.1.example']) {
      const peer = { address, scheme: 'https' } as const;
      const answer = await ask(requests, { ...reading, headers }, { authorization, peer });
      expect(outcome(answer)).toBe('403 AuthenticationFailed');
      expect(detail(answer)).toContain('from its own machine only');
    }
  });

  it('opens no account that is not there', async () => {
    const answer = await askAs(await withFile({}, [account, 'second']), { ...reading, account: 'third' });
    expect(outcome(answer)).toBe('403 AuthenticationFailed');
  });
});

describe('the intent of a token', () => {
  it('must be said', async () => {
    const requests = await withFile();
    const authorization = `Bearer ${token(requests.clock.now())}`;
    for (const sent of [reading, { method: 'GET', target: '/?comp=list' }]) {
      const answer = await ask(requests, sent, { authorization });
      expect(outcome(answer)).toBe('400 MissingRequiredHeader');
      expect(answer.text).toContain('<HeaderName>x-ms-file-request-intent</HeaderName>');
    }
  });

  it('can only be that of a backup', async () => {
    const requests = await withFile();
    const headers = { 'x-ms-file-request-intent': 'restore' };
    expect(outcome(await askAs(requests, { ...reading, headers }))).toBe('400 InvalidHeaderValue');
    const spelled = { 'x-ms-file-request-intent': 'Backup' };
    expect((await askAs(requests, { ...reading, headers: spelled })).status).toBe(200);
  });
});

describe('the version of a request with a token', () => {
  it.each([
    ['/share/d/f', '2021-12-02', '403 AuthenticationFailed'],
    ['/share/d/f', '2022-11-02', '200'],
    ['/share?restype=directory&comp=list', '2022-11-02', '200'],
    ['/?comp=list', '2021-12-02', '403 AuthenticationFailed'],
    ['/?comp=list', '2022-11-02', '409 FileOAuthManagementApiRestrictedToSrp'],
    ['/share?restype=share', '2024-08-04', '409 FileOAuthManagementApiRestrictedToSrp'],
    ['/share?restype=share', '2024-11-04', '200'],
    ['/share?restype=share', '', '403 AuthenticationFailed'],
  ])('for %s: %s gives %s', async (target, version, expected) => {
    const answer = await askAs(await withFile(), { method: 'GET', target, version });
    expect(outcome(answer)).toBe(expected);
    if (expected.startsWith('403'))
      expect(detail(answer)).toBe('Authentication scheme Bearer is not supported in this version.');
  });

  it('is refused for shares as the service was recorded to', async () => {
    const headers = { 'x-ms-client-request-id': 'mine' };
    const sent = { method: 'PUT', target: '/new?restype=share', version: '2022-11-02', headers };
    const answer = await askAs(await withFile(), sent);
    expect(answer.text).toContain(
      '<Message>This API does not support bearer tokens. For OAuth, use the Storage Resource Provider APIs instead. Learn more: https://aka.ms/azurefiles/restapi.\nRequestId:',
    );
    expect([...answer.headers].map(([name]) => name).sort()).toEqual([
      'Content-Length',
      'Content-Type',
      'Date',
      'Server',
      'x-ms-client-request-id',
      'x-ms-error-code',
      'x-ms-request-id',
    ]);
    expect(answer.headers.get('Server')).toBe('Microsoft-HTTPAPI/2.0');
  });
});

describe('a role', () => {
  const reader = 'Storage File Data Privileged Reader';
  const contributor = 'Storage File Data Privileged Contributor';
  const manage: Sent = { method: 'PUT', target: '/new?restype=share' };
  const list: Sent = { method: 'GET', target: '/?comp=list' };
  const delegate: Sent = {
    method: 'POST',
    target: '/?restype=service&comp=userdelegationkey',
    body: '<KeyInfo><Expiry>2026-03-03</Expiry></KeyInfo>',
  };

  it.each([
    [reader, [true, false, false, false, false]],
    [contributor, [true, true, false, false, false]],
    ['Storage File Data SMB Share Reader', [false, false, false, false, false]],
    ['Storage File Data SMB Share Contributor', [false, false, false, false, false]],
    ['Storage File Data SMB Share Elevated Contributor', [false, false, false, false, false]],
    ['Storage File Delegator', [false, false, false, false, true]],
    ['Storage Account Contributor', [false, false, true, true, true]],
    ['Contributor', [false, false, true, true, true]],
    ['Owner', [false, false, true, true, true]],
    ['Reader', [false, false, false, true, false]],
  ] as const)('%s lets read, write, make shares, list shares, delegate: %j', async (role, expected) => {
    const requests = await withRoles({ principal: '*', role });
    const statuses = [];
    for (const sent of [reading, writing, manage, list, delegate])
      statuses.push(outcome(await askAs(requests, sent)));
    const denied = '403 AuthorizationPermissionMismatch';
    expect(statuses.map((status) => status !== denied)).toEqual(expected);
  });

  it('is given to one, by any of the ids', async () => {
    for (const claims of [
      {},
      { oid: 'x', appid: alice.oid },
      { oid: 'x', azp: alice.oid },
      { oid: 'x', sub: alice.oid },
    ]) {
      const requests = await withRoles({ principal: alice.oid.toUpperCase(), role: reader });
      expect((await askAs(requests, reading, claims)).status).toBe(200);
      expect(outcome(await askAs(requests, reading, bob))).toBe('403 AuthorizationPermissionMismatch');
    }
  });

  it('is given to nobody when there is none', async () => {
    expect(outcome(await askAs(await withRoles(), reading))).toBe('403 AuthorizationPermissionMismatch');
  });

  it('can be for a share, or for a path in it', async () => {
    const requests = await withRoles(
      { principal: alice.oid, role: contributor, share: 'share', path: 'D' },
      { principal: bob.oid, role: reader, share: 'other' },
    );
    await requests.createFile('e');
    const denied = '403 AuthorizationPermissionMismatch';
    for (const target of [
      '/share/d/f',
      '/share/D/F',
      '/share/d?restype=directory',
      '/share/d.?restype=directory',
    ])
      expect((await askAs(requests, { method: 'GET', target })).status).toBe(200);
    for (const target of [
      '/share/e',
      '/share?restype=directory',
      '/share/dd/f',
      '/other/d/f',
      '/share/d%2Ff',
    ])
      expect(outcome(await askAs(requests, { method: 'GET', target }))).toBe(denied);
    expect(outcome(await askAs(requests, reading, bob))).toBe(denied);
  });

  it('can be for one account', async () => {
    const roles = resolveRoles([{ principal: '*', role: reader, account }], [account, 'second']);
    const requests = await withFile({ roles }, [account, 'second']);
    expect((await askAs(requests, reading)).status).toBe(200);
    const elsewhere = await askAs(requests, { ...reading, account: 'second' });
    expect(outcome(elsewhere)).toBe('403 AuthorizationPermissionMismatch');
  });

  it('can be any actions', async () => {
    const requests = await withRoles({
      principal: '*',
      actions: [
        'Microsoft.Storage/storageAccounts/fileServices/fileshares/files/*',
        'readFileBackupSemantics/action',
        '*/shares/lease/action',
      ],
    });
    expect((await askAs(requests, reading)).status).toBe(200);
    expect(outcome(await askAs(requests, writing))).toBe('403 AuthorizationPermissionMismatch');
    expect(outcome(await askAs(requests, list))).toBe('403 AuthorizationPermissionMismatch');
    const lease = { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '-1' };
    const leasing = { method: 'PUT', target: '/share?restype=share&comp=lease', headers: lease };
    expect((await askAs(requests, leasing)).status).toBe(201);
  });

  it.each([
    ['*', true],
    ['**', true],
    ['fileshares/files/read', true],
    ['FileShares/*/READ', true],
    ['microsoft.storage/*', true],
    ['Microsoft.Storage/storageAccounts/fileServices/fileshares/files/read', true],
    ['*/read', true],
    ['files/read', false],
    ['fileshares/files/read*x', false],
    ['fileshares.files.read', false],
    ['fileshares/files/rea?', false],
    ['*files/rea', false],
    ['', false],
  ])('by the action %j grants the reading of files: %s', async (action, granted) => {
    const requests = await withRoles({ principal: '*', actions: [action, 'readFileBackupSemantics/action'] });
    expect((await askAs(requests, reading)).status).toBe(granted ? 200 : 403);
  });

  it('needs one thing more where a permission of files is set', async () => {
    const actions = ['fileShares/files/write', 'writeFileBackupSemantics/action'];
    const requests = await withRoles(
      { principal: alice.oid, actions },
      { principal: bob.oid, actions: [...actions, 'fileShares/files/modifypermissions/action'] },
    );
    const sent = (headers: Record<string, string>): Sent => ({
      method: 'PUT',
      target: '/share/d/f?comp=properties',
      headers,
    });
    expect((await askAs(requests, sent({ 'x-ms-content-type': 'a/b' }))).status).toBe(200);
    const setting = sent({ 'x-ms-file-permission': 'preserve' });
    expect(outcome(await askAs(requests, setting))).toBe('403 AuthorizationPermissionMismatch');
    expect((await askAs(requests, setting, bob)).status).toBe(200);
  });

  it('is not asked for from who has a key or a signature', async () => {
    const requests = await withRoles();
    expect((await requests.get('/share/d/f')).status).toBe(200);
    const sas = serviceSas({ share: 'share' }, { sp: 'r' });
    expect((await ask(requests, { method: 'GET', target: `/share/d/f?${sas}` })).status).toBe(200);
  });
});
