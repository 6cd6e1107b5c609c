import { describe, expect, it } from 'vitest';
import type { ByteRange } from '../../../src/core/wire/byte-range.js';
import { chunkPlan } from '../../../src/transfer/chunk-plan.js';
import { DownloadWindow } from '../../../src/transfer/download-window.js';

/** Answers when the test says so. */
class Fetches {
  readonly open = new Map<number, { resolve: () => void; reject: (error: unknown) => void }>();
  readonly signals: AbortSignal[] = [];

  readonly fetch = ({ start, end }: ByteRange, signal: AbortSignal): Promise<Uint8Array> => {
    this.signals.push(signal);
    return new Promise((resolve, reject) => {
      this.open.set(start, { resolve: () => resolve(new Uint8Array([start, end])), reject });
    });
  };

  answer(start: number): void {
    this.open.get(start)?.resolve();
  }
}

describe('DownloadWindow', () => {
  it('hands out in order what comes in any order', async () => {
    const fetches = new Fetches();
    const window = new DownloadWindow(chunkPlan(0, 6, 2), 3, fetches.fetch);
    const first = window.next();
    for (const start of [4, 2, 0]) fetches.answer(start);
    expect([...((await first) ?? [])]).toEqual([0, 2]);
    expect([...((await window.next()) ?? [])]).toEqual([2, 4]);
    expect([...((await window.next()) ?? [])]).toEqual([4, 6]);
    expect(await window.next()).toBeUndefined();
  });

  it('has no more ranges under way than its depth', async () => {
    const fetches = new Fetches();
    const window = new DownloadWindow(chunkPlan(0, 100, 1), 4, fetches.fetch);
    const first = window.next();
    expect(fetches.open.size).toBe(4);
    fetches.answer(0);
    await first;
    expect(fetches.open.size).toBe(4);
    window.close(new Error('enough'));
  });

  it('asks for nothing before it is asked', () => {
    const fetches = new Fetches();
    new DownloadWindow(chunkPlan(0, 100, 1), 4, fetches.fetch);
    expect(fetches.open.size).toBe(0);
  });

  it('gives up everything else when one range fails', async () => {
    const fetches = new Fetches();
    const window = new DownloadWindow(chunkPlan(0, 3, 1), 3, fetches.fetch);
    const first = window.next();
    const failure = new Error('broken');
    fetches.open.get(0)?.reject(failure);
    await expect(first).rejects.toBe(failure);
    expect(fetches.signals.every((signal) => signal.reason === failure)).toBe(true);
    await expect(window.next()).rejects.toBe(failure);
  });

  it('leaves no failure without a handler when a later range fails first', async () => {
    const fetches = new Fetches();
    const window = new DownloadWindow(chunkPlan(0, 2, 1), 2, fetches.fetch);
    const first = window.next();
    fetches.open.get(1)?.reject(new Error('later'));
    fetches.answer(0);
    await first;
    await expect(window.next()).rejects.toThrow('later');
  });

  it('ends what is under way when it is closed', async () => {
    const fetches = new Fetches();
    const window = new DownloadWindow(chunkPlan(0, 2, 1), 1, fetches.fetch);
    const first = window.next();
    const reason = new Error('closed');
    window.close(reason);
    expect(fetches.signals[0]?.reason).toBe(reason);
    fetches.answer(0);
    await expect(first).rejects.toBe(reason);
  });
});
