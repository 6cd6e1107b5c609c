import { describe, expect, it } from 'vitest';
import { examineClock, skewOf, spanOf } from '../../../../src/cli/doctor/clock-skew.js';

const date = 'Mon, 02 Mar 2026 03:04:05 GMT';
const time = Date.parse(date);

describe('skewOf', () => {
  it.each([
    [0, 0],
    [999, 0],
    [1999, 0],
    [-999, 0],
    [10_500, 10_000],
    [-9_500, -10_000],
  ])('counts from the middle of the second: %d ms later is %d', (ms, skew) => {
    expect(skewOf(date, time + ms)).toBe(skew);
  });

  it.each([undefined, '', 'yesterday'])('is unknown for %j', (text) => {
    expect(skewOf(text, time)).toBeUndefined();
  });
});

describe('examineClock', () => {
  const second = 1000;
  it.each([
    [0, 'ok', 'the clocks agree'],
    [12 * second, 'ok', 'this machine is 12 s ahead of the service'],
    [-300 * second, 'ok', 'this machine is 5 min behind the service'],
    [-301 * second, 'warn', 'this machine is 5 min behind the service'],
    [900 * second, 'warn', 'this machine is 15 min ahead of the service'],
    [
      901 * second,
      'fail',
      'this machine is 15 min ahead of the service: it refuses what is more than 15 minutes off',
    ],
  ])('of %d ms is %s', (ms, status, message) => {
    expect(examineClock(ms)).toMatchObject({ check: 'clock', status, message });
  });

  it('is warned of where nothing is known', () => {
    expect(examineClock(undefined)).toMatchObject({ status: 'warn' });
  });
});

describe('spanOf', () => {
  it.each([
    [0, '0 s'],
    [119, '119 s'],
    [120, '2 min'],
    [7199, '2 h 0 min'],
    [7140, '119 min'],
    [11_100, '3 h 5 min'],
    [172_800, '2 days'],
    [31_536_000, '365 days'],
  ])('shows %d seconds as %s', (seconds, text) => {
    expect(spanOf(seconds)).toBe(text);
  });
});
