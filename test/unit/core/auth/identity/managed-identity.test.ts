import { describe, expect, it } from 'vitest';
import { identityTools } from '../../../../../src/core/auth/identity/identity-tools.js';
import { ManagedIdentityCredential } from '../../../../../src/core/auth/identity/managed-identity.js';
import { storageScope } from '../../../../../src/core/auth/token-cache.js';
import { ManualClock } from '../../../../../src/simulation/manual-clock.js';
import { identityEndpoint, passWait, type TokenReply } from '../../../../support/identity-endpoint.js';
import { netServer } from '../../../../support/raw-server.js';
import { rejection } from '../../../../support/rejection.js';

const clientId = '11111111-2222-3333-4444-555555555555';
const now = Date.UTC(2026, 2, 2, 3, 4, 5);
/** What the metadata service answers to a request without its header. */
const probed: TokenReply = [
  400,
  { error: 'bad_request', error_description: 'Required metadata header not specified' },
];
const token: TokenReply = [
  200,
  {
    access_token: 'secret.token',
    expires_in: '3600',
    expires_on: String(now / 1000 + 3600),
    token_type: 'Bearer',
  },
];

/** The identity of a virtual machine whose metadata service answers so, after the first look at it. */
async function onMachine(...replies: TokenReply[]) {
  const endpoint = await identityEndpoint(probed, ...replies);
  const clock = new ManualClock();
  const environment = { AZURE_POD_IDENTITY_AUTHORITY_HOST: `${endpoint.origin}/` };
  const ask = (options = {}) =>
    new ManagedIdentityCredential(options, identityTools({ clock, environment })).getToken([storageScope]);
  return { ...endpoint, clock, environment, ask };
}

/** The identity of an app. */
async function inApp(...replies: TokenReply[]) {
  const endpoint = await identityEndpoint(...replies);
  const clock = new ManualClock();
  const environment = {
    IDENTITY_ENDPOINT: `${endpoint.origin}/msi/token`,
    IDENTITY_HEADER: 'secret-header',
    AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:9',
  };
  const ask = (options = {}) =>
    new ManagedIdentityCredential(options, identityTools({ clock, environment })).getToken(storageScope);
  return { ...endpoint, clock, ask };
}

