import { describe, expect, it } from 'vitest';
import { AuthenticationError, NetworkError } from '../../../src/core/errors.js';
import { HeldLease, type HeldStart } from '../../../src/lease/held-lease.js';
import { momentOf } from '../../../src/lease/timing.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';
import { ScriptedUpkeep } from './scripted-upkeep.js';

const id = 'aaaaaaaa-0000-4000-8000-000000000001';
const other = 'bbbbbbbb-0000-4000-8000-000000000002';
const silence = () => new NetworkError('Timeout', 'silence', { retryable: true });

/** A lease of 15 seconds that was confirmed just now. */
function hold(start: Partial<HeldStart> = {}) {
  const clock = new ManualClock();
  const upkeep = new ScriptedUpkeep(clock);
  const confirmedAt = momentOf(clock);
  const held = new HeldLease(upkeep, clock, {
    id,
    confirmedAt,
    durationSeconds: 15,
    expiry: 'LeaseLost',
    ...start,
  });
  return { clock, upkeep, held };
}

describe('a lease that is held', () => {
  it('gives its id, and tells how long it may be relied on', async () => {
    const { held, clock } = hold();
    await clock.advance(4_000);
    expect(held.id).toBe(id);
    expect(held.remainingMs).toBe(11_000);
    expect(held.unconfirmedMs).toBe(4_000);
    expect(held.lost).toBeUndefined();
    expect(held.ended).toBe(false);
  });

  it('gives the id that it was changed to', async () => {
    const { held, upkeep } = hold();
    held.replaceId(other);
    expect(held.id).toBe(other);
    await held.renew();
    expect(upkeep.asked).toMatchObject([{ what: 'confirm', id: other }]);
  });

  it('has no end when it is without one', async () => {
    const { held, clock } = hold({ durationSeconds: -1 });
    held.watchDeadline();
    await clock.advance(1e9);
    expect(held.id).toBe(id);
    expect(clock.timerCount).toBe(0);
  });
});

