import type { Clock } from '../core/clock.js';
import type { LeaseError } from '../core/errors.js';
import type { HeldLease, ReleaseOutcome } from './held-lease.js';
import { heldOf, Lease } from './lease.js';
import { Renewal } from './renewal.js';

/** What a holder of a lock works with. */
export interface LeaseGuard {
  /**
   * Names the lease in requests to what is locked; read it for each of them, as reading it looks at the clock.
   * @throws {LeaseError} `LeaseLost` once the lock is lost.
   */
  readonly id: string;
  /** Aborted at once when the lock is lost: give it to every request that must not outlive the lock. */
  readonly signal: AbortSignal;
  /** @throws {LeaseError} `LeaseLost` once the lock is lost. */
  check(): void;
}

/**
 * A lease that is renewed in the background until it is given back or lost. Also for `await using`. Its renewal keeps no
 * process alive, and never rejects unheard: {@link signal} and every use tell of a loss.
 */
export class AutoRenewingLease extends Lease implements LeaseGuard {
  readonly #renewal: Renewal;

  constructor(held: HeldLease, acquiredAt: Date, clock: Clock) {
    super(held, acquiredAt);
    this.#renewal = new Renewal(held, clock);
  }

  /** Aborted at once when the lease is lost. */
  get signal(): AbortSignal {
    return heldOf(this).signal;
  }

  /** Why the lease was lost; `undefined` while it is held. */
  get lost(): LeaseError | undefined {
    return heldOf(this).lost;
  }

  check(): void {
    heldOf(this).check();
  }

  /**
   * Gives the lease back. That it was lost before is no failure.
   * @throws {NetworkError} when the service could not be reached: the lease then ends by its duration.
   */
  async release(signal?: AbortSignal): Promise<void> {
    await releaseRenewed(this, this.#renewal, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** The same as {@link release}; tells whether the lease was still there. */
  static async giveBack(lease: AutoRenewingLease): Promise<ReleaseOutcome> {
    return releaseRenewed(lease, lease.#renewal);
  }
}

async function releaseRenewed(lease: Lease, renewal: Renewal, signal?: AbortSignal): Promise<ReleaseOutcome> {
  renewal.stop();
  return heldOf(lease).release(signal);
}
