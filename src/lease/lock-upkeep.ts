import { giveBackLease } from './give-back.js';
import type { LeaseUpkeep, UpkeepLimits } from './held-lease.js';
import { infinite, type LockedResource, type LockOperations } from './lock-operations.js';
import { writeRecord } from './record.js';

/** Keeps the lease on a file: looks whether it is there, then tells the others by the record. */
export class LockUpkeep implements LeaseUpkeep {
  readonly resource: LockedResource;
  readonly #operations: LockOperations;
  readonly #durationSeconds: number;
  readonly #holder: string;
  #renewed = 0;

  constructor(operations: LockOperations, facts: { durationSeconds: number; holder: string }) {
    this.resource = operations.resource;
    this.#operations = operations;
    this.#durationSeconds = facts.durationSeconds;
    this.#holder = facts.holder;
  }

  /**
   * Asks the file first: acquiring with the same id would prove nothing, as it succeeds on a file that was freed by
   * somebody else too. A record that tells of life must not be written by one that lost the lease.
   */
  async confirm(id: string, limits: UpkeepLimits, beforeLast: () => void): Promise<boolean> {
    if (!(await this.#operations.holds(id, limits))) return false;
    if (this.#durationSeconds === infinite) return true;
    this.#renewed += 1;
    const content = { durationSeconds: this.#durationSeconds, holder: this.#holder, renewed: this.#renewed };
    await writeRecord(this.#operations, { content, check: beforeLast }, limits);
    return true;
  }

  holds(id: string, limits: UpkeepLimits): Promise<boolean> {
    return this.#operations.holds(id, limits);
  }

  release(id: string, limits: UpkeepLimits): Promise<boolean> {
    const returned = { id, durationSeconds: this.#durationSeconds, holder: this.#holder };
    return giveBackLease(this.#operations, returned, limits);
  }
}
