import type { HeldLease } from './held-lease.js';

/** After so many leases those that have ended are forgotten. */
const sweepAfter = 1_000;

/**
 * The leases that one client has taken, by their ids: an id that a user gives as text is known to be over before the
 * service is asked, and a lease is found that has to follow its file.
 */
export class LeaseRegistry {
  readonly #held = new Map<string, HeldLease>();
  #sweepAt = sweepAfter;

  add(id: string, held: HeldLease): void {
    this.#held.set(normalized(id), held);
    if (this.#held.size < this.#sweepAt) return;
    for (const [key, each] of this.#held) if (each.ended) this.#held.delete(key);
    this.#sweepAt = Math.max(sweepAfter, 2 * this.#held.size);
  }

  /** The lease of an id; `undefined` when another process took it, or when it ended long ago. */
  find(id: string): HeldLease | undefined {
    return this.#held.get(normalized(id));
  }

  /** @throws {LeaseError} `LeaseLost` or `LeaseExpired` when the id is known to be over. */
  check(id: string): void {
    this.find(id)?.check();
  }
}

/** The service takes a GUID with and without braces and dashes, in any case. */
function normalized(id: string): string {
  return id.replace(/[{}-]/g, '').toLowerCase();
}
