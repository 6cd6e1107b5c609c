import { describe, expect, it } from 'vitest';
import { wellKnownAccount } from '../../src/emulator/index.js';
import { type AzureFilesClient, generateFileSas } from '../../src/files/index.js';
import { rejection } from '../support/rejection.js';
import { alice, bob } from '../support/unsigned-requests.js';
import { absent, type Owner, path, policy, startOwner, tokenCredentials, verdict } from './sas-ends.js';

/* What limits a SAS beside its letters, and what ends it before its time: through our client and the official one. */

const hourMs = 3_600_000;
const key = wellKnownAccount.keys[0] ?? '';

/** Reads with a SAS, through both clients. */
async function read({ withSas, officialShare }: Owner, sas: string): Promise<string[]> {
  const official = officialShare(sas).rootDirectoryClient.getFileClient(path);
  return [
    await verdict(() => withSas(sas).files.read({ path })),
    await verdict(() => official.downloadToBuffer()),
  ];
}

const signers: readonly (readonly [string, (owner: Owner) => AzureFilesClient])[] = [
  ['an account key', ({ owner }) => owner],
  ['a token', ({ connect }) => connect(tokenCredentials())],
];

describe.each(signers)('a SAS signed with %s', (_name, signer) => {
  it.each([
    ['127.0.0.1', 'yes'],
    ['127.0.0.0-127.0.0.9', 'yes'],
    ['10.0.0.1', 'AuthorizationSourceIPMismatch'],
    ['127.0.0.2-127.0.0.9', 'AuthorizationSourceIPMismatch'],
  ])('for the address %s: %s', async (ipRange, outcome) => {
    const started = await startOwner();
    const { token } = await signer(started).sas.forRead({ path, ipRange });
    expect(await read(started, token)).toEqual([outcome, outcome]);
  });

  it('begins when it says', async () => {
    const started = await startOwner();
    const { token } = await signer(started).sas.forRead({ path, startsOn: new Date(Date.now() + hourMs) });
    expect(await read(started, token)).toEqual(['AuthenticationFailed', 'AuthenticationFailed']);
    const refused = await rejection<Error>(started.withSas(token).files.read({ path }));
    expect(refused.message).toContain('the SAS is not valid yet (st=');
  });

  it('gives answers the headers it names', async () => {
    const started = await startOwner();
    const responseHeaders = {
      cacheControl: 'no-store',
      contentDisposition: 'attachment; filename="a.txt"',
      contentEncoding: 'identity',
      contentLanguage: 'de',
      contentType: 'text/x-other',
    };
    const { token } = await signer(started).sas.forRead({ path, responseHeaders });
    const { properties } = await started.withSas(token).files.read({ path });
    expect(properties).toMatchObject(responseHeaders);
    const official = started.officialShare(token).rootDirectoryClient.getFileClient(path);
    expect(await official.getProperties()).toMatchObject(responseHeaders);
    expect((await started.owner.files.getProperties({ path })).contentType).toBe('text/plain');
  });

  it.each(['2025-07-05', '2026-02-06', '2026-04-06'])('is taken in version %s', async (version) => {
    const started = await startOwner();
    const { token } = await signer(started).sas.forRead({ path, version });
    expect(await read(started, token)).toEqual(['yes', 'yes']);
  });
});

