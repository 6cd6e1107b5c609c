import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  epochMsOf,
  formatRfc1123,
  formatTicks,
  parseRfc1123,
  parseTicks,
  ticksOf,
} from '../../../../src/core/wire/dates.js';

describe('RFC 1123 dates', () => {
  it('are written in GMT to the second', () => {
    expect(formatRfc1123(Date.UTC(1994, 10, 6, 8, 49, 37, 999))).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    expect(formatRfc1123(Date.UTC(1994, 10, 6, 8, 49, 38))).toBe('Sun, 06 Nov 1994 08:49:38 GMT');
  });

  it('are read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        expect(parseRfc1123(formatRfc1123(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });

  it.each(['', 'yesterday', '1994-11-06', 'Sun, 06 Nov 1994 08:49:37', 'Sun, 06 Foo 1994 08:49:37 GMT'])(
    'are not what %j is',
    (text) => {
      expect(parseRfc1123(text)).toBeUndefined();
    },
  );
});

describe('ISO dates of seven decimals', () => {
  it('keep every tick', () => {
    const ticks = parseTicks('2019-07-07T01:19:34.9839931Z') ?? 0n;
    expect(formatTicks(ticks)).toBe('2019-07-07T01:19:34.9839931Z');
    expect(epochMsOf(ticks)).toBe(Date.UTC(2019, 6, 7, 1, 19, 34, 983));
  });

  it('may have fewer decimals, no seconds or no time', () => {
    expect(formatTicks(parseTicks('2019-07-07T01:19:34.5Z') ?? 0n)).toBe('2019-07-07T01:19:34.5000000Z');
    expect(formatTicks(parseTicks('2019-07-07T01:19Z') ?? 0n)).toBe('2019-07-07T01:19:00.0000000Z');
    expect(formatTicks(parseTicks('2019-07-07') ?? 0n)).toBe('2019-07-07T00:00:00.0000000Z');
  });

  it.each([
    '1969-12-31T23:59:59.5000000Z',
    '1969-12-31T23:59:59.9999999Z',
    '1601-01-01T00:00:00.0000001Z',
    '0001-01-01T00:00:00.0000001Z',
  ])('keep every tick before 1970 too: %s', (text) => {
    const ticks = parseTicks(text) ?? 0n;
    expect(formatTicks(ticks)).toBe(text);
    expect(epochMsOf(ticks)).toBe(Date.parse(`${text.slice(0, 23)}Z`));
  });

  it('come from milliseconds', () => {
    expect(formatTicks(ticksOf(0))).toBe('1970-01-01T00:00:00.0000000Z');
  });

  it.each([
    '',
    'now',
    '2019-02-31',
    '2019-13-01',
    '2019-07-07T25:00:00Z',
    '2019-07-07T01:19:34',
    '2019-07-07T01:19:34.12345678Z',
  ])('are not what %j is', (text) => {
    expect(parseTicks(text)).toBeUndefined();
  });
});
