import type { Clock } from '../core/clock.js';
import { mayHaveBeenDone } from './failures.js';
import type { LeaseUpkeep, UpkeepLimits } from './held-lease.js';
import type { LockedResource, RequestLimits } from './lock-operations.js';
import type { Grant } from './single-lease.js';
import { momentOf, remainingMs, timing } from './timing.js';
import { type Patience, untilGranted } from './waiting.js';

/** The requests for a lease that the service itself ends: each sends at most one, and never repeats it. */
export interface TimedLeaseOperations {
  readonly resource: LockedResource;
  /** Takes it, or begins its time anew where this id has it. @returns false when somebody else has it. */
  acquire(id: string, durationSeconds: number, limits: RequestLimits): Promise<boolean>;
  /** @returns false when this id does not have it any more. */
  renew(id: string, limits: RequestLimits): Promise<boolean>;
  /** @returns false when this id did not have it. */
  release(id: string, limits: RequestLimits): Promise<boolean>;
}

/** What to acquire, and how long to wait for it. */
export interface TimedWish extends Patience {
  readonly durationSeconds: number;
  /** One id for all tries: the service grants it again, and a request that comes late ends by itself. */
  readonly id: string;
}

/** @throws {LeaseError} `LeaseAlreadyPresent` when somebody else has it and `waitMs` is over. */
export async function acquireTimed(
  operations: TimedLeaseOperations,
  clock: Clock,
  wish: TimedWish,
): Promise<Grant> {
  const { id, durationSeconds, signal } = wish;
  let inDoubt = false;
  const attempt = async () => {
    const confirmedAt = momentOf(clock);
    try {
      const granted = await operations.acquire(id, durationSeconds, { limitMs: timing.requestMs, signal });
      const left = remainingMs(clock, confirmedAt, durationSeconds);
      if (granted && left > 0) return { id, confirmedAt };
      return { lookInMs: Number.POSITIVE_INFINITY };
    } catch (error) {
      inDoubt ||= mayHaveBeenDone(error) || signal?.aborted === true;
      throw error;
    }
  };
  try {
    return await untilGranted(attempt, { clock, resource: operations.resource, patience: wish });
  } catch (error) {
    if (inDoubt) operations.release(id, { limitMs: timing.favourMs }).catch(() => {});
    throw error;
  }
}

/** Keeps a lease that the service itself ends. */
export class TimedUpkeep implements LeaseUpkeep {
  readonly resource: LockedResource;
  readonly #operations: TimedLeaseOperations;

  constructor(operations: TimedLeaseOperations) {
    this.resource = operations.resource;
    this.#operations = operations;
  }

  confirm(id: string, limits: UpkeepLimits, beforeLast: () => void): Promise<boolean> {
    beforeLast();
    return this.#operations.renew(id, limits);
  }

  /** The service has no other question about it. */
  holds(id: string, limits: UpkeepLimits): Promise<boolean> {
    return this.#operations.renew(id, limits);
  }

  release(id: string, limits: UpkeepLimits): Promise<boolean> {
    return this.#operations.release(id, limits);
  }
}
