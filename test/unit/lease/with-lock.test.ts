import { describe, expect, it } from 'vitest';
import { AuthenticationError, NetworkError } from '../../../src/core/errors.js';
import { AutoRenewingLease } from '../../../src/lease/auto-renewing-lease.js';
import { HeldLease } from '../../../src/lease/held-lease.js';
import { momentOf } from '../../../src/lease/timing.js';
import { runUnderLock } from '../../../src/lease/with-lock.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';
import { ScriptedUpkeep } from './scripted-upkeep.js';

const silence = () => new NetworkError('Timeout', 'silence', { retryable: true });

function locked(durationSeconds = 15) {
  const clock = new ManualClock();
  const upkeep = new ScriptedUpkeep(clock);
  const start = { id: 'the id', confirmedAt: momentOf(clock), durationSeconds, expiry: 'LeaseLost' } as const;
  const lease = new AutoRenewingLease(new HeldLease(upkeep, clock, start), new Date(clock.now()), clock);
  return { clock, upkeep, lease };
}

describe('work under a lock', () => {
  it('gives its result, and the lock is given back', async () => {
    const { lease, upkeep, clock } = locked();
    expect(await runUnderLock(lease, async (guard) => `under ${guard.id}`)).toBe('under the id');
    expect(upkeep.times('release')).toHaveLength(1);
    expect(clock.timerCount).toBe(0);
  });

  it('has the lock for as long as it takes', async () => {
    const { lease, upkeep, clock } = locked();
    const done = runUnderLock(lease, async (guard) => {
      await clock.advance(60_000);
      guard.check();
    });
    await done;
    expect(upkeep.times('confirm')).toHaveLength(12);
  });

  it('fails with its own error, and the lock is given back', async () => {
    const { lease, upkeep, clock } = locked();
    const failure = new Error('out of paper');
    expect(await rejection(runUnderLock(lease, () => Promise.reject(failure)))).toBe(failure);
    expect(upkeep.times('release')).toHaveLength(1);
    expect(clock.timerCount).toBe(0);
  });

  it('fails with its own error when it throws before it waits', async () => {
    const { lease, upkeep } = locked();
    const failure = new Error('at once');
    const thrown = runUnderLock(lease, () => {
      throw failure;
    });
    expect(await rejection(thrown)).toBe(failure);
    expect(upkeep.times('release')).toHaveLength(1);
  });
});

describe('an error of the work', () => {
  it('wins over one of the release', async () => {
    const { lease, upkeep } = locked();
    const failure = new Error('out of paper');
    upkeep.releases(new AuthenticationError('PermissionDenied', 'no'));
    expect(await rejection(runUnderLock(lease, () => Promise.reject(failure)))).toBe(failure);
  });

  it('wins over a lock that was gone when it was given back', async () => {
    const { lease, upkeep } = locked();
    const failure = new Error('out of paper');
    upkeep.releases(false);
    expect(await rejection(runUnderLock(lease, () => Promise.reject(failure)))).toBe(failure);
  });

  it('becomes the cause of a loss that came before its end', async () => {
    const { lease, upkeep, clock } = locked();
    const failure = new Error('out of paper');
    upkeep.confirms(false);
    const work = runUnderLock(lease, async () => {
      await clock.advance(6_000);
      throw failure;
    });
    expect(await rejection(work)).toMatchObject({ code: 'LeaseLost', path: 'a.txt', cause: failure });
  });

  it('is told beside the reason why no renewal came through', async () => {
    const { lease, upkeep, clock } = locked();
    const refusal = new AuthenticationError('ExpiredSas', 'the SAS has expired');
    const failure = new Error('out of paper');
    upkeep.confirms(...Array.from({ length: 40 }, () => refusal));
    const work = runUnderLock(lease, async () => {
      await clock.advance(20_000);
      throw failure;
    });
    expect(await rejection(work)).toMatchObject({
      code: 'LeaseLost',
      message: expect.stringContaining('ExpiredSas'),
      path: 'a.txt',
      cause: { errors: [refusal, failure] },
    });
  });

  it('that is the loss itself is told as it is', async () => {
    const { lease, upkeep, clock } = locked();
    upkeep.confirms(false);
    const work = runUnderLock(lease, async (guard) => {
      await clock.advance(6_000);
      guard.check();
    });
    expect(await rejection(work)).toBe(lease.lost);
  });
});

describe('a loss of the lock', () => {
  it('reaches the work by its guard, at once', async () => {
    const { lease, upkeep, clock } = locked();
    upkeep.confirms(false);
    let heardAt: number | undefined;
    const work = runUnderLock(lease, async (guard) => {
      guard.signal.addEventListener('abort', () => {
        heardAt = clock.monotonic();
      });
      await clock.advance(6_000);
    });
    await rejection(work);
    expect(heardAt).toBe(5_000);
  });

  it('is told although the work succeeded', async () => {
    const { lease, upkeep, clock } = locked();
    upkeep.confirms(false);
    const work = runUnderLock(lease, () => clock.advance(6_000));
    expect(await rejection(work)).toMatchObject({ name: 'LeaseError', code: 'LeaseLost' });
  });

  it('is told when it shows at the release only', async () => {
    const { lease, upkeep } = locked();
    upkeep.releases(false);
    const error = await rejection(runUnderLock(lease, async () => 'done'));
    expect(error).toMatchObject({ code: 'LeaseLost', message: expect.stringContaining('given back') });
  });
});

describe('a lock that cannot be given back', () => {
  it('is no reason to fail where it ends by itself', async () => {
    const { lease, upkeep, clock } = locked();
    upkeep.releases(silence(), silence(), silence());
    const work = runUnderLock(lease, async () => 'done');
    await clock.advance(5_000);
    expect(await work).toBe('done');
  });

  it('is one where it would stay for ever', async () => {
    const { lease, upkeep, clock } = locked(-1);
    upkeep.releases(silence(), silence(), silence());
    const work = rejection(runUnderLock(lease, async () => 'done'));
    await clock.advance(5_000);
    expect(await work).toMatchObject({ code: 'Timeout' });
  });
});
