import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/simulation/manual-clock.js';

describe('ManualClock', () => {
  it('fires timers in order, each at its own moment', async () => {
    const clock = new ManualClock({ now: 1000 });
    const seen: [string, number, number][] = [];
    clock.timer(20, () => seen.push(['b', clock.monotonic(), clock.now()]));
    clock.timer(10, () => seen.push(['a', clock.monotonic(), clock.now()]));
    await clock.advance(25);
    expect(seen).toEqual([
      ['a', 10, 1010],
      ['b', 20, 1020],
    ]);
    expect(clock.monotonic()).toBe(25);
  });

  it('fires timers of one moment in the order they were set', async () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    clock.timer(5, () => seen.push('first'));
    clock.timer(5, () => seen.push('second'));
    await clock.advance(5);
    expect(seen).toEqual(['first', 'second']);
  });

  it('fires a timer that another timer set within the same advance', async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    clock.timer(5, () => {
      void Promise.resolve().then(() => clock.timer(5, () => seen.push(clock.monotonic())));
    });
    await clock.advance(10);
    expect(seen).toEqual([10]);
  });

  it('forgets a cancelled timer', async () => {
    const clock = new ManualClock();
    let fired = false;
    const cancel = clock.timer(5, () => {
      fired = true;
    });
    expect(clock.timerCount).toBe(1);
    expect(clock.untilNextTimer).toBe(5);
    cancel();
    expect(clock.timerCount).toBe(0);
    expect(clock.untilNextTimer).toBeUndefined();
    await clock.advance(10);
    expect(fired).toBe(false);
  });

  it('moves the wall clock apart from the monotonic clock', async () => {
    const clock = new ManualClock({ now: 1000 });
    clock.setWallClock(5000);
    await clock.advance(10);
    expect(clock.now()).toBe(5010);
    expect(clock.monotonic()).toBe(10);
  });

  it('gives the same numbers and GUIDs for the same seed', () => {
    const one = new ManualClock({ seed: 7 });
    const two = new ManualClock({ seed: 7 });
    const numbers = Array.from({ length: 100 }, () => one.random());
    expect(Array.from({ length: 100 }, () => two.random())).toEqual(numbers);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBe(100);
    expect(one.uuid()).toBe('00000000-0000-4000-8000-000000000001');
    expect(one.uuid()).toBe('00000000-0000-4000-8000-000000000002');
  });
});
