import { describe, expect, it } from 'vitest';
import { builtProgram } from '../../support/built-program.js';
import { type CliOptions, jsonLines } from '../../support/cli.js';
import { startShare } from '../../support/share.js';

const built = builtProgram();

/** Runs `sh` under the lock on the file `f`, in this process but for the command and its watcher. */
async function startLock() {
  const setting = await startShare();
  const { client } = setting;
  await client.files.create({ path: 'f', size: 0 });
  const env = { ...setting.env, PATH: process.env.PATH ?? '' };
  const cli = (argv: readonly string[], options: CliOptions = {}) =>
    setting.cli(argv, { env, program: built.file, ...options });
  const lock = (script: string, ...flags: readonly string[]) =>
    cli(['lock', 'files://data/f', ...flags, '--', 'sh', '-c', script]);
  return { client, lock, cli };
}

describe('lock', () => {
  it('gives the exit code of the command, and the lock back', async () => {
    const { client, lock } = await startLock();
    expect(await lock('exit 9')).toMatchObject({ code: 9, stdout: '', stderr: '' });
    expect(await lock('kill -TERM $$')).toMatchObject({ code: 143 });
    expect(await client.leases.inspect({ path: 'f' })).toMatchObject({ status: 'unlocked' });
  });

  it.each([
    ['no-such-command-anywhere', 127, 'CommandNotFound'],
    ['/', 126, 'CommandNotExecutable'],
  ])('tells that %s cannot be run', async (file, exitCode, code) => {
    const { cli } = await startLock();
    const argv = ['lock', 'files://data/f', '--json', '--', file];
    const result = await cli(argv);
    expect(result.code).toBe(exitCode);
    expect(jsonLines(result.stdout)).toMatchObject([{ error: { code, exitCode } }]);
  });

  it('gives no exit code of a command that had lost its lock', async () => {
    const { lock } = await startLock();
    const script = `"${process.execPath}" "${built.file}" lease break files://data/f -q`;
    const result = await lock(script);
    expect(result).toMatchObject({ code: 5, stderr: expect.stringContaining('(exit code 0)') });
  });

  it('tells of a watcher that was killed', async () => {
    const { client, lock } = await startLock();
    const result = await lock('kill -KILL $PPID; sleep 1000');
    expect(result).toMatchObject({ code: 137, stderr: expect.stringContaining('was killed by SIGKILL') });
    expect(await client.leases.inspect({ path: 'f' })).toMatchObject({ status: 'unlocked' });
  });

  it('keeps an infinite lock as long as the command runs', async () => {
    const { client, lock } = await startLock();
    expect((await lock('true', '--duration', 'infinite')).code).toBe(0);
    expect(await client.leases.inspect({ path: 'f' })).toMatchObject({ status: 'unlocked' });
  });

  it('fails when its watcher does nothing, and gives the lock back', async () => {
    const { client, cli } = await startLock();
    const result = await cli(['lock', 'files://data/f', '--', 'true'], { program: '/dev/null' });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('has ended too early') });
    expect(await client.leases.inspect({ path: 'f' })).toMatchObject({ status: 'unlocked' });
  });

  it('runs nothing, and leaves nothing locked, when it is interrupted before', async () => {
    const { client, cli } = await startLock();
    const controller = new AbortController();
    controller.abort();
    const argv = ['lock', 'files://data/f', '--', 'true'];
    expect((await cli(argv, { signal: controller.signal })).code).toBe(130);
    expect(await client.leases.inspect({ path: 'f' })).toMatchObject({ status: 'unlocked' });
  });
});