describe('the managed identity of a machine', () => {
  it('is asked of the metadata service, which is looked for first without making it give a token', async () => {
    const { ask, asked } = await onMachine(token);
    expect(await ask()).toEqual({ token: 'secret.token', expiresOnTimestamp: now + 3_600_000 });
    expect(asked.map(({ method, path, query }) => ({ method, path, query }))).toEqual([
      { method: 'GET', path: '/metadata/identity/oauth2/token', query: {} },
      {
        method: 'GET',
        path: '/metadata/identity/oauth2/token',
        query: { 'api-version': '2018-02-01', resource: 'https://storage.azure.com' },
      },
    ]);
    expect(asked.map(({ headers }) => headers.metadata)).toEqual([undefined, 'true']);
  });

  it('is looked for once', async () => {
    const { environment, clock, asked } = await onMachine(token);
    const credential = new ManagedIdentityCredential({}, identityTools({ clock, environment }));
    await credential.getToken(storageScope);
    await credential.getToken(storageScope);
    expect(asked).toHaveLength(3);
  });

  it('may be one of several, by its client id', async () => {
    const { ask, asked } = await onMachine(token);
    await ask({ clientId });
    expect(asked[1]?.query.client_id).toBe(clientId);
  });

  it('is said to be missing where the machine has none', async () => {
    const { ask } = await onMachine([
      400,
      { error: 'invalid_request', error_description: 'Identity not found' },
    ]);
    expect(await rejection(ask({ clientId }))).toMatchObject({
      code: 'MissingCredentials',
      message: expect.stringMatching(new RegExp(`client id ${clientId}.*Identity not found`)),
    });
  });

  it.each([404, 429, 500, 503])('is asked for again after %d, longer each time', async (status) => {
    const { ask, asked, clock } = await onMachine([status], [status], [status], token);
    const answer = ask();
    await passWait(clock, 1000, { requests: asked, count: 2 });
    for (const wait of [2000, 4000]) await passWait(clock, wait);
    expect(await answer).toMatchObject({ token: 'secret.token' });
    expect(asked).toHaveLength(5);
  });

  it('is waited for while the service updates itself, up to 70 seconds', async () => {
    const { ask, asked, clock } = await onMachine([410]);
    const failed = rejection(ask());
    for (let i = 0; i < 7; i += 1) await passWait(clock, 10_000);
    expect(await failed).toMatchObject({
      code: 'AuthorizationFailure',
      message: expect.stringContaining('410'),
    });
    expect(asked).toHaveLength(9);
  });

  it('is asked for again when the service says, within a limit', async () => {
    const { ask, clock } = await onMachine(
      [429, '', { 'Retry-After': '7' }],
      [429, '', { 'Retry-After': '999' }],
      token,
    );
    const answer = ask();
    await passWait(clock, 7000);
    await passWait(clock, 30_000);
    expect(await answer).toMatchObject({ token: 'secret.token' });
  });

  it('is given up when nothing answers', async () => {
    await using silent = await netServer(() => {});
    const clock = new ManualClock();
    const environment = { AZURE_POD_IDENTITY_AUTHORITY_HOST: silent.origin };
    const failed = rejection(
      new ManagedIdentityCredential({}, identityTools({ clock, environment })).getToken(storageScope),
    );
    for (const wait of [1000, 500, 1000, 500, 1000]) await passWait(clock, wait);
    expect(await failed).toMatchObject({
      code: 'MissingCredentials',
      message: expect.stringContaining('no machine in Azure'),
    });
    expect(clock.timerCount).toBe(0);
  });

  it('is looked for no longer than a second where other credentials come after it', async () => {
    await using silent = await netServer(() => {});
    const clock = new ManualClock();
    const environment = { AZURE_POD_IDENTITY_AUTHORITY_HOST: silent.origin };
    const credential = new ManagedIdentityCredential({}, identityTools({ clock, environment }), 'in_chain');
    const failed = rejection(credential.getToken(storageScope));
    await passWait(clock, 1000);
    expect(await failed).toMatchObject({ code: 'MissingCredentials' });
  });

  it('is not taken from the metadata service of another cloud', async () => {
    const { origin } = await identityEndpoint([404, 'not found']);
    const environment = { AZURE_POD_IDENTITY_AUTHORITY_HOST: origin };
    const tools = identityTools(identityTools({ clock: new ManualClock(), environment }));
    const credential = new ManagedIdentityCredential({}, tools, 'in_chain');
    expect(await rejection(credential.getToken(storageScope))).toMatchObject({ code: 'MissingCredentials' });
  });

  it('is not there where a container engine answers for an unreachable network', async () => {
    const { origin } = await identityEndpoint([
      403,
      'connecting to 169.254.169.254: A socket operation was attempted to an unreachable network.',
    ]);
    const environment = { AZURE_POD_IDENTITY_AUTHORITY_HOST: origin };
    const tools = identityTools(identityTools({ clock: new ManualClock(), environment }));
    const failed = rejection(new ManagedIdentityCredential({}, tools).getToken(storageScope));
    expect(await failed).toMatchObject({ code: 'MissingCredentials' });
  });

  it('ends with the call', async () => {
    const { environment, clock } = await onMachine('silence');
    const controller = new AbortController();
    const credential = new ManagedIdentityCredential({}, identityTools({ clock, environment }));
    const failed = rejection(credential.getToken(storageScope, { abortSignal: controller.signal }));
    while (clock.untilNextTimer !== 5000) await new Promise((resolve) => setImmediate(resolve));
    controller.abort('enough');
    expect(await failed).toBe('enough');
    expect(clock.timerCount).toBe(0);
  });

  it.each([
    ['is no JSON', 'token'],
    ['has no token', { expires_in: 60 }],
    ['has no end', { access_token: 'secret.token' }],
    ['has an end that is no number', { access_token: 'secret.token', expires_on: 'tomorrow' }],
  ])('is not had from an answer that %s, and the answer is not repeated', async (_name, body) => {
    const { ask } = await onMachine([200, body]);
    const error = await rejection<Error>(ask());
    expect(error).toMatchObject({ code: 'AuthorizationFailure' });
    expect(error.message).not.toContain('secret');
  });

  it('is not had from an answer without end', async () => {
    const { ask } = await onMachine([200, 'x'.repeat(300_000)]);
    expect(await rejection(ask())).toMatchObject({ message: expect.stringContaining('far too long') });
  });

  it('is fetched anew from half of a long life on', async () => {
    const { ask } = await onMachine([200, { access_token: 'secret.token', expires_in: 86_400 }]);
    expect(await ask()).toMatchObject({ refreshAfterTimestamp: now + 43_200_000 });
  });
});

