import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtProgram } from '../support/built-program.js';
import { isLeased, lasting, startFile, startProgram } from '../support/locked-command.js';
import { type ShareSetting, startShare } from '../support/share.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const program = builtProgram();
const start = (setting: ShareSetting, argv: readonly string[]) => startProgram(program, setting, argv);

/** Runs a shell script under the lock on the file `f`. */
const lock = (setting: ShareSetting, script: string, ...flags: readonly string[]) =>
  start(setting, ['lock', 'files://data/f', ...flags, '--', 'sh', '-c', script]);

describe.concurrent('a command under a lock', () => {
  it('runs while the lock is held, with its streams, and gives its exit code', async (test) => {
    const setting = await startFile(test);
    const { all } = lock(setting, '$azstore lease inspect files://data/f; echo oops >&2; exit 7');
    const { code, out, err } = await all;
    expect({ code, err }).toEqual({ code: 7, err: 'oops\n' });
    expect(out).toMatch(/^state: leased\nstatus: locked\nholder: \S+ \d+ sh\nduration: 30 s\n/);
    expect(await isLeased(setting)).toBe(false);
  });

  it('keeps its own flags, and needs no shell', async (test) => {
    const setting = await startFile(test);
    const argv = ['lock', 'files://data/f', '--reason', 'why', '--', 'printf', '%s|', '--json', '--', '-w'];
    expect(await start(setting, argv).all).toEqual({ code: 0, out: '--json|--|-w|', err: '' });
  });

  it('gives 128 and the number of the signal that killed it', async (test) => {
    const setting = await startFile(test);
    expect((await lock(setting, 'kill -USR1 $$').all).code).toBe(138);
    expect((await lock(setting, 'kill -KILL $$').all).code).toBe(137);
    expect(await isLeased(setting)).toBe(false);
  });

  it.for([
    ['127 for one that is not there', 'no-such-command-anywhere', 127, 'CommandNotFound'],
    ['126 for one that cannot be run', '/', 126, 'CommandNotExecutable'],
  ] as const)('gives %s', async ([, file, code, name], test) => {
    const setting = await startFile(test);
    const result = await start(setting, ['lock', 'files://data/f', '--', file]).all;
    expect(result).toMatchObject({ code, out: '', err: expect.stringContaining(`[${name}]`) });
    expect(await isLeased(setting)).toBe(false);
  });

  it('is given the lease by its environment, and no command line shows it', async (test) => {
    const setting = await startFile(test);
    const script = 'ps -A -o args=; echo; echo "id $AZSTORE_LEASE_ID at $AZSTORE_LEASE_LOCATION"';
    const { out } = await lock(setting, script).all;
    const [, commandLines = '', id = '', place] = /^([\s\S]*)\nid (\S+) at (\S+)\n$/.exec(out) ?? [];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(place).toBe(`${setting.emulator.filesEndpoint}/data/f`);
    expect(commandLines).toContain('lock-watcher');
    expect(commandLines).not.toContain(id);
  });

  it('writes to the locked file with azstore, and to others as if there were no lock', async (test) => {
    const setting = await startFile(test);
    await setting.fill({ other: 'old' });
    const local = join(await temporaryDirectory(test.onTestFinished), 'new');
    await writeFile(local, 'new');
    const script = `$azstore cp ${local} "$AZSTORE_LEASE_LOCATION" && $azstore cp ${local} files://data/other`;
    expect((await lock(setting, script).all).code).toBe(0);
    expect([await setting.read('f'), await setting.read('other')]).toEqual(['new', 'new']);
  });

  it('cannot take its own lock a second time, but others', async (test) => {
    const setting = await startFile(test);
    await setting.fill({ other: '' });
    const script =
      '$azstore lock -n files://data/f -- true; echo $?; $azstore lease acquire files://data/other > /dev/null; echo $?';
    expect((await lock(setting, script).all).out).toBe('4\n0\n');
  });

  it('runs under the lock on a share', async (test) => {
    const setting = await startShare(test.onTestFinished);
    const script = '$azstore lease inspect files://data; $azstore lease inspect files://data --json';
    const { all } = start(setting, ['lock', 'files://data', '--', 'sh', '-c', script]);
    const { code, out } = await all;
    expect(code).toBe(0);
    expect(out).toMatch(/^state: leased\nstatus: locked\nduration: fixed\n/);
    expect(await setting.client.leases.inspect({})).toMatchObject({ status: 'unlocked' });
  });
});

