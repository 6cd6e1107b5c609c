import { ClientAssertionCredential } from '@azure/identity';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HttpHeaders } from '../../src/core/http/headers.js';
import { bufferedBody, type HttpResponse } from '../../src/core/http/message.js';
import { type BuiltInRole, createEmulator, type EngineOptions } from '../../src/emulator/index.js';
import {
  AzureFilesClient,
  type AzureFilesConfig,
  createNodeTransport,
  type GetTokenOptions,
  type TokenCredential,
} from '../../src/files/index.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { InterceptedTransport } from '../support/intercepted-transport.js';
import { RecordingTelemetry } from '../support/recording-telemetry.js';
import { rejection } from '../support/rejection.js';
import { alice, bob, token } from '../support/unsigned-requests.js';
import {
  type AttemptName,
  attempts,
  other,
  ourAttempts,
  path,
  restore,
  startOwner,
  verdict,
} from './sas-ends.js';

/* Our client with tokens against the emulator: roles, versions, challenges, the end of tokens, credentials of @azure/identity. */

const minuteMs = 60_000;

/** A credential whose tokens hold for an hour by a clock, and which remembers what it was asked. */
class Issuer implements TokenCredential {
  readonly asked: GetTokenOptions[] = [];
  readonly #clock: { now(): number };
  readonly #claims: Readonly<Record<string, unknown>>;

  constructor(clock: { now(): number }, claims: Readonly<Record<string, unknown>> = {}) {
    this.#clock = clock;
    this.#claims = claims;
  }

