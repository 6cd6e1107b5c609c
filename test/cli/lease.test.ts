import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines } from '../support/cli.js';
import { type ShareSetting, startShare } from '../support/share.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ours = '11111111-2222-4333-8444-555555555555';
const other = '99999999-2222-4333-8444-555555555555';

async function startFile(): Promise<ShareSetting> {
  const setting = await startShare();
  await setting.fill({ f: 'content' });
  return setting;
}

/** A share with the file `f` leased under {@link ours}. */
async function startLeased(): Promise<ShareSetting> {
  const setting = await startFile();
  await setting.client.leases.acquire({ path: 'f', proposedLeaseId: ours, reason: 'nightly run' });
  return setting;
}

async function isLeased({ client }: ShareSetting, path?: string): Promise<boolean> {
  return (await client.leases.inspect({ path })).status === 'locked';
}

describe('lease acquire', () => {
  it('prints the id, and says that nobody renews it', async () => {
    const setting = await startFile();
    const { code, stdout, stderr } = await setting.cli(['lease', 'acquire', 'files://data/f']);
    expect(code).toBe(0);
    expect(stdout.trimEnd()).toMatch(guid);
    expect(stderr).toBe('azstore: files://data/f is leased; nobody renews it: it ends in 30 s\n');
    await setting.client.files.write({ path: 'f', data: Buffer.from('new'), leaseId: stdout.trim() });
  });

  it('gives an object with --json', async () => {
    const { cli } = await startFile();
    const argv = ['lease', 'acquire', 'files://data/f', '--duration', '15', '--json'];
    const { stdout, stderr } = await cli(argv);
    expect(stderr).toBe('');
    expect(jsonLines(stdout)).toEqual([
      {
        status: 'acquired',
        share: 'data',
        path: 'f',
        leaseId: expect.stringMatching(guid),
        durationSeconds: 15,
        acquiredAt: expect.stringMatching(/^\d{4}-/),
      },
    ]);
  });

  it.each([
    ['30s', 30],
    ['1m', 60],
    ['15000ms', 15],
    ['infinite', -1],
    ['-1', -1],
  ])('takes --duration %s', async (text, seconds) => {
    const { cli, client } = await startFile();
    const argv = [
      'lease',
      'acquire',
      'files://data/f',
      '--duration',
      text,
      '--reason',
      'maintenance',
      '--json',
    ];
    expect(jsonLines((await cli(argv)).stdout)).toMatchObject([{ durationSeconds: seconds }]);
    const { record } = await client.leases.inspect({ path: 'f' });
    if (seconds > 0) expect(record).toMatchObject({ durationSeconds: seconds, holder: /maintenance$/ });
    else expect(record).toBeUndefined();
  });

  it.each([
    ['the flag', ['--lease-id', ours], {}, ''],
    ['the environment', [], { AZSTORE_LEASE_ID: ours }, ''],
    ['standard input', ['--lease-id', '-'], {}, `${ours}\n`],
  ])('takes the id of %s', async (_, flags, more, stdin) => {
    const { cli, env } = await startFile();
    const argv = ['lease', 'acquire', 'files://data/f', ...flags];
    expect((await cli(argv, { env: { ...env, ...more }, stdin })).stdout).toBe(`${ours}\n`);
  });

  it('leases a share', async () => {
    const setting = await startShare();
    expect((await setting.cli(['lease', 'acquire', 'files://data'])).code).toBe(0);
    expect(await isLeased(setting)).toBe(true);
  });

  it('ends with 4 when somebody else has it, and says where to look', async () => {
    const { cli } = await startLeased();
    const result = await cli(['lease', 'acquire', 'files://data/f']);
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toMatch(/leased by somebody else.*\[LeaseAlreadyPresent\].*azstore lease inspect/);
  });

  it('waits as long as --wait says', async () => {
    const setting = await startFile();
    const lease = await setting.client.leases.acquireAutoRenewing({ path: 'f', reason: 'nightly run' });
    let told = '';
    const waiting = setting.cli(['lease', 'acquire', 'files://data/f', '--wait', '1m'], {
      onStderr: (text) => {
        if (told === '' && text.includes('waiting')) void lease.release();
        told = text;
      },
    });
    expect((await waiting).code).toBe(0);
    expect(told).toMatch(/^azstore: waiting up to 1m for files:\/\/data\/f, which \S+ \d+ nightly run has\n/);
  });
});

