import type { Clock } from '../core/clock.js';
import { AzureStorageError, type LeaseError } from '../core/errors.js';
import { pause } from '../core/pause.js';
import { isTransient, leaseError, mayHaveBeenDone } from './failures.js';
import type { LockedResource } from './lock-operations.js';
import { elapsedMs, type Moment, momentOf, remainingMs, timing } from './timing.js';

/** How a kind of lease shows that its holder lives, and is given back. Implemented for files and for shares. */
export interface LeaseUpkeep {
  readonly resource: LockedResource;
  /**
   * Confirms the lease at the service and tells others of it.
   * @param beforeLast - Called right before the request is sent from which others count the holder's time; again when it is
   * sent again.
   * @returns false when the id does not have the lease any more.
   */
  confirm(id: string, limits: UpkeepLimits, beforeLast: () => void): Promise<boolean>;
  /** Whether the id has the lease; tells nobody of it. */
  holds(id: string, limits: UpkeepLimits): Promise<boolean>;
  /** @returns false when the id did not have the lease. */
  release(id: string, limits: UpkeepLimits): Promise<boolean>;
}

export interface UpkeepLimits {
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a {@link HeldLease} begins with. */
export interface HeldStart {
  readonly id: string;
  readonly confirmedAt: Moment;
  /** Seconds; negative = without end. */
  readonly durationSeconds: number;
  /** What the end of its time is called: expired where nobody renews it but the user, else lost. */
  readonly expiry: 'LeaseExpired' | 'LeaseLost';
  /** Called once, when it is lost or being given back. */
  readonly onEnd?: (() => void) | undefined;
}

/** How a release ended. `gone`: the id had lost the lease before. */
export type ReleaseOutcome = 'released' | 'gone';

const retryPauseMs = 500;
const releaseTries = 3;

/**
 * A lease as its holder sees it: held until it is given back, lost, or over by the holder's own clocks, whatever the
 * service might still say. The clocks are read at every answer and every use, not only by a timer, which a stalled
 * process or a machine that slept would run too late.
 */
export class HeldLease {
  readonly #clock: Clock;
  readonly #durationSeconds: number;
  readonly #loss = new AbortController();
  readonly #expiry: 'LeaseExpired' | 'LeaseLost';
  readonly #onEnd: (() => void) | undefined;
  #upkeep: LeaseUpkeep;
  /** Under which other name the lease may be, while what is leased gets another one. */
  #elsewhere: LeaseUpkeep | undefined;
  #id: string;
  #confirmedAt: Moment;
  #lost: LeaseError | undefined;
  #ended = false;
  /** What a release has to tell when there is nothing left to give back. */
  #settled: ReleaseOutcome | undefined;
  #deletion: Promise<boolean> | undefined;
  #lastFailure: unknown;
  #cancelTimer: (() => void) | undefined;

  constructor(upkeep: LeaseUpkeep, clock: Clock, start: HeldStart) {
    this.#upkeep = upkeep;
    this.#clock = clock;
    this.#id = start.id;
    this.#confirmedAt = start.confirmedAt;
    this.#durationSeconds = start.durationSeconds;
    this.#expiry = start.expiry;
    this.#onEnd = start.onEnd;
  }

  /** The id, for requests of the holder. @throws {LeaseError} `LeaseLost` or `LeaseExpired` once it is not held. */
  get id(): string {
    this.check();
    return this.#id;
  }

  /** What is leased, by its present name. */
  get resource(): LockedResource {
    return this.#upkeep.resource;
  }

  /** How it was taken. Seconds; negative = without end. */
  get durationSeconds(): number {
    return this.#durationSeconds;
  }

  /** What is leased is about to get another name: until {@link moved} tells, the lease is looked for under both. */
  moving(elsewhere: LeaseUpkeep): void {
    this.#elsewhere = elsewhere;
  }

  /** It has got the other name, or has certainly kept its own. */
  moved(to: 'there' | 'nowhere'): void {
    if (to === 'there' && this.#elsewhere !== undefined) this.#upkeep = this.#elsewhere;
    this.#elsewhere = undefined;
  }

  /**
   * Deletes what is leased, and the lease with it: no loss, as its holder does it.
   * @throws what `remove` throws; the lease is held on then, unless it turns out to be lost.
   */
  async deleting<T>(remove: () => Promise<T>): Promise<T> {
    const removed = remove();
    this.#deletion = removed.then(
      () => this.#deleted(),
      () => false,
    );
    const result = await removed;
    await this.#deletion;
    return result;
  }

  /** Takes another id, which the service has accepted. */
  replaceId(id: string): void {
    this.#id = id;
  }

  /** Aborted when the lease is lost; the reason is the error. */
  get signal(): AbortSignal {
    return this.#loss.signal;
  }

  /** Why the lease was lost; `undefined` while it is held, and after it was given back in time. */
  get lost(): LeaseError | undefined {
    this.#readClock();
    return this.#lost;
  }

