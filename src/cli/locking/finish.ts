import { constants } from 'node:os';
import { basename } from 'node:path';
import { AutoRenewingLease, type AzureFilesClient, LeaseError } from '../../files/index.js';
import { CommandFailure, codeOf, exitCodes, messageOf } from '../failures.js';
import { displayLocation, type ShareLocation } from '../locations.js';
import type { Invocation } from '../verb.js';
import type { CommandEnd } from './watched-command.js';

/** A command that has ended, and the lock that it ran under. */
export interface Finished {
  readonly client: AzureFilesClient;
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
    const lost = await lossOf(finished, impatience.signal);
    const outcome = await giveBack(invocation, { ...finished, lost, signal: impatience.signal });
    if (lost !== undefined || outcome === 'gone') throw lockLost(finished, lost);
    return exitCodeAfter(invocation, finished);
  } finally {
    restore();
  }
}

/**
 * Why the lock was lost before the command ended; `undefined` when it was not. A lease that somebody has broken could be
 * given back as if nothing had happened, so the service is asked.
 */
async function lossOf({ client, location, lease, end }: Finished, signal: AbortSignal): Promise<unknown> {
  if (lease.lost !== undefined) return lease.lost;
  if (end.kind === 'cut') return new Error('its time was over');
  const { share, path } = location;
  const scope = {
    share,
    leaseId: lease.id,
    signal: AbortSignal.any([signal, AbortSignal.timeout(favourMs)]),
  };
  try {
    await (path === '' ? client.shares.getProperties(scope) : client.files.getProperties({ ...scope, path }));
    return undefined;
  } catch (error) {
    const isGone = error instanceof LeaseError || goneCodes.has(codeOf(error));
    // Any other failure says nothing of the lock.
    return isGone ? error : undefined;
  }
}

const goneCodes: ReadonlySet<string> = new Set(['FileNotFound', 'ShareNotFound', 'ParentNotFound']);

interface Release extends Finished {
  readonly lost: unknown;
  readonly signal: AbortSignal;
}

async function giveBack(
  { output }: Invocation,
  { lease, lost, signal }: Release,
): Promise<'released' | 'gone'> {
  // A favour then: as the service sees it, it may be there yet and keep the next one waiting.
  const limit = lost === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(favourMs)]);
  try {
    return await Promise.race([AutoRenewingLease.giveBack(lease), aborted(limit)]);
  } catch (error) {
    if (lost !== undefined) return 'gone';
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
      output.warn(unwatched(basename(file), end.signal));
      return exitCodeOfSignal(end.signal);
    case 'exited':
      return end.exitCode ?? exitCodeOfSignal(end.signal);
    case 'cut':
      return exitCodes.temporary;
  }
}

function unwatched(name: string, signal: NodeJS.Signals | null): string {
  if (signal === null) return `azstore: the watcher of ${name} has ended too early, and ${name} was killed`;
  return `azstore: the watcher of ${name} was killed by ${signal}, and so was ${name}`;
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
