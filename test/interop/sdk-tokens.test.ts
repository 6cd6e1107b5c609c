import {
  AnonymousCredential,
  FileSASPermissions,
  generateFileSASQueryParameters,
  newPipeline,
  type ServiceGetUserDelegationKeyResponse,
  ShareClient,
  ShareFileClient,
  ShareSASPermissions,
  ShareServiceClient,
} from '@azure/storage-file-share';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import { refusal } from '../support/official-client.js';
import { alice, bob, token } from '../support/unsigned-requests.js';

/* Tokens and user delegation signatures through the official client, which sends tokens over HTTPS only. */

const account = wellKnownAccount.name;
const inAnHour = () => new Date(Date.now() + 3_600_000);

/** A credential that gives tokens of somebody, and remembers what it was asked for. */
class Tokens {
  readonly asked: unknown[] = [];
  readonly #claims: Readonly<Record<string, unknown>>;

  constructor(claims: Readonly<Record<string, unknown>> = {}) {
    this.#claims = claims;
  }

  getToken(scopes: string | string[], options?: { tenantId?: string }) {
    this.asked.push([scopes, options?.tenantId]);
    return Promise.resolve({
      token: token(Date.now(), this.#claims),
      expiresOnTimestamp: Date.now() + 3_600_000,
    });
  }
}

async function start(options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ filesPort: 0, https: true, shares: ['share'], ...options });
  onTestFinished(() => emulator.close());
  const clientOptions = {
    retryOptions: { maxTries: 1 },
    tlsOptions: { ca: emulator.certificate ?? '' },
    fileRequestIntent: 'backup',
  } as const;
  const as = (claims: Readonly<Record<string, unknown>> = {}, more = {}) =>
    new ShareServiceClient(emulator.filesEndpoint, new Tokens(claims), { ...clientOptions, ...more });
  return {
    endpoint: emulator.filesEndpoint,
    as,
    clientOptions,
    anonymous: newPipeline(new AnonymousCredential(), clientOptions),
  };
}

describe('the official client with a token', () => {
  it('works in shares and files', async () => {
    const { as } = await start();
    const share = as().getShareClient('new');
    await share.create();
    const file = share.rootDirectoryClient.getFileClient('f');
    await file.create(3);
    await file.uploadRange('abc', 0, 3);
    expect((await file.downloadToBuffer()).toString()).toBe('abc');
    const copy = share.rootDirectoryClient.getFileClient('copy');
    expect((await copy.startCopyFromURL(file.url)).copyStatus).toBe('success');
    await file.rename('renamed');
    const names = [];
    for await (const { name } of as().listShares()) names.push(name);
    expect(names).toEqual(['new', 'share']);
  });

  it('is refused without the intent', async () => {
    const { as } = await start();
    const file = as({}, { fileRequestIntent: undefined })
      .getShareClient('share')
      .rootDirectoryClient.getFileClient('f');
    expect(await refusal(file.create(1))).toEqual([400, 'MissingRequiredHeader']);
  });

  it('may do what its role says', async () => {
    const { as } = await start({
      roles: [
        { principal: alice.oid, role: 'Storage File Data Privileged Contributor' },
        { principal: bob.oid, role: 'Storage File Data Privileged Reader', share: 'share' },
      ],
    });
    const file = as().getShareClient('share').rootDirectoryClient.getFileClient('f');
    await file.create(3);
    const bobs = as(bob).getShareClient('share').rootDirectoryClient.getFileClient('f');
    expect((await bobs.getProperties()).contentLength).toBe(3);
    expect(await refusal(bobs.delete())).toEqual([403, 'AuthorizationPermissionMismatch']);
    expect(await refusal(as(bob).getShareClient('other').create())).toEqual([
      403,
      'AuthorizationPermissionMismatch',
    ]);
  });

  it('understands the challenge for a token that does not hold', async () => {
    const { endpoint, clientOptions } = await start();
    const tokens = new Tokens({ exp: 1 });
    const service = new ShareServiceClient(endpoint, tokens, clientOptions);
    const refused = await refusal(
      service.getShareClient('share').rootDirectoryClient.getFileClient('f').exists(),
    );
    expect(refused).toEqual([401, 'InvalidAuthenticationInfo']);
    expect(tokens.asked[0]).toEqual([['https://storage.azure.com/.default'], undefined]);
  });

  it('is told of another audience', async () => {
    const { as } = await start();
    const share = as({ aud: 'https://vault.azure.net' }).getShareClient('share');
    await expect(share.getProperties()).rejects.toMatchObject({
      statusCode: 401,
      details: { authenticationErrorDetail: 'Audience validation failed. Audience did not match.' },
    });
  });

  it('without any credentials is asked for some', async () => {
    const { endpoint, anonymous } = await start();
    const share = new ShareClient(`${endpoint}/share`, anonymous);
    expect(await refusal(share.getProperties())).toEqual([401, 'NoAuthenticationInformation']);
  });
});

describe('a user delegation SAS of the official client', () => {
  const filePath = 'f';
  const permissions = FileSASPermissions.parse('rcwd');

  async function withKey(options: EmulatorOptions = {}) {
    const started = await start(options);
    const service = started.as();
    await service.getShareClient('share').rootDirectoryClient.getFileClient(filePath).create(3);
    const key = await service.getUserDelegationKey(new Date(Date.now() - 60_000), inAnHour());
    return { ...started, service, key };
  }

  const sign = (key: ServiceGetUserDelegationKeyResponse, more: object) =>
    generateFileSASQueryParameters(
      { shareName: 'share', expiresOn: inAnHour(), permissions, ...more },
      key,
      account,
    ).toString();

  it('works for a share and for a file', async () => {
    const { endpoint, key, anonymous } = await withKey();
    expect(key).toMatchObject({ signedObjectId: alice.oid, signedTenantId: alice.tid, signedService: 'f' });
    const forShare = sign(key, { permissions: ShareSASPermissions.parse('rcwdl') });
    const share = new ShareClient(`${endpoint}/share?${forShare}`, anonymous);
    const names = [];
    for await (const { name } of share.getDirectoryClient('').listFilesAndDirectories()) names.push(name);
    expect(names).toEqual(['f']);
    await share.getDirectoryClient('d').create();
    const file = new ShareFileClient(`${endpoint}/share/f?${sign(key, { filePath })}`, anonymous);
    expect((await file.getProperties()).contentLength).toBe(3);
    expect(await refusal(share.getProperties())).toEqual([403, 'AuthorizationFailure']);
  });

  it('made for one user works with the token of that user alone', async () => {
    const { endpoint, key, clientOptions } = await withKey();
    const url = `${endpoint}/share/f?${sign(key, { filePath, delegatedUserObjectId: bob.oid })}`;
    const as = (claims: Readonly<Record<string, unknown>>) =>
      new ShareFileClient(url, newPipeline(new Tokens(claims), clientOptions), clientOptions);
    expect((await as(bob).getProperties()).contentLength).toBe(3);
    expect(await refusal(as(alice).getProperties())).toEqual([403, 'AuthorizationPermissionMismatch']);
  });

  it('is given to delegators only', async () => {
    const { as } = await start({ roles: [{ principal: bob.oid, role: 'Storage File Delegator' }] });
    const from = new Date(Date.now() - 60_000);
    expect(await refusal(as().getUserDelegationKey(from, inAnHour()))).toEqual([
      403,
      'AuthorizationPermissionMismatch',
    ]);
    expect((await as(bob).getUserDelegationKey(from, inAnHour())).value).toMatch(/=$/);
  });
});
