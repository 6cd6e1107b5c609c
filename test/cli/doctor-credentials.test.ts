import { describe, expect, it, onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import { AzureFilesClient, systemClock } from '../../src/files/index.js';
import { runCli } from '../support/cli.js';
import { examine } from '../support/doctor.js';
import { fakeAz } from '../support/fake-az.js';
import { identityEndpoint } from '../support/identity-endpoint.js';
import { alice, token } from '../support/unsigned-requests.js';

const key = wellKnownAccount.keys[0] ?? '';
const other = Buffer.alloc(64, 'another key').toString('base64');

async function start(options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ filesPort: 0, shares: ['data'], ...options });
  const { connectionString, filesEndpoint } = emulator;
  const owner = new AzureFilesClient(
    { credentials: { type: 'connection_string', connectionString }, defaultShare: 'data' },
    {},
  );
  onTestFinished(async () => {
    await owner.close();
    await emulator.close();
  });
  return { emulator, owner, endpoint: { AZSTORE_ENDPOINT: filesEndpoint } };
}

describe('credentials', () => {
  it.each([
    [['--account-key', key], {}, 'an account key (shared_key from --account-key)'],
    [[], { AZSTORE_ACCOUNT_KEY: key }, 'an account key (shared_key from AZSTORE_ACCOUNT_KEY)'],
    [
      [],
      { AZURE_STORAGE_ACCOUNT: 'devstoreaccount1', AZURE_STORAGE_KEY: key },
      'an account key (shared_key from AZURE_STORAGE_KEY)',
    ],
    [
      ['--account-key', key],
      { AZURE_STORAGE_KEY: other, AZURE_STORAGE_SAS_TOKEN: 'sv=1&sig=other', AZSTORE_AUTH_MODE: 'key' },
      'an account key (shared_key from --account-key); set but not used: AZURE_STORAGE_SAS_TOKEN, AZURE_STORAGE_KEY',
    ],
  ])('of %j and %j are told with where they come from', async (flags, env, message) => {
    const { endpoint } = await start();
    const result = await examine(flags, { env: { ...endpoint, ...env } });
    expect(result.of('credentials')).toMatchObject({ status: 'ok', message });
    expect(result.code).toBe(0);
  });

  it('that are missing are asked for, and the rest is looked at as far as can be', async () => {
    const { endpoint } = await start();
    const env = { ...endpoint, AZURE_STORAGE_ACCOUNT: 'devstoreaccount1' };
    const result = await examine(['files://data'], { env });
    expect(result.code).toBe(2);
    expect(result.of('credentials')).toMatchObject({
      status: 'fail',
      code: 'MissingCredentials',
      exitCode: 2,
      cure: expect.stringContaining('--auth-mode login'),
    });
    expect(result.states.slice(1)).toEqual([
      'endpoint ok',
      'proxy ok',
      'dns ok',
      'connect ok',
      'tls ok',
      'service ok',
      'clock ok',
    ]);
  });

  it('that are missing without an account end it', async () => {
    const result = await examine([]);
    expect(result.states).toEqual(['credentials fail']);
  });

  it('without an account are told as that', async () => {
    const result = await examine(['--account-key', key]);
    expect(result.states).toEqual(['endpoint fail']);
    expect(result).toMatchObject({ code: 2, findings: [{ code: 'InvalidAccountName' }] });
  });

  it('that are malformed are told, and not repeated', async () => {
    const { endpoint } = await start();
    const result = await examine(['--account-key', `${other}!`, '--account-name', 'devstoreaccount1'], {
      env: endpoint,
    });
    expect(result.of('credentials')).toMatchObject({ status: 'fail', code: 'InvalidKey', exitCode: 6 });
    expect(result.of('clock').status).toBe('ok');
    expect(result.code).toBe(6);
    expect(result.stdout + result.stderr).not.toContain(other);
  });

  it('that are wrong are refused, with the reason that the service gives', async () => {
    const { endpoint } = await start();
    for (const location of ['files://data', 'files://data/x', 'files://']) {
      const result = await examine([location, '--account-key', other], { env: endpoint });
      expect(result.code).toBe(6);
      expect(result.findings.at(-1)).toMatchObject({
        status: 'fail',
        code: 'InvalidKey',
        message: expect.stringContaining('the key is not (or no longer) one of the account'),
        cure: expect.stringContaining('compare account name and key'),
      });
      expect(result.stdout + result.stderr).not.toContain(other);
    }
  });

  it('are a mistake of the command line where they contradict each other', async () => {
    const result = await runCli(['doctor', '--account-key', key, '--sas-token', 'sv=1&sig=secret']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/^azstore: only one of .*\[Usage\]/);
  });
});

