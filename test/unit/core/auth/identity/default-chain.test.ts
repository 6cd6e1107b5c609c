import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DefaultCredential } from '../../../../../src/core/auth/identity/default-chain.js';
import { identityTools } from '../../../../../src/core/auth/identity/identity-tools.js';
import { storageScope } from '../../../../../src/core/auth/token-cache.js';
import { ManualClock } from '../../../../../src/simulation/manual-clock.js';
import { fakeAz } from '../../../../support/fake-az.js';
import { identityEndpoint } from '../../../../support/identity-endpoint.js';
import { rejection } from '../../../../support/rejection.js';
import { temporaryDirectory } from '../../../../support/temporary-directory.js';

const issued = (token: string) => [200, { access_token: token, expires_in: 3600 }] as const;
const loggedIn = `echo '{"accessToken":"cli","expires_on":4000000000}'`;
const nobody = `echo "Please run 'az login'" >&2; exit 1`;
/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:9';

function chain(environment: Record<string, string>, options = {}) {
  return new DefaultCredential(options, identityTools({ clock: new ManualClock(), environment }));
}

async function workload(...replies: Parameters<typeof identityEndpoint>) {
  const { origin, asked } = await identityEndpoint(...replies);
  const file = join(await temporaryDirectory(), 'token');
  await writeFile(file, 'assertion');
  const variables = {
    AZURE_CLIENT_ID: 'client',
    AZURE_TENANT_ID: 'tenant',
    AZURE_FEDERATED_TOKEN_FILE: file,
    AZURE_AUTHORITY_HOST: origin,
  };
  return { variables, asked };
}

describe('the chain of identities', () => {
  it('begins with a workload identity, and asks nobody else', async () => {
    const { variables } = await workload(issued('workload'));
    const credential = chain({ ...variables, AZURE_POD_IDENTITY_AUTHORITY_HOST: nowhere });
    expect(credential.chosen).toBeUndefined();
    expect(await credential.getToken(storageScope)).toMatchObject({ token: 'workload' });
    expect(credential.chosen).toBe('workload_identity');
  });

  it('goes on to a managed identity, by the client id of the environment', async () => {
    const { origin, asked } = await identityEndpoint(issued('managed'));
    const credential = chain({
      IDENTITY_ENDPOINT: origin,
      IDENTITY_HEADER: 'h',
      AZURE_CLIENT_ID: 'client',
    });
    expect(await credential.getToken(storageScope)).toMatchObject({ token: 'managed' });
    expect(credential.chosen).toBe('managed_identity');
    expect(asked[0]?.query.client_id).toBe('client');
  });

  it('ends with the Azure CLI, and stays with it', async () => {
    const az = await fakeAz(loggedIn);
    const { origin, asked } = await identityEndpoint([404]);
    const credential = chain(
      { ...az.environment, AZURE_POD_IDENTITY_AUTHORITY_HOST: origin },
      { tenantId: 'tenant' },
    );
    expect(await credential.getToken(storageScope)).toMatchObject({ token: 'cli' });
    await credential.getToken(storageScope);
    expect(credential.chosen).toBe('azure_cli');
    expect(asked).toHaveLength(1);
    expect((await az.arguments()).filter((text) => text === 'tenant')).toHaveLength(2);
  });

  it('stops at an identity that is there and was refused', async () => {
    const az = await fakeAz(loggedIn);
    const { variables } = await workload([401, { error: 'invalid_client' }]);
    expect(await rejection(chain({ ...variables, ...az.environment }).getToken(storageScope))).toMatchObject({
      code: 'AuthorizationFailure',
      message: expect.stringContaining('workload identity'),
    });
  });

  it('tells of each why it is not there', async () => {
    const az = await fakeAz(nobody);
    const { origin } = await identityEndpoint([404]);
    const credential = chain({ ...az.environment, AZURE_POD_IDENTITY_AUTHORITY_HOST: origin });
    expect(await rejection(credential.getToken(storageScope))).toMatchObject({
      code: 'MissingCredentials',
      message: expect.stringMatching(
        /workload identity: not set: AZURE_CLIENT_ID.*; managed identity: .*; Azure CLI: nobody is logged in/,
      ),
    });
  });
});
