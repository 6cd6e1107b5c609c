import { beforeEach, describe, expect, it } from 'vitest';
import { AuthenticationError, NetworkError } from '../../../src/core/errors.js';
import { LeaseAttempt, type Wanted, type Way } from '../../../src/lease/single-lease.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';
import { LockedFile, lost, slow, thenAsleep, unanswered } from './locked-file.js';

const quiet: Way = { hasRecord: true, takeoverMayRun: () => false };
const uneasy: Way = { hasRecord: true, takeoverMayRun: () => true };

let clock: ManualClock;
let file: LockedFile;
beforeEach(() => {
  clock = new ManualClock();
  file = new LockedFile(clock);
  file.tell({});
});

function attempt(wanted: Partial<Wanted> = {}): LeaseAttempt {
  return new LeaseAttempt(file, clock, { durationSeconds: 15, holder: 'me', ...wanted });
}

describe('one try to get the lease', () => {
  it('takes it, tells of it, and looks whether it is still there', async () => {
    expect(await attempt().take('mine', quiet)).toMatchObject({ id: 'mine', confirmedAt: { monotonic: 0 } });
    expect(file.asked).toEqual(['acquire', 'write record: 15', 'holds']);
    expect(file.record).toMatchObject({ durationSeconds: 15, holder: 'me', renewed: 0 });
  });

  it('writes nothing when somebody else has it', async () => {
    file.lease = 'another';
    expect(await attempt().take('mine', quiet)).toBeUndefined();
    expect(file.asked).toEqual(['acquire']);
  });

  it('is in vain when somebody ends it before the last look', async () => {
    file.next('write record', (carryOut) => {
      file.lease = undefined;
      return carryOut();
    });
    expect(await attempt().take('mine', quiet)).toBeUndefined();
    expect(file.asked).toEqual(['acquire', 'write record: 15', 'holds', 'release']);
  });

  it('counts from before others were told', async () => {
    file.next('acquire', slow(clock, 1_000)).next('write record', slow(clock, 2_000));
    const taken = attempt().take('mine', quiet);
    await clock.advance(3_000);
    expect(await taken).toMatchObject({ confirmedAt: { monotonic: 1_000 } });
  });

  it('gives back what would end too soon to be of use', async () => {
    file.next('write record', slow(clock, 10_001));
    const taken = attempt().take('mine', quiet);
    await clock.advance(20_000);
    expect(await taken).toBeUndefined();
    expect(file.lease).toBeUndefined();
  });
});

describe('an acquire that is not answered', () => {
  it('has succeeded when the file has the lease', async () => {
    file.next('acquire', unanswered);
    expect(await attempt().take('mine', quiet)).toMatchObject({ id: 'mine' });
    expect(file.asked).toEqual(['acquire', 'holds', 'write record: 15', 'holds']);
  });

  it('has failed when it has not, and is taken back as it may still come', async () => {
    file.next('acquire', lost);
    expect(await rejection(attempt().take('mine', quiet))).toMatchObject({ code: 'Timeout' });
    expect(file.asked).toEqual(['acquire', 'holds', 'release']);
  });

  it('is taken back when the file cannot be asked either', async () => {
    file.next('acquire', unanswered).next('holds', lost);
    expect(await rejection(attempt().take('mine', quiet))).toMatchObject({ code: 'Timeout' });
    expect(file.lease).toBeUndefined();
  });

  it('is left alone when it was never sent', async () => {
    file.next('acquire', () => {
      throw new NetworkError('ConnectionFailed', 'refused', { retryable: true, mayHaveBeenSent: false });
    });
    expect(await rejection(attempt().take('mine', quiet))).toMatchObject({ code: 'ConnectionFailed' });
    expect(file.asked).toEqual(['acquire']);
  });

  it('never goes out twice', async () => {
    file.next('acquire', lost);
    await rejection(attempt().take('mine', quiet));
    expect(file.ids).toEqual(['mine']);
  });
});

describe('a failure after the lease was taken', () => {
  it('gives it back', async () => {
    const refusal = new AuthenticationError('PermissionDenied', 'no');
    file.next('write record', () => {
      throw refusal;
    });
    expect(await rejection(attempt().take('mine', quiet))).toBe(refusal);
    expect(file.lease).toBeUndefined();
  });

  it('is told also when it cannot be given back', async () => {
    file.next('holds', lost).next('release', lost);
    expect(await rejection(attempt().take('mine', quiet))).toMatchObject({ code: 'Timeout' });
  });

  it('gives it back in the background for one that gave up', async () => {
    const controller = new AbortController();
    const enough = new Error('enough');
    file.next('holds', () => {
      controller.abort(enough);
      throw enough;
    });
    file.next('release', slow(clock, 2_000));
    expect(await rejection(attempt({ signal: controller.signal }).take('mine', quiet))).toBe(enough);
    await clock.advance(2_000);
    expect(file.lease).toBeUndefined();
  });
});

