import { ClientAssertionCredential, type DefaultAzureCredential } from '@azure/identity';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { storageScope } from '../../src/core/auth/token-cache.js';
import { AzureFilesClient, type TokenCredential } from '../../src/files/index.js';
import { ScriptedTransport } from '../../src/simulation/scripted-transport.js';

const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const authority = `https://login.example/${tenantId}`;
const claims = '{"access_token":{"nbf":{"essential":true,"value":"1603742800"}}}';

/** The authority that a credential of `@azure/identity` talks to, in its place. */
class FakeAuthority {
  /** The form of each request for a token. */
  readonly asked: Record<string, string>[] = [];

  async sendRequest(request: { url: string; body?: unknown; headers: unknown }) {
    const document = request.url.endsWith('/openid-configuration')
      ? {
          token_endpoint: `${authority}/oauth2/v2.0/token`,
          issuer: `${authority}/v2.0`,
          authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
          jwks_uri: `${authority}/keys`,
        }
      : this.#token(String(request.body));
    return { request, status: 200, headers: request.headers, bodyAsText: JSON.stringify(document) } as never;
  }

  #token(body: string) {
    this.asked.push(Object.fromEntries(new URLSearchParams(body)));
    return { token_type: 'Bearer', expires_in: 3599, access_token: `token-${this.asked.length}` };
  }
}

function setUp() {
  const httpClient = new FakeAuthority();
  const credential = new ClientAssertionCredential(tenantId, 'client', async () => 'assertion', {
    authorityHost: 'https://login.example',
    disableInstanceDiscovery: true,
    httpClient,
    retryOptions: { maxRetries: 0 },
  });
  const transport = new ScriptedTransport();
  const client = new AzureFilesClient(
    { accountName: 'acct', credentials: { type: 'token', credential }, transport, defaultShare: 'data' },
    {},
  );
  return { client, transport, authority: httpClient };
}

describe('a credential of @azure/identity', () => {
  it('fits as it is', () => {
    expectTypeOf<DefaultAzureCredential>().toExtend<TokenCredential>();
    expectTypeOf<ClientAssertionCredential>().toExtend<TokenCredential>();
  });

  it('gives one token for many requests', async () => {
    const { client, transport, authority } = setUp();
    const reading = [client.files.exists({ path: 'a' }), client.files.exists({ path: 'b' })];
    for (const _ of reading) {
      const exchange = await transport.next();
      expect(exchange.request.headers.get('authorization')).toBe('Bearer token-1');
      exchange.refuse(404, 'ResourceNotFound');
    }
    expect(await Promise.all(reading)).toEqual([false, false]);
    expect(authority.asked).toMatchObject([{ scope: expect.stringContaining(storageScope) }]);
  });

  it('passes on the claims of a refusal, past its own cache', async () => {
    const { client, transport, authority } = setUp();
    const reading = client.files.exists({ path: 'a' });
    const header = `Bearer authorization_uri="${authority}", error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`;
    (await transport.next()).refuse(401, 'InvalidAuthenticationInfo', { 'WWW-Authenticate': header });
    const second = await transport.next();
    expect(second.request.headers.get('authorization')).toBe('Bearer token-2');
    second.refuse(404, 'ResourceNotFound');
    expect(await reading).toBe(false);
    expect(authority.asked).toHaveLength(2);
    expect(JSON.parse(authority.asked[1]?.claims ?? '')).toMatchObject(JSON.parse(claims));
  });
});
