import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { AzureCredentials } from '../../../../../src/core/auth/credentials.js';
import { Cancellation } from '../../../../../src/core/call.js';
import { resolveClientOptions } from '../../../../../src/core/options.js';
import { fakeAz } from '../../../../support/fake-az.js';
import { identityEndpoint } from '../../../../support/identity-endpoint.js';

const resolve = (credentials: AzureCredentials, environment = {}) =>
  resolveClientOptions('file', { accountName: 'acct', credentials }, environment);

describe('the built-in credentials', () => {
  it.each([
    [{ type: 'managed_identity' }, undefined],
    [{ type: 'managed_identity', clientId: 'c-1' }, undefined],
    [{ type: 'default' }, 'managed_identity'],
  ] as const)('give the token of a managed identity, %j', async (credentials, chosen) => {
    const { origin } = await identityEndpoint([200, { access_token: 'secret', expires_in: 3600 }]);
    const environment = { IDENTITY_ENDPOINT: origin, IDENTITY_HEADER: 'h' };
    const source = resolve(credentials, environment).credentials;
    expect(source.kind).toBe('token');
    expect(await source.get(Cancellation.never)).toEqual({ kind: 'token', token: 'secret' });
    expect(source.chosen).toBe(chosen);
    expect(inspect(source, { depth: 9, showHidden: true }) + JSON.stringify(source)).not.toContain('secret');
  });

  it('give the token of whoever is logged in', async () => {
    const { environment } = await fakeAz(`echo '{"accessToken":"secret","expires_on":4000000000}'`);
    const source = resolve({ type: 'azure_cli' }, environment).credentials;
    expect(await source.get(Cancellation.never)).toEqual({ kind: 'token', token: 'secret' });
  });

  it('load nothing before the first token, and ask nobody', () => {
    expect(resolve({ type: 'workload_identity' }).credentials.chosen).toBeUndefined();
    expect(resolve({ type: 'default' }).credentialOrigin).toEqual({ type: 'default', from: 'options' });
  });

  it.each([
    [{ type: 'managed_identity', clientId: 'a b' }, 'clientId'],
    [{ type: 'managed_identity', clientId: 5 }, 'clientId'],
    [{ type: 'workload_identity', tenantId: 'a/b' }, 'tenantId'],
    [{ type: 'workload_identity', tokenFile: '' }, 'tokenFile'],
    [{ type: 'workload_identity', authorityHost: '' }, 'authorityHost'],
    [{ type: 'azure_cli', subscription: '--debug' }, 'subscription'],
    [{ type: 'azure_cli', subscription: 'a & b' }, 'subscription'],
    [{ type: 'default', tenantid: 'a' }, 'tenantid'],
    [{ type: 'managed_identity', tenantId: 'a' }, 'tenantId'],
  ])('refuse %j at once', (credentials, name) => {
    expect(() => resolve(credentials as AzureCredentials)).toThrow(
      expect.objectContaining({ code: 'InvalidOption', message: expect.stringContaining(name) }),
    );
  });
});
