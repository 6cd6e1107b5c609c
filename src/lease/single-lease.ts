import type { Clock } from '../core/clock.js';
import { pause } from '../core/pause.js';
import { mayHaveBeenDone } from './failures.js';
import { infinite, type LockOperations, type RecordContent } from './lock-operations.js';
import { type Moment, momentOf, remainingMs, timing } from './timing.js';

/** A lease that has been taken. */
export interface Grant {
  readonly id: string;
  /** Before the request was sent that last told others of this holder: its time counts from here. */
  readonly confirmedAt: Moment;
}

/** What a caller wants to hold. */
export interface Wanted {
  /** Seconds, or {@link infinite}. */
  readonly durationSeconds: number;
  /** Who asks, for people. */
  readonly holder: string;
  readonly signal?: AbortSignal | undefined;
}

/** What is known of the record when a lease is taken. */
export interface Way {
  /** Without a record, an infinite lease stays without. */
  readonly hasRecord: boolean;
  /** Whether somebody may be about to break a lease that it takes for a dead holder's. */
  readonly takeoverMayRun: () => boolean;
}

/** How long one request of a favour, such as a release behind a failure, is waited for. */
const favour = { limitMs: timing.favourMs } as const;

/** One try to get the lease, from the free file to the confirmed lease. */
export class LeaseAttempt {
  readonly #operations: LockOperations;
  readonly #clock: Clock;
  readonly #wanted: Wanted;

  constructor(operations: LockOperations, clock: Clock, wanted: Wanted) {
    this.#operations = operations;
    this.#clock = clock;
    this.#wanted = wanted;
  }

  /** The record of this caller, as long as it does not hold the lease: always one that frees itself. */
  get mark(): RecordContent {
    const { durationSeconds, holder } = this.#wanted;
    const seconds = durationSeconds === infinite ? longest : durationSeconds;
    return { durationSeconds: seconds, holder, renewed: 0, taking: true };
  }

  /**
   * Takes the lease, tells of it in the record, and looks whether it is still there: somebody who saw the record before
   * may have ended it.
   * @param id - Never one that was sent before: a request of the past that comes late must not look like this lease.
   * @param way - What is known of the record.
   * @returns `undefined` when somebody else has it, or has ended it.
   */
  async take(id: string, way: Way): Promise<Grant | undefined> {
    if (!(await this.#acquire(id))) return undefined;
    try {
      return await this.#confirm(id, way);
    } catch (error) {
      const released = this.#giveBack(id);
      // Whoever gave up does not wait for it.
      if (this.#wanted.signal?.aborted !== true) await released;
      throw error;
    }
  }

  async #confirm(id: string, { hasRecord, takeoverMayRun }: Way): Promise<Grant | undefined> {
    const { durationSeconds, signal } = this.#wanted;
    const limits = { limitMs: timing.requestMs, signal };
    let confirmedAt = momentOf(this.#clock);
    if (hasRecord) await this.#operations.writeRecord(this.#told, limits);
    if (takeoverMayRun()) {
      await pause(this.#clock, timing.settleMs - timing.settleEndMs, signal);
      confirmedAt = momentOf(this.#clock);
      // As a renewal would: whoever marked the record after the first time sees this.
      await this.#operations.writeRecord(this.#told, limits);
      await pause(this.#clock, timing.settleEndMs, signal);
    }
    const held = await this.#operations.holds(id, limits);
    const enough = remainingMs(this.#clock, confirmedAt, durationSeconds) >= (durationSeconds * 1000) / 3;
    if (held && enough) return { id, confirmedAt };
    await this.#giveBack(id);
    return undefined;
  }

  get #told(): RecordContent {
    const { durationSeconds, holder } = this.#wanted;
    return { durationSeconds, holder, renewed: 0 };
  }

  /** Sends the id once. When no answer came, the file tells whether it has the lease. */
  async #acquire(id: string): Promise<boolean> {
    const limits = { limitMs: timing.requestMs, signal: this.#wanted.signal };
    try {
      return await this.#operations.acquire(id, limits);
    } catch (error) {
      if (this.#wanted.signal?.aborted) void this.#giveBack(id);
      else if (mayHaveBeenDone(error) && (await this.#turnedOutHeld(id))) return true;
      throw error;
    }
  }

  async #turnedOutHeld(id: string): Promise<boolean> {
    let held = false;
    try {
      held = await this.#operations.holds(id, { ...favour, signal: this.#wanted.signal });
    } finally {
      // The request may still be on its way, and come after this.
      if (!held) await this.#giveBack(id);
    }
    return held;
  }

  async #giveBack(id: string): Promise<void> {
    try {
      await this.#operations.release(id, favour);
    } catch {
      // Not reachable: the record shows no life any more, which frees the file too.
    }
  }
}

/** Seconds that a record may promise at the most. */
const longest = 60;
