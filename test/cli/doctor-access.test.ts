import { ShareServiceClient, StorageSharedKeyCredential } from '@azure/storage-file-share';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator, wellKnownAccount } from '../../src/emulator/index.js';
import { systemClock } from '../../src/files/index.js';
import { runCli } from '../support/cli.js';
import { examine } from '../support/doctor.js';
import { type ShareSetting, startShare } from '../support/share.js';

const dayMs = 86_400_000;
const file = 'files://data/dir/a.txt';

async function start() {
  const setting = await startShare();
  await setting.fill({ 'dir/a.txt': 'hello' });
  return setting;
}

/** The URL that `azstore sas` gives. */
async function sas({ cli }: ShareSetting, ...argv: string[]): Promise<string> {
  const { stdout, stderr, code } = await cli(['sas', ...argv, '--quiet']);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** The last states, those of what is tried with the credentials. */
const tried = (states: readonly string[]) => states.slice(states.indexOf('clock ok') + 1);

/** A stored policy of the share, by the official client, as ours makes none. */
async function store({ emulator }: ShareSetting, id: string, permissions: string): Promise<void> {
  const { name, keys } = wellKnownAccount;
  const credential = new StorageSharedKeyCredential(name, keys[0] ?? '');
  const share = new ShareServiceClient(emulator.filesEndpoint, credential).getShareClient('data');
  const now = systemClock.now();
  const accessPolicy = { permissions, startsOn: new Date(now - dayMs), expiresOn: new Date(now + dayMs) };
  await share.setAccessPolicy([{ id, accessPolicy }]);
}

describe('an account key', () => {
  it.each([
    [[], ['version ok', 'list ok']],
    [['files://'], ['version ok', 'list ok']],
    [['files://data'], ['version ok', 'read ok', 'list ok', 'lease ok']],
    [['files://data/dir'], ['version ok', 'read ok', 'list ok']],
    [['files://data/dir/'], ['version ok', 'read ok', 'list ok']],
    [[file], ['version ok', 'read ok', 'lease ok']],
  ])('is tried on %j', async (argv, states) => {
    const { env } = await start();
    const result = await examine(argv, { env });
    expect(tried(result.states)).toEqual(states);
    expect(result.code).toBe(0);
  });

  it('changes nothing', async () => {
    const { env, client, tree } = await start();
    const before = await client.files.getProperties({ path: 'dir/a.txt' });
    await examine([file], { env });
    await examine(['files://data/dir'], { env });
    expect(await client.files.getProperties({ path: 'dir/a.txt' })).toEqual(before);
    expect(await tree()).toEqual(['dir/', 'dir/a.txt']);
  });

  it('shows who has a lease', async () => {
    const { env, client } = await start();
    const lease = await client.leases.acquire({ path: 'dir/a.txt', reason: 'nightly' });
    const result = await examine([file], { env });
    expect(result.of('lease')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('nightly'),
      facts: { state: 'leased' },
    });
    expect(result.stdout).not.toContain(lease.id);
  });

  it.each([
    ['files://data/no', 'NotFound', 'azstore ls'],
    ['files://data/dir/a.txt/', 'NotFound', 'azstore ls'],
    ['files://nosuch', 'ShareNotFound', '--share NAME'],
    ['files://nosuch/a', 'ShareNotFound', '--share NAME'],
  ])('finds nothing at %s', async (location, code, cure) => {
    const { env } = await start();
    const result = await examine([location], { env });
    expect(result.code).toBe(3);
    expect(result.findings.at(-1)).toMatchObject({
      check: 'read',
      status: 'fail',
      code,
      exitCode: 3,
      cure: expect.stringContaining(cure),
    });
  });
});

