import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import { runCli } from '../support/cli.js';
import { fakeAz } from '../support/fake-az.js';
import { identityEndpoint } from '../support/identity-endpoint.js';
import { alice, bob, token } from '../support/unsigned-requests.js';

const key = wellKnownAccount.keys[0] ?? '';
const expiresOn = () => Math.floor(Date.now() / 1000) + 3600;

/** An emulator in which Alice may read the share `data`, and Bob nothing. */
async function start() {
  const role = 'Storage File Data Privileged Reader';
  const roles = [{ principal: alice.oid, role, share: 'data' }] as const;
  const emulator = await startEmulator({ filesPort: 0, shares: ['data'], roles });
  onTestFinished(() => emulator.close());
  return { AZSTORE_ENDPOINT: emulator.filesEndpoint };
}

/** An endpoint of a managed identity that gives tokens of somebody, and the variables that lead there. */
async function managedIdentity(who: { readonly oid: string }) {
  const access = token(Date.now(), who);
  const endpoint = await identityEndpoint([
    200,
    { access_token: access, expires_on: String(expiresOn()), token_type: 'Bearer' },
  ]);
  const env = { IDENTITY_ENDPOINT: `${endpoint.origin}/token`, IDENTITY_HEADER: 'header-secret' };
  return { env, access, asked: endpoint.asked };
}

/** The command `az`, logged in as Alice. */
async function azureCli() {
  const answer = { accessToken: token(Date.now(), alice), expires_on: expiresOn() };
  const { environment } = await fakeAz(`echo '${JSON.stringify(answer)}'`);
  return environment;
}

describe('--auth-mode', () => {
  it('login takes the identity that there is', async () => {
    const [emulator, identity] = [await start(), await managedIdentity(alice)];
    const env = { ...emulator, ...identity.env };
    expect(await runCli(['ls', 'files://data', '--auth-mode', 'login'], { env })).toMatchObject({ code: 0 });
    expect(identity.asked).toHaveLength(1);
  });

  it('can be said by the environment, in either spelling', async () => {
    const [emulator, identity] = [await start(), await managedIdentity(alice)];
    for (const name of ['AZSTORE_AUTH_MODE', 'AZURE_STORAGE_AUTH_MODE']) {
      const env = { ...emulator, ...identity.env, [name]: 'login' };
      expect((await runCli(['ls', 'files://data'], { env })).code).toBe(0);
    }
  });

  it('azure-cli asks nobody else', async () => {
    const [emulator, identity] = [await start(), await managedIdentity(bob)];
    const env = { ...emulator, ...identity.env, ...(await azureCli()) };
    expect((await runCli(['ls', 'files://data', '--auth-mode', 'azure-cli'], { env })).code).toBe(0);
    expect(identity.asked).toEqual([]);
  });

  it('managed-identity can be a user-assigned one', async () => {
    const [emulator, identity] = [await start(), await managedIdentity(alice)];
    const env = { ...emulator, ...identity.env, AZURE_CLIENT_ID: 'client-of-user' };
    expect((await runCli(['ls', 'files://data', '--auth-mode', 'managed-identity'], { env })).code).toBe(0);
    expect(identity.asked[0]?.query.client_id).toBe('client-of-user');
  });

  it('workload-identity says what it lacks', async () => {
    const env = await start();
    const result = await runCli(['ls', 'files://data', '--auth-mode', 'workload-identity'], { env });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/AZURE_.*\[MissingCredentials\]; .*--auth-mode login/);
  });

  it('key takes the key although the environment says login', async () => {
    const env = { ...(await start()), AZURE_STORAGE_AUTH_MODE: 'login', AZURE_STORAGE_KEY: key };
    expect((await runCli(['ls', '--auth-mode', 'key'], { env })).code).toBe(0);
  });

  it('on the command line comes before a key of the environment, and after a key beside it', async () => {
    const [emulator, identity] = [await start(), await managedIdentity(bob)];
    const env = { ...emulator, ...identity.env, AZSTORE_ACCOUNT_KEY: key };
    expect((await runCli(['ls', 'files://data', '--auth-mode', 'login'], { env })).code).toBe(6);
    const mode = { ...emulator, ...identity.env, AZSTORE_AUTH_MODE: 'login' };
    expect((await runCli(['ls', 'files://data', '--account-key', key], { env: mode })).code).toBe(0);
  });

  it.each([
    [['--auth-mode', 'login', '--account-key', key], '--auth-mode and --account-key'],
    [['--auth-mode', 'password'], '--auth-mode must be one of login, key, managed-identity'],
  ])('refuses %j', async (flags, message) => {
    const result = await runCli(['ls', ...flags], { env: await start() });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(message);
  });

  it('refuses another word of the environment by the name of its variable', async () => {
    const env = { ...(await start()), AZSTORE_AUTH_MODE: 'password' };
    expect((await runCli(['ls'], { env })).stderr).toContain('AZSTORE_AUTH_MODE must be one of');
  });

  it('ends with 6 where the identity has no role, and says which role would do', async () => {
    const [emulator, identity] = [await start(), await managedIdentity(bob)];
    const env = { ...emulator, ...identity.env };
    const result = await runCli(['ls', 'files://data', '--auth-mode', 'login', '--json'], { env });
    expect(result.code).toBe(6);
    expect(result.stdout).toContain('Storage File Data Privileged');
    for (const secret of [identity.access, 'header-secret']) {
      expect(result.stdout + result.stderr).not.toContain(secret);
    }
  });
});
