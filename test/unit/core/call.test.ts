import { describe, expect, it } from 'vitest';
import { Cancellation, derivedCall, sleep } from '../../../src/core/call.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { newCall } from '../../support/new-call.js';
import { rejection } from '../../support/rejection.js';

describe('Cancellation', () => {
  it('tells every listener once, with the reason', () => {
    const cancellation = new Cancellation();
    const heard: unknown[] = [];
    cancellation.onCancel((reason) => heard.push(['a', reason]));
    cancellation.onCancel((reason) => heard.push(['b', reason]));
    cancellation.cancel('first');
    cancellation.cancel('second');
    expect(heard).toEqual([
      ['a', 'first'],
      ['b', 'first'],
    ]);
    expect(cancellation.reason).toBe('first');
    expect(cancellation.cancelled).toBe(true);
  });

  it('tells a late listener at once', () => {
    const cancellation = new Cancellation();
    cancellation.cancel('over');
    const heard: unknown[] = [];
    cancellation.onCancel((reason) => heard.push(reason));
    expect(heard).toEqual(['over']);
    expect(cancellation.listenerCount).toBe(0);
  });

  it('forgets listeners that are taken back', () => {
    const cancellation = new Cancellation();
    const heard: string[] = [];
    const forget = [1, 2, 3].map((n) => cancellation.onCancel(() => heard.push(`${n}`)));
    expect(cancellation.listenerCount).toBe(3);
    forget[0]?.();
    forget[1]?.();
    expect(cancellation.listenerCount).toBe(1);
    cancellation.cancel('now');
    expect(heard).toEqual(['3']);
  });

  it('keeps no listener where a cancellation cannot come', () => {
    Cancellation.never.onCancel(() => expect.unreachable());
    Cancellation.never.cancel('ignored');
    expect(Cancellation.never.cancelled).toBe(false);
    expect(Cancellation.never.listenerCount).toBe(0);
  });

  it('throws its reason once it is cancelled', () => {
    const cancellation = new Cancellation();
    expect(() => cancellation.throwIfCancelled()).not.toThrow();
    cancellation.cancel(new Error('given up'));
    expect(() => cancellation.throwIfCancelled()).toThrow('given up');
  });

  it('gives a real signal that follows it, whenever it is asked for', () => {
    const early = new Cancellation();
    const { signal } = early;
    early.cancel('why');
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe('why');
    const late = new Cancellation();
    late.cancel('because');
    expect(late.signal.reason).toBe('because');
  });
});

describe('derivedCall', () => {
  it('changes what it is told and keeps the rest', () => {
    const call = newCall({ timeoutMs: 5, resource: { share: 's' } });
    const attempt = derivedCall(call, { attempt: 2, deadlineAt: 7 });
    expect(attempt).toEqual({ ...call, attempt: 2, deadlineAt: 7, span: undefined });
  });
});

describe('sleep', () => {
  it('ends after its time and leaves nothing behind', async () => {
    const clock = new ManualClock();
    const cancellation = new Cancellation();
    let awake = false;
    const nap = sleep(clock, 100, cancellation).then(() => {
      awake = true;
    });
    await clock.advance(99);
    expect(awake).toBe(false);
    await clock.advance(1);
    await nap;
    expect(awake).toBe(true);
    expect(clock.timerCount + cancellation.listenerCount).toBe(0);
  });

  it('ends at once on cancellation and leaves nothing behind', async () => {
    const clock = new ManualClock();
    const cancellation = new Cancellation();
    const nap = rejection(sleep(clock, 100, cancellation));
    cancellation.cancel('enough');
    expect(await nap).toBe('enough');
    expect(clock.timerCount + cancellation.listenerCount).toBe(0);
  });

  it('does not begin after a cancellation', async () => {
    const clock = new ManualClock();
    const cancellation = new Cancellation();
    cancellation.cancel('before');
    expect(await rejection(sleep(clock, 100, cancellation))).toBe('before');
    expect(clock.timerCount).toBe(0);
  });
});