describe('a SAS', () => {
  it.each([
    [
      ['read', file],
      ['sas ok', 'version ok', 'read ok'],
    ],
    [
      ['write', file],
      ['sas ok', 'version ok', 'read ok'],
    ],
    [
      ['delete', file],
      ['sas ok', 'version ok', 'read ok'],
    ],
    [
      ['list', 'files://data/dir'],
      ['sas ok', 'version ok', 'list ok'],
    ],
    [
      ['lock', file],
      ['sas ok', 'version ok', 'read ok', 'lease ok'],
    ],
    [
      ['generate', 'files://data', '--permissions', 'rl'],
      ['sas ok', 'version ok', 'read ok', 'list ok'],
    ],
    [
      ['generate', 'files://data', '--permissions', 'w'],
      ['sas ok', 'version ok', 'read ok'],
    ],
  ])('of %j is tried as far as it says', async (argv, states) => {
    const setting = await start();
    const result = await examine([await sas(setting, ...argv)]);
    expect(tried(result.states)).toEqual(states);
    expect(result.code).toBe(0);
  });

  it('is told with what it says of itself, but not the signature', async () => {
    const url = await sas(await start(), 'read', file, '--expires', '2h', '--ip', '127.0.0.1');
    const result = await examine([url]);
    expect(result.of('credentials').message).toBe('a SAS (sas_token from the URL)');
    expect(result.of('sas')).toMatchObject({
      message: expect.stringMatching(
        /^allows read \(sp=r\) on one file, until \S+ \S+ UTC, in (120 min|2 h 0 min), for 127\.0\.0\.1 alone, version 2023-11-03$/,
      ),
      facts: { kind: 'service', level: 'file', permissions: 'r', ipRange: '127.0.0.1' },
    });
    const signature = new URL(url).searchParams.get('sig') ?? '';
    expect(result.stdout + result.stderr).not.toContain(signature);
    expect(result.stdout + result.stderr).not.toContain(encodeURIComponent(signature));
  });

  it('that ends soon is warned of', async () => {
    const result = await examine([await sas(await start(), 'read', file, '--expires', '2m')]);
    expect(result.of('sas')).toMatchObject({ status: 'warn', cure: 'get another one in time' });
    expect(result.code).toBe(0);
  });

  it('that has expired is not tried', async () => {
    const setting = await start();
    const early = (await sas(setting, 'read', file)).replace(/&se=[^&]*/, '&se=2020-01-01T00%3A00%3A00Z');
    const result = await examine([early]);
    expect(tried(result.states)).toEqual(['sas fail']);
    expect(result.of('sas')).toMatchObject({ code: 'ExpiredSas', exitCode: 6 });
    expect(result.code).toBe(6);
  });

  it('that is not valid yet is not tried', async () => {
    const result = await examine([await sas(await start(), 'read', file, '--starts', '2h')]);
    expect(tried(result.states)).toEqual(['sas fail']);
    expect(result.of('sas').message).toMatch(
      /^the SAS is not valid yet; it allows .*, from \S+ \S+ UTC, until /,
    );
    expect(result.code).toBe(6);
  });

  it.each([
    [['read', file], 'dir/', 'the SAS is for one file, and no directory or share'],
    [['read', file], '', 'the SAS is for one file, and no directory or share'],
  ])('of %j does not reach %j', async (argv, path, message) => {
    const url = await sas(await start(), ...argv);
    const result = await examine([url.replace(/(\/data)[^?]*/, `$1${path === '' ? '' : `/${path}`}`)]);
    expect(result.of('sas')).toMatchObject({ status: 'fail', message: expect.stringContaining(message) });
    expect(result.code).toBe(6);
  });

  it('for another file or share is refused, with what that means', async () => {
    const setting = await start();
    const [ofFile, ofShare] = [
      await sas(setting, 'read', file),
      await sas(setting, 'generate', 'files://data', '--permissions', 'r'),
    ];
    for (const url of [ofFile.replace('a.txt', 'b.txt'), ofShare.replace('/data', '/other')]) {
      const result = await examine([url]);
      expect(result.findings.at(-1)).toMatchObject({
        check: 'read',
        status: 'fail',
        exitCode: 6,
        cure: expect.stringContaining('`azstore sas` makes another one'),
      });
      expect(result.code).toBe(6);
    }
  });

  it('that was changed is refused with the reason, though it lets nothing be read', async () => {
    const url = (await sas(await start(), 'write', file)).replace('sp=w', 'sp=wd');
    const result = await examine([url]);
    expect(result.of('read')).toMatchObject({
      status: 'fail',
      code: 'InvalidKey',
      message: expect.stringContaining('was changed after it was signed'),
    });
    expect(result.code).toBe(6);
  });

  it('for https alone cannot be used in the clear', async () => {
    const url = (await sas(await start(), 'read', file)).replace('spr=https%2Chttp', 'spr=https');
    const result = await examine([url]);
    expect(result.of('sas').message).toContain(
      'the SAS is for https alone, and the endpoint is of plain http',
    );
    expect(result.code).toBe(6);
  });

  it('for another service is told', async () => {
    const url = await sas(
      await start(),
      ...['account', '--services', 'b', '--permissions', 'r', '--resource-types', 'o'],
    );
    const result = await examine([url]);
    expect(result.of('sas').message).toContain('the SAS is not for the File service (ss has no f)');
    const blob = await examine([url.replace(/ss=b&srt=o/, 'sr=b').replace('/?', '/data/x?')]);
    expect(blob.of('sas').message).toContain('the SAS is not for the File service (sr)');
  });

  it('does not say which share it is for', async () => {
    const setting = await start();
    const token = await sas(setting, 'generate', 'files://data', '--permissions', 'rl', '--token');
    const env = { AZSTORE_SAS_TOKEN: token, AZSTORE_ENDPOINT: setting.emulator.filesEndpoint };
    const unnamed = await examine([], { env });
    expect(tried(unnamed.states)).toEqual(['sas ok', 'list warn']);
    expect(unnamed.code).toBe(0);
    const account = await examine(['files://'], { env });
    expect(tried(account.states)).toEqual(['sas fail']);
    expect(account.code).toBe(6);
    expect((await examine(['files://data'], { env })).code).toBe(0);
  });

  it.each([
    [['--permissions', 'rl', '--resource-types', 'sco'], ['sas ok', 'version ok', 'list ok'], 0],
    [['--permissions', 'r', '--resource-types', 'o'], ['sas ok', 'version ok', 'list warn'], 0],
    [['--permissions', 'l', '--resource-types', 'co'], ['sas ok', 'version ok', 'list warn'], 0],
  ])('of the account with %j lists shares as far as it says', async (argv, states, code) => {
    const result = await examine([await sas(await start(), 'account', ...argv)]);
    expect(tried(result.states)).toEqual(states);
    expect(result.code).toBe(code);
  });

  it('of the account looks at the lease of a share', async () => {
    const setting = await start();
    const url = await sas(setting, 'account', '--permissions', 'rl', '--resource-types', 'sco');
    const result = await examine([url.replace('/?', '/data?')]);
    expect(tried(result.states)).toEqual(['sas ok', 'version ok', 'read ok', 'list ok', 'lease ok']);
    const objects = await sas(setting, 'account', '--permissions', 'r', '--resource-types', 'o');
    const narrower = await examine([objects.replace('/?', '/data?')]);
    expect(tried(narrower.states)).toEqual(['sas ok', 'version ok', 'read ok', 'lease warn']);
  });

  it('that leans on a policy is tried as far as that lets it', async () => {
    const setting = await start();
    const url = await sas(setting, 'generate', 'files://data', '--policy', 'partners');
    const revoked = await examine([url]);
    expect(tried(revoked.states)).toEqual(['sas ok', 'version ok', 'read fail']);
    expect(revoked.code).toBe(6);
    await store(setting, 'partners', 'l');
    const listing = await examine([url]);
    expect(tried(listing.states)).toEqual(['sas ok', 'version ok', 'read warn', 'list ok']);
    expect(listing.of('read').message).toBe("the policy 'partners' of the SAS does not let it read");
    expect(listing.code).toBe(0);
    await store(setting, 'partners', 'r');
    expect(tried((await examine([url])).states)).toEqual(['sas ok', 'version ok', 'read ok', 'list warn']);
  });
});