  async getToken(_scopes: string | string[], options: GetTokenOptions = {}) {
    this.asked.push(options);
    const now = this.#clock.now();
    // Each one is another text, as those of Entra are.
    const text = token(now, { ...this.#claims, uti: this.asked.length });
    return { token: text, expiresOnTimestamp: now + 60 * minuteMs };
  }
}

/** An emulator in the process, and a client with a token whose requests can be watched. */
async function setUp(config: AzureFilesConfig = {}, engine: EngineOptions = {}) {
  const clock = new ManualClock({ now: Date.UTC(2026, 10, 20) });
  const answered: string[] = [];
  const emulator = createEmulator({
    shares: ['data'],
    clock,
    onRequest: ({ operation, status }) => answered.push(`${operation} ${status}`),
    ...engine,
  });
  onTestFinished(() => emulator.close());
  const transport = new InterceptedTransport(emulator.transport);
  const issuer = new Issuer(clock);
  const connect = (more: AzureFilesConfig) =>
    new AzureFilesClient({
      endpoint: emulator.filesEndpoint,
      transport,
      clock,
      defaultShare: 'data',
      ...more,
    });
  const { connectionString } = emulator;
  const owner = connect({ credentials: { type: 'connection_string', connectionString } });
  await owner.files.write({ path: 'a', data: Buffer.from('content') });
  answered.length = 0;
  const client = connect({ credentials: { type: 'token', credential: issuer }, ...config });
  return { client, owner, connect, transport, issuer, clock, answered };
}

const reading = ['read', 'look', 'list ranges', 'read beside it', 'list'] as const;
const management = ['look at the share', 'list shares'] as const;
const data = attempts.filter((attempt) => !management.some((each) => each === attempt));

const roles: readonly (readonly [BuiltInRole, readonly AttemptName[]])[] = [
  ['Storage File Data Privileged Reader', reading],
  ['Storage File Data Privileged Contributor', data],
  ['Storage File Data SMB Share Contributor', []],
  ['Storage File Delegator', []],
  ['Reader', management],
  ['Contributor', management],
];

describe('a client with a token', () => {
  it.each(roles)('in the role %s does what that grants, over HTTPS', async (role, allowed) => {
    const { owner, connect } = await startOwner({
      roles: [{ principal: alice.oid, role }],
    });
    const credential = new Issuer(Date);
    const tried = ourAttempts(connect({ type: 'token', credential }));
    const outcomes: Record<string, string> = {};
    for (const attempt of attempts) {
      await restore(owner);
      outcomes[attempt] = await verdict(tried[attempt]);
    }
    const refused = 'AuthorizationPermissionMismatch';
    const outcome = (attempt: AttemptName) => (allowed.includes(attempt) ? 'yes' : refused);
    expect(outcomes).toEqual(Object.fromEntries(attempts.map((attempt) => [attempt, outcome(attempt)])));
    expect(credential.asked).toHaveLength(1);
  });

  it('is told which role it lacks', async () => {
    const role = 'Storage File Data Privileged Reader' as const;
    const { client } = await setUp({}, { roles: [{ principal: '*', role }] });
    expect(await rejection(client.files.delete({ path: 'a' }))).toMatchObject({
      name: 'AuthenticationError',
      code: 'PermissionDenied',
      serviceCode: 'AuthorizationPermissionMismatch',
      status: 403,
      message: expect.stringContaining('lacks a data role, such as Storage File Data Privileged Contributor'),
    });
    expect(await rejection(client.sas.forRead({ path: 'a' }))).toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringContaining('Storage File Delegator'),
    });
  });

  it('is one principal among others', async () => {
    const role = 'Storage File Data Privileged Contributor' as const;
    const started = await startOwner({ roles: [{ principal: bob.oid, role, share: 'data', path: 'd' }] });
    const as = (claims: object) =>
      started.connect({ type: 'token', credential: new Issuer(Date, { ...claims }) });
    expect(await verdict(() => as(bob).files.read({ path }))).toBe('yes');
    expect(await verdict(() => as(alice).files.read({ path }))).toBe('AuthorizationPermissionMismatch');
    const renaming = () => as(bob).files.rename({ path: other, newPath: 'outside' });
    expect(await verdict(renaming)).toBe('AuthorizationPermissionMismatch');
  });

  it('copies, renames and locks', async () => {
    const { client } = await setUp();
    await client.files.copy({ sourcePath: 'a', destPath: 'b' });
    await client.files.rename({ path: 'b', newPath: 'c' });
    await client.files.updateIfMatch({ path: 'c' }, () => Buffer.from('updated'));
    await client.leases.withLock({ path: 'c' }, async ({ id }) => {
      await client.files.write({ path: 'c', data: Buffer.from('locked'), leaseId: id });
    });
    await client.files.append({ path: 'c', data: Buffer.from(' and longer') });
    expect(Buffer.from((await client.files.read({ path: 'c' })).data).toString()).toBe('locked and longer');
  });

  it('asks for a later version only where the service needs one', async () => {
    const { client, transport } = await setUp();
    const versions: Record<string, string | undefined> = {};
    transport.intercept = ({ headers }, next, { operation }) => {
      versions[operation.name] = headers.get('x-ms-version');
      return next();
    };
    await client.files.read({ path: 'a' });
    await client.directories.list();
    await client.shares.getProperties();
    await client.shares.getStatistics();
    for await (const _ of client.shares.list());
    await client.leases.release(await client.leases.acquire({}));
    await client.sas.getUserDelegationKey();
    expect(versions).toEqual({
      GetFile: '2023-11-03',
      ListDirectoriesAndFiles: '2023-11-03',
      GetShareProperties: '2024-11-04',
      GetShareStats: '2024-11-04',
      ListShares: '2024-11-04',
      LeaseShare: '2024-11-04',
      GetUserDelegationKey: '2025-07-05',
    });
  });

  it('keeps to a version that was chosen, and says which is needed', async () => {
    const { client, answered } = await setUp({ apiVersion: '2022-11-02' });
    await client.files.exists({ path: 'a' });
    expect(await rejection(client.shares.getProperties())).toMatchObject({
      name: 'ConfigurationError',
      code: 'UnsupportedVersion',
      message: expect.stringContaining('needs service version 2024-11-04 or later'),
    });
    expect(answered).toEqual(['GetFileProperties 200']);
  });

  it('sends the intent with everything but the request for a key', async () => {
    const { client, transport } = await setUp();
    const intents: string[] = [];
    transport.intercept = ({ headers }, next, { operation }) => {
      intents.push(`${operation.name} ${headers.get('x-ms-file-request-intent')}`);
      return next();
    };
    await client.files.exists({ path: 'a' });
    await client.shares.getProperties();
    await client.sas.getUserDelegationKey();
    expect(intents).toEqual([
      'GetFileProperties backup',
      'GetShareProperties backup',
      'GetUserDelegationKey undefined',
    ]);
  });
});

