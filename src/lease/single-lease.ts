import type { Clock } from '../core/clock.js';
import { pause } from '../core/pause.js';
import { checkElapsed, mayHaveBeenDone } from './failures.js';
import { giveBackLease } from './give-back.js';
import { infinite, type LockOperations, type RecordContent, type RequestLimits } from './lock-operations.js';
import { longestSeconds, writeRecord, writeRecordIf } from './record.js';
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
  /** Whether there certainly is one. */
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
  /** ETag of the record that tells of the lease which is being taken. */
  #record: string | undefined;

  constructor(operations: LockOperations, clock: Clock, wanted: Wanted) {
    this.#operations = operations;
    this.#clock = clock;
    this.#wanted = wanted;
  }

  /** The record of this caller, as long as it does not hold the lease: always one that frees itself. */
  get mark(): RecordContent {
    const { durationSeconds, holder } = this.#wanted;
    const seconds = durationSeconds === infinite ? longestSeconds : durationSeconds;
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
    this.#record = undefined;
    const askedAt = momentOf(this.#clock);
    if (!(await this.#acquire(id))) return undefined;
    try {
      const confirmedAt = await this.#tell(id, askedAt, way);
      const held = confirmedAt !== undefined && (await this.#operations.holds(id, this.#limits));
      if (held && this.#isEnough(confirmedAt)) return { id, confirmedAt };
      await this.#giveBack(id);
      return undefined;
    } catch (error) {
      const released = this.#giveBack(id);
      // Whoever gave up does not wait for it.
      if (this.#wanted.signal?.aborted !== true) await released;
      throw error;
    }
  }

  /** @returns from when on others count this holder's time; `undefined` when the lease is lost already. */
  async #tell(id: string, askedAt: Moment, { hasRecord, takeoverMayRun }: Way): Promise<Moment | undefined> {
    // One may have come into being while an infinite lease was taken, which stays without as long as there is none.
    const isThere = hasRecord || (await this.#operations.readRecord(this.#limits)) !== undefined;
    const firstAt = momentOf(this.#clock);
    this.#checkSince(askedAt);
    if (isThere && !(await this.#write(id, askedAt))) return undefined;
    if (!takeoverMayRun()) return firstAt;
    await pause(this.#clock, timing.settleMs - timing.settleEndMs, this.#wanted.signal);
    const secondAt = momentOf(this.#clock);
    this.#checkSince(firstAt);
    // As a renewal would: whoever marked the record after the first time sees this.
    if (!(await this.#write(id, firstAt))) return undefined;
    await pause(this.#clock, timing.settleEndMs, this.#wanted.signal);
    return secondAt;
  }

  /**
   * A record of a lease without end must not come late, nor from one that has lost the lease: it would make the lease of
   * whoever has the file by then one without end.
   */
  async #write(id: string, since: Moment): Promise<boolean> {
    const operations = this.#operations;
    const { durationSeconds, holder } = this.#wanted;
    const content = { durationSeconds, holder, renewed: 0 };
    const check = () => this.#checkSince(since);
    const ifStill = (limits: RequestLimits) => operations.holds(id, limits);
    this.#record =
      durationSeconds === infinite
        ? await writeRecordIf(operations, { content, ifStill }, this.#limits)
        : await writeRecord(operations, { content, check }, this.#limits);
    return this.#record !== undefined;
  }

  /** Later, the lease may have been ended, and the record be that of another one, which must not be written over. */
  #checkSince(moment: Moment): void {
    const { resource } = this.#operations;
    checkElapsed(this.#clock, moment, { mostMs: timing.takeoverMs, resource });
  }

  /** Whether there is time left to do something. */
  #isEnough(confirmedAt: Moment): boolean {
    const { durationSeconds } = this.#wanted;
    return remainingMs(this.#clock, confirmedAt, durationSeconds) >= (durationSeconds * 1000) / 3;
  }

  get #limits(): RequestLimits {
    return { limitMs: timing.requestMs, signal: this.#wanted.signal };
  }

  /** Sends the id once. When no answer came, the file tells whether it has the lease. */
  async #acquire(id: string): Promise<boolean> {
    try {
      return await this.#operations.acquire(id, this.#limits);
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
      const { durationSeconds, holder } = this.#wanted;
      await giveBackLease(this.#operations, { id, durationSeconds, holder, record: this.#record }, favour);
    } catch {
      // Not reachable: the record shows no life any more, which frees the file too.
    }
  }
}
