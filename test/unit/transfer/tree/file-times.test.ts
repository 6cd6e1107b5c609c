import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoTime, parseIsoTime, storableMs } from '../../../../src/transfer/tree/file-times.js';

describe('times of files', () => {
  it.each([
    [0, '1970-01-01T00:00:00.0000000Z'],
    [1.5, '1970-01-01T00:00:00.0015000Z'],
    [-0.25, '1969-12-31T23:59:59.9997500Z'],
    [Date.UTC(2026, 1, 3, 4, 5, 6, 7) + 0.125, '2026-02-03T04:05:06.0071250Z'],
  ])('%d ms is %s', (ms, text) => {
    expect(isoTime(ms)).toBe(text);
    expect(parseIsoTime(text)).toBe(ms);
  });

  it('come back to less than a microsecond', () => {
    const any = fc.double({ min: Date.UTC(1601, 0, 2), max: Date.UTC(9999, 11, 30), noNaN: true });
    fc.assert(
      fc.property(any, (ms) => {
        expect(Math.abs(parseIsoTime(isoTime(ms)) - ms)).toBeLessThan(0.001 + Math.abs(ms) * 2 ** -51);
      }),
    );
  });

  it.each(['2026-02-03T04:05:06Z', '2026-02-03T04:05:06.1Z', '2026-02-03T04:05:06.120Z'])(
    'reads %s, of which the service has left zeros away',
    (text) => {
      expect(parseIsoTime(text)).toBe(Date.parse(text));
    },
  );

  it('are cut to what a share can have', () => {
    expect(isoTime(storableMs(Date.UTC(1500, 0, 1)))).toBe('1601-01-02T00:00:00.0000000Z');
    expect(isoTime(storableMs(8.64e15))).toBe('9999-12-30T00:00:00.0000000Z');
    expect(storableMs(5)).toBe(5);
  });

  it('tells what is none', () => {
    expect(parseIsoTime('')).toBeNaN();
  });
});