describe('a token', () => {
  it('serves many calls, and is renewed while they go on, before it ends', async () => {
    const { client, issuer, clock, answered } = await setUp();
    await Promise.all(Array.from({ length: 10 }, () => client.files.exists({ path: 'a' })));
    expect(issuer.asked).toHaveLength(1);
    await clock.advance(59 * minuteMs);
    await client.files.exists({ path: 'a' });
    await client.files.exists({ path: 'a' });
    expect(issuer.asked).toHaveLength(2);
    await clock.advance(2 * minuteMs);
    await client.files.exists({ path: 'a' });
    expect(answered.filter((each) => each !== 'GetFileProperties 200')).toEqual([]);
  });

  it('that ended while nobody called is renewed before the next call', async () => {
    const { client, issuer, clock, answered } = await setUp();
    await client.files.exists({ path: 'a' });
    await clock.advance(120 * minuteMs);
    await client.files.exists({ path: 'a' });
    expect(issuer.asked).toHaveLength(2);
    expect(answered).toEqual(['GetFileProperties 200', 'GetFileProperties 200']);
  });

  it('that the service takes for ended is replaced once, for all calls at a time', async () => {
    const slow = new ManualClock({ now: Date.UTC(2026, 10, 20) - 61 * minuteMs });
    const { connect, clock, answered } = await setUp();
    let asked = 0;
    const getToken = async () => {
      asked += 1;
      const now = asked === 1 ? slow.now() : clock.now();
      return { token: token(now), expiresOnTimestamp: clock.now() + 60 * minuteMs };
    };
    const client = connect({ credentials: { type: 'token', credential: { getToken } } });
    const calls = Array.from({ length: 5 }, () => client.files.exists({ path: 'a' }));
    expect(await Promise.all(calls)).toEqual([true, true, true, true, true]);
    expect(asked).toBe(2);
    expect(answered.filter((each) => each === 'GetFileProperties 401')).toHaveLength(5);
    expect(answered.filter((each) => each === 'GetFileProperties 200')).toHaveLength(5);
  });

  it.each([
    ['for another audience', { aud: 'https://vault.azure.net' }, 'Audience validation failed'],
    ['that has ended', { exp: 1 }, 'The token is expired'],
    ['of another issuer', { iss: 'https://example.com/' }, 'Issuer validation failed'],
  ])('%s is refused a second time for good', async (_name, claims, detail) => {
    const { connect, clock, answered } = await setUp();
    const issuer = new Issuer(clock, claims);
    const client = connect({ credentials: { type: 'token', credential: issuer } });
    expect(await rejection(client.files.read({ path: 'a' }))).toMatchObject({
      name: 'AuthenticationError',
      code: 'AuthorizationFailure',
      serviceCode: 'InvalidAuthenticationInfo',
      status: 401,
      attempts: 1,
      message: expect.stringContaining(detail),
    });
    expect(answered).toEqual(['GetFile 401', 'GetFile 401']);
    // The tenant that the service names is passed on.
    expect(issuer.asked.map(({ tenantId }) => tenantId)).toEqual([
      undefined,
      '00000000-0000-0000-0000-000000000000',
    ]);
  });

  it('without the claims that the service asks for is replaced by one with them', async () => {
    const telemetry = new RecordingTelemetry();
    const { client, transport, issuer, answered } = await setUp({ telemetry });
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1795132800"}}}';
    transport.intercept = async (_request, next) => {
      transport.intercept = (_later, next) => next();
      await next();
      return revoked(claims);
    };
    await client.files.write({ path: 'b', data: Buffer.from('written') });
    expect(issuer.asked.map((options) => options.claims)).toEqual([undefined, claims]);
    expect(issuer.asked.every(({ enableCae }) => enableCae === true)).toBe(true);
    expect(answered.at(-1)).toBe('PutRange 201');
    const warnings = telemetry.logs.filter(([level]) => level === 'warn');
    expect(warnings.map(([, message]) => message)).toEqual(['azure_files credential renewed']);
  });
});

