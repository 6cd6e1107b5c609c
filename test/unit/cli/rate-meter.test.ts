import { describe, expect, it } from 'vitest';
import { RateMeter } from '../../../src/cli/rate-meter.js';

function setUp() {
  let now = 5_000;
  const meter = new RateMeter({ monotonic: () => now });
  return {
    meter,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('RateMeter', () => {
  it('says nothing before anything can be said', () => {
    const { meter, pass } = setUp();
    expect(meter.perSecond()).toBeUndefined();
    meter.add(1_000);
    pass(99);
    expect(meter.perSecond()).toBeUndefined();
  });

  it('tells how much came per second', () => {
    const { meter, pass } = setUp();
    for (let i = 0; i < 20; i++) {
      meter.add(50);
      pass(100);
      expect(meter.perSecond()).toBeCloseTo(500);
    }
  });

  it('forgets what was more than ten seconds ago', () => {
    const { meter, pass } = setUp();
    const run = (seconds: number, bytes: number) => {
      for (let i = 0; i < seconds * 10; i++) {
        meter.add(bytes / 10);
        pass(100);
        meter.perSecond();
      }
      return meter.perSecond();
    };
    expect(run(5, 1_000)).toBeCloseTo(1_000);
    expect(run(12, 10)).toBeCloseTo(10);
    expect(run(12, 0)).toBe(0);
  });
});