describe('lease inspect', () => {
  it('shows who has it', async () => {
    const { cli } = await startLeased();
    const { code, stdout, stderr } = await cli(['lease', 'inspect', 'files://data/f']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^state: leased\nstatus: locked\nholder: \S+ \d+ nightly run\nduration: 30 s\nrenewed: 0\nage: \d\.\d s\nstale: no\n$/,
    );
    expect(stdout).not.toContain(ours);
  });

  it('gives everything as JSON', async () => {
    const { cli } = await startLeased();
    expect(jsonLines((await cli(['lease', 'inspect', 'files://data/f', '--json'])).stdout)).toMatchObject([
      {
        share: 'data',
        path: 'f',
        state: 'leased',
        status: 'locked',
        record: { durationSeconds: 30, holder: expect.stringContaining('nightly run'), renewed: 0 },
        stale: false,
      },
    ]);
  });

  it('shows who had it last when it is free', async () => {
    const { cli, client } = await startLeased();
    await client.leases.release({ path: 'f', id: ours });
    const { stdout } = await cli(['lease', 'inspect', 'files://data/f']);
    expect(stdout).toMatch(/^state: available\nstatus: unlocked\nlast holder: \S+ \d+ nightly run\n/);
    expect(stdout).not.toContain('stale');
  });

  it('says what to do about a lease without end', async () => {
    const { cli } = await startFile();
    await cli(['lease', 'acquire', 'files://data/f', '--duration', 'infinite']);
    const { stdout, stderr } = await cli(['lease', 'inspect', 'files://data/f']);
    expect(stdout).toBe('state: leased\nstatus: locked\nrecord: none\n');
    expect(stderr).toContain('azstore lease break');
  });

  it('shows a lease that was made infinite on a file that had others', async () => {
    const { cli, client } = await startLeased();
    await client.leases.release({ path: 'f', id: ours });
    await cli(['lease', 'acquire', 'files://data/f', '--duration', 'infinite']);
    const { stdout, stderr } = await cli(['lease', 'inspect', 'files://data/f']);
    expect(stdout).toContain('duration: infinite\n');
    expect(stderr).toContain('if its holder is dead');
  });

  it('shows the lease on a share', async () => {
    const { cli, client } = await startShare();
    expect((await cli(['lease', 'inspect', 'files://data'])).stdout).toBe(
      'state: available\nstatus: unlocked\n',
    );
    await client.leases.acquire({});
    const { stdout } = await cli(['lease', 'inspect', 'files://data/']);
    expect(stdout).toBe('state: leased\nstatus: locked\nduration: fixed\n');
  });
});

describe('lease release', () => {
  it.each([
    ['the environment', [], { AZSTORE_LEASE_ID: ours }, ''],
    ['standard input', ['--lease-id', '-'], {}, `${ours}\n`],
    ['the flag', ['--lease-id', ours.toUpperCase()], {}, ''],
  ])('takes the id from %s', async (_, flags, more, stdin) => {
    const setting = await startLeased();
    const argv = ['lease', 'release', 'files://data/f', ...flags];
    const result = await setting.cli(argv, { env: { ...setting.env, ...more }, stdin });
    expect(result).toMatchObject({ code: 0, stdout: '', stderr: 'released files://data/f\n' });
    expect(await isLeased(setting, 'f')).toBe(false);
  });

  it('gives back the lease on a share', async () => {
    const setting = await startShare();
    await setting.client.leases.acquire({ proposedLeaseId: ours });
    const argv = ['lease', 'release', 'files://data', '--lease-id', ours, '--json'];
    expect(jsonLines((await setting.cli(argv)).stdout)).toEqual([
      { status: 'released', share: 'data', path: '' },
    ]);
    expect(await isLeased(setting)).toBe(false);
  });

  it('ends with 4 under another id, and leaves the lease alone', async () => {
    const setting = await startLeased();
    const result = await setting.cli(['lease', 'release', 'files://data/f', '--lease-id', other]);
    expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('[LeaseIdMismatch]') });
    expect(result.stderr).not.toContain(other);
    expect(await isLeased(setting, 'f')).toBe(true);
  });

  it('ends with 4 when there is no lease', async () => {
    const { cli } = await startFile();
    const result = await cli(['lease', 'release', 'files://data/f', '--lease-id', ours]);
    expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('[LeaseNotPresent]') });
  });

  it('wants an id, and says how to give it', async () => {
    const { cli } = await startFile();
    const result = await cli(['lease', 'release', 'files://data/f']);
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('AZSTORE_LEASE_ID') });
  });
});

