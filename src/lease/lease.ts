import type { HeldLease } from './held-lease.js';

const inspect = Symbol.for('nodejs.util.inspect.custom');
const held = new WeakMap<Lease, HeldLease>();

/**
 * A lease that its user renews. It ends by the holder's own clock, `durationSeconds` after the last renewal was sent,
 * unless it is infinite. Neither `console.log` nor JSON shows its id.
 */
export class Lease {
  /** Seconds; -1 = until it is given back. */
  readonly durationSeconds: number;
  readonly acquiredAt: Date;

  constructor(lease: HeldLease, acquiredAt: Date) {
    this.durationSeconds = lease.durationSeconds;
    this.acquiredAt = acquiredAt;
    held.set(this, lease);
  }

  get share(): string {
    return heldOf(this).resource.share;
  }

  /** `''` for a lease on the share itself. That of a file follows when the file is renamed with the id of the lease. */
  get path(): string {
    return heldOf(this).resource.path;
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
