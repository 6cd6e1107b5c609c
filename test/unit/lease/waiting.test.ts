import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.js';
import { AuthenticationError, NetworkError } from '../../../src/core/errors.js';
import type { Grant } from '../../../src/lease/single-lease.js';
import { momentOf } from '../../../src/lease/timing.js';
import { type Blocked, type Patience, untilGranted } from '../../../src/lease/waiting.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';

const resource = { share: 'data', path: 'a.txt' };
const blocked: Blocked = { lookInMs: Number.POSITIVE_INFINITY };
const silence = () => new NetworkError('Timeout', 'silence', { retryable: true });

type Step = 'granted' | Blocked | Error;

/** Tries that go as told; the last one goes on for ever. */
function tries(clock: Clock, steps: readonly Step[]) {
  const at: number[] = [];
  const attempt = async (): Promise<Grant | Blocked> => {
    const step = steps[Math.min(at.length, steps.length - 1)];
    at.push(clock.monotonic());
    if (step instanceof Error) throw step;
    if (step === 'granted' || step === undefined) return { id: 'the id', confirmedAt: momentOf(clock) };
    return step;
  };
  return { at, attempt };
}

function waiting(steps: readonly Step[], patience: Patience, clock: Clock = new ManualClock()) {
  const { at, attempt } = tries(clock, steps);
  return { at, result: untilGranted(attempt, { clock, resource, patience }) };
}

/** A clock that draws the same number again and again. */
function drawing(clock: ManualClock, drawn: number): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    timer: (ms, fn) => clock.timer(ms, fn),
    random: () => drawn,
    uuid: () => clock.uuid(),
  };
}

/** The pauses between tries, with the given draw. */
async function pauses(steps: readonly Step[], drawn: number, waitMs = 60_000): Promise<number[]> {
  const clock = new ManualClock();
  const { at, result } = waiting(steps, { waitMs }, drawing(clock, drawn));
  const ended = rejection(result);
  await clock.advance(waitMs + 10_000);
  await ended;
  return at.slice(1).map((time, index) => time - (at[index] ?? 0));
}

describe('waiting for what somebody else has', () => {
  it('ends with the first try that is granted', async () => {
    const clock = new ManualClock();
    const { at, result } = waiting([blocked, blocked, 'granted'], { waitMs: 60_000 }, clock);
    await clock.advance(10_000);
    expect(await result).toMatchObject({ id: 'the id' });
    expect(at).toHaveLength(3);
    expect(clock.timerCount).toBe(0);
  });

  it('does not begin without patience', async () => {
    const clock = new ManualClock();
    const { at, result } = waiting([blocked], { waitMs: 0 }, clock);
    expect(await rejection(result)).toMatchObject({ code: 'LeaseAlreadyPresent', ...resource });
    expect(at).toEqual([0]);
  });

  it('tries a last time when the patience is over', async () => {
    const clock = new ManualClock();
    const { at, result } = waiting([blocked], { waitMs: 5_000 }, clock);
    const ended = rejection(result);
    await clock.advance(5_000);
    expect(await ended).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(at.at(-1)).toBe(5_000);
  });

  it('looks again when something is expected', async () => {
    expect((await pauses([{ lookInMs: 40 }, blocked], 0.5))[0]).toBe(40);
  });

  it('never turns in circles without a pause', async () => {
    expect(Math.min(...(await pauses([{ lookInMs: 0 }], 0.5, 100)))).toBe(1);
  });
});

describe('the waits between two tries', () => {
  it('grow from half a second to four, a quarter shorter at the least', async () => {
    expect((await pauses([blocked], 0)).slice(0, 6)).toEqual([375, 750, 1_500, 3_000, 3_000, 3_000]);
  });

  it('are a quarter longer at the most', async () => {
    const drawn = await pauses([blocked], 1 - 2 ** -53);
    const limits = [625, 1_250, 2_500, 5_000, 5_000, 5_000];
    drawn.slice(0, 6).forEach((ms, index) => {
      expect(ms).toBeLessThanOrEqual(limits[index] ?? 0);
      expect(ms).toBeGreaterThan((limits[index] ?? 0) * 0.999);
    });
  });

  it('differ from waiter to waiter', async () => {
    const pausesOf = async (seed: number) => {
      const clock = new ManualClock({ seed });
      const { at, result } = waiting([blocked], { waitMs: 30_000 }, clock);
      const ended = rejection(result);
      await clock.advance(30_000);
      await ended;
      return at;
    };
    expect(await pausesOf(1)).not.toEqual(await pausesOf(2));
  });
});

describe('an abort', () => {
  it('ends a wait at once, with its reason', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const { at, result } = waiting([blocked], { waitMs: 60_000, signal: controller.signal }, clock);
    const ended = rejection(result);
    await clock.advance(100);
    controller.abort(new Error('enough'));
    expect(await ended).toMatchObject({ message: 'enough' });
    expect(clock.timerCount).toBe(0);
    expect(at).toHaveLength(1);
  });

  it('that came before leaves no try', async () => {
    const signal = AbortSignal.abort(new Error('never mind'));
    const { at, result } = waiting(['granted'], { waitMs: 0, signal });
    expect(await rejection(result)).toMatchObject({ message: 'never mind' });
    expect(at).toEqual([]);
  });
});

describe('failures that say nothing of the lease', () => {
  it('are borne twice in a row without patience', async () => {
    const clock = new ManualClock();
    const { at, result } = waiting([silence(), silence(), 'granted'], { waitMs: 0 }, clock);
    await clock.advance(5_000);
    expect(await result).toMatchObject({ id: 'the id' });
    expect(at).toHaveLength(3);
  });

  it('are told after the third in a row', async () => {
    const clock = new ManualClock();
    const { at, result } = waiting([silence()], { waitMs: 0 }, clock);
    const ended = rejection(result);
    await clock.advance(5_000);
    expect(await ended).toMatchObject({ name: 'NetworkError', code: 'Timeout' });
    expect(at).toHaveLength(3);
  });

  it('are borne as long as the patience lasts', async () => {
    const clock = new ManualClock();
    const { at, result } = waiting([silence()], { waitMs: 20_000 }, clock);
    const ended = rejection(result);
    await clock.advance(30_000);
    expect(await ended).toMatchObject({ code: 'Timeout' });
    expect(at.length).toBeGreaterThan(5);
  });

  it('count anew after a try that was answered', async () => {
    const clock = new ManualClock();
    const steps = [silence(), silence(), blocked, silence(), silence(), 'granted'] as const;
    const { result } = waiting(steps, { waitMs: 2_000 }, clock);
    await clock.advance(30_000);
    expect(await result).toMatchObject({ id: 'the id' });
  });

  it('are told at once when they will stay', async () => {
    const refusal = new AuthenticationError('PermissionDenied', 'no');
    const { at, result } = waiting([refusal], { waitMs: 60_000 });
    expect(await rejection(result)).toBe(refusal);
    expect(at).toHaveLength(1);
  });
});