describe('lease break', () => {
  it('ends the lease of somebody else', async () => {
    const setting = await startLeased();
    const result = await setting.cli(['lease', 'break', 'files://data/f']);
    expect(result).toMatchObject({ code: 0, stdout: '', stderr: 'the lease on files://data/f has ended\n' });
    expect(await isLeased(setting, 'f')).toBe(false);
  });

  it('lets one on a share last for --break-period', async () => {
    const { cli, client } = await startShare();
    await client.leases.acquire({ durationSeconds: 60 });
    const argv = ['lease', 'break', 'files://data', '--break-period', '10s'];
    expect((await cli(argv)).stderr).toBe('the lease on files://data ends in 10 s\n');
    const again = await cli([...argv.slice(0, 3), '--break-period', '0', '--json']);
    expect(jsonLines(again.stdout)).toEqual([{ status: 'broken', share: 'data', path: '', secondsLeft: 0 }]);
  });

  it('ends with 4 when there is no lease', async () => {
    const { cli } = await startFile();
    const result = await cli(['lease', 'break', 'files://data/f']);
    expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('[LeaseNotPresent]') });
  });
});

describe('a leased file', () => {
  it('is replaced and removed under its id', async () => {
    const { cli, env, read, tree } = await startLeased();
    const local = join(await temporaryDirectory(), 'f');
    await writeFile(local, 'new');
    const held = { env: { ...env, AZSTORE_LEASE_ID: ours } };
    expect((await cli(['cp', local, 'files://data'], held)).code).toBe(0);
    expect(await read('f')).toBe('new');
    expect((await cli(['cp', local, 'files://data/f', '--lease-id', '-'], { env, stdin: ours })).code).toBe(
      0,
    );
    expect((await cli(['rm', 'files://data/f'], held)).code).toBe(0);
    expect(await tree()).toEqual([]);
  });

  it('moves with a file that is renamed under it', async () => {
    const { cli, env: own, tree } = await startLeased();
    expect((await cli(['mv', '-n', 'files://data/f', 'files://data/g', '--lease-id', other])).code).toBe(4);
    const env = { ...own, AZSTORE_LEASE_ID: ours };
    expect(await cli(['mv', 'files://data/f', 'files://data/g'], { env })).toMatchObject({ code: 0 });
    expect((await cli(['lease', 'release', 'files://data/g'], { env })).code).toBe(0);
    expect(await tree()).toContain('g');
  });

  it('is not replaced under another id', async () => {
    const { cli, read } = await startLeased();
    const local = join(await temporaryDirectory(), 'f');
    await writeFile(local, 'new');
    const result = await cli(['cp', local, 'files://data/f', '--lease-id', other]);
    expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('[LeaseIdMismatch]') });
    expect((await cli(['rm', 'files://data/f', '--lease-id', other])).code).toBe(4);
    expect(await read('f')).toBe('content');
  });

  it('is the only one for which the id in the environment of a locked command is used', async () => {
    const { cli, env, emulator, fill, tree } = await startLeased();
    await fill({ 'dir/g': 'g', h: 'h' });
    const at = (location: string) => ({
      env: { ...env, AZSTORE_LEASE_ID: ours, AZSTORE_LEASE_LOCATION: location },
    });
    const here = at(`${emulator.filesEndpoint}/data/F`);
    expect((await cli(['rm', 'files://data/dir/g'], here)).code).toBe(0);
    expect((await cli(['rm', 'files://data/h'], at('files://data/f'))).code).toBe(0);
    expect((await cli(['rm', 'files://data/f'], here)).code).toBe(0);
    expect(await tree()).toEqual(['dir/']);
    const wrong = await cli(['rm', 'files://data/f'], at('./local'));
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('AZSTORE_LEASE_LOCATION') });
  });

  it('is not leased again under the id of the lock that a command has', async () => {
    const { cli, env, emulator } = await startLeased();
    const location = `${emulator.filesEndpoint}/data/f`;
    const inLock = { env: { ...env, AZSTORE_LEASE_ID: ours, AZSTORE_LEASE_LOCATION: location } };
    expect((await cli(['lease', 'acquire', 'files://data/f'], inLock)).code).toBe(4);
  });
});