describe('the managed identity of an app', () => {
  it('is asked of the endpoint in the environment, with its secret', async () => {
    const { ask, asked } = await inApp(token);
    expect(await ask({ clientId })).toMatchObject({ token: 'secret.token' });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      path: '/msi/token',
      query: { 'api-version': '2019-08-01', resource: 'https://storage.azure.com', client_id: clientId },
      headers: { 'x-identity-header': 'secret-header' },
    });
  });

  it('is asked for again after a failure of the endpoint', async () => {
    const { ask, clock } = await inApp([500], [429], token);
    const answer = ask();
    await passWait(clock, 1000);
    await passWait(clock, 2000);
    expect(await answer).toMatchObject({ token: 'secret.token' });
  });

  it('says what the endpoint says when it refuses, without its secret', async () => {
    const { ask } = await inApp([
      400,
      { statusCode: 'x', message: 'No User Assigned Managed Identity found\nmore' },
    ]);
    const error = await rejection<Error>(ask());
    expect(error).toMatchObject({
      code: 'AuthorizationFailure',
      message:
        'managed identity: App Service answered status 400: x: No User Assigned Managed Identity found',
    });
  });

  it('says so when the endpoint is gone', async () => {
    const server = await netServer(() => {});
    await server[Symbol.asyncDispose]();
    const clock = new ManualClock();
    const environment = { IDENTITY_ENDPOINT: server.origin, IDENTITY_HEADER: 'h' };
    const failed = rejection(
      new ManagedIdentityCredential({}, identityTools({ clock, environment })).getToken(storageScope),
    );
    await passWait(clock, 1000);
    await passWait(clock, 2000);
    expect(await failed).toMatchObject({
      name: 'AuthenticationError',
      code: 'AuthorizationFailure',
      cause: expect.objectContaining({ code: 'ConnectionFailed' }),
    });
  });

  it.each([
    ['has no secret, as on Azure Arc', { IDENTITY_ENDPOINT: 'http://localhost:40342/x' }, /Arc/],
    [
      'is that of Service Fabric',
      { IDENTITY_ENDPOINT: 'https://localhost/x', IDENTITY_HEADER: 'h', IDENTITY_SERVER_THUMBPRINT: 't' },
      /Service Fabric/,
    ],
    ['is no URL', { IDENTITY_ENDPOINT: 'nowhere', IDENTITY_HEADER: 'h' }, /IDENTITY_ENDPOINT is no URL/],
  ])('is not had where the endpoint %s', async (_name, environment, message) => {
    const credential = new ManagedIdentityCredential(
      {},
      identityTools({ clock: new ManualClock(), environment }),
    );
    const error = await rejection<Error>(credential.getToken(storageScope));
    expect(error).toMatchObject({ code: 'MissingCredentials', message: expect.stringMatching(message) });
  });
});
