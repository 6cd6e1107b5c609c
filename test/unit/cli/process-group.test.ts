import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { endGroup, signalGroup } from '../../../src/cli/locking/process-group.js';

/** A group with two processes, ready for signals; `closed` when none of them holds its output any more. */
async function startGroup(script = ''): Promise<{ id: number; closed: Promise<unknown> }> {
  const child = spawn('sh', ['-c', `${script} sh -c 'echo ready; sleep 1000'; true`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const id = child.pid ?? 0;
  onTestFinished(() => void signalGroup(id, 'SIGKILL'));
  const closed = once(child.stdout, 'close');
  await once(child.stdout, 'data');
  return { id, closed };
}

describe('endGroup', () => {
  it('kills at once what has no time', async () => {
    const { id, closed } = await startGroup("trap '' TERM;");
    await endGroup(id, 0);
    await closed;
  });

  it('waits no longer than until the last one has ended', async () => {
    const { id, closed } = await startGroup();
    expect(signalGroup(id, 'SIGTERM')).toBe(true);
    await endGroup(id, 1_000_000);
    await closed;
  });

  it('has nothing to wait for where the group has ended', async () => {
    const { id, closed } = await startGroup();
    await endGroup(id, 0);
    await closed;
    await endGroup(id, 1_000_000);
  });
});
