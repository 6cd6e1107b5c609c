import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatTime } from '../../../src/cli/format.js';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1024 * 1024 - 1, '1 MiB'],
    [256 * 1024 * 1024, '256 MiB'],
    [4 * 1024 ** 4, '4 TiB'],
    [3 * 1024 ** 6, '3072 PiB'],
  ])('writes %i as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatTime', () => {
  it('is in UTC, whatever the zone of the machine', () => {
    expect(formatTime(new Date(Date.UTC(2026, 0, 31, 8, 5, 9, 999)))).toBe('2026-01-31 08:05:09');
  });
});

describe('formatCount', () => {
  it('knows one from many', () => {
    expect(formatCount(1, 'file')).toBe('1 file');
    expect(formatCount(0, 'file')).toBe('0 files');
    expect(formatCount(2, 'directory', 'directories')).toBe('2 directories');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1s'],
    [59_000, '59s'],
    [60_000, '1m 00s'],
    [125_000, '2m 05s'],
    [3_720_000, '1h 02m'],
    [100 * 3_600_000, '100h 00m'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