describe('a SAS signed with an account key', () => {
  it.each(['2015-04-05', '2017-04-17', '2018-11-09', '2020-10-02', '2020-12-06', '2023-11-03'])(
    'is taken in version %s, for a file, a share and the account',
    async (version) => {
      const started = await startOwner();
      const { sas } = started.owner;
      const all = [
        await sas.forRead({ path, version }),
        await sas.generate({ permissions: 'r', version }),
        await sas.generateAccount({ resourceTypes: 'o', permissions: 'r', version }),
      ];
      for (const { token } of all) expect(await read(started, token)).toEqual(['yes', 'yes']);
    },
  );

  it('that ended is refused as expired', async () => {
    const started = await startOwner();
    const expiresOn = new Date(Date.now() - 1000);
    const options = { share: 'data', path, permissions: 'r', expiresOn } as const;
    const { token } = generateFileSas(options, { accountName: wellKnownAccount.name, key });
    const refused = await rejection<Error>(started.withSas(token).files.read({ path }));
    expect(refused).toMatchObject({ name: 'AuthenticationError', code: 'ExpiredSas', status: 403 });
    const official = started.officialShare(token).rootDirectoryClient.getFileClient(path);
    expect(await verdict(() => official.downloadToBuffer())).toBe('AuthenticationFailed');
  });

  it('for https is refused without', async () => {
    const started = await startOwner({ https: false });
    const secure = await started.owner.sas.forRead({ path, protocol: 'https' });
    const refused = 'AuthorizationProtocolMismatch';
    expect(await read(started, secure.token)).toEqual([refused, refused]);
    const usual = await started.owner.sas.forRead({ path });
    expect([usual.protocol, ...(await read(started, usual.token))]).toEqual(['https,http', 'yes', 'yes']);
  });

  it('for another service is refused', async () => {
    const started = await startOwner();
    const { token } = await started.owner.sas.generateAccount({
      services: ['blob', 'queue'],
      resourceTypes: 'sco',
      permissions: 'r',
    });
    const refused = 'AuthorizationServiceMismatch';
    expect(await read(started, token)).toEqual([refused, refused]);
  });

  it.each(['se', 'sp', 'st', 'sv', 'sr', 'sig', 'spr'])('is refused once %s was changed', async (field) => {
    const started = await startOwner();
    const fields = new URLSearchParams((await started.owner.sas.forRead({ path })).token);
    const changed: Readonly<Record<string, string>> = {
      se: '2099-01-01T00:00:00Z',
      sp: 'rw',
      st: '2020-01-01T00:00:00Z',
      sv: '2024-11-04',
      sr: 's',
      sig: 'AAAA',
      spr: 'https,http',
    };
    fields.set(field, changed[field] ?? '');
    const refused = 'AuthenticationFailed';
    expect(await read(started, `${fields}`)).toEqual([refused, refused]);
  });

  it('is refused without a limit that was taken out', async () => {
    const started = await startOwner();
    const signed = await started.owner.sas.forRead({ path, ipRange: '127.0.0.1' });
    for (const field of ['sip', 'spr', 'st']) {
      const fields = new URLSearchParams(signed.token);
      fields.delete(field);
      expect(await read(started, `${fields}`)).toEqual(['AuthenticationFailed', 'AuthenticationFailed']);
    }
  });
});

describe('a SAS by a stored policy', () => {
  it('does what the policy says, until it says something else', async () => {
    const started = await startOwner();
    await started.setPolicies([policy('p', 'r')]);
    const { token } = await started.owner.sas.generate({ path, policyId: 'p' });
    expect(await read(started, token)).toEqual(['yes', 'yes']);
    await started.setPolicies([policy('p', 'w')]);
    const lacks = 'AuthorizationPermissionMismatch';
    expect(await read(started, token)).toEqual([lacks, lacks]);
    await started.withSas(token).files.write({ path, data: Buffer.from('x') });
  });

  it.each([
    ['is gone', []],
    ['has another name', [policy('q', 'r')]],
  ])('is revoked once the policy %s', async (_name, policies) => {
    const started = await startOwner();
    await started.setPolicies([policy('p', 'r')]);
    const { token } = await started.owner.sas.generate({ policyId: 'p' });
    await started.setPolicies(policies);
    const refused = 'AuthenticationFailed';
    expect(await read(started, token)).toEqual([refused, refused]);
    const error = await rejection<Error>(started.withSas(token).files.read({ path }));
    expect(error.message).toContain('its policy or key is gone (SAS identifier cannot be found');
  });

  it('is refused where both say the same thing', async () => {
    const started = await startOwner();
    await started.setPolicies([policy('p', 'r')]);
    const { token } = await started.owner.sas.generate({ policyId: 'p', permissions: 'r' });
    expect(await read(started, token)).toEqual(['AuthenticationFailed', 'AuthenticationFailed']);
  });
});

