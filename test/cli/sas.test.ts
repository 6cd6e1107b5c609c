import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator/index.js';
import { AzureFilesClient } from '../../src/files/index.js';
import { type CliResult, jsonLines, runCli } from '../support/cli.js';
import { identityEndpoint } from '../support/identity-endpoint.js';
import { startShare } from '../support/share.js';
import { alice, bob, token } from '../support/unsigned-requests.js';

/** The signature in a URL or a query. */
const signatureOf = (text: string) => new URLSearchParams(text.trim().split('?').at(-1)).get('sig') ?? '';

/** A share with a file in it, the URL that a command printed, and what the command line may do with that alone. */
async function made(...argv: string[]) {
  const setting = await startShare();
  await setting.fill({ 'dir/a.txt': 'hello', 'dir/b.txt': 'other' });
  const result = await setting.cli(['sas', ...argv]);
  const url = result.stdout.trim();
  const use = (...verb: string[]) => runCli(verb);
  return { ...setting, result, url, use };
}

/** The same URL for another path. */
const elsewhere = (url: string, path: string) => url.replace(/(\/data\/)[^?]*/, `$1${path}`);

/** The query of a URL without what differs between runs. */
function fieldsOf(url: string): Record<string, string> {
  const { sig, se, st, ...fields } = Object.fromEntries(new URL(url).searchParams);
  expect([sig, se].every((value) => value !== undefined)).toBe(true);
  return { ...fields, ...(st === undefined ? {} : { st: 'given' }) };
}

const usual = { sv: '2023-11-03', spr: 'https,http', st: 'given' };
const file = 'files://data/dir/a.txt';

describe('sas read', () => {
  it('prints a URL that reads one file, and nothing else on standard output', async () => {
    const { result, url, use } = await made('read', file);
    expect(result).toMatchObject({ code: 0, stdout: `${url}\n` });
    expect(fieldsOf(url)).toEqual({ ...usual, sr: 'f', sp: 'r' });
    expect((await use('cat', url)).stdout).toBe('hello');
    expect((await use('cat', elsewhere(url, 'dir/b.txt'))).code).toBe(6);
    expect((await use('rm', url)).code).toBe(6);
  });

  it('tells people what it allows and until when, without the signature', async () => {
    const { result, url } = await made('read', file);
    expect(result.stderr).toMatch(
      /^azstore: allows 'r' on data\/dir\/a\.txt, from \S+ \S+ until \S+ \S+ UTC, over https and http\n$/,
    );
    expect(result.stderr).not.toContain(signatureOf(url));
  });

  it('is for one hour from a quarter of an hour ago on, unless told otherwise', async () => {
    const { url } = await made('read', file);
    const { se = '', st = '' } = Object.fromEntries(new URL(url).searchParams);
    expect(Date.parse(se) - Date.parse(st)).toBe(75 * 60_000);
    expect(Math.abs(Date.parse(se) - Date.now() - 3_600_000)).toBeLessThan(60_000);
  });

  it('gives other headers to what it reads', async () => {
    const { url } = await made('read', file, '--content-disposition', 'attachment', '--content-type', 'a/b');
    const answer = await fetch(url);
    expect(await answer.text()).toBe('hello');
    expect(answer.headers.get('content-disposition')).toBe('attachment');
    expect(answer.headers.get('content-type')).toBe('a/b');
  });

  it('prints the query alone with --token', async () => {
    const { result, emulator } = await made('read', file, '--token');
    expect(result.stdout).toMatch(/^sv=[^\s?]+\n$/);
    const account = ['--endpoint', emulator.filesEndpoint, '--sas-token', result.stdout.trim()];
    expect((await runCli(['cat', file, ...account])).stdout).toBe('hello');
  });

  it('gives an object with --json', async () => {
    const { result, emulator } = await made('read', file, '--json', '--expires', '10m');
    const [value] = jsonLines(result.stdout);
    expect(value).toMatchObject({
      kind: 'service',
      resource: 'data/dir/a.txt',
      permissions: 'r',
      protocol: 'https,http',
      version: '2023-11-03',
      startsOn: expect.stringMatching(/Z$/),
      expiresOn: expect.stringMatching(/Z$/),
    });
    expect(value?.url).toBe(`${emulator.filesEndpoint}/data/dir/a.txt?${value?.token}`);
    expect(result.stderr).toBe('');
  });

  it('leaves the URL out of the object with --json --token', async () => {
    const [value] = jsonLines((await made('read', file, '--json', '--token')).result.stdout);
    expect(value).toMatchObject({ token: expect.stringContaining('sig=') });
    expect(value).not.toHaveProperty('url');
  });

  it('takes limits', async () => {
    const limits = ['--expires', '2100-01-01T01:00+01:00', '--starts', '2099-01-01', '--ip', '10.0.0.1'];
    const { url } = await made('read', file, ...limits, '--api-version', '2021-12-02');
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      st: '2099-01-01T00:00:00Z',
      se: '2100-01-01T00:00:00Z',
      sip: '10.0.0.1',
      sv: '2021-12-02',
    });
  });

  it('counts --expires from --starts where that is later', async () => {
    const { url } = await made('read', file, '--starts', '2h', '--expires', '30m');
    const { se = '', st = '' } = Object.fromEntries(new URL(url).searchParams);
    expect(Date.parse(se) - Date.parse(st)).toBe(30 * 60_000);
    expect(Math.abs(Date.parse(st) - Date.now() - 7_200_000)).toBeLessThan(60_000);
  });

  it('is for https alone, unless --http is given', async () => {
    const account = ['--account-name', 'acct', '--account-key', Buffer.alloc(64, 'k').toString('base64')];
    const narrow = await runCli(['sas', 'read', file, ...account]);
    expect(fieldsOf(narrow.stdout)).toMatchObject({ spr: 'https' });
    const broad = await runCli(['sas', 'read', file, ...account, '--http']);
    expect(fieldsOf(broad.stdout)).toMatchObject({ spr: 'https,http' });
    expect(broad.stderr).toContain('WARNING');
  });
});