  /** Whether it was given back, or is being given back. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Milliseconds that the holder may still rely on it without a renewal. */
  get remainingMs(): number {
    return remainingMs(this.#clock, this.#confirmedAt, this.#durationSeconds);
  }

  /** Milliseconds since it was last confirmed. */
  get unconfirmedMs(): number {
    return elapsedMs(this.#clock, this.#confirmedAt);
  }

  /** @throws {LeaseError} when the lease is not held any more. */
  check(): void {
    const { lost } = this;
    if (lost !== undefined) throw lost;
    if (this.#ended) throw leaseError('LeaseLost', this.#upkeep.resource, { why: 'it has been given back' });
  }

  /** Aborts {@link signal} when the time is over, without waiting for anything else. */
  watchDeadline(): void {
    if (this.#ended || this.lost !== undefined || this.#durationSeconds < 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.timer(this.remainingMs, () => this.watchDeadline());
  }

  /**
   * Confirms the lease. Failures that say nothing of it are tried again within the time that is left.
   * @throws {LeaseError} `LeaseLost`, `LeaseExpired`.
   */
  async renew(signal?: AbortSignal): Promise<void> {
    for (;;) {
      this.check();
      let sentAt = momentOf(this.#clock);
      try {
        const limits = { limitMs: this.#limitMs(), signal };
        const held = await this.#anywhere((upkeep) =>
          upkeep.confirm(this.#id, limits, () => {
            this.check();
            sentAt = momentOf(this.#clock);
          }),
        );
        // An answer after the end of the time tells of a lease that others may count as dead already.
        this.check();
        if (!held && !(await this.#deletion))
          throw this.#lose(leaseError('LeaseLost', this.#upkeep.resource));
        this.check();
        this.#confirmedAt = sentAt;
        this.#lastFailure = undefined;
        return;
      } catch (error) {
        signal?.throwIfAborted();
        // What ended it is no reason why it ended.
        if (!this.#ended) this.#lastFailure = error;
        if (!isTransient(error) || this.#durationSeconds < 0) throw error;
      }
      await pause(this.#clock, Math.max(1, Math.min(retryPauseMs, this.remainingMs)), signal);
    }
  }

  /**
   * Looks once whether somebody has ended the lease since its last renewal. A failure that says nothing of it is none.
   * @throws {LeaseError} `LeaseLost`, `LeaseExpired`.
   */
  async look(): Promise<void> {
    if (this.#ended) return;
    const limits = { limitMs: this.#limitMs() };
    const held = await this.#anywhere((upkeep) => upkeep.holds(this.#id, limits)).catch(() => true);
    if (held || (await this.#deletion)) return;
    throw this.#lose(leaseError('LeaseLost', this.#upkeep.resource, { why: 'somebody has ended it' }));
  }

  /**
   * Gives the lease back. That somebody else ended it before is no failure.
   * @throws when the service could not be reached; the lease then ends by its duration, where it has one.
   */
  async release(signal?: AbortSignal): Promise<ReleaseOutcome> {
    if (this.#settled !== undefined) return this.#settled;
    this.#end();
    let inDoubt = false;
    for (let round = 1; ; round++) {
      try {
        const limits = { limitMs: timing.requestMs, signal };
        const released = await this.#anywhere((upkeep) => upkeep.release(this.#id, limits));
        this.#settled = 'gone';
        return released || inDoubt ? 'released' : 'gone';
      } catch (error) {
        signal?.throwIfAborted();
        if (!isTransient(error) || round === releaseTries) throw error;
        inDoubt ||= mayHaveBeenDone(error);
      }
      await pause(this.#clock, retryPauseMs, signal);
    }
  }

  /** Asks under the present name, and where the lease is not there under the one that it may have got meanwhile. */
  async #anywhere(ask: (upkeep: LeaseUpkeep) => Promise<boolean>): Promise<boolean> {
    const asked = this.#upkeep;
    if (await ask(asked)) return true;
    const other = this.#upkeep === asked ? this.#elsewhere : this.#upkeep;
    if (other === undefined || !(await ask(other))) return false;
    if (other === this.#elsewhere) this.moved('there');
    return true;
  }

  /** Leaves time for a second and a third try when the service is silent. */
  #limitMs(): number {
    const third = this.remainingMs / 3;
    return Math.min(timing.requestMs, Math.max(1_000, third));
  }

  #readClock(): void {
    if (this.#ended || this.remainingMs > 0) return;
    const cause = this.#lastFailure;
    const refusal = cause instanceof AzureStorageError ? ` (${cause.code})` : '';
    const why = `no renewal succeeded in time${refusal}`;
    this.#lose(leaseError(this.#expiry, this.#upkeep.resource, { why, cause }));
  }

  #lose(error: LeaseError): LeaseError {
    if (this.#ended) return this.#lost ?? error;
    this.#lost = error;
    this.#end();
    this.#loss.abort(error);
    return error;
  }

  #deleted(): true {
    this.#settled ??= 'released';
    this.#end();
    return true;
  }

  #end(): void {
    if (!this.#ended) this.#onEnd?.();
    this.#ended = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
