import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';

describe('a timer of the system clock', () => {
  it('does not fire at once when it is longer than the runtime can count', async () => {
    const fired: string[] = [];
    const stop = systemClock.timer(99_999_999_000, () => fired.push('long'));
    await new Promise<void>((resolve) => systemClock.timer(3, resolve, { keepAlive: true }));
    stop();
    expect(fired).toEqual([]);
  });
});
