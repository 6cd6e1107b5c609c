import { describe, expect, it } from 'vitest';
import { AuthenticationError, NetworkError } from '../../../src/core/errors.js';
import { HeldLease } from '../../../src/lease/held-lease.js';
import { Renewal } from '../../../src/lease/renewal.js';
import { momentOf } from '../../../src/lease/timing.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { ScriptedUpkeep } from './scripted-upkeep.js';

const silence = () => new NetworkError('Timeout', 'silence', { retryable: true });

/** A lease that was confirmed some time ago, and is renewed from now on. */
async function renewing({ durationSeconds = 15, confirmedAgoMs = 0 } = {}) {
  const clock = new ManualClock();
  const upkeep = new ScriptedUpkeep(clock);
  const confirmedAt = momentOf(clock);
  await clock.advance(confirmedAgoMs);
  const start = { id: 'the id', confirmedAt, durationSeconds, expiry: 'LeaseLost' } as const;
  const held = new HeldLease(upkeep, clock, start);
  return { clock, upkeep, held, start: () => new Renewal(held, clock) };
}

describe('a renewal in the background', () => {
  it('comes every five seconds', async () => {
    const { clock, upkeep, start } = await renewing();
    start();
    await clock.advance(21_000);
    expect(upkeep.times('confirm')).toEqual([5_000, 10_000, 15_000, 20_000]);
  });

  it('counts from when others were told of the holder, not from when it began', async () => {
    const { clock, upkeep, start } = await renewing({ confirmedAgoMs: 3_000 });
    start();
    await clock.advance(7_000);
    expect(upkeep.times('confirm')).toEqual([5_000, 10_000]);
  });

  it('comes at once when that is long ago', async () => {
    const { clock, upkeep, start } = await renewing({ confirmedAgoMs: 8_000 });
    start();
    await clock.advance(0);
    expect(upkeep.times('confirm')).toEqual([8_000]);
  });

  it('keeps its pace when answers take their time', async () => {
    const { clock, upkeep, start } = await renewing();
    upkeep.confirms({ afterMs: 2_000, answer: true }, { afterMs: 3_000, answer: true });
    start();
    await clock.advance(16_000);
    expect(upkeep.times('confirm')).toEqual([5_000, 10_000, 15_000]);
  });

  it('holds the lease as long as it comes through', async () => {
    const { clock, held, start } = await renewing();
    start();
    await clock.advance(3_600_000);
    expect(held.id).toBe('the id');
    expect(held.remainingMs).toBeGreaterThanOrEqual(10_000);
  });

  it('tries again after silence, and goes on when it is over', async () => {
    const { clock, upkeep, held, start } = await renewing();
    upkeep.confirms(silence(), silence());
    start();
    await clock.advance(11_000);
    expect(upkeep.times('confirm')).toEqual([5_000, 5_500, 6_000, 10_000]);
    expect(held.lost).toBeUndefined();
  });

  it('tries again every second after a refusal beside the lease, such as a key that is being changed', async () => {
    const { clock, upkeep, held, start } = await renewing();
    const refusal = () => new AuthenticationError('PermissionDenied', 'no');
    upkeep.confirms(refusal(), refusal());
    start();
    await clock.advance(8_000);
    expect(upkeep.times('confirm')).toEqual([5_000, 6_000, 7_000]);
    expect(held.lost).toBeUndefined();
  });

  it('renews one without end too, so that its holder hears of a loss', async () => {
    const { clock, upkeep, held, start } = await renewing({ durationSeconds: -1 });
    upkeep.confirms(true, false);
    start();
    await clock.advance(10_000);
    expect(held.lost).toMatchObject({ code: 'LeaseLost' });
  });
});

describe('a lease that is lost while it is renewed', () => {
  it('tells by its signal, gives the id back once, and renews no more', async () => {
    const { clock, upkeep, held, start } = await renewing();
    upkeep.confirms(false);
    start();
    await clock.advance(60_000);
    expect(held.signal.aborted).toBe(true);
    expect(upkeep.times('confirm')).toEqual([5_000]);
    expect(upkeep.times('release')).toEqual([5_000]);
    expect(clock.timerCount).toBe(0);
  });

  it('ends at its deadline when nothing is heard, and not later', async () => {
    const { clock, upkeep, held, start } = await renewing();
    upkeep.confirms(...Array.from({ length: 99 }, silence));
    start();
    await clock.advance(14_999);
    expect(held.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(held.signal.aborted).toBe(true);
  });

  it('ends at its deadline also when an answer never comes', async () => {
    const { clock, upkeep, held, start } = await renewing();
    upkeep.confirms({ afterMs: 3_600_000, answer: true });
    start();
    await clock.advance(15_000);
    expect(held.signal.aborted).toBe(true);
    expect(clock.timerCount).toBe(0);
  });

  it('bears that it cannot be given back', async () => {
    const { clock, upkeep, held, start } = await renewing();
    upkeep.confirms(false).releases(silence(), silence(), silence());
    start();
    await clock.advance(60_000);
    expect(held.lost).toMatchObject({ code: 'LeaseLost' });
    expect(clock.timerCount).toBe(0);
  });
});

describe('a renewal that is stopped', () => {
  it('comes no more, and leaves no timer of its own', async () => {
    const { clock, upkeep, held, start } = await renewing();
    const renewal = start();
    await clock.advance(5_000);
    renewal.stop();
    await held.release();
    await clock.advance(60_000);
    expect(upkeep.times('confirm')).toEqual([5_000]);
    expect(clock.timerCount).toBe(0);
  });

  it('is given up in the middle, and does not begin again', async () => {
    const { clock, upkeep, start } = await renewing();
    upkeep.confirms({ afterMs: 4_000, answer: true });
    const renewal = start();
    await clock.advance(6_000);
    renewal.stop();
    await clock.advance(8_000);
    expect(upkeep.times('confirm')).toEqual([5_000]);
  });
});
