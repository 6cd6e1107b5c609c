import { describe, expect, it } from 'vitest';
import { settle } from '../../../src/simulation/manual-clock.js';
import { runWindow } from '../../../src/transfer/window.js';
import { WatchedController } from '../../support/watched-signal.js';

/** A worker whose items end when the test says so. */
class Held {
  readonly open = new Map<number, { done(): void; fail(error: unknown): void; signal: AbortSignal }>();
  most = 0;

  readonly worker = (item: number, signal: AbortSignal): Promise<void> => {
    return new Promise<void>((resolve, reject) => {
      this.open.set(item, { done: resolve, fail: reject, signal });
      this.most = Math.max(this.most, this.open.size);
    }).finally(() => this.open.delete(item));
  };

  async finish(item: number): Promise<void> {
    this.open.get(item)?.done();
    await settle();
  }
}

describe('runWindow', () => {
  it('works off every item, never more at a time than allowed', async () => {
    const held = new Held();
    const running = runWindow([0, 1, 2, 3, 4], { concurrency: 2 }, held.worker);
    for (let item = 0; item < 5; item++) await held.finish(item);
    await running;
    expect(held.most).toBe(2);
  });

  it('takes an item only when a worker is free for it', async () => {
    const taken: number[] = [];
    function* items() {
      for (let item = 0; item < 9; item++) {
        taken.push(item);
        yield item;
      }
    }
    const held = new Held();
    const running = runWindow(items(), { concurrency: 3 }, held.worker);
    await settle();
    expect(taken).toEqual([0, 1, 2]);
    await held.finish(1);
    expect(taken).toEqual([0, 1, 2, 3]);
    for (let item = 0; item < 9; item++) await held.finish(item);
    await running;
  });

  it('does nothing when there is no item', async () => {
    await expect(
      runWindow([], { concurrency: 5 }, () => Promise.reject(new Error())),
    ).resolves.toBeUndefined();
  });

  it('ends with the first failure, tells the others, and waits for them', async () => {
    const held = new Held();
    const failure = new Error('first');
    let ended = false;
    const running = runWindow([0, 1, 2, 3], { concurrency: 2 }, held.worker).finally(() => {
      ended = true;
    });
    running.catch(() => {});
    await settle();
    const other = held.open.get(1);
    held.open.get(0)?.fail(failure);
    await settle();
    expect(other?.signal.aborted).toBe(true);
    expect(other?.signal.reason).toBe(failure);
    expect(ended).toBe(false);
    other?.fail(new Error('second'));
    await expect(running).rejects.toBe(failure);
    expect(held.open.size).toBe(0);
  });

  it('closes its source when it ends early', async () => {
    let closed = false;
    function* items() {
      try {
        yield 1;
        yield 2;
      } finally {
        closed = true;
      }
    }
    await expect(
      runWindow(items(), { concurrency: 1 }, () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    expect(closed).toBe(true);
  });

  it('fails with what its source throws, after the workers have ended', async () => {
    const failure = new Error('source');
    function* items() {
      yield 1;
      throw failure;
    }
    const held = new Held();
    const running = runWindow(items(), { concurrency: 2 }, held.worker);
    running.catch(() => {});
    await settle();
    expect(held.open.get(1)?.signal.aborted).toBe(true);
    await held.finish(1);
    await expect(running).rejects.toBe(failure);
  });

  it('fails with a worker that throws at once', async () => {
    const failure = new Error('at once');
    const worker = (): Promise<void> => {
      throw failure;
    };
    await expect(runWindow([1, 2], { concurrency: 2 }, worker)).rejects.toBe(failure);
  });

  it('rejects with the reason of an abort, and takes its listener away', async () => {
    const controller = new WatchedController();
    const held = new Held();
    const running = runWindow([0, 1, 2], { concurrency: 1, signal: controller.signal }, held.worker);
    running.catch(() => {});
    await settle();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(held.open.get(0)?.signal.reason).toBe(reason);
    await held.finish(0);
    await expect(running).rejects.toBe(reason);
    expect(controller.listeners).toBe(0);
  });

  it('leaves no listener behind when all went well', async () => {
    const controller = new WatchedController();
    await runWindow([1, 2, 3], { concurrency: 2, signal: controller.signal }, () => Promise.resolve());
    expect(controller.listeners).toBe(0);
  });

  it('starts nothing under a signal that is aborted', async () => {
    const reason = new Error('before');
    let calls = 0;
    const running = runWindow([1], { concurrency: 1, signal: AbortSignal.abort(reason) }, async () => {
      calls += 1;
    });
    await expect(running).rejects.toBe(reason);
    expect(calls).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a concurrency of %d', async (concurrency) => {
    await expect(runWindow([1], { concurrency }, () => Promise.resolve())).rejects.toThrow(RangeError);
  });
});
