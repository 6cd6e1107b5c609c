import { describe, expect, it } from 'vitest';
import { type Flag, Flags } from '../../../src/cli/flags.js';
import { momentOf, parseMoment } from '../../../src/cli/sas/moments.js';

describe('parseMoment', () => {
  it.each([
    ['1h', { inMs: 3_600_000 }],
    ['7d', { inMs: 604_800_000 }],
    ['90', { inMs: 90_000 }],
    ['2026-12-31', { on: new Date('2026-12-31T00:00:00Z') }],
    [' 2026-12-31T18:00Z ', { on: new Date('2026-12-31T18:00:00Z') }],
    ['2026-12-31t18:00:30z', { on: new Date('2026-12-31T18:00:30Z') }],
    ['2026-12-31T18:00:30.1234567Z', { on: new Date('2026-12-31T18:00:30.123Z') }],
    ['2026-12-31T18:00+01:00', { on: new Date('2026-12-31T17:00:00Z') }],
    ['2028-02-29', { on: new Date('2028-02-29T00:00:00Z') }],
  ])('takes %j', (text, moment) => {
    expect(parseMoment(text)).toEqual(moment);
  });

  it.each([
    '',
    'tomorrow',
    '2026-12-31T18:00',
    '2026-12-31 18:00Z',
    '2026-02-30',
    '2026-02-30T10:00Z',
    '2027-02-29',
    '2026-13-01',
    '2026-12-31T24:30Z',
    '31.12.2026',
    '20261231',
    '100000000s',
    '2026-12-31T18:00Z; rm',
    '-1h',
  ])('does not take %j', (text) => {
    expect(parseMoment(text)).toBeUndefined();
  });
});

describe('momentOf', () => {
  const flags: readonly Flag[] = [{ name: 'expires', kind: 'text', about: '' }];
  const limits = { min: 1000, max: 3650 * 86_400_000 };
  const read = (given: Record<string, string>, env: Record<string, string> = {}) =>
    momentOf(Flags.read(flags, new Map(Object.entries(given)), env), 'expires', limits);

  it('is nothing where nothing was given', () => {
    expect(read({})).toBeUndefined();
  });

  it.each(['0s', '999ms', '3651d', '20261231', 'soon'])(
    'says which forms there are instead of %s',
    (text) => {
      const forms = /such as 30m, 1h or 7d \(from 1s to 3650d\), or a date such as .*, got '/;
      expect(() => read({ expires: text })).toThrow(
        new RegExp(`^--expires must be .*${forms.source}${text}'$`),
      );
      expect(() => read({}, { AZSTORE_EXPIRES: text })).toThrow('AZSTORE_EXPIRES must be');
    },
  );
});
