import type { Clock } from '../core/clock.js';
import { pause } from '../core/pause.js';
import { isTransient, leaseError } from './failures.js';
import type { LockedResource } from './lock-operations.js';
import type { Grant } from './single-lease.js';

/** How long to wait for what somebody else has. */
export interface Patience {
  /** Milliseconds; 0 = no wait. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A try that did not get it. */
export interface Blocked {
  /** When a new look is due at the latest, in milliseconds; `Infinity` when nothing is expected. */
  readonly lookInMs: number;
}

/** Waits between two tries: the first, and what they grow to. */
const firstWaitMs = 500;
const longestWaitMs = 4_000;
/** How many failures in a row that say nothing of the lease are borne, whatever the patience is. */
const failuresBorne = 3;

/**
 * Tries until it is granted. Waits are jittered, so that waiters come one after the other.
 * @throws {LeaseError} `LeaseAlreadyPresent` when the patience is over.
 * @throws the signal's reason, at once.
 */
export async function untilGranted(
  attempt: () => Promise<Grant | Blocked>,
  { clock, resource, patience }: { clock: Clock; resource: LockedResource; patience: Patience },
): Promise<Grant> {
  const { signal, waitMs } = patience;
  const until = clock.monotonic() + waitMs;
  let failures = 0;
  for (let round = 0; ; round++) {
    signal?.throwIfAborted();
    let lookInMs = Number.POSITIVE_INFINITY;
    let error: unknown;
    try {
      const result = await attempt();
      if ('id' in result) return result;
      failures = 0;
      lookInMs = result.lookInMs;
      error = leaseError('LeaseAlreadyPresent', resource);
    } catch (failure) {
      if (!isTransient(failure)) throw failure;
      failures += 1;
      error = failure;
    }
    const left = until - clock.monotonic();
    const bears = failures > 0 && failures < failuresBorne;
    if (left <= 0 && !bears) throw error;
    const grown = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(round, 10));
    const wait = Math.min(grown * (0.75 + clock.random() / 2), Math.max(lookInMs, 1));
    await pause(clock, left > 0 ? Math.min(wait, left) : wait, signal);
  }
}