describe('the other recipes', () => {
  it('sas write writes one file, and does not read it', async () => {
    const { url, use, read } = await made('write', file);
    expect(fieldsOf(url)).toEqual({ ...usual, sr: 'f', sp: 'w' });
    const put = await fetch(`${url}&comp=range`, {
      method: 'PUT',
      headers: { 'x-ms-write': 'update', 'x-ms-range': 'bytes=0-4', 'x-ms-version': '2023-11-03' },
      body: 'HELLO',
    });
    expect(put.status).toBe(201);
    expect(await read('dir/a.txt')).toBe('HELLO');
    expect((await use('cat', url)).code).toBe(6);
  });

  it('sas read-write does both', async () => {
    const { url, use } = await made('read-write', file);
    expect(fieldsOf(url)).toEqual({ ...usual, sr: 'f', sp: 'rw' });
    expect((await use('cat', url)).stdout).toBe('hello');
  });

  it('sas create makes a file that is not there', async () => {
    const { url, use } = await made('create', 'files://data/new');
    expect(fieldsOf(url)).toEqual({ ...usual, sr: 'f', sp: 'c' });
    const headers = { 'x-ms-type': 'file', 'x-ms-content-length': '5', 'x-ms-version': '2023-11-03' };
    expect((await fetch(url, { method: 'PUT', headers })).status).toBe(201);
    expect((await fetch(url, { method: 'PUT', headers })).status).toBe(403);
    expect((await use('cat', url)).code).toBe(6);
  });

  it('sas delete removes one file', async () => {
    const { url, tree } = await made('delete', file);
    expect(fieldsOf(url)).toEqual({ ...usual, sr: 'f', sp: 'd' });
    expect((await fetch(url, { method: 'DELETE', headers: { 'x-ms-version': '2023-11-03' } })).status).toBe(
      202,
    );
    expect(await tree()).toEqual(['dir/', 'dir/b.txt']);
  });

  it('sas list lists every directory of the share, says so, and reads nothing', async () => {
    const { url, use, result } = await made('list', 'files://data/dir');
    expect(fieldsOf(url)).toEqual({ ...usual, sr: 's', sp: 'l' });
    expect((await use('ls', url)).stdout).toBe('a.txt\nb.txt\n');
    expect((await use('ls', elsewhere(url, ''))).stdout).toBe('dir/\n');
    expect((await use('cat', elsewhere(url, 'dir/a.txt'))).code).toBe(6);
    expect(result.stderr).toContain('this lists every directory of the share, not files://data/dir alone');
  });

  it('sas list of a whole share has nothing to add', async () => {
    const { url, use, result } = await made('list', 'files://data');
    expect((await use('ls', url)).stdout).toBe('dir/\n');
    expect(result.stderr).not.toContain('every directory');
  });

  it('sas lock takes and gives back a lease, and says what else it opens', async () => {
    const { url, use, result } = await made('lock', file);
    expect(fieldsOf(url)).toEqual({ ...usual, sr: 's', sp: 'rw' });
    const taken = await use('lease', 'acquire', url);
    expect(taken.code).toBe(0);
    const released = await runCli(['lease', 'release', url], {
      env: { AZSTORE_LEASE_ID: taken.stdout.trim() },
    });
    expect(released.code).toBe(0);
    expect(result.stderr).toContain('this reads and writes every file of the share data');
  });

  it.each(['read', 'write', 'read-write', 'create', 'delete', 'lock'])(
    'sas %s refuses a share and a directory',
    async (name) => {
      const { cli } = await startShare();
      for (const location of ['files://data', 'files://data/', 'files://data/dir/', 'local']) {
        expect(await cli(['sas', name, location])).toMatchObject({ code: 2, stdout: '' });
      }
    },
  );
});