describe.concurrent('who does not get the lock', () => {
  it.for([
    ['4', ['-n'], 4],
    ['the code of --conflict-exit-code', ['--wait', '0', '--conflict-exit-code', '75'], 75],
    ['the code of -E', ['-n', '-E', '0'], 0],
  ] as const)('ends with %s, and the command does not run', async ([, flags, expected], test) => {
    const setting = await startFile(test);
    await setting.client.leases.acquire({ path: 'f', reason: 'test' });
    const { code, out, err } = await lock(setting, 'echo ran', ...flags).all;
    expect({ code, out }).toEqual({ code: expected, out: '' });
    expect(err).toContain('[LeaseAlreadyPresent]');
  });

  it('waits for it, says for whom, and runs when it is given back', async (test) => {
    const setting = await startFile(test);
    const lease = await setting.client.leases.acquireAutoRenewing({ path: 'f', reason: 'the one before' });
    const { err, all } = lock(setting, 'echo ran', '--wait', '1m');
    await err.until(/waiting up to 1m for files:\/\/data\/f, which \S+ \d+ the one before has/);
    await lease.release();
    expect(await all).toMatchObject({ code: 0, out: 'ran\n' });
  });

  it('ends with 130 when it is interrupted while it waits, and takes nothing', async (test) => {
    const setting = await startFile(test);
    const lease = await setting.client.leases.acquireAutoRenewing({ path: 'f' });
    const { child, err, all } = lock(setting, 'echo ran');
    await err.until(/waiting/);
    child.kill('SIGINT');
    expect(await all).toMatchObject({ code: 130, out: '' });
    await lease.release();
    expect(await isLeased(setting)).toBe(false);
  });

  it('makes the file only with --create', async (test) => {
    const setting = await startShare(test.onTestFinished);
    expect(await lock(setting, 'echo ran').all).toMatchObject({ code: 3, out: '' });
    expect(await lock(setting, 'echo ran', '--create').all).toMatchObject({ code: 0, out: 'ran\n' });
    expect(await lock(setting, 'echo ran', '--create').all).toMatchObject({ code: 0, out: 'ran\n' });
    expect((await setting.client.files.getProperties({ path: 'f' })).size).toBe(0);
  });
});

describe.concurrent('signals', () => {
  it.for(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const)(
    'pass %s to the command',
    async (signal, test) => {
      const setting = await startFile(test);
      const script = `trap 'echo got; exit 3' ${signal.slice(3)}; echo ready; while :; do sleep 0.1; done`;
      const { child, out, all } = lock(setting, script);
      await out.until(/ready/);
      child.kill(signal);
      expect(await all).toMatchObject({ code: 3, out: 'ready\ngot\n' });
      expect(await isLeased(setting)).toBe(false);
    },
  );

  it('end the command and all that it started, as a terminal would', async (test) => {
    const setting = await startFile(test);
    const fifo = join(await temporaryDirectory(test.onTestFinished), 'never');
    // Ready is what starts nothing any more: a shell can lose a signal that comes while it starts something.
    const { child, out, all } = lock(
      setting,
      `mkfifo ${fifo}; sh -c 'echo ready; read line < ${fifo}'; true`,
    );
    await out.until(/ready/);
    child.kill('SIGINT');
    expect(await all).toMatchObject({ code: 130 });
  });

  it('that would stop it do not', async (test) => {
    const setting = await startFile(test);
    const { child, out, err, all } = lock(setting, `echo ready; ${lasting}`);
    await out.until(/ready/);
    child.kill('SIGTSTP');
    await err.until(/cannot be stopped while it holds a lock/);
    child.kill('SIGTERM');
    expect(await all).toMatchObject({ code: 143 });
  });
});

describe.concurrent('what the command leaves running', () => {
  it('keeps the lock until it ends, which people are told', async (test) => {
    const setting = await startFile(test);
    const directory = await temporaryDirectory(test.onTestFinished);
    const { err, all } = lock(
      setting,
      `mkfifo ${directory}/go; { read line < ${directory}/go; echo late; } & exit 3`,
    );
    await err.until(/sh has ended; the lock is held as long as what it left running/);
    expect(await isLeased(setting)).toBe(true);
    await writeFile(join(directory, 'go'), 'go\n');
    expect(await all).toMatchObject({ code: 3, out: 'late\n' });
    expect(await isLeased(setting)).toBe(false);
  });

  it('is ended by the next signal, whatever signals it ignores', async (test) => {
    const setting = await startFile(test);
    const { child, err, all } = lock(setting, `${lasting} & exit 3`);
    await err.until(/sh has ended/);
    child.kill('SIGINT');
    expect((await all).code).toBe(3);
    expect(await isLeased(setting)).toBe(false);
  });

  it('does not keep it with --close', async (test) => {
    const setting = await startFile(test);
    const { out, exit, all } = lock(setting, 'sleep 1000 & echo $!', '--close');
    expect(await exit).toBe(0);
    expect(await isLeased(setting)).toBe(false);
    process.kill(Number(out.text), 'SIGTERM');
    await all;
  });
});
