import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.js';
import { elapsedMs, momentOf, remainingMs, timing } from '../../../src/lease/timing.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';

/** A clock whose two faces are set apart. */
function faces(monotonic: number, wall: number): Clock {
  const own = new ManualClock();
  return {
    now: () => wall,
    monotonic: () => monotonic,
    timer: (ms, fn) => own.timer(ms, fn),
    random: () => own.random(),
    uuid: () => own.uuid(),
  };
}

const start = { monotonic: 1_000, wall: 50_000 };

describe('the time since a moment', () => {
  it('is the same by both clocks when neither was touched', async () => {
    const clock = new ManualClock();
    const moment = momentOf(clock);
    await clock.advance(1_234);
    expect(elapsedMs(clock, moment)).toBe(1_234);
  });

  it('is that of the wall clock when the monotonic one stood still, as while a machine sleeps', () => {
    expect(elapsedMs(faces(1_100, 95_000), start)).toBe(45_000);
  });

  it('is that of the monotonic clock when the wall clock was set back', () => {
    expect(elapsedMs(faces(8_000, 20_000), start)).toBe(7_000);
  });
});

describe('what is left of a lease', () => {
  it('is its duration less the time since it was confirmed', () => {
    expect(remainingMs(faces(5_000, 54_000), start, 15)).toBe(11_000);
  });

  it('is nothing once the wall clock was set forward beyond it', () => {
    expect(remainingMs(faces(1_100, 66_000), start, 15)).toBeLessThan(0);
  });

  it('never ends for a lease without end', () => {
    expect(remainingMs(faces(1e9, 1e9), start, -1)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the times of the protocol', () => {
  const shortestMs = 15_000;

  it('leave two renewals to the shortest lease', () => {
    expect(shortestMs / timing.renewalMs).toBeGreaterThanOrEqual(3);
  });

  it('let a renewal come between a mark and the break that follows it', () => {
    expect(timing.takeoverMs).toBeGreaterThan(timing.renewalMs);
  });

  it('let one that comes upon a takeover outwait a decision and its request', () => {
    expect(timing.settleMs).toBeGreaterThanOrEqual(2 * timing.decisionMs);
  });

  it('rewrite the record of such a one before a takeover that began with it can end', () => {
    expect(timing.settleMs - timing.settleEndMs).toBeLessThan(timing.takeoverMs);
  });

  it('replace a dead holder within its duration and 40 seconds, asked for every few seconds', () => {
    const dateIsWhole = 1_000;
    const betweenCalls = 2_000;
    const known = timing.ageMarginMs + dateIsWhole + timing.takeoverMs;
    expect(known + betweenCalls).toBeLessThan(40_000);
  });
});
