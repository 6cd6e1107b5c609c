import { beforeEach, describe, expect, it } from 'vitest';
import { rejection } from '../../support/rejection.js';
import { acquiring } from './acquiring.js';
import { lost, slow, thenAsleep } from './locked-file.js';

let { clock, file, acquire, leased, settled } = acquiring();
beforeEach(() => {
  ({ clock, file, acquire, leased, settled } = acquiring());
});

describe('acquiring a free file', () => {
  it('takes four requests when nobody contends', async () => {
    file.tell({});
    expect(await acquire()).toMatchObject({ confirmedAt: { monotonic: 0 } });
    expect(file.asked).toEqual(['look at record', 'acquire', 'write record: 15', 'holds']);
  });

  it('writes the record before it takes the lease where there is none', async () => {
    await acquire();
    expect(file.asked).toEqual([
      'look at record',
      'look at file',
      'write record: 15, taking',
      'acquire',
      'write record: 15',
      'holds',
    ]);
  });

  it('proposes the id that was given, once', async () => {
    file.tell({});
    file.next('acquire', lost);
    const grant = await settled(acquire({ proposedId: 'mine' }));
    expect(file.ids[0]).toBe('mine');
    expect(new Set(file.ids).size).toBe(file.ids.length);
    expect(grant.id).toBe(file.ids.at(-1));
  });

  it('fails when there is no file, and leaves no record', async () => {
    file.exists = false;
    expect(await rejection(acquire({ waitMs: 60_000 }))).toMatchObject({ code: 'FileNotFound' });
    expect(file.record).toBeUndefined();
  });

  it('looks again when the machine slept between the look and its answer', async () => {
    file.tell({});
    file.next('look at record', thenAsleep(clock, 60_000));
    await acquire();
    expect(file.asked.slice(0, 3)).toEqual(['look at record', 'look at record', 'acquire']);
  });
});

describe('a file that somebody has', () => {
  it('is refused to one that does not wait, who writes nothing', async () => {
    leased();
    expect(await rejection(acquire())).toMatchObject({ code: 'LeaseAlreadyPresent', path: 'a.txt' });
    expect(file.asked).toEqual(['look at record', 'acquire']);
  });

  it('goes to a waiter when it is given back', async () => {
    leased();
    const waiting = acquire({ waitMs: 60_000 });
    await clock.advance(3_000);
    file.lease = undefined;
    expect((await settled(waiting)).id).toBe(file.lease);
    expect(clock.monotonic()).toBeLessThan(10_000);
  });

  it('is refused when somebody was faster where there was no record', async () => {
    file.next('acquire', () => false);
    expect(await rejection(acquire())).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(file.asked.at(-1)).toBe('acquire');
  });

  it('is respected for ever where there is no record', async () => {
    file.lease = 'foreign';
    expect(await rejection(settled(acquire({ waitMs: 180_000 })))).toMatchObject({
      code: 'LeaseAlreadyPresent',
    });
    expect(file.record).toBeUndefined();
    expect(file.lease).toBe('foreign');
  });

  it('is respected for ever where the record says so', async () => {
    leased(-1);
    expect(await rejection(settled(acquire({ waitMs: 180_000 })))).toMatchObject({
      code: 'LeaseAlreadyPresent',
    });
    expect(new Set(file.asked)).toEqual(new Set(['look at record', 'look at file']));
    expect(file.lease).toBe('another');
  });
});

describe('one that gives up', () => {
  it('leaves the file free', async () => {
    file.tell({});
    const controller = new AbortController();
    file.next('write record', slow(clock, 5_000), (own) => own());
    file.next('holds', () => Promise.reject(controller.signal.reason));
    const waiting = rejection(acquire({ signal: controller.signal }));
    await clock.advance(1_000);
    controller.abort(new Error('enough'));
    await clock.advance(5_000);
    expect(await waiting).toMatchObject({ message: 'enough' });
    expect(file.lease).toBeUndefined();
  });

  it('does so in the middle of a takeover, at once', async () => {
    leased();
    await clock.advance(60_000);
    const controller = new AbortController();
    const waiting = rejection(acquire({ signal: controller.signal }));
    await clock.advance(2_000);
    controller.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
    expect(clock.timerCount).toBe(0);
    expect(file.lease).toBe('another');
  });
});
