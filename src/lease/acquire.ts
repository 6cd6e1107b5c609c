import type { Clock } from '../core/clock.js';
import { pause } from '../core/pause.js';
import { infinite, type LockOperations, type SeenRecord } from './lock-operations.js';
import { type Grant, LeaseAttempt, type Wanted, type Way } from './single-lease.js';
import { type Look, type RecordWatch, untilStaleMs, watchRecord } from './staleness.js';
import { timing } from './timing.js';
import { type Blocked, type Patience, untilGranted } from './waiting.js';

/** What to acquire, and how long to wait for it; a holder that is found dead is replaced even when that takes longer. */
export interface AcquireWish extends Wanted, Patience {
  /** The id for the first try. @defaultValue a new one */
  readonly proposedId?: string | undefined;
}

/** The own mark has kept every other takeover away. */
const ownMark: Way = Object.freeze({ hasRecord: true, takeoverMayRun: () => false });

/** Blocked, with nothing that can be expected. */
const forNow: Blocked = Object.freeze({ lookInMs: Number.POSITIVE_INFINITY });

/**
 * Acquires the lease on one file.
 * @throws {LeaseError} `LeaseAlreadyPresent` when somebody else has it and `waitMs` is over.
 * @throws the reason of the signal; what was taken by then is given back in the background.
 */
export function acquireLock(operations: LockOperations, clock: Clock, wish: AcquireWish): Promise<Grant> {
  const acquisition = new Acquisition(operations, clock, wish);
  const { resource } = operations;
  return untilGranted(() => acquisition.attempt(), { clock, resource, patience: wish });
}

class Acquisition {
  readonly #operations: LockOperations;
  readonly #clock: Clock;
  readonly #wish: AcquireWish;
  readonly #attempt: LeaseAttempt;
  #watch: RecordWatch | undefined;
  #proposedId: string | undefined;

  constructor(operations: LockOperations, clock: Clock, wish: AcquireWish) {
    this.#operations = operations;
    this.#clock = clock;
    this.#wish = wish;
    this.#attempt = new LeaseAttempt(operations, clock, wish);
    this.#proposedId = wish.proposedId;
  }

  async attempt(): Promise<Grant | Blocked> {
    const look = await this.#look();
    if (look === undefined && !(await this.#prepare())) return forNow;
    const timed = this.#wish.durationSeconds !== infinite;
    const grant = await this.#attempt.take(this.#nextId(), {
      hasRecord: look !== undefined || timed,
      takeoverMayRun: () => look !== undefined && this.#takeoverMayRun(look),
    });
    if (grant !== undefined) return grant;
    if (look === undefined) return forNow;
    this.#watch = watchRecord(this.#watch, look);
    const lookInMs = untilStaleMs(this.#watch, look);
    return lookInMs > 0 ? { lookInMs } : ((await this.#takeOver(look.record)) ?? forNow);
  }

  /**
   * A holder that is given up may give back its lease at the last moment. Whoever takes it then could be broken in its
   * place, by one that looked at the record before that told of the new holder.
   */
  #takeoverMayRun({ record, sentAt }: Look): boolean {
    const { taking, ageMs = 0 } = record;
    if (taking === true && ageMs < timing.takeoverEndMs) return true;
    return this.#since(sentAt) >= timing.takeoverMs;
  }

  async #look(): Promise<Look | undefined> {
    const sentAt = this.#clock.monotonic();
    const record = await this.#operations.readRecord(this.#limits());
    return record && { record, sentAt, answeredAt: this.#clock.monotonic() };
  }

  /**
   * Where no record is: a lease that somebody has is infinite, and respected. Before a lease that ends is taken, the
   * record must be there: who died between the two would hold the file for ever.
   * @returns whether the lease may be free.
   */
  async #prepare(): Promise<boolean> {
    this.#watch = undefined;
    if (await this.#operations.isLeased(this.#limits())) return false;
    if (this.#wish.durationSeconds !== infinite) {
      await this.#operations.writeRecord(this.#attempt.mark, this.#limits());
    }
    return true;
  }

  /**
   * Replaces a holder that shows no life. Every step rests on the record being as it was at the step before; any doubt
   * means to start over. Two that do so at once mark the record one after the other, and only the later one goes on.
   */
  async #takeOver(stale: SeenRecord): Promise<Grant | undefined> {
    const mark = await this.#mark(stale);
    if (mark === undefined) return undefined;
    await pause(this.#clock, timing.takeoverMs, this.#wish.signal);
    if (!(await this.#isStill(mark))) return undefined;
    const grant = await this.#attempt.take(this.#nextId(), ownMark);
    if (grant !== undefined) return grant;
    const lookedAt = this.#clock.monotonic();
    if (!(await this.#isStill(mark)) || this.#since(lookedAt) > timing.decisionMs) return undefined;
    // Once: were it repeated because no answer came, it could hit whoever came next.
    await this.#operations.breakLease(this.#limits(timing.decisionMs));
    return this.#attempt.take(this.#nextId(), ownMark);
  }

  /** Writes the own record in place of the stale one. @returns its ETag; `undefined` when there is any doubt. */
  async #mark(stale: SeenRecord): Promise<string | undefined> {
    const startedAt = this.#clock.monotonic();
    const limits = () => this.#limits(timing.decisionMs - this.#since(startedAt));
    const record = await this.#operations.readRecord(limits());
    if (record?.etag !== stale.etag || this.#since(startedAt) >= timing.decisionMs) return undefined;
    const mark = await this.#operations.writeRecord(this.#attempt.mark, limits());
    return this.#since(startedAt) > timing.decisionMs ? undefined : mark;
  }

  async #isStill(etag: string): Promise<boolean> {
    const record = await this.#operations.readRecord(this.#limits());
    return record?.etag === etag;
  }

  #nextId(): string {
    const id = this.#proposedId ?? this.#clock.uuid();
    this.#proposedId = undefined;
    return id;
  }

  #since(time: number): number {
    return this.#clock.monotonic() - time;
  }

  #limits(limitMs: number = timing.requestMs): { limitMs: number; signal: AbortSignal | undefined } {
    return { limitMs, signal: this.#wish.signal };
  }
}
