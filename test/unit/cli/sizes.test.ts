import { describe, expect, it } from 'vitest';
import { type Flag, Flags } from '../../../src/cli/flags.js';
import { parseSize } from '../../../src/cli/sizes.js';

describe('parseSize', () => {
  it.each([
    ['0', 0],
    ['512', 512],
    ['512b', 512],
    ['64K', 65_536],
    ['64KiB', 65_536],
    ['64kb', 64_000],
    [' 1.5g ', 1_610_612_736],
    ['10 MB', 10_000_000],
    ['2GB', 2_000_000_000],
    ['1MiB', 1_048_576],
  ])('takes %j', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each([
    '',
    'K',
    '-1',
    '1T',
    '1e3',
    '1 2',
    '.5',
    '12345678901234567',
    '9007199254740992',
    '9007199254g',
    'NaN',
  ])('does not take %j', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});

describe('a flag with a size', () => {
  const flag: Flag = { name: 'budget', kind: 'size', min: 1024, max: 1024 ** 2, about: '' };
  const read = (text: string, more: Partial<Flag> = {}) =>
    Flags.read([{ ...flag, ...more }], new Map(), { AZSTORE_BUDGET: text }).bytes('budget');

  it('gives bytes', () => {
    expect(read('2K')).toBe(2048);
    expect(Flags.read([flag], new Map(), {}).bytes('budget')).toBeUndefined();
  });

  it.each([
    ['too small', '1023', {}, 'from 1 KiB to 1 MiB'],
    ['too large', '2MiB', {}, 'from 1 KiB to 1 MiB'],
    ['no size', 'fast', { max: Number.MAX_SAFE_INTEGER }, "of at least 1 KiB, got 'fast'"],
  ])('refuses what is %s, and says where it came from', (_, text, more, message) => {
    expect(() => read(text, more)).toThrow(message);
    expect(() => read(text, more)).toThrow('AZSTORE_BUDGET must be a size');
  });
});
