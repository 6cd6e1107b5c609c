import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';

describe('systemClock', () => {
  it('tells the time of the machine', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
    const before = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
  });

  it('fires a timer once', async () => {
    await new Promise<void>((resolve) => systemClock.timer(1, resolve, { keepAlive: true }));
  });

  it('does not fire a timer that was cancelled', async () => {
    let fired = false;
    const cancel = systemClock.timer(1, () => {
      fired = true;
    });
    cancel();
    await new Promise<void>((resolve) => systemClock.timer(5, resolve, { keepAlive: true }));
    expect(fired).toBe(false);
  });

  it('gives numbers from 0 to 1 and GUIDs that differ', () => {
    const number = systemClock.random();
    expect(number >= 0 && number < 1).toBe(true);
    expect(systemClock.uuid()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(systemClock.uuid()).not.toBe(systemClock.uuid());
  });
});
