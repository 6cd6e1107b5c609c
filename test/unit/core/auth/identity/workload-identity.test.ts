import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identityTools } from '../../../../../src/core/auth/identity/identity-tools.js';
import { WorkloadIdentityCredential } from '../../../../../src/core/auth/identity/workload-identity.js';
import { storageScope } from '../../../../../src/core/auth/token-cache.js';
import { ManualClock } from '../../../../../src/simulation/manual-clock.js';
import { identityEndpoint, passWait, type TokenReply } from '../../../../support/identity-endpoint.js';
import { rejection } from '../../../../support/rejection.js';
import { temporaryDirectory } from '../../../../support/temporary-directory.js';

const now = Date.UTC(2026, 2, 2, 3, 4, 5);
const token: TokenReply = [200, { token_type: 'Bearer', expires_in: 3599, access_token: 'secret.token' }];

async function setUp(...replies: TokenReply[]) {
  const endpoint = await identityEndpoint(...replies);
  const tokenFile = join(await temporaryDirectory(), 'token');
  await writeFile(tokenFile, 'secret.assertion.1\n');
  const clock = new ManualClock();
  const environment = {
    AZURE_CLIENT_ID: 'client',
    AZURE_TENANT_ID: 'tenant.example',
    AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    AZURE_AUTHORITY_HOST: endpoint.origin,
  };
  const credential = new WorkloadIdentityCredential({}, identityTools({ clock, environment }));
  return { ...endpoint, tokenFile, clock, environment, credential };
}

describe('a workload identity', () => {
  it('is exchanged for a token of the tenant', async () => {
    const { credential, asked } = await setUp(token);
    expect(await credential.getToken([storageScope])).toEqual({
      token: 'secret.token',
      expiresOnTimestamp: now + 3_599_000,
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/tenant.example/oauth2/v2.0/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(asked[0]?.body).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      scope: 'https://storage.azure.com/.default',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'secret.assertion.1',
    });
  });

  it('reads the file for each exchange, as it is replaced now and then', async () => {
    const { credential, asked, tokenFile } = await setUp(token);
    await credential.getToken(storageScope);
    await writeFile(tokenFile, 'secret.assertion.2');
    await credential.getToken(storageScope);
    expect(asked.map(({ body }) => body.client_assertion)).toEqual([
      'secret.assertion.1',
      'secret.assertion.2',
    ]);
  });

  it('takes options before the environment', async () => {
    const { environment, clock, asked, tokenFile, origin } = await setUp(token);
    const credential = new WorkloadIdentityCredential(
      { clientId: 'mine', tenantId: 'other', tokenFile, authorityHost: origin },
      identityTools({ clock, environment: { ...environment, AZURE_AUTHORITY_HOST: 'http://127.0.0.1:9' } }),
    );
    await credential.getToken(storageScope);
    expect(asked[0]).toMatchObject({ path: '/other/oauth2/v2.0/token', body: { client_id: 'mine' } });
  });

  it('passes on the claims that a service asked for, with its own capability', async () => {
    const { credential, asked } = await setUp(token);
    const claims = '{"access_token":{"nbf":{"value":"1"}},"userinfo":{}}';
    await credential.getToken(storageScope, { claims, enableCae: true });
    await credential.getToken(storageScope, { enableCae: true });
    await credential.getToken(storageScope, { claims });
    expect(asked.map(({ body }) => JSON.parse(body.claims ?? 'null'))).toEqual([
      { access_token: { nbf: { value: '1' }, xms_cc: { values: ['cp1'] } }, userinfo: {} },
      { access_token: { xms_cc: { values: ['cp1'] } } },
      JSON.parse(claims),
    ]);
  });

  it('says what is refused in one line, without the token that was refused', async () => {
    const { credential, asked } = await setUp([
      401,
      {
        error: 'invalid_client',
        error_description: 'AADSTS70021: No matching federated identity record found.\r\nTrace ID: 1',
      },
    ]);
    const error = await rejection<Error>(credential.getToken(storageScope));
    expect(error).toMatchObject({
      code: 'AuthorizationFailure',
      message: expect.stringMatching(
        /answered status 401: invalid_client: AADSTS70021: No matching federated identity record found\.$/,
      ),
    });
    expect(error.message).not.toContain('secret');
    expect(asked).toHaveLength(1);
  });

  it('is asked for again after a failure of the other end', async () => {
    const { credential, clock } = await setUp([503], [429], token);
    const answer = credential.getToken(storageScope);
    await passWait(clock, 1000);
    await passWait(clock, 2000);
    expect(await answer).toMatchObject({ token: 'secret.token' });
  });

  it('says so when the other end cannot be reached', async () => {
    const { environment, clock } = await setUp(token);
    const credential = new WorkloadIdentityCredential(
      { authorityHost: 'http://127.0.0.1:9' },
      identityTools({ clock, environment }),
    );
    const failed = rejection(credential.getToken(storageScope));
    await passWait(clock, 1000);
    await passWait(clock, 2000);
    expect(await failed).toMatchObject({ name: 'AuthenticationError', code: 'AuthorizationFailure' });
  });

  it('names what is missing', async () => {
    const credential = new WorkloadIdentityCredential(
      { tenantId: 'tenant' },
      identityTools({ clock: new ManualClock(), environment: { AZURE_FEDERATED_TOKEN_FILE: '' } }),
    );
    expect(await rejection(credential.getToken(storageScope))).toMatchObject({
      code: 'MissingCredentials',
      message: expect.stringContaining('not set: AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE'),
    });
  });

  it.each([
    ['is missing', undefined, 'cannot be read'],
    ['is empty', '\n', 'holds no token'],
    ['holds two lines', 'a\nb', 'holds no token'],
    ['is far too long', 'x'.repeat(70_000), 'holds no token'],
  ])('says so when the file %s', async (_name, content, message) => {
    const { environment, clock, tokenFile } = await setUp(token);
    if (content !== undefined) await writeFile(tokenFile, content);
    const credential = new WorkloadIdentityCredential(
      { tokenFile: content === undefined ? `${tokenFile}.none` : tokenFile },
      identityTools({ clock, environment }),
    );
    expect(await rejection(credential.getToken(storageScope))).toMatchObject({
      code: 'AuthorizationFailure',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['http://login.example', 'https'],
    ['login.example', 'https'],
    ['ftp://login.example', 'https'],
  ])('gives nothing away to %s', async (authorityHost, message) => {
    const { environment, clock } = await setUp(token);
    const credential = new WorkloadIdentityCredential(
      { authorityHost },
      identityTools({ clock, environment }),
    );
    expect(await rejection(credential.getToken(storageScope))).toMatchObject({
      code: 'InvalidOption',
      message: expect.stringContaining(message),
    });
  });

  it('refuses a tenant of the environment that is none', async () => {
    const { environment, clock } = await setUp(token);
    const wrong = { ...environment, AZURE_TENANT_ID: '../../evil' };
    const credential = new WorkloadIdentityCredential({}, identityTools({ clock, environment: wrong }));
    expect(await rejection(credential.getToken(storageScope))).toMatchObject({ code: 'InvalidOption' });
  });
});