describe('--write', () => {
  it('makes and removes files, locks one, and leaves nothing', async () => {
    const { env, tree } = await start();
    const result = await examine(['--write', 'files://data/dir'], { env });
    expect(tried(result.states)).toEqual(['version ok', 'read ok', 'list ok', 'write ok', 'lock ok']);
    expect(result.code).toBe(0);
    expect(await tree()).toEqual(['dir/', 'dir/a.txt']);
    const all = await runCli(['ls', '-r', '--include-lease-records', 'files://data'], { env });
    expect(all.stdout).toBe('dir/\ndir/a.txt\n');
  });

  it('tries in the directory of a file, and locks nothing there', async () => {
    const { env, tree } = await start();
    const result = await examine(['--write', file], { env });
    expect(tried(result.states)).toEqual(['version ok', 'read ok', 'lease ok', 'write ok']);
    expect(result.of('write').message).toBe('may make and remove files in files://data/dir');
    expect(await tree()).toEqual(['dir/', 'dir/a.txt']);
  });

  it.each([[[]], [['files://']]])('needs a place in a share: %j', async (argv) => {
    const { cli } = await start();
    expect(await cli(['doctor', '--write', ...argv])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--write needs a place in a share'),
    });
  });

  it.each([
    [['read', file], ['write warn'], 'the SAS is for one file'],
    [['write', file], ['write warn'], 'the SAS is for one file'],
    [['generate', 'files://data', '--permissions', 'rl'], ['write warn'], 'does not allow write and delete'],
    [['generate', 'files://data', '--permissions', 'rwl'], ['write warn'], 'does not allow delete'],
    [['generate', 'files://data', '--permissions', 'rcdl'], ['write warn'], 'does not allow write'],
    [['generate', 'files://data', '--permissions', 'wd'], ['write ok', 'lock warn'], 'does not allow read'],
    [['generate', 'files://data', '--permissions', 'rwd'], ['write ok', 'lock ok'], 'may lock files in'],
  ])('does with a SAS of %j what it allows to undo', async (argv, states, message) => {
    const setting = await start();
    const result = await examine(['--write', await sas(setting, ...argv)]);
    expect(result.states.slice(-states.length)).toEqual(states);
    expect(result.findings.at(-1)?.message).toContain(message);
    expect(result.code).toBe(0);
    expect(await setting.tree()).toEqual(['dir/', 'dir/a.txt']);
  });

  it('tells what it could not remove', async () => {
    const setting = await start();
    await store(setting, 'writers', 'rcwl');
    const url = await sas(setting, 'generate', 'files://data', '--policy', 'writers');
    const result = await examine(['--write', url]);
    expect(result.states.at(-1)).toBe('write fail');
    const left = (await setting.tree()).find((path) => path.startsWith('.azstore-'));
    expect(left).toMatch(/^\.azstore-[0-9a-f-]{36}\.tmp$/);
    expect(result.of('write')).toMatchObject({
      message: expect.stringContaining(`could not be removed: ${left}`),
      cure: `azstore rm files://data/${left}`,
      exitCode: 6,
    });
  });
});