/** What the service says to a token whose session was revoked; the emulator revokes none. */
function revoked(claims: string): HttpResponse {
  const encoded = Buffer.from(claims).toString('base64');
  const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/${alice.tid}/oauth2/authorize", error="insufficient_claims", claims="${encoded}"`;
  const headers = HttpHeaders.of({
    'WWW-Authenticate': challenge,
    'x-ms-error-code': 'InvalidAuthenticationInfo',
  });
  return { status: 401, headers, body: bufferedBody() };
}

/** The authority that a credential of `@azure/identity` talks to, in its place. */
class FakeAuthority {
  asked = 0;

  async sendRequest(request: { url: string; headers: unknown }) {
    const authority = `https://login.example/${alice.tid}`;
    const document = request.url.endsWith('/openid-configuration')
      ? {
          token_endpoint: `${authority}/oauth2/v2.0/token`,
          issuer: `${authority}/v2.0`,
          authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
          jwks_uri: `${authority}/keys`,
        }
      : this.#token();
    return { request, status: 200, headers: request.headers, bodyAsText: JSON.stringify(document) } as never;
  }

  #token() {
    this.asked += 1;
    return { token_type: 'Bearer', expires_in: 3599, access_token: token(Date.now()) };
  }
}

describe('a credential of @azure/identity', () => {
  it('reads, writes and signs SAS against the emulator', async () => {
    const authority = new FakeAuthority();
    const credential = new ClientAssertionCredential(alice.tid, 'client', async () => 'assertion', {
      authorityHost: 'https://login.example',
      disableInstanceDiscovery: true,
      httpClient: authority,
    });
    const { connect, withSas } = await startOwner();
    const client = connect({ type: 'token', credential });
    await client.files.write({ path, data: Buffer.from('by identity') });
    const { token: sas, kind } = await client.sas.forRead({ path });
    expect(kind).toBe('user_delegation');
    expect(Buffer.from((await withSas(sas).files.read({ path })).data).toString()).toBe('by identity');
    expect(authority.asked).toBe(1);
  });
});

describe('an emulator with a certificate of its own making', () => {
  it('is refused by a client that was not told to trust it', async () => {
    const { emulator } = await startOwner();
    const { connectionString } = emulator;
    const client = new AzureFilesClient({
      credentials: { type: 'connection_string', connectionString },
      defaultShare: 'data',
    });
    onTestFinished(() => client.close());
    expect(await rejection(client.files.exists({ path }))).toMatchObject({
      name: 'NetworkError',
      code: 'CertificateInvalid',
      attempts: 1,
    });
  });

  it('is trusted by the certificate that it gives', async () => {
    const { emulator } = await startOwner();
    const { connectionString, certificate } = emulator;
    const transport = createNodeTransport({ ca: certificate });
    onTestFinished(() => transport.close?.());
    const client = new AzureFilesClient({
      credentials: { type: 'connection_string', connectionString },
      defaultShare: 'data',
      transport,
    });
    expect(await client.files.exists({ path })).toBe(true);
  });
});