describe('one that is too late', () => {
  it('does not write over the record of whom it was replaced by', async () => {
    file.next('acquire', thenAsleep(clock, 20_000));
    expect(await rejection(attempt().take('mine', quiet))).toMatchObject({
      code: 'Timeout',
      retryable: true,
      message: expect.stringContaining('data/a.txt'),
    });
    expect(file.asked).toEqual(['acquire', 'release']);
  });

  it('does not do so either after it has held its breath', async () => {
    file.next('write record', thenAsleep(clock, 20_000));
    const taken = rejection(attempt().take('mine', uneasy));
    await clock.advance(10_000);
    expect(await taken).toMatchObject({ code: 'Timeout' });
    expect(file.asked).toEqual(['acquire', 'write record: 15', 'release']);
  });
});

describe('one that comes upon a takeover', () => {
  it('tells of itself twice before it looks, so that the other sees it', async () => {
    const taken = attempt().take('mine', uneasy);
    await clock.advance(3_999);
    expect(file.asked).toEqual(['acquire', 'write record: 15']);
    await clock.advance(1);
    expect(file.asked).toEqual(['acquire', 'write record: 15', 'write record: 15']);
    await clock.advance(1_999);
    expect(file.asked).not.toContain('holds');
    await clock.advance(1);
    expect(await taken).toMatchObject({ id: 'mine', confirmedAt: { monotonic: 4_000 } });
  });

  it('is in vain when the other was faster', async () => {
    const taken = attempt().take('mine', uneasy);
    await clock.advance(5_000);
    file.lease = 'another';
    await clock.advance(1_000);
    expect(await taken).toBeUndefined();
    expect(file.lease).toBe('another');
  });
});

describe('one that wants a lease without end', () => {
  const endless = () => attempt({ durationSeconds: -1 });

  it('writes no record where there is none', async () => {
    file.record = undefined;
    expect(await endless().take('mine', { ...quiet, hasRecord: false })).toMatchObject({ id: 'mine' });
    expect(file.asked).toEqual(['acquire', 'look at record', 'holds']);
  });

  it('tells of itself in one that came into being meanwhile', async () => {
    await endless().take('mine', { ...quiet, hasRecord: false });
    expect(file.record).toMatchObject({ durationSeconds: -1, holder: 'me' });
  });

  it('tells of itself behind a fence, and only as long as it has the lease', async () => {
    await endless().take('mine', quiet);
    expect(file.asked).toEqual([
      'acquire',
      'fence',
      'holds',
      'write record: -1, fenced',
      'end fence',
      'holds',
    ]);
  });

  it('leaves the record alone when it has lost the lease', async () => {
    file.next('fence', (carryOut) => {
      file.lease = 'another';
      return carryOut();
    });
    expect(await endless().take('mine', quiet)).toBeUndefined();
    expect(file.record).toMatchObject({ durationSeconds: 15, holder: 'somebody' });
  });

  it('takes back what it told when it gives up', async () => {
    file.next('holds', (carryOut) => carryOut(), lost);
    expect(await rejection(endless().take('mine', quiet))).toMatchObject({ code: 'Timeout' });
    expect(file.record).toMatchObject({ durationSeconds: 60 });
    expect(file.lease).toBeUndefined();
  });

  it('takes it back also when the lease was lost meanwhile, as its taker may die before it tells', async () => {
    file.next('write record', (carryOut) => {
      file.lease = 'another';
      return carryOut();
    });
    expect(await endless().take('mine', quiet)).toBeUndefined();
    expect(file.record).toMatchObject({ durationSeconds: 60 });
    expect(file.lease).toBe('another');
  });

  it('leaves alone what the taker has told of itself', async () => {
    file.next('end fence', (carryOut) => {
      file.lease = 'another';
      file.tell({ durationSeconds: -1, holder: 'another' });
      return carryOut();
    });
    expect(await endless().take('mine', quiet)).toBeUndefined();
    expect(file.record).toMatchObject({ durationSeconds: -1, holder: 'another' });
  });

  it('marks a record with a time that ends, as long as it has no lease', () => {
    expect(endless().mark).toMatchObject({ durationSeconds: 60, taking: true });
    expect(attempt().mark).toMatchObject({ durationSeconds: 15, taking: true });
  });
});
