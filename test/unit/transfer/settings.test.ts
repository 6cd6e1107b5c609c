import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { lanesFor, resolveTransfer, type TransferOptions } from '../../../src/transfer/settings.js';

const mebibyte = 1024 * 1024;

function resolved(options: TransferOptions, rangeSize = 4 * mebibyte) {
  return resolveTransfer(options, { rangeSize, concurrency: 8, clock: new ManualClock() });
}

describe('ranges that must be held whole', () => {
  it('are five at a time by default, within less than 16 MB', () => {
    const settings = resolved({});
    const lanes = lanesFor(settings, settings.heldRangeBytes);
    expect(settings.rangeBytes).toBe(4 * mebibyte);
    expect(lanes).toBe(5);
    expect(lanes * settings.heldRangeBytes).toBeLessThan(16_000_000);
  });

  it.each([
    ['as small as the client wants them', {}, mebibyte],
    ['as large as the transfer wants them', { rangeSize: 4 * mebibyte }, 4 * mebibyte],
    ['as large as a memoryBudget that is given allows', { memoryBudget: 64 * mebibyte }, 4 * mebibyte],
    ['no larger than that', { memoryBudget: 1000 }, 1000],
    ['no larger than a second of the bandwidth', { bandwidthLimit: 2048 }, 2048],
  ])('are %s', (_how, options, expected) => {
    const client = expected === mebibyte ? mebibyte : undefined;
    expect(resolved(options, client).heldRangeBytes).toBe(expected);
  });
});

describe('how many ranges are under way', () => {
  it('is at least one, and no more than fit into the memory and than are wanted', () => {
    const lanes = (held: number, memoryBudget: number) => lanesFor({ concurrency: 8, memoryBudget }, held);
    expect([lanes(10, 9), lanes(10, 10), lanes(10, 29), lanes(10, 1_000), lanes(0, 1)]).toEqual([
      1, 1, 2, 8, 8,
    ]);
  });
});
