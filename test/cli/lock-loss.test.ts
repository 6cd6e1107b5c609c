import { describe, expect, it } from 'vitest';
import { builtProgram } from '../support/built-program.js';
import { jsonLines } from '../support/cli.js';
import { isLeased, lasting, startFile, startProgram } from '../support/locked-command.js';
import type { ShareSetting } from '../support/share.js';

const program = builtProgram();

/** Runs a shell script under the lock on the file `f`. */
const lock = (setting: ShareSetting, script: string, ...flags: readonly string[]) =>
  startProgram(program, setting, ['lock', 'files://data/f', ...flags, '--', 'sh', '-c', script]);

describe.concurrent('a lock that is lost', () => {
  it('ends the command and all that it started, with 5', async (test) => {
    const setting = await startFile(test);
    const { out, all } = lock(setting, `trap 'echo ended; exit 0' TERM; echo ready; sleep 1000 & wait`);
    await out.until(/ready/);
    await setting.client.leases.breakLease({ path: 'f' });
    const { code, out: text, err } = await all;
    expect({ code, text }).toEqual({ code: 5, text: 'ready\nended\n' });
    expect(err).toMatch(
      /^azstore: the lock on files:\/\/data\/f was lost while sh was running \(exit code 0\).*\[LeaseLost\]\n$/,
    );
  });

  it('kills what does not end, and never touches the lock of the next one', async (test) => {
    const setting = await startFile(test);
    const { out, all } = lock(setting, "trap '' TERM; echo ready; sleep 1000 & sleep 1000");
    await out.until(/ready/);
    await setting.client.leases.breakLease({ path: 'f' });
    const next = await setting.client.leases.acquireAutoRenewing({ path: 'f', waitMs: 10_000 });
    expect(await all).toMatchObject({ code: 5 });
    expect(await isLeased(setting)).toBe(true);
    await next.release();
  });

  it('is told of a command that had ended before it was noticed', async (test) => {
    const setting = await startFile(test);
    const result = await lock(setting, '$azstore lease break files://data/f').all;
    expect(result).toMatchObject({ code: 5, err: expect.stringContaining('(exit code 0)') });
  });

  it('is a JSON line with --json', async (test) => {
    const setting = await startFile(test);
    const { out } = await lock(setting, '$azstore lease break files://data/f -q', '--json').all;
    expect(jsonLines(out)).toMatchObject([{ error: { code: 'LeaseLost', exitCode: 5 } }]);
  });
});

describe.concurrent('when azstore lock itself is killed', () => {
  it('its watcher ends the command and all that it started', async (test) => {
    const setting = await startFile(test);
    const { child, out, all } = lock(setting, `trap 'echo ended; exit' TERM; echo ready; sleep 1000 & wait`);
    await out.until(/ready/);
    child.kill('SIGKILL');
    expect(await all).toMatchObject({
      code: 'SIGKILL',
      out: 'ready\nended\n',
      err: 'azstore lock: it was killed: the command is ended\n',
    });
  });

  it('also when they do not want to end', async (test) => {
    const setting = await startFile(test);
    const { child, out, all } = lock(setting, "trap '' TERM INT HUP; echo ready; sleep 1000 & sleep 1000");
    await out.until(/ready/);
    child.kill('SIGKILL');
    await all;
  });

  it('and also when it is stopped for longer than the lock lasts', { timeout: 60_000 }, async (test) => {
    const setting = await startFile(test);
    const { child, out, err, exit } = lock(setting, `echo ready; ${lasting}`, '--duration', '15s');
    await out.until(/ready/);
    child.kill('SIGSTOP');
    const stoppedAt = performance.now();
    await err.until(/it gave no sign of life/);
    expect(performance.now() - stoppedAt).toBeGreaterThan(9_000);
    child.kill('SIGCONT');
    expect(await exit).toBe(5);
    await Promise.all([out.closed, err.closed]);
  });
});

describe.concurrent('when the watcher is killed', () => {
  it('azstore lock ends the command, and gives the lock back', async (test) => {
    const setting = await startFile(test);
    const { out, all } = lock(setting, `echo "watcher $PPID"; ${lasting}`);
    const [, watcher] = await out.until(/watcher (\d+)/);
    process.kill(Number(watcher), 'SIGKILL');
    const { code, err } = await all;
    expect(code).toBe(137);
    expect(err).toContain('the watcher of sh was killed by SIGKILL, and so was sh');
    expect(await isLeased(setting)).toBe(false);
  });

  it('by its own command, the exit code is that of the command', async (test) => {
    const setting = await startFile(test);
    expect((await lock(setting, 'kill -KILL 0').all).code).toBe(137);
    expect(await isLeased(setting)).toBe(false);
  });

  it('no signal of the command but that ends it', async (test) => {
    const setting = await startFile(test);
    const script =
      "trap '' TERM INT HUP QUIT USR1; kill 0; kill -INT 0; kill -HUP 0; kill -QUIT 0; kill -USR1 0; exit 9";
    expect((await lock(setting, script).all).code).toBe(9);
  });
});