describe('an interruption', () => {
  it.each(['CreateFile', 'LeaseFile'])('after %s leaves nothing behind', async (operation) => {
    const interruption = new AbortController();
    const emulator = await startEmulator({
      filesPort: 0,
      shares: ['data'],
      onRequest: (answered) => {
        if (answered.operation === operation) interruption.abort(new Error('stopped'));
      },
    });
    onTestFinished(() => emulator.close());
    const env = { AZURE_STORAGE_CONNECTION_STRING: emulator.connectionString };
    const result = await runCli(['doctor', '--write', 'files://data'], { env, signal: interruption.signal });
    expect(result).toMatchObject({ code: 130, stderr: 'azstore: interrupted\n' });
    const all = await runCli(['ls', '-r', '--include-lease-records', 'files://data'], { env });
    expect(all).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('what is printed', () => {
  it('is a line for each check on standard output, and a verdict for people', async () => {
    const { cli } = await start();
    const result = await cli(['doctor', file]);
    const lines = result.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.slice(0, 19).trim().replace(/\s+/, ' '))).toEqual([
      'ok credentials',
      'ok endpoint',
      'ok proxy',
      'ok dns',
      'ok connect',
      'ok tls',
      'ok service',
      'ok clock',
      'ok version',
      'ok read',
      'ok lease',
    ]);
    expect(lines.at(-2)).toBe(`ok    read         may read ${file}, a file of 5 B`);
    expect(result.stderr).toBe('azstore doctor: all is well\n');
  });

  it('has the cure behind what failed', async () => {
    const { cli } = await start();
    const result = await cli(['doctor', 'files://data/no']);
    expect(result.stdout).toMatch(
      /\nfail {2}read {9}there is nothing called files:\/\/data\/no; cure: check the path/,
    );
    expect(result).toMatchObject({ code: 3, stderr: 'azstore doctor: 1 failure\n' });
  });

  it('counts failures and warnings', async () => {
    const setting = await start();
    const url = await sas(setting, 'read', file, '--expires', '2m');
    const result = await runCli(['doctor', url.replace('a.txt', 'b.txt')]);
    expect(result.stderr).toBe('azstore doctor: 1 failure, 1 warning\n');
    expect((await runCli(['doctor', '-q', url])).stderr).toBe('');
  });
});
