import type { HeldLease } from './held-lease.js';
import type { LockedResource } from './lock-operations.js';

const inspect = Symbol.for('nodejs.util.inspect.custom');
const held = new WeakMap<Lease, HeldLease>();

/** What a {@link Lease} tells beside its id. */
export interface LeaseFacts extends LockedResource {
  /** Seconds; -1 = until it is given back. */
  readonly durationSeconds: number;
  readonly acquiredAt: Date;
}

/**
 * A lease that its user renews. It ends by the holder's own clock, `durationSeconds` after the last renewal was sent,
 * unless it is infinite. Neither `console.log` nor JSON shows its id.
 */
export class Lease {
  readonly share: string;
  /** `''` for a lease on the share itself. */
  readonly path: string;
  /** Seconds; -1 = until it is given back. */
  readonly durationSeconds: number;
  readonly acquiredAt: Date;

  constructor(lease: HeldLease, facts: LeaseFacts) {
    this.share = facts.share;
    this.path = facts.path;
    this.durationSeconds = facts.durationSeconds;
    this.acquiredAt = facts.acquiredAt;
    held.set(this, lease);
  }

  /**
   * Names the lease in requests to what is leased; read it for each of them.
   * @throws {LeaseError} `LeaseExpired` when its time is over, `LeaseLost` when it is not held any more.
   */
  get id(): string {
    return heldOf(this).id;
  }

  /** Milliseconds until it expires, unless it is renewed before; `Infinity` for an infinite one. */
  get remainingMs(): number {
    return Math.max(0, heldOf(this).remainingMs);
  }

  toJSON(): Record<string, unknown> {
    const { share, path, durationSeconds, acquiredAt } = this;
    return { share, path, durationSeconds, acquiredAt };
  }

  [inspect](): string {
    return `${this.constructor.name} ${JSON.stringify(this)}`;
  }
}

/** The state behind a lease. */
export function heldOf(lease: Lease): HeldLease {
  const state = held.get(lease);
  if (state === undefined) throw new TypeError('a lease must come from the library');
  return state;
}