describe('a SAS', () => {
  it('ends with the key that signed it', async () => {
    const started = await startOwner();
    const { emulator, owner, connect, withSas } = started;
    const signed = [
      await owner.sas.forRead({ path }),
      await owner.sas.generateAccount({ resourceTypes: 'o', permissions: 'r' }),
    ];
    emulator.regenerateKey({ keyName: 'key1' });
    for (const { token } of signed) {
      expect(await read(started, token)).toEqual(['AuthenticationFailed', 'AuthenticationFailed']);
      expect(await rejection(withSas(token).files.read({ path }))).toMatchObject({
        code: 'InvalidKey',
        message: expect.stringContaining('a key that is not (or no longer) one of the account'),
      });
    }
    const renewed = connect({ type: 'connection_string', connectionString: emulator.connectionString });
    expect(await read(started, (await renewed.sas.forRead({ path })).token)).toEqual(['yes', 'yes']);
  });

  it('that a token signed outlives the account keys', async () => {
    const started = await startOwner();
    const { token } = await started.connect(tokenCredentials()).sas.forRead({ path });
    started.emulator.regenerateKey({ keyName: 'key1' });
    expect(await read(started, token)).toEqual(['yes', 'yes']);
  });

  it('that a token signed allows no more than its role does', async () => {
    const delegator = { principal: '*', role: 'Storage File Delegator' } as const;
    const reader = {
      principal: '*',
      role: 'Storage File Data Privileged Reader',
      share: 'data',
      path: 'd',
    } as const;
    const started = await startOwner({ roles: [delegator, reader] });
    const client = started.connect(tokenCredentials());
    const inside = await client.sas.forReadWrite({ path });
    expect(await read(started, inside.token)).toEqual(['yes', 'yes']);
    const writing = () => started.withSas(inside.token).files.write({ path, data: Buffer.from('x') });
    expect(await verdict(writing)).toBe('AuthorizationPermissionMismatch');
    const outside = await client.sas.generate({ permissions: 'r' });
    const looking = () => started.withSas(outside.token).files.exists({ path: 'elsewhere' });
    expect(await verdict(looking)).toBe('AuthorizationPermissionMismatch');
  });

  it('cannot be signed by a token whose role gives no key', async () => {
    const { connect } = await startOwner({
      roles: [{ principal: '*', role: 'Storage File Data Privileged Contributor' }],
    });
    expect(await rejection(connect(tokenCredentials()).sas.forCreate({ path: absent }))).toMatchObject({
      name: 'AuthenticationError',
      code: 'PermissionDenied',
      serviceCode: 'AuthorizationPermissionMismatch',
      message: expect.stringContaining('Storage File Delegator'),
    });
  });
});

describe('a SAS for one user', () => {
  it('is taken from the official client with a token of that user, and from nobody else', async () => {
    const { owner, connect, officialAs, withSas } = await startOwner();
    const signer = connect(tokenCredentials());
    const { token } = await signer.sas.forRead({ path });
    expect(token).not.toContain('sduoid');
    const forBob = await signer.sas.generate({
      path,
      permissions: 'r',
      delegatedUserObjectId: bob.oid,
    });
    const as = (claims: object) =>
      officialAs(forBob.token, { ...claims }).rootDirectoryClient.getFileClient(path);
    expect((await as(bob).downloadToBuffer()).toString()).toBe('content');
    expect(await verdict(() => as(alice).downloadToBuffer())).toBe('AuthorizationPermissionMismatch');
    expect(await rejection(withSas(forBob.token).files.read({ path }))).toMatchObject({
      name: 'AuthenticationError',
      code: 'AuthorizationFailure',
      status: 401,
      message: expect.stringContaining('must send a token beside it'),
    });
    expect(await owner.files.exists({ path })).toBe(true);
  });
});