describe('sas generate', () => {
  it('makes a SAS for a whole share', async () => {
    const { url, use } = await made('generate', 'files://data', '--permissions', 'lr');
    expect(fieldsOf(url)).toEqual({ ...usual, sr: 's', sp: 'rl' });
    expect((await use('ls', '-r', url)).stdout).toContain('dir/a.txt');
  });

  it('makes a SAS for a file', async () => {
    const { url, use } = await made('generate', file, '--permissions', 'rwd');
    expect(fieldsOf(url)).toEqual({ ...usual, sr: 'f', sp: 'rwd' });
    expect((await use('rm', url)).code).toBe(0);
  });

  it('leans on a stored policy', async () => {
    const { url } = await made('generate', 'files://data', '--policy', 'partners', '--http');
    const { sig, ...fields } = Object.fromEntries(new URL(url).searchParams);
    expect(sig).toBeDefined();
    expect(fields).toEqual({ sv: '2023-11-03', spr: 'https,http', si: 'partners', sr: 's' });
  });

  it.each([
    [['files://data'], '--permissions must be given, such as --permissions r, unless --policy'],
    [['files://data/', '--permissions', 'r'], 'without a slash at its end: files://data'],
    [['files://data/dir/', '--permissions', 'r'], 'there is no SAS for a directory'],
    [['files:///dir/a', '--permissions', 'r'], 'the location names no share'],
    [['files://data', '--permissions', 'rx'], '--permissions has "x", which is none of them'],
    [[file, '--permissions', 'l'], '--permissions has "l", which is none of them'],
    [['files://data', '--permissions', ''], '--permissions must not be empty'],
    [[file, '--permissions', 'r', '--expires', '2020-01-01'], '--expires must be in the future'],
    [
      [file, '--permissions', 'r', '--expires', '2100-01-01', '--starts', '2101-01-01'],
      '--expires must be later than --starts',
    ],
    [[file, '--permissions', 'r', '--ip', '::1'], '--ip must be an IPv4 address'],
    [[file, '--permissions', 'r', '--policy', 'x'.repeat(65)], '--policy must have at most 64'],
    [[file, '--permissions', 'r', '--content-type', ''], '--content-type must be well-formed'],
    [[file, '--permissions', 'r', '--cache-control', ''], '--cache-control must be well-formed'],
    [[file, '--permissions', 'r', '--delegated-user', alice.oid], 'must be signed with a token'],
    [
      [file, '--permissions', 'r', '--api-version', '2014-02-14'],
      '--api-version must be 2015-04-05 or later',
    ],
  ])('refuses %j in words of the command line', async (argv, message) => {
    const { result } = await made('generate', ...argv);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});

describe('sas account', () => {
  it('makes a SAS for all shares', async () => {
    const { url, use, emulator } = await made('account', '--permissions', 'rl', '--resource-types', 'sco');
    expect(fieldsOf(url)).toEqual({ ...usual, ss: 'f', srt: 'sco', sp: 'rl' });
    expect(url.startsWith(`${emulator.filesEndpoint}/?`)).toBe(true);
    expect((await use('ls', url)).stdout).toBe('data/\nother/\n');
  });

  it('takes the services', async () => {
    const { url } = await made('account', '--services', 'fb', '--resource-types', 'o', '--permissions', 'r');
    expect(fieldsOf(url)).toMatchObject({ ss: 'bf', srt: 'o' });
  });

  it.each([
    [['--resource-types', 'o'], '--permissions must be given'],
    [['--permissions', 'r'], '--resource-types must be given'],
    [['files://data', '--permissions', 'r', '--resource-types', 'o'], 'cannot be narrowed to a share'],
    [['--permissions', 'r', '--resource-types', 'k'], '--resource-types has "k"'],
    [['--permissions', 'z', '--resource-types', 'o'], '--permissions has "z"'],
    [['--permissions', 'r', '--resource-types', 'o', '--services', 'z'], '--services has "z"'],
  ])('refuses %j', async (argv, message) => {
    const { result } = await made('account', ...argv);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(message);
  });
});

describe('a SAS that is broad or long', () => {
  it.each([
    [['generate', 'files://data', '--permissions', 'rwd'], 'writes and deletes everything in the share'],
    [['account', '--permissions', 'rw', '--resource-types', 'sco'], 'changes everything in the account'],
    [['read', file, '--expires', '30d'], 'valid for 720 hours'],
  ])('is warned of: %j', async (argv, concern) => {
    for (const mode of [[], ['--json'], ['--quiet']]) {
      const { result } = await made(...argv, ...mode);
      expect(result.code).toBe(0);
      expect(result.stderr).toContain(`azstore: WARNING: a broad or long SAS`);
      expect(result.stderr).toContain(concern);
      expect(result.stderr).not.toContain('sig=');
    }
  });

  it('is warned of once, and others are not', async () => {
    const { result } = await made('read', file);
    expect(result.stderr).not.toContain('WARNING');
  });
});

describe('what signs', () => {
  /** An emulator in which Alice may sign and read, and the variables of an identity that is somebody. */
  async function withIdentity(who: { readonly oid: string }) {
    const reader = 'Storage File Data Privileged Reader';
    const emulator = await startEmulator({
      filesPort: 0,
      shares: ['data'],
      roles: [
        { principal: alice.oid, role: reader },
        { principal: alice.oid, role: 'Storage File Delegator' },
      ],
    });
    const { connectionString, filesEndpoint } = emulator;
    const owner = new AzureFilesClient({ credentials: { type: 'connection_string', connectionString } }, {});
    await owner.files.write({ share: 'data', path: 'a.txt', data: Buffer.from('hello') });
    onTestFinished(async () => {
      await owner.close();
      await emulator.close();
    });
    const access = token(Date.now(), who);
    const expires = String(Math.floor(Date.now() / 1000) + 3600);
    const { origin } = await identityEndpoint([200, { access_token: access, expires_on: expires }]);
    const env = {
      AZSTORE_ENDPOINT: filesEndpoint,
      AZSTORE_AUTH_MODE: 'login',
      IDENTITY_ENDPOINT: `${origin}/token`,
      IDENTITY_HEADER: 'header',
    };
    const cli = (...argv: string[]): Promise<CliResult> => runCli(argv, { env });
    return { cli, access };
  }

  it('can be an identity, by a user delegation key', async () => {
    const { cli, access } = await withIdentity(alice);
    const result = await cli('sas', 'read', 'files://data/a.txt');
    expect(result.code).toBe(0);
    expect(fieldsOf(result.stdout)).toMatchObject({ sv: '2025-07-05', sp: 'r', skoid: alice.oid });
    expect((await runCli(['cat', result.stdout.trim()])).stdout).toBe('hello');
    expect(result.stderr).toContain('as far as the identity that signed it may');
    expect(result.stdout + result.stderr).not.toContain(access);
  });

  it('can say which user alone may use it', async () => {
    const { cli } = await withIdentity(alice);
    const result = await cli(
      'sas',
      'generate',
      'files://data/a.txt',
      '--permissions',
      'r',
      '--delegated-user',
      bob.oid,
    );
    expect(fieldsOf(result.stdout)).toMatchObject({ sduoid: bob.oid });
    expect(result.stderr).toContain(`for the user ${bob.oid} alone, with a token of theirs beside it`);
  });

  it('is told which role an identity lacks', async () => {
    const { cli } = await withIdentity(bob);
    const result = await cli('sas', 'read', 'files://data/a.txt');
    expect(result).toMatchObject({ code: 6, stdout: '' });
    expect(result.stderr).toContain('Storage File Delegator');
  });

  it('has limits of its own with an identity', async () => {
    const { cli } = await withIdentity(alice);
    const policy = await cli('sas', 'generate', 'files://data', '--policy', 'partners');
    expect(policy.stderr).toMatch(/a stored policy \(--policy\) needs an account key.*\[Usage\]/);
    const long = await cli('sas', 'read', 'files://data/a.txt', '--expires', '8d');
    expect(long).toMatchObject({ code: 2, stderr: expect.stringContaining('more than 7 days') });
    const account = await cli('sas', 'account', '--permissions', 'r', '--resource-types', 'o');
    expect(account).toMatchObject({ code: 2, stderr: expect.stringContaining('needs an account key') });
  });

  it.each(['login', 'azure-cli', 'workload-identity'])(
    'is asked for where there is no identity for %s',
    async (mode) => {
      const { origin } = await identityEndpoint([404]);
      const env = { PATH: '/nowhere', AZURE_POD_IDENTITY_AUTHORITY_HOST: origin };
      const result = await runCli(['sas', 'read', file, '--account-name', 'acct', '--auth-mode', mode], {
        env,
      });
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toMatch(
        /\[MissingCredentials\]; set AZURE_STORAGE_CONNECTION_STRING, or give --account-name/,
      );
    },
  );

  it('cannot be a SAS', async () => {
    const { url, use } = await made('read', file);
    const result = await use('sas', 'read', url);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(
      /a SAS cannot sign another one.*\[MissingCredentials\]; a SAS is signed with --account-key, or .* --auth-mode login\n$/,
    );
    expect(result.stderr).not.toContain(signatureOf(url));
  });

  it('is asked for where there is nothing', async () => {
    const result = await runCli(['sas', 'read', file]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/\[MissingCredentials\]; .*--account-name with --auth-mode login/);
  });
});
