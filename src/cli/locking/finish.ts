import { constants } from 'node:os';
import { basename } from 'node:path';
import { AutoRenewingLease } from '../../files/index.js';
import { CommandFailure, exitCodes, messageOf } from '../failures.js';
import { displayLocation, type ShareLocation } from '../locations.js';
import type { Invocation } from '../verb.js';
import type { CommandEnd } from './watched-command.js';

/** A command that has ended, and the lock that it ran under. */
export interface Finished {
  readonly location: ShareLocation;
  readonly file: string;
  readonly lease: AutoRenewingLease;
  readonly end: CommandEnd;
}

/** How long a release behind a failure may take, in milliseconds. */
const favourMs = 3_000;

/** Exit codes of shells for a command that cannot be run. */
const notFound = 127;
const notExecutable = 126;

/**
 * Gives the lock back.
 * @returns the exit code of the command.
 * @throws {CommandFailure} when the lock was lost before the command ended, or the command could not be run.
 */
export async function finish(invocation: Invocation, finished: Finished): Promise<number> {
  const impatience = new AbortController();
  const restore = invocation.io.divertSignals(() => impatience.abort(new Error('interrupted')));
  try {
    const { lost } = finished.lease;
    const released = await giveBack(invocation, finished, impatience.signal);
    if (lost !== undefined || finished.end.kind === 'cut' || released === 'gone') {
      throw lockLost(finished, lost);
    }
    return exitCodeAfter(invocation, finished);
  } finally {
    restore();
  }
}

async function giveBack(
  { output }: Invocation,
  { lease, end }: Finished,
  signal: AbortSignal,
): Promise<'released' | 'gone'> {
  const lost = lease.lost !== undefined || end.kind === 'cut';
  // As the service sees it, it may be there yet and keep the next one waiting: a favour.
  const limit = lost ? AbortSignal.any([signal, AbortSignal.timeout(favourMs)]) : signal;
  try {
    return await Promise.race([AutoRenewingLease.giveBack(lease), aborted(limit)]);
  } catch (error) {
    if (lost) return 'gone';
    // One that ends by itself is not worth failing for.
    if (lease.durationSeconds < 0) throw error;
    const left = `it ends in ${lease.durationSeconds} s at most`;
    output.warn(`azstore: the lock could not be given back, ${left}: ${messageOf(error)}`);
    return 'released';
  }
}

function lockLost({ location, file, end }: Finished, cause: unknown): CommandFailure {
  const how = end.kind === 'exited' && end.exitCode !== null ? `exit code ${end.exitCode}` : 'it was ended';
  const why = cause instanceof Error ? `: ${messageOf(cause)}` : '';
  const message = `the lock on ${displayLocation(location)} was lost while ${basename(file)} was running (${how})${why}`;
  return new CommandFailure('LeaseLost', exitCodes.temporary, { message, cause });
}

function exitCodeAfter({ output }: Invocation, { file, end }: Finished): number {
  switch (end.kind) {
    case 'failed':
      throw cannotRun(file, end.code);
    case 'unwatched':
      output.warn(`azstore: the watcher of ${basename(file)} was killed, and so was ${basename(file)}`);
      return exitCodeOfSignal(end.signal);
    case 'exited':
      return end.exitCode ?? exitCodeOfSignal(end.signal);
    case 'cut':
      return exitCodes.temporary;
  }
}

/** As a shell has it. */
function exitCodeOfSignal(signal: NodeJS.Signals | null): number {
  return signal === null ? exitCodes.failed : 128 + (constants.signals[signal] ?? 0);
}

function cannotRun(file: string, code: string): CommandFailure {
  if (code === 'ENOENT')
    return new CommandFailure('CommandNotFound', notFound, { message: `${file}: not found` });
  return new CommandFailure('CommandNotExecutable', notExecutable, {
    message: `${file} cannot be run: ${code}`,
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
