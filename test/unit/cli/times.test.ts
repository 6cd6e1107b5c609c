import { describe, expect, it } from 'vitest';
import { type Flag, Flags } from '../../../src/cli/flags.js';
import { formatSpan, parseTime } from '../../../src/cli/times.js';

describe('parseTime', () => {
  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    [' 2M ', 120_000],
    ['1.5h', 5_400_000],
    ['500ms', 500],
    ['0.25', 250],
    ['0', 0],
  ])('takes %j', (text, ms) => {
    expect(parseTime(text)).toBe(ms);
  });

  it.each(['', 's', '-1', '1d', '1e3', '1 s', '1:30', '.5', '9999999999', 'NaN', 'Infinity'])(
    'does not take %j',
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );
});

describe('formatSpan', () => {
  it.each([
    [0, '0s'],
    [500, '0.5s'],
    [15_000, '15s'],
    [60_000, '1m'],
    [90_000, '90s'],
    [120_000, '2m'],
    [86_400_000, '24h'],
  ])('shows %d ms as %s', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
    expect(parseTime(text)).toBe(ms);
  });
});

describe('a flag that is a time', () => {
  const flags: readonly Flag[] = [
    { name: 'wait', kind: 'time', max: 60_000, about: '' },
    {
      name: 'duration',
      kind: 'time',
      min: 15_000,
      max: 60_000,
      wholeSeconds: true,
      mayBeInfinite: true,
      about: '',
    },
  ];
  const read = (given: Record<string, string>, env: Record<string, string> = {}) =>
    Flags.read(flags, new Map(Object.entries(given)), env);

  it('is given in milliseconds, wherever it comes from', () => {
    expect(read({ wait: '5s' }).milliseconds('wait')).toBe(5_000);
    expect(read({}, { AZSTORE_WAIT: '250ms' }).milliseconds('wait')).toBe(250);
    expect(read({}).milliseconds('wait')).toBeUndefined();
  });

  it.each(['infinite', 'INFINITE', '-1'])('may have no end: %s', (text) => {
    expect(read({ duration: text }).milliseconds('duration')).toBe(Number.POSITIVE_INFINITY);
    expect(() => read({ wait: text })).toThrow(
      "--wait must be a time such as 30s or 1m, from 0s to 1m, got '",
    );
  });

  it.each(['14s', '61s', '15.5s', 'soon'])('says what was wrong with %s', (text) => {
    const expected = `AZSTORE_DURATION must be a time in whole seconds such as 30s or 1m, from 15s to 1m, or 'infinite', got '${text}'`;
    expect(() => read({}, { AZSTORE_DURATION: text })).toThrow(expected);
  });
});
