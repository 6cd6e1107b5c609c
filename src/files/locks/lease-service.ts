import type { AutoRenewingLease, LeaseGuard } from '../../lease/auto-renewing-lease.js';
import type { Lease } from '../../lease/lease.js';
import type { LeaseProperties } from '../types.js';

/** What is to be leased: a file, or the share itself where no path is given. */
export interface LeaseTarget {
  /** @defaultValue the client's `defaultShare`; without one it must be given */
  share?: string | undefined;
  /** From the root of the share, not encoded. @defaultValue absent: the lease on the share itself */
  path?: string | undefined;
}

/** What may be added to calls about a lease that is held. Their requests have time limits of their own. */
export interface LeaseCallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface AcquireLeaseRequest extends LeaseTarget, LeaseCallOptions {
  /** 15 to 60, or -1 for a lease without end, which nobody but a person breaks. @defaultValue 30 */
  durationSeconds?: number | undefined;
  /** A GUID, never used before. It is sent once; if that is in vain, a new one is made up. @defaultValue a new one */
  proposedLeaseId?: string | undefined;
  /**
   * How long to wait for what somebody else has, in milliseconds; a holder that is found dead is replaced even when
   * that takes longer. @defaultValue 0; 120,000 for `withLock`, in which every dead holder is replaced
   */
  waitMs?: number | undefined;
  /** Why, for whoever looks at the lock. Not for secrets. @defaultValue absent */
  reason?: string | undefined;
}

/** A lease by its id, as another process has it. */
export interface LeaseReference extends LeaseTarget {
  id: string;
  /** As it was acquired. @defaultValue what the record beside the file tells, for a renewal; otherwise -1 */
  durationSeconds?: number | undefined;
}

export interface BreakLeaseRequest extends LeaseTarget, LeaseCallOptions {
  /**
   * 0 to 60 on a share; only 0 on a file, where a lease always ends at once. @defaultValue 0 on a file; on a share as
   * long as the lease lasts anyway
   */
  breakPeriodSeconds?: number | undefined;
}

export interface InspectLeaseRequest extends LeaseTarget, LeaseCallOptions {}

/** What can be seen of a lease by somebody who does not hold it. */
export interface LeaseInspection extends Omit<LeaseProperties, 'duration'> {
  share: string;
  /** `''` for the share itself. */
  path: string;
  /** As the service tells it: on a file it is always `infinite`. */
  duration?: LeaseProperties['duration'];
  /** The record beside the file; absent where none is: then a lease is infinite. */
  record?: LeaseRecordInfo;
  /** Whether the holder counts as dead by the age of the record, so that the next who wants the lease replaces it. */
  stale: boolean;
}

export interface LeaseRecordInfo {
  /** 15 to 60, or -1 for a lease without end. */
  durationSeconds: number;
  /** Host, process and reason of who wrote it last. */
  holder: string;
  /** How often that holder has renewed. */
  renewed: number;
  /** How long ago it was written, by the service's clock; absent when the service did not tell. */
  ageMs?: number;
}

/**
 * Leases on files and shares. Those on files end by themselves when their holder dies, which the service alone does not
 * offer: a small record, `.NAME.lease`, stands beside each file that was ever locked. The lease is on the file itself, so
 * whoever lost it cannot write any more, however late.
 *
 * Every call may throw, beside what it says itself: `ConfigurationError` before anything is sent, `AuthenticationError`,
 * `NetworkError`, `ServerError`, and `FileError` with `FileNotFound` or `ShareNotFound`.
 */
export interface LeaseService {
  /**
   * Takes a lease. It ends `durationSeconds` after it was last renewed, by the holder's clock; see
   * {@link acquireAutoRenewing} and {@link withLock} for leases that are renewed in the background.
   *
   * @throws {LeaseError} `LeaseAlreadyPresent` when somebody else has it and `waitMs` is over.
   * @see https://learn.microsoft.com/rest/api/storageservices/lease-file
   */
  acquire(request: AcquireLeaseRequest): Promise<Lease>;

  /** The same; `undefined` when somebody else has it. */
  tryAcquire(request: AcquireLeaseRequest): Promise<Lease | undefined>;

  /** The same as {@link acquire}, renewed every 5 seconds until it is given back. */
  acquireAutoRenewing(request: AcquireLeaseRequest): Promise<AutoRenewingLease>;

  /**
   * Renews a lease: its time begins anew.
   * @throws {LeaseError} `LeaseExpired` when its time was over by the holder's clock; `LeaseLost` when somebody else has ended it.
   */
  renew(lease: Lease | LeaseReference, options?: LeaseCallOptions): Promise<void>;

  /**
   * Gives a lease another id. A {@link Lease} that is given has the new id from then on.
   * @param proposedLeaseId - A GUID, never used before.
   * @throws {LeaseError} `LeaseNotPresent`, `LeaseIdMismatch`, `LeaseExpired`, `LeaseLost`.
   * @throws {NetworkError} also when it may have been done: a {@link Lease} that is given keeps the old id then.
   */
  change(lease: Lease | LeaseReference, proposedLeaseId: string, options?: LeaseCallOptions): Promise<Lease>;

  /** Gives a lease back. That it is gone already is no failure. */
  release(lease: Lease | LeaseReference, options?: LeaseCallOptions): Promise<void>;

  /**
   * Ends a lease without its id. On a file this is at once, and its holder's next write is refused.
   * @returns the seconds until it ends; 0 on a file.
   * @throws {LeaseError} `LeaseNotPresent`.
   */
  breakLease(request: BreakLeaseRequest): Promise<number>;

  /** Tells what can be seen of a lease. Nobody can see its id. */
  inspect(request: InspectLeaseRequest): Promise<LeaseInspection>;

  /**
   * Runs `fn` while holding a lease that is renewed in the background, and gives it back, whatever `fn` does. Requests of
   * `fn` name the lease by `guard.id`, and should have `guard.signal`, which ends them when the lock is lost. That `fn` deletes
   * what is locked, by that id, is no loss. Renewals keep no process alive.
   *
   * ```ts
   * await client.leases.withLock({ path: 'config.json' }, async (guard) => {
   *   await client.files.write({ path: 'config.json', data, leaseId: guard.id, signal: guard.signal });
   * });
   * ```
   * @throws {LeaseError} `LeaseAlreadyPresent`; `LeaseLost` when the lock was lost before `fn` ended. Its cause is why no renewal
   * succeeded, or the error of `fn`, or an `AggregateError` of these two.
   * @throws what `fn` throws.
   */
  withLock<T>(request: AcquireLeaseRequest, fn: (guard: LeaseGuard) => Promise<T>): Promise<T>;
}
