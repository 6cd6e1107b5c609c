import type { Clock } from '../core/clock.js';

/** The times of the protocol, in milliseconds. They belong together: see the notes of each. */
export const timing = Object.freeze({
  /** Between two renewals of a live holder. */
  renewalMs: 5_000,
  /**
   * Between marking a record and breaking the lease: a renewal of a holder that lives after all, and a second. Also how
   * long a new holder tells of itself after it asked for the lease or told before: it may have been replaced then.
   */
  takeoverMs: 6_000,
  /** How long a decision to replace a holder may take from what it rests on to what it does. */
  decisionMs: 3_000,
  /**
   * How long one that comes upon a takeover holds its breath between telling of itself and looking whether its lease is
   * still there: the other may have looked right before, and its decision and its request take a decision's time each.
   */
  settleMs: 6_000,
  /** The last part of it, after the record has been written once more. */
  settleEndMs: 2_000,
  /** After this, nobody goes on any more who has marked a record. */
  takeoverEndMs: 40_000,
  /** Beyond the duration: a record of this age by the service's clock is that of a dead holder. */
  ageMarginMs: 25_000,
  /** One request of which nothing else depends. */
  requestMs: 10_000,
  /** One try to give back a lease that is of no use: it is a favour, the record frees it anyway. */
  favourMs: 3_000,
});

/** A point in time on both clocks. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() };
}

/**
 * Milliseconds since a moment, as a holder must count them: the larger of both clocks. The monotonic one may stand still
 * while the machine sleeps; the wall clock may be set back, but by being set forward it only ends a lock early.
 */
export function elapsedMs(clock: Clock, since: Moment): number {
  return Math.max(clock.monotonic() - since.monotonic, clock.now() - since.wall);
}

/** What is left of a lease, counted from the moment before the request that confirmed it was sent. */
export function remainingMs(clock: Clock, confirmedAt: Moment, durationSeconds: number): number {
  if (durationSeconds < 0) return Number.POSITIVE_INFINITY;
  return durationSeconds * 1000 - elapsedMs(clock, confirmedAt);
}