describe('the end of its time', () => {
  it('loses it at that very moment, without asking anybody', async () => {
    const { held, clock, upkeep } = hold();
    held.watchDeadline();
    await clock.advance(14_999);
    expect(held.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(held.signal.aborted).toBe(true);
    expect(held.signal.reason).toMatchObject({ code: 'LeaseLost', path: 'a.txt' });
    expect(held.lost).toBe(held.signal.reason);
    expect(upkeep.asked).toEqual([]);
  });

  it('is noticed by a use when no timer ran', async () => {
    const { held, clock } = hold();
    await clock.advance(15_000);
    expect(() => held.id).toThrow(expect.objectContaining({ code: 'LeaseLost' }));
    expect(held.signal.aborted).toBe(true);
  });

  it('is called an expiry where its user renews it', async () => {
    const { held, clock } = hold({ expiry: 'LeaseExpired' });
    await clock.advance(15_000);
    expect(() => held.check()).toThrow(expect.objectContaining({ code: 'LeaseExpired' }));
  });

  it('comes by the wall clock when the machine slept', () => {
    const { held, clock } = hold();
    clock.setWallClock(clock.now() + 15_000);
    expect(held.lost).toMatchObject({ code: 'LeaseLost' });
  });

  it('is not put off by a wall clock that is set back', async () => {
    const { held, clock } = hold();
    clock.setWallClock(clock.now() - 3_600_000);
    await clock.advance(15_000);
    expect(held.lost).toMatchObject({ code: 'LeaseLost' });
  });

  it('tells why no renewal came through', async () => {
    const { held, clock, upkeep } = hold();
    const failure = silence();
    upkeep.confirms(...Array.from({ length: 40 }, () => failure));
    const renewed = rejection(held.renew());
    await clock.advance(15_000);
    expect(await renewed).toMatchObject({ code: 'LeaseLost', cause: failure });
  });

  it('tells that the renewals were refused, and by what', async () => {
    const { held, clock, upkeep } = hold();
    const refusal = new AuthenticationError('ExpiredSas', 'the SAS has expired');
    upkeep.confirms(refusal);
    await rejection(held.renew());
    await clock.advance(15_000);
    expect(held.lost).toMatchObject({
      code: 'LeaseLost',
      message: expect.stringContaining('no renewal succeeded in time (ExpiredSas)'),
      cause: refusal,
    });
  });

  it('has nothing to do with a failure that was followed by a renewal', async () => {
    const { held, clock, upkeep } = hold();
    upkeep.confirms(silence());
    const renewed = held.renew();
    await clock.advance(500);
    await renewed;
    await clock.advance(15_000);
    expect(held.lost).toMatchObject({ code: 'LeaseLost' });
    expect(held.lost?.cause).toBeUndefined();
  });

  it('is told to whoever counts leases, once', async () => {
    const ends: number[] = [];
    const { held, clock } = hold({ onEnd: () => ends.push(1) });
    await clock.advance(15_000);
    held.lost?.toString();
    await held.release();
    expect(ends).toEqual([1]);
  });
});

describe('a renewal', () => {
  it('begins the time anew from before its last request was sent', async () => {
    const { held, clock, upkeep } = hold();
    upkeep.confirms({ afterMs: 2_000, answer: true });
    await clock.advance(5_000);
    const renewed = held.renew();
    await clock.advance(2_000);
    await renewed;
    expect(held.remainingMs).toBe(13_000);
  });

  it('that finds the id without the lease loses it at once', async () => {
    const { held, upkeep } = hold();
    upkeep.confirms(false);
    const error = await rejection(held.renew());
    expect(error).toMatchObject({ code: 'LeaseLost' });
    expect(held.signal.reason).toBe(error);
    expect(await rejection(held.renew())).toBe(error);
    expect(upkeep.times('confirm')).toHaveLength(1);
  });

  it('is tried again every half second while nothing is heard', async () => {
    const { held, clock, upkeep } = hold();
    upkeep.confirms(silence(), silence(), silence());
    const renewed = held.renew();
    await clock.advance(5_000);
    await renewed;
    expect(upkeep.times('confirm')).toEqual([0, 500, 1_000, 1_500]);
    expect(held.remainingMs).toBe(11_500);
  });

  it('never tells of life after the time is over', async () => {
    const { held, clock, upkeep } = hold();
    upkeep.confirms(...Array.from({ length: 40 }, silence));
    const renewed = rejection(held.renew());
    await clock.advance(60_000);
    await renewed;
    expect(Math.max(...upkeep.times('confirm'))).toBeLessThan(15_000);
  });

  it('that is answered after the time was over comes too late', async () => {
    const { held, clock, upkeep } = hold();
    upkeep.confirms({ afterMs: 6_000, answer: true });
    await clock.advance(10_000);
    const renewed = rejection(held.renew());
    await clock.advance(6_000);
    expect(await renewed).toMatchObject({ code: 'LeaseLost' });
  });

  it('leaves time for two more tries when the service is silent, and at least a second for one', async () => {
    const { held, clock, upkeep } = hold();
    await held.renew();
    await clock.advance(13_000);
    await held.renew();
    expect(upkeep.asked.map(({ limitMs }) => limitMs)).toEqual([5_000, 1_000]);
  });

  it('of a long lease waits ten seconds for an answer at the most', async () => {
    const { held, upkeep } = hold({ durationSeconds: 60 });
    await held.renew();
    expect(upkeep.asked[0]?.limitMs).toBe(10_000);
  });

  it('tells of a refusal that will stay, and the lease is held on', async () => {
    const { held, upkeep } = hold();
    const refusal = new AuthenticationError('PermissionDenied', 'the key was changed');
    upkeep.confirms(refusal);
    expect(await rejection(held.renew())).toBe(refusal);
    expect(held.id).toBe(id);
  });

  it('of a lease without end tells of silence at once', async () => {
    const { held, upkeep } = hold({ durationSeconds: -1 });
    upkeep.confirms(silence());
    expect(await rejection(held.renew())).toMatchObject({ code: 'Timeout' });
    expect(held.id).toBe(id);
  });

  it('ends at once when its signal is aborted', async () => {
    const { held, clock, upkeep } = hold();
    const controller = new AbortController();
    upkeep.confirms({ afterMs: 3_000, answer: true });
    const renewed = rejection(held.renew(controller.signal));
    await clock.advance(1_000);
    controller.abort(new Error('enough'));
    expect(await renewed).toMatchObject({ message: 'enough' });
    expect(held.id).toBe(id);
    expect(clock.timerCount).toBe(0);
  });
});

describe('giving it back', () => {
  it('ends it before the service is asked', async () => {
    const { held, clock, upkeep } = hold();
    upkeep.releases({ afterMs: 1_000, answer: true });
    const released = held.release();
    expect(held.ended).toBe(true);
    expect(() => held.id).toThrow(/it has been given back/);
    await clock.advance(1_000);
    expect(await released).toBe('released');
    expect(held.lost).toBeUndefined();
    expect(held.signal.aborted).toBe(false);
  });

  it('tells when somebody else had ended it', async () => {
    const { held, upkeep } = hold();
    upkeep.releases(false);
    expect(await held.release()).toBe('gone');
  });

  it('is tried three times', async () => {
    const { held, clock, upkeep } = hold();
    upkeep.releases(silence(), silence(), silence());
    const released = rejection(held.release());
    await clock.advance(5_000);
    expect(await released).toMatchObject({ code: 'Timeout' });
    expect(upkeep.times('release')).toEqual([0, 500, 1_000]);
  });

  it('has succeeded when it is gone after a try that was not answered', async () => {
    const { held, clock, upkeep } = hold();
    upkeep.releases(silence(), false);
    const released = held.release();
    await clock.advance(1_000);
    expect(await released).toBe('released');
  });

  it('was in vain when it is gone after a try that was never sent', async () => {
    const { held, clock, upkeep } = hold();
    const unsent = new NetworkError('ConnectionFailed', 'no', { retryable: true, mayHaveBeenSent: false });
    upkeep.releases(unsent, false);
    const released = held.release();
    await clock.advance(1_000);
    expect(await released).toBe('gone');
  });

  it('asks the service only once it has said yes', async () => {
    const { held, upkeep } = hold();
    await held.release();
    expect(await held.release()).toBe('gone');
    expect(upkeep.times('release')).toHaveLength(1);
  });

  it('can be tried again after it failed', async () => {
    const { held, upkeep } = hold();
    upkeep.releases(new AuthenticationError('PermissionDenied', 'no'));
    expect(await rejection(held.release())).toMatchObject({ code: 'PermissionDenied' });
    expect(await held.release()).toBe('released');
  });

  it('leaves no timer behind', async () => {
    const { held, clock } = hold();
    held.watchDeadline();
    expect(clock.timerCount).toBe(1);
    await held.release();
    expect(clock.timerCount).toBe(0);
  });
});

describe('a lease whose file gets another name', () => {
  it('is looked for under both names until that is clear', async () => {
    const { held, clock, upkeep } = hold();
    const there = new ScriptedUpkeep(clock, 'b.txt');
    held.moving(there);
    upkeep.confirms(false);
    await held.renew();
    expect(there.times('confirm')).toHaveLength(1);
    expect(held.resource.path).toBe('b.txt');
  });

  it('is lost only when neither name has it', async () => {
    const { held, clock, upkeep } = hold();
    held.moving(new ScriptedUpkeep(clock, 'b.txt').confirms(false));
    upkeep.confirms(false);
    expect(await rejection(held.renew())).toMatchObject({ code: 'LeaseLost' });
  });

  it('stays where it is when the file kept its name', async () => {
    const { held, clock, upkeep } = hold();
    const there = new ScriptedUpkeep(clock, 'b.txt');
    held.moving(there);
    held.moved('nowhere');
    await held.renew();
    expect(held.resource.path).toBe('a.txt');
    expect([upkeep.asked.length, there.asked.length]).toEqual([1, 0]);
  });

  it('is given back under the new name', async () => {
    const { held, clock, upkeep } = hold();
    const there = new ScriptedUpkeep(clock, 'b.txt');
    held.moving(there);
    held.moved('there');
    expect(await held.release()).toBe('released');
    expect([upkeep.asked.length, there.asked.length]).toEqual([0, 1]);
  });
});

describe('what is leased being deleted by its holder', () => {
  it('is no loss, and leaves nothing to give back', async () => {
    const { held, upkeep, clock } = hold();
    held.watchDeadline();
    expect(await held.deleting(async () => 'deleted')).toBe('deleted');
    expect(await held.release()).toBe('released');
    expect(held.lost).toBeUndefined();
    expect(held.signal.aborted).toBe(false);
    expect(upkeep.asked).toEqual([]);
    expect(clock.timerCount).toBe(0);
  });

  it('is no loss either for a renewal that finds nothing while the answer is on its way', async () => {
    const { held, upkeep } = hold();
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    const deletion = held.deleting(() => promise);
    upkeep.confirms(false);
    const renewal = rejection(held.renew());
    resolve();
    await deletion;
    expect(await renewal).toMatchObject({
      code: 'LeaseLost',
      message: expect.stringContaining('given back'),
    });
    expect(held.signal.aborted).toBe(false);
    expect(held.lost).toBeUndefined();
  });

  it('that fails leaves the lease as it is', async () => {
    const { held } = hold();
    const failure = new Error('refused');
    expect(await rejection(held.deleting(() => Promise.reject(failure)))).toBe(failure);
    expect(held.id).toBe(id);
    expect(await held.release()).toBe('released');
  });

  it('that fails does not hide that it was lost', async () => {
    const { held, upkeep } = hold();
    await rejection(held.deleting(() => Promise.reject(new Error('refused'))));
    upkeep.confirms(false);
    expect(await rejection(held.renew())).toMatchObject({ code: 'LeaseLost' });
    expect(held.signal.aborted).toBe(true);
  });
});

describe('a look at what is held', () => {
  it('is no sign of life to others, and gives nothing more time', async () => {
    const { held, upkeep, clock } = hold();
    await clock.advance(4_000);
    const left = held.remainingMs;
    await held.look();
    expect(held.remainingMs).toBe(left);
    expect(upkeep.times('confirm')).toEqual([]);
  });

  it('tells of the loss', async () => {
    const { held, upkeep } = hold();
    upkeep.looks(false);
    expect(await rejection(held.look())).toMatchObject({ code: 'LeaseLost' });
    expect(held.signal.aborted).toBe(true);
  });

  it('that is not answered is none', async () => {
    const { held, upkeep } = hold();
    upkeep.looks(new NetworkError('Timeout', 'silence', { retryable: true }));
    await held.look();
    expect(held.lost).toBeUndefined();
  });

  it('is not asked for when it was given back', async () => {
    const { held, upkeep } = hold();
    await held.release();
    await held.look();
    expect(upkeep.times('holds')).toEqual([]);
  });
});
