import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatContentRange,
  formatRange,
  parseContentRange,
  parseRange,
} from '../../../../src/core/wire/byte-range.js';

const range = fc
  .tuple(fc.nat(2 ** 40), fc.integer({ min: 1, max: 2 ** 22 }))
  .map(([start, length]) => ({ start, end: start + length }));

describe('byte ranges', () => {
  it('are written with both ends inclusive', () => {
    expect(formatRange(0, 512)).toBe('bytes=0-511');
    expect(formatRange(512)).toBe('bytes=512-');
    expect(formatContentRange({ start: 0, end: 512 }, 1024)).toBe('bytes 0-511/1024');
  });

  it('are read back', () => {
    fc.assert(
      fc.property(range, ({ start, end }) => {
        expect(parseRange(formatRange(start, end))).toEqual({ start, end });
        expect(parseContentRange(formatContentRange({ start, end }, end))).toEqual({
          range: { start, end },
          size: end,
        });
      }),
    );
    expect(parseRange('bytes=5-')).toEqual({ start: 5, end: undefined });
    expect(parseContentRange('bytes */10')).toEqual({ range: undefined, size: 10 });
  });

  it.each(['', 'bytes=-5', 'bytes=5-4', 'bytes=a-b', 'bytes=0-1,3-4', 'items=0-1', 'bytes=0-1 '])(
    'are not what %j is',
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );

  it.each(['', 'bytes 0-1', 'bytes 0-1/*', 'bytes=0-1/2', 'bytes -/2'])(
    'of an answer are not what %j is',
    (text) => {
      expect(parseContentRange(text)).toBeUndefined();
    },
  );
});