describe('a login', () => {
  const expires = () => Math.floor(systemClock.now() / 1000) + 3600;
  const answer = (access: string) =>
    `echo '${JSON.stringify({ accessToken: access, expires_on: expires() })}'`;

  it('is told with the identity that answered, and who it is', async () => {
    const { endpoint } = await start();
    const appid = 'dddddddd-0000-1111-2222-eeeeeeeeeeee';
    const access = token(systemClock.now(), { ...alice, appid });
    const { environment } = await fakeAz(answer(access));
    // Where the metadata service would be, there is something else.
    const metadata = await identityEndpoint([404]);
    const env = { ...endpoint, ...environment, AZURE_POD_IDENTITY_AUTHORITY_HOST: metadata.origin };
    const result = await examine(
      ['files://data', '--auth-mode', 'login', '--account-name', 'devstoreaccount1'],
      {
        env,
      },
    );
    expect(result.code).toBe(0);
    expect(result.of('credentials')).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(
        new RegExp(
          `^a token \\(default from --auth-mode\\); azure_cli answered; object ${alice.oid}; application ${appid}; tenant ${alice.tid}; until `,
        ),
      ),
      facts: { type: 'default', kind: 'token', chosen: 'azure_cli', objectId: alice.oid },
    });
    expect(result.stdout + result.stderr).not.toContain(access);
    expect(result.stdout).not.toContain(access.split('.')[1]);
  });

  it('may have a token that says nothing', async () => {
    const { endpoint } = await start();
    const { environment } = await fakeAz(answer('opaque-token'));
    const result = await examine(['files://data', '--auth-mode', 'azure-cli'], {
      env: { ...endpoint, ...environment },
    });
    expect(result.of('credentials').message).toBe('a token (azure_cli from --auth-mode)');
    expect(result.of('read')).toMatchObject({
      status: 'fail',
      exitCode: 6,
      cure: expect.stringContaining('az login --tenant'),
    });
    expect(result.stdout).not.toContain('opaque-token');
  });

  it('that is not there is told, and the rest is looked at', async () => {
    const { endpoint } = await start();
    const { environment } = await fakeAz("echo 'ERROR: Please run az login to setup account.' >&2; exit 1");
    const result = await examine(['--auth-mode', 'azure-cli'], { env: { ...endpoint, ...environment } });
    expect(result.of('credentials')).toMatchObject({
      status: 'fail',
      code: 'MissingCredentials',
      message: expect.stringMatching(/^azure_cli from --auth-mode: .*nobody is logged in/),
    });
    expect(result.states.at(-1)).toBe('clock ok');
    expect(result.code).toBe(2);
  });

  it('that takes too long is given up', async () => {
    const { endpoint } = await start();
    const { environment } = await fakeAz('exec sleep 30');
    const started = systemClock.monotonic();
    const result = await examine(['--auth-mode', 'azure-cli', '--timeout', '1'], {
      env: { ...endpoint, ...environment },
    });
    expect(systemClock.monotonic() - started).toBeLessThan(6000);
    expect(result.of('credentials')).toMatchObject({
      code: 'Timeout',
      message: 'azure_cli from --auth-mode: no token came within 2 s',
      cure: expect.stringContaining('az account get-access-token'),
    });
    expect(result.states.at(-1)).toBe('clock ok');
    expect(result.code).toBe(5);
  });

  it('needs a service version that knows tokens', async () => {
    const { endpoint } = await start();
    const { environment } = await fakeAz(answer(token(systemClock.now())));
    const argv = ['files://data', '--auth-mode', 'azure-cli', '--api-version', '2020-02-10'];
    const result = await examine(argv, { env: { ...endpoint, ...environment } });
    expect(result.states[0]).toBe('version fail');
    expect(result.of('version')).toMatchObject({ code: 'UnsupportedVersion', exitCode: 1 });
    expect(result.states.at(-1)).toBe('clock ok');
  });
});

describe('a role', () => {
  const reader = 'Storage File Data Privileged Reader';

  async function as(role: typeof reader | 'Reader' | undefined, ...argv: string[]) {
    const roles = role === undefined ? [] : [{ principal: alice.oid, role, share: 'data' } as const];
    const { endpoint, owner } = await start({ roles });
    await owner.files.write({ path: 'a.txt', data: Buffer.from('hello') });
    const access = token(systemClock.now(), alice);
    const { environment } = await fakeAz(
      `echo '${JSON.stringify({ accessToken: access, expires_on: expires() })}'`,
    );
    const env = { ...endpoint, ...environment, AZSTORE_AUTH_MODE: 'azure-cli' };
    return examine(argv, { env });
  }
  const expires = () => Math.floor(systemClock.now() / 1000) + 3600;

  it('for reading lets read and list, but not look at the share itself', async () => {
    const result = await as(reader, 'files://data');
    expect(result.states.slice(-4)).toEqual(['version ok', 'read ok', 'list ok', 'lease warn']);
    expect(result.of('version').facts).toEqual({ versions: ['2023-11-03'] });
    expect(result.of('lease').cure).toContain('a role such as Reader');
    expect(result.code).toBe(0);
  });

  it('for reading lets look at the lease of a file', async () => {
    const result = await as(reader, 'files://data/a.txt');
    expect(result.states.slice(-2)).toEqual(['read ok', 'lease ok']);
  });

  it('for data does not list shares, which is no failure where nothing was named', async () => {
    const unnamed = await as(reader);
    expect(unnamed.of('list')).toMatchObject({
      status: 'warn',
      cure: expect.stringContaining('give a location'),
    });
    expect(unnamed.code).toBe(0);
    const named = await as(reader, 'files://');
    expect(named.of('list')).toMatchObject({ status: 'fail', exitCode: 6 });
    expect(named.code).toBe(6);
  });

  it.each([undefined, 'Reader'] as const)(
    'of %s does not let read, and the cure is another',
    async (role) => {
      const result = await as(role, 'files://data/a.txt');
      expect(result.states.at(-1)).toBe('read fail');
      expect(result.of('read')).toMatchObject({
        code: 'PermissionDenied',
        exitCode: 6,
        cure: expect.stringContaining('Storage File Data Privileged Contributor (or Reader)'),
      });
      expect(result.code).toBe(6);
    },
  );

  it('for reading does not let write', async () => {
    const result = await as(reader, 'files://data/a.txt', '--write');
    expect(result.of('write')).toMatchObject({ status: 'fail', code: 'PermissionDenied', exitCode: 6 });
    expect(result.states.at(-1)).toBe('write fail');
  });
});