describe('wrong command lines', () => {
  const f = 'files://data/f';

  it.each([
    [['lease'], 'the verb needs a second word'],
    [['lease', 'steal', f], "unknown command 'steal'"],
    [['lease', 'acquire'], 'location'],
    [['lease', 'acquire', './f'], 'is a local path'],
    [['lease', 'acquire', 'files://'], 'names no share'],
    [['lease', 'acquire', 'files://data/dir/'], 'a directory has no lease'],
    [['lease', 'acquire', f, '--duration', '10s'], '--duration must be a time in whole seconds'],
    [['lease', 'acquire', f, '--duration', '61'], "from 15s to 1m, or 'infinite', got '61'"],
    [['lease', 'acquire', f, '--duration', '20500ms'], 'whole seconds'],
    [['lease', 'acquire', f, '--duration', 'long'], "got 'long'"],
    [['lease', 'acquire', f, '--wait', '-5'], '--wait must be a time'],
    [['lease', 'acquire', f, '--wait', '25h'], 'from 0s to 24h'],
    [['lease', 'acquire', f, '--lease-id', 'abcdefghi'], '--lease-id must be a GUID'],
    [['lease', 'release', f, '--lease-id', '-'], 'the lease id on standard input must be a GUID'],
    [['lease', 'break', f, '--break-period', '5s'], 'for leases on shares'],
    [['lease', 'break', 'files://data', '--break-period', '61'], 'from 0s to 1m'],
    [['rm', f, f, '--lease-id', ours], 'the removal of one file'],
    [['rm', '-r', f, '--lease-id', ours], 'the removal of one file'],
    [['cp', f, './x', '--lease-id', ours], 'the upload of one file'],
    [['cp', './a', './b', f, '--lease-id', ours], 'the upload of one file'],
    [['cp', '-n', './a', f, '--lease-id', ours], 'the upload of one file'],
    [['lock', f], 'must stand behind --'],
    [['lock', f, '--'], 'must stand behind --'],
    [['lock', f, 'true'], 'must stand behind --'],
    [['lock', f, f, '--', 'true'], 'one location is locked'],
    [['lock', '--', 'true'], 'location'],
    [['lock', 'files://data', '--create', '--', 'true'], '--create makes files'],
    [['lock', f, '-n', '-w', '3', '--', 'true'], 'only one of --nonblock and --wait'],
    [['lock', f, '-E', '256', '--', 'true'], '--conflict-exit-code must be a whole number from 0 to 255'],
    [['lock', f, '--bogus', '--', 'true', '--json'], 'unknown flag --bogus'],
  ])('end %j with 2', async (argv, message) => {
    const { cli } = await startFile();
    const { code, stdout, stderr } = await cli(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('abcdefghi');
  });

  it('do not show the id in the environment', async () => {
    const { cli, env } = await startFile();
    const wrong = { env: { ...env, AZSTORE_LEASE_ID: 'nearly-a-guid' } };
    const { code, stderr } = await cli(['lease', 'release', 'files://data/f'], wrong);
    expect(code).toBe(2);
    expect(stderr).toContain('AZSTORE_LEASE_ID must be a GUID');
    expect(stderr).not.toContain('nearly');
  });
});

describe('what is wrong with the service', () => {
  const verbs = [
    ['lease', 'acquire', 'files://data/f'],
    ['lease', 'inspect', 'files://data/f'],
    ['lease', 'break', 'files://data/f'],
    ['lease', 'release', 'files://data/f', '--lease-id', ours],
    ['lock', 'files://data/f', '--', 'true'],
  ];

  it.each(verbs)('ends %s %s with 3 when the file is missing', async (...argv) => {
    const { cli } = await startShare();
    expect((await cli(argv)).code).toBe(3);
  });

  it.each(verbs)('ends %s %s with 6 when the key is wrong', async (...argv) => {
    const { cli, env } = await startFile();
    const text = env.AZURE_STORAGE_CONNECTION_STRING ?? '';
    const wrong = text.replace(/AccountKey=[^;]*/, `AccountKey=${Buffer.alloc(64).toString('base64')}`);
    expect((await cli(argv, { env: { AZURE_STORAGE_CONNECTION_STRING: wrong } })).code).toBe(6);
  });

  it.each(verbs.filter((_, index) => index === 0 || index === 4))(
    'ends %s %s with 5 when there is none, at once',
    async (...argv) => {
      const { cli, emulator } = await startFile();
      await emulator.close();
      expect((await cli(argv)).code).toBe(5);
    },
  );
});
