import type { Clock } from '../core/clock.js';
import { pause } from '../core/pause.js';
import { checkElapsed } from './failures.js';
import { infinite, type LockOperations, type RequestLimits, type SeenRecord } from './lock-operations.js';
import { writeRecord, writeRecordIf } from './record.js';
import { type Grant, LeaseAttempt, type Wanted, type Way } from './single-lease.js';
import { type Look, type RecordWatch, untilStaleMs, watchRecord } from './staleness.js';
import { elapsedMs, type Moment, momentOf, timing } from './timing.js';
import { type Blocked, type Patience, untilGranted } from './waiting.js';

/** What to acquire, and how long to wait for it; a holder that is found dead is replaced even when that takes longer. */
export interface AcquireWish extends Wanted, Patience {
  /** The id for the first try. @defaultValue a new one */
  readonly proposedId?: string | undefined;
}

/** The own mark has kept every other takeover away. */
const ownMark: Way = Object.freeze({ hasRecord: true, takeoverMayRun: () => false });

/** How often a machine that falls asleep between a question and its answer asks again. */
const looks = 3;

/** A look, with what decisions that rest on it are dated by. */
interface DatedLook extends Look {
  readonly sent: Moment;
}

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
    if (!this.#isTold(look) && !(await this.#prepare())) return forNow;
    const grant = await this.#attempt.take(this.#nextId(), {
      hasRecord: look !== undefined || this.#isTimed,
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
  #takeoverMayRun({ record, sent }: DatedLook): boolean {
    const { taking, ageMs = 0 } = record;
    if (taking === true && ageMs < timing.takeoverEndMs) return true;
    return this.#since(sent) >= timing.takeoverMs;
  }

  /** Looks at the record; anew when it took so long that the lease may have changed hands meanwhile. */
  async #look(): Promise<DatedLook | undefined> {
    for (let round = 1; ; round++) {
      const sent = momentOf(this.#clock);
      const record = await this.#operations.readRecord(this.#limits(timing.takeoverMs));
      if (this.#since(sent) >= timing.takeoverMs && round < looks) continue;
      return record && { record, sent, sentAt: sent.monotonic, answeredAt: this.#clock.monotonic() };
    }
  }

  get #isTimed(): boolean {
    return this.#wish.durationSeconds !== infinite;
  }

  /** Whether the record says already what it must say when this caller dies right after it has got the lease. */
  #isTold(look: DatedLook | undefined): boolean {
    if (look === undefined) return false;
    return !this.#isTimed || look.record.durationSeconds !== infinite;
  }

  /**
   * Where no record is, or one of a lease without end: a lease that somebody has is infinite, and respected. Before a
   * lease that ends is taken, the record must say so: who died between the two would hold the file for ever.
   * @returns whether the lease may be free.
   */
  async #prepare(): Promise<boolean> {
    this.#watch = undefined;
    const lookedAt = momentOf(this.#clock);
    if (await this.#operations.isLeased(this.#limits())) return false;
    if (!this.#isTimed) return true;
    const { resource } = this.#operations;
    // Somebody may have taken a lease without end since, and told so.
    const check = () => checkElapsed(this.#clock, lookedAt, { mostMs: timing.decisionMs, resource });
    await writeRecord(this.#operations, { content: this.#attempt.mark, check }, this.#limits());
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
    if (!(await this.#isUntouched(mark))) return undefined;
    const grant = await this.#attempt.take(this.#nextId(), ownMark);
    if (grant !== undefined) return grant;
    const lookedAt = momentOf(this.#clock);
    if (!(await this.#isUntouched(mark)) || this.#since(lookedAt) > timing.decisionMs) return undefined;
    // Once: were it repeated because no answer came, it could hit whoever came next.
    await this.#operations.breakLease(this.#limits(timing.decisionMs));
    return this.#attempt.take(this.#nextId(), ownMark);
  }

  /** Writes the own record in place of the stale one. @returns its ETag; `undefined` when there is any doubt. */
  #mark({ etag }: SeenRecord): Promise<string | undefined> {
    const content = this.#attempt.mark;
    const ifStill = (limits: RequestLimits) => this.#isStill(etag, limits);
    return writeRecordIf(this.#operations, { content, ifStill }, this.#limits(timing.decisionMs));
  }

  async #isStill(etag: string, limits: RequestLimits): Promise<boolean> {
    const record = await this.#operations.readRecord(limits);
    return record?.etag === etag;
  }

  /** Whether the own mark stands, and nobody is about to write over it: the fences of the dead end with the mark. */
  async #isUntouched(mark: string): Promise<boolean> {
    const record = await this.#operations.readRecord(this.#limits());
    return record?.etag === mark && !record.isFenced;
  }

  #nextId(): string {
    const id = this.#proposedId ?? this.#clock.uuid();
    this.#proposedId = undefined;
    return id;
  }

  /** By both clocks: a machine that slept must not end what it saw before it did. */
  #since(moment: Moment): number {
    return elapsedMs(this.#clock, moment);
  }

  #limits(limitMs: number = timing.requestMs): { limitMs: number; signal: AbortSignal | undefined } {
    return { limitMs, signal: this.#wish.signal };
  }
}
