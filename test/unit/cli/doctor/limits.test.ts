import { describe, expect, it } from 'vitest';
import { bounded, deadline, limitsOf } from '../../../../src/cli/doctor/limits.js';
import { type Flag, Flags } from '../../../../src/cli/flags.js';

const never = new AbortController().signal;
const flags: readonly Flag[] = [{ name: 'timeout', kind: 'integer', about: '' }];

describe('limitsOf', () => {
  it.each([
    [{}, { stepMs: 5000, tokenMs: 10_000, totalMs: 18_000 }],
    [{ timeout: '1' }, { stepMs: 1000, tokenMs: 2000, totalMs: 18_000 }],
    [{ timeout: '30' }, { stepMs: 30_000, tokenMs: 60_000, totalMs: 90_000 }],
  ])('follows %j', (given, limits) => {
    expect(limitsOf(Flags.read(flags, new Map(Object.entries(given)), {}))).toEqual(limits);
  });
});

describe('bounded', () => {
  it('gives what it waits for, and does not give it up', async () => {
    let givenUp = 0;
    const bounds = { limitMs: 20, signal: never, what: 'nothing came' };
    const value = await bounded<number>(bounds, ({ resolve }) => {
      queueMicrotask(() => resolve(7));
      return () => {
        givenUp += 1;
      };
    });
    expect([value, givenUp]).toEqual([7, 0]);
  });

  it('passes a failure on', async () => {
    const failing = bounded({ limitMs: 1000, signal: never, what: '' }, ({ reject }) => {
      queueMicrotask(() => reject(new Error('broken')));
      return () => {};
    });
    await expect(failing).rejects.toThrow('broken');
  });

  it('gives up what takes too long', async () => {
    let givenUp = 0;
    const waiting = bounded({ limitMs: 1, signal: never, what: 'nothing came' }, () => () => {
      givenUp += 1;
    });
    await expect(waiting).rejects.toMatchObject({ code: 'Timeout', message: 'nothing came within 0.001 s' });
    expect(givenUp).toBe(1);
  });

  it('gives up what is aborted, and begins nothing afterwards', async () => {
    const controller = new AbortController();
    const bounds = { limitMs: 60_000, signal: controller.signal, what: '' };
    let begun = 0;
    let givenUp = 0;
    const begin = () => {
      begun += 1;
      return () => {
        givenUp += 1;
      };
    };
    const waiting = bounded(bounds, begin);
    controller.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(bounded(bounds, begin)).rejects.toThrow('stopped');
    expect([begun, givenUp]).toEqual([1, 1]);
  });
});

describe('deadline', () => {
  it('ends everything', async () => {
    const { signal } = deadline(1, never);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    expect(signal.reason).toMatchObject({ code: 'Timeout', phase: 'total' });
  });

  it('passes an interruption on', () => {
    const controller = new AbortController();
    const { signal, stop } = deadline(60_000, controller.signal);
    controller.abort('stopped');
    expect(signal.reason).toBe('stopped');
    stop();
  });
});
