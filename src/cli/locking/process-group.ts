import { type Clock, systemClock } from '../../files/index.js';

/** How long the system may take to remove what was killed, in milliseconds. */
const removalMs = 2_000;
const pollMs = 25;

/** Sends a signal to a group of processes. @returns false when there is none any more. */
export function signalGroup(id: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-id, name);
  } catch (error) {
    // Of another user: it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Ends when nothing of a group is left: what has not ended after `graceMs` is killed.
 * @param graceMs - Milliseconds; 0 = at once.
 */
export async function endGroup(id: number, graceMs: number, clock: Clock = systemClock): Promise<void> {
  if (await goneWithin(id, graceMs, clock)) return;
  signalGroup(id, 'SIGKILL');
  // Where nobody collects dead processes their group stays; there is nothing more to be done then.
  await goneWithin(id, removalMs, clock);
}

async function goneWithin(id: number, ms: number, clock: Clock): Promise<boolean> {
  const until = clock.monotonic() + ms;
  while (signalGroup(id, 0)) {
    if (clock.monotonic() >= until) return false;
    await new Promise<void>((resolve) => clock.timer(pollMs, resolve, { keepAlive: true }));
  }
  return true;
}
