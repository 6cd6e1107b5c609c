import { readdirSync, readFileSync } from 'node:fs';
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
 * Ends when nothing of a group runs any more: what has not ended after `graceMs` is killed.
 * @param graceMs - Milliseconds; 0 = at once.
 */
export async function endGroup(id: number, graceMs: number, clock: Clock = systemClock): Promise<void> {
  if (await goneWithin(id, graceMs, clock)) return;
  signalGroup(id, 'SIGKILL');
  await goneWithin(id, removalMs, clock);
}

async function goneWithin(id: number, ms: number, clock: Clock): Promise<boolean> {
  const until = clock.monotonic() + ms;
  while (isAlive(id)) {
    if (clock.monotonic() >= until) return false;
    await new Promise<void>((resolve) => clock.timer(pollMs, resolve, { keepAlive: true }));
  }
  return true;
}

/** Whether anything of a group runs. Dead ones that nobody collects, as in a container without an init, do not. */
function isAlive(id: number): boolean {
  if (!signalGroup(id, 0)) return false;
  if (process.platform !== 'linux') return true;
  try {
    return readdirSync('/proc').some((name) => /^\d+$/.test(name) && runsIn(id, name));
  } catch {
    return true;
  }
}

function runsIn(group: number, pid: string): boolean {
  try {
    // After the name in parentheses, which may hold anything: state, parent, group.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(pgrp) === group && state !== 'Z' && state !== 'X';
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
