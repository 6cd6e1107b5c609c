import { describe, expect, it } from 'vitest';
import { startEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import { jsonLines, runCli } from '../support/cli.js';
import { startShare } from '../support/share.js';

const key = wellKnownAccount.keys[0] ?? '';
/** A key that is none of ours: base64 of 64 bytes. */
const secret = Buffer.alloc(64, 'secret').toString('base64');

describe('credentials', () => {
  it('come from flags', async () => {
    const { emulator } = await startShare();
    const account = [
      '--account-name',
      'devstoreaccount1',
      '--account-key',
      key,
      '--endpoint',
      emulator.filesEndpoint,
    ];
    expect((await runCli(['ls', ...account, 'files://data'])).code).toBe(0);
    expect(
      (await runCli(['ls', '--connection-string', emulator.connectionString, 'files://data'])).code,
    ).toBe(0);
  });

  it('come from the environment variables of the flags', async () => {
    const { emulator } = await startShare();
    const env = { AZSTORE_ACCOUNT_KEY: key, AZSTORE_ENDPOINT: emulator.filesEndpoint };
    expect((await runCli(['ls', 'files://data'], { env })).code).toBe(0);
  });

  it('come from the usual environment variables', async () => {
    const { emulator } = await startShare();
    const env = {
      AZURE_STORAGE_ACCOUNT: 'devstoreaccount1',
      AZURE_STORAGE_KEY: key,
      AZSTORE_ENDPOINT: emulator.filesEndpoint,
    };
    expect((await runCli(['ls', 'files://data'], { env })).code).toBe(0);
  });

  it('on the command line win over the environment', async () => {
    const { emulator, env } = await startShare();
    const wrong = {
      ...env,
      AZSTORE_CONNECTION_STRING: env.AZURE_STORAGE_CONNECTION_STRING?.replace(key, secret) ?? '',
    };
    expect((await runCli(['ls', 'files://data'], { env: wrong })).code).toBe(6);
    const right = ['--connection-string', emulator.connectionString];
    expect((await runCli(['ls', 'files://data', ...right], { env: wrong })).code).toBe(0);
  });

  it('that contradict each other on the command line are refused', async () => {
    const result = await runCli(['ls', '--account-key', secret, '--sas-token', 'sv=1&sig=abcdef']);
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--sas-token and --account-key'),
    });
  });

  it('that are missing are asked for', async () => {
    const result = await runCli(['ls', 'files://data']);
    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('AZURE_STORAGE_CONNECTION_STRING'),
    });
  });

  it('that are wrong end with 6', async () => {
    const { emulator } = await startShare();
    const account = ['--account-key', secret, '--endpoint', emulator.filesEndpoint];
    const result = await runCli(['ls', ...account, 'files://data', '--json']);
    expect(result.code).toBe(6);
    expect(jsonLines(result.stdout)).toMatchObject([{ error: { exitCode: 6, status: 403 } }]);
    expect(result.stdout + result.stderr).not.toContain(secret);
  });

  it.each([
    [['--account-key', secret, '--account-name', 'UPPER']],
    [['--account-key', `${secret}!`, '--account-name', 'acct']],
    [['--sas-token', `sv=1&si=${secret}`, '--account-name', 'acct']],
    [['--connection-string', `AccountName=acct;AccountKey=${secret};Nonsense`]],
    [
      [
        '--connection-string',
        `AccountName=acct;AccountKey=${secret};EndpointSuffix=x.y;FileEndpoint=http://a.b/`,
      ],
    ],
    [['--endpoint', `https://acct.file.core.windows.net/?sig=${secret}`, '--account-key', secret]],
    [['--account-kee', secret]],
    [[`--account-kee=${secret}`]],
    [[`https://acct.file.core.windows.net/a/b?sv=1&sg=${secret}`]],
  ])('are not repeated when %j is refused', async (args) => {
    for (const mode of [[], ['--json']]) {
      const result = await runCli(['ls', ...args, ...mode]);
      expect(result.code).toBeGreaterThan(0);
      expect(result.stdout + result.stderr).not.toContain(secret);
      expect(result.stdout + result.stderr).not.toContain(encodeURIComponent(secret));
    }
  });
});

describe('a service that is not there', () => {
  it('ends with 5, says what was tried, and takes little time', async () => {
    const emulator = await startEmulator({ filesPort: 0 });
    const { filesEndpoint } = emulator;
    await emulator.close();
    const account = ['--account-key', key, '--endpoint', filesEndpoint];
    const result = await runCli(['ls', ...account, 'files://data']);
    expect(result).toMatchObject({ code: 5, stdout: '' });
    expect(result.stderr).toMatch(
      /^azstore: .*http:\/\/127\.0\.0\.1:.*after 3 attempts.*\[ConnectionFailed\]; .*\n$/,
    );
  });
});

describe('errors with --json', () => {
  it.each([
    [['ls', '--json', '--bogus'], 'Usage', 2],
    [['ls', '--json', 'blobs://x'], 'Usage', 2],
    [['cp', '--json', 'a', 'b'], 'Usage', 2],
    [['frobnicate', '--json'], 'Usage', 2],
    [['ls', '--json', 'files://data/no'], 'NotFound', 3],
    [['cat', '--json', 'files://data/no'], 'FileNotFound', 3],
    [['stat', '--json', 'files://INVALID'], 'InvalidShareName', 2],
    [['mkdir', '--json', 'files://data/a*b'], 'InvalidPath', 2],
  ])('%j gives one line on standard output and nothing for people', async (argv, code, exitCode) => {
    const { cli } = await startShare();
    const result = await cli(argv);
    expect(result).toMatchObject({ code: exitCode, stderr: '' });
    expect(jsonLines(result.stdout)).toMatchObject([
      { error: { code, exitCode, message: expect.any(String) } },
    ]);
  });

  it('can be asked for by the environment', async () => {
    const result = await runCli(['ls', '--bogus'], { env: { AZSTORE_JSON: '1' } });
    expect(jsonLines(result.stdout)).toMatchObject([{ error: { code: 'Usage' } }]);
  });
});

describe('--quiet', () => {
  it('leaves errors and data', async () => {
    const { cli, fill } = await startShare();
    await fill({ a: 'a' });
    expect(await cli(['mkdir', '-q', 'files://data/b'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await cli(['ls', '-q', 'files://data'])).stdout).toBe('a\nb/\n');
    expect((await cli(['ls', '-q', 'files://data/no'])).stderr).toContain('NotFound');
  });
});
