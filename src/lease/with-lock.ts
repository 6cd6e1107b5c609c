import { LeaseError } from '../core/errors.js';
import { AutoRenewingLease, type LeaseGuard } from './auto-renewing-lease.js';
import { leaseError } from './failures.js';
import type { ReleaseOutcome } from './held-lease.js';

/**
 * Runs `fn` under a lease and gives it back, whatever happens.
 * @throws what `fn` throws; `LeaseLost` when the lock was lost before `fn` ended. Its cause is why no renewal succeeded, or the
 * error of `fn`, or an `AggregateError` of these two.
 */
export async function runUnderLock<T>(
  lease: AutoRenewingLease,
  fn: (guard: LeaseGuard) => Promise<T>,
): Promise<T> {
  const outcome = await settled(fn, lease);
  const { lost } = lease;
  if (lost !== undefined) throw lossOf(lost, outcome);
  if ('error' in outcome) {
    // The error of the work wins over one of the release.
    await AutoRenewingLease.giveBack(lease).catch(() => {});
    throw outcome.error;
  }
  if ((await released(lease)) === 'gone') {
    throw leaseError('LeaseLost', lease, { why: 'somebody had ended it before it was given back' });
  }
  return outcome.value;
}

/** The work is done, so a lease that frees itself is not worth failing for. */
async function released(lease: AutoRenewingLease): Promise<ReleaseOutcome> {
  try {
    return await AutoRenewingLease.giveBack(lease);
  } catch (error) {
    if (lease.durationSeconds < 0) throw error;
    return 'released';
  }
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

async function settled<T>(fn: (guard: LeaseGuard) => Promise<T>, guard: LeaseGuard): Promise<Outcome<T>> {
  try {
    return { value: await fn(guard) };
  } catch (error) {
    return { error };
  }
}

/** The loss itself, unless the work failed with something else: then both are told. */
function lossOf<T>(lost: LeaseError, outcome: Outcome<T>): LeaseError {
  if (!('error' in outcome) || outcome.error === lost) return lost;
  const { code, message, share, path, retryable, cause: reason } = lost;
  const cause =
    reason === undefined
      ? outcome.error
      : new AggregateError(
          [reason, outcome.error],
          'why the lock was lost, and how the work under it failed',
        );
  return new LeaseError(code, message, { share, path, retryable, cause });
}
