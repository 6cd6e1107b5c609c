import { describe, expect, it } from 'vitest';
import { AuthenticationError, NetworkError } from '../../../src/core/errors.js';
import { pause } from '../../../src/core/pause.js';
import type { RequestLimits } from '../../../src/lease/lock-operations.js';
import { acquireTimed, type TimedLeaseOperations, TimedUpkeep } from '../../../src/lease/timed-lease.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';
import type { Answer } from './scripted-upkeep.js';

const id = 'aaaaaaaa-0000-4000-8000-000000000001';
const silence = () => new NetworkError('Timeout', 'silence', { retryable: true });

/** A service that answers as told, and with yes afterwards. */
function scripted(clock: ManualClock, ...answers: Answer[]) {
  const asked: string[] = [];
  const answer = async (what: string, { signal }: RequestLimits): Promise<boolean> => {
    asked.push(what);
    const next = answers.shift() ?? true;
    const slow = typeof next === 'object' && 'afterMs' in next;
    if (slow) await pause(clock, next.afterMs, signal);
    const given = slow ? next.answer : next;
    if (given instanceof Error) throw given;
    return given;
  };
  const operations: TimedLeaseOperations = {
    resource: { share: 'data', path: '' },
    acquire: (own, seconds, limits) => answer(`acquire ${own === id ? seconds : 'another id'}`, limits),
    renew: (_own, limits) => answer('renew', limits),
    release: (_own, limits) => answer('release', limits),
  };
  return { asked, operations };
}

const wish = { id, durationSeconds: 20, waitMs: 0 };

describe('a lease that the service itself ends', () => {
  it('is taken with one request, and counts from before that was sent', async () => {
    const clock = new ManualClock();
    const { asked, operations } = scripted(clock, { afterMs: 400, answer: true });
    const taken = acquireTimed(operations, clock, wish);
    await clock.advance(400);
    expect(await taken).toMatchObject({ id, confirmedAt: { monotonic: 0 } });
    expect(asked).toEqual(['acquire 20']);
  });

  it('is waited for under one and the same id', async () => {
    const clock = new ManualClock();
    const { asked, operations } = scripted(clock, false, silence(), false);
    const taken = acquireTimed(operations, clock, { ...wish, waitMs: 60_000 });
    await clock.advance(20_000);
    expect(await taken).toMatchObject({ id });
    expect(asked).toEqual(['acquire 20', 'acquire 20', 'acquire 20', 'acquire 20']);
  });

  it('is refused at once to one that does not wait, who has nothing to give back', async () => {
    const clock = new ManualClock();
    const { asked, operations } = scripted(clock, false);
    const refused = await rejection(acquireTimed(operations, clock, wish));
    expect(refused).toMatchObject({ code: 'LeaseAlreadyPresent', share: 'data', path: '' });
    expect(asked).toEqual(['acquire 20']);
  });

  it('is not counted as taken when the answer came after its end', async () => {
    const clock = new ManualClock();
    const { operations } = scripted(clock, { afterMs: 21_000, answer: true });
    const taken = rejection(acquireTimed(operations, clock, wish));
    await clock.advance(21_000);
    expect(await taken).toMatchObject({ code: 'LeaseAlreadyPresent' });
  });

  it('is given back by one that gives up and may have got it', async () => {
    const clock = new ManualClock();
    const { asked, operations } = scripted(clock, silence(), false);
    const taken = rejection(acquireTimed(operations, clock, { ...wish, waitMs: 500 }));
    await clock.advance(5_000);
    expect(await taken).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(asked.at(-1)).toBe('release');
  });

  it('is given back by one that is aborted while it asks', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const { asked, operations } = scripted(clock, { afterMs: 5_000, answer: true });
    const taken = rejection(acquireTimed(operations, clock, { ...wish, signal: controller.signal }));
    await clock.advance(100);
    controller.abort(new Error('enough'));
    expect(await taken).toMatchObject({ message: 'enough' });
    expect(asked).toEqual(['acquire 20', 'release']);
  });

  it('is not given back by one that was refused for good', async () => {
    const clock = new ManualClock();
    const { asked, operations } = scripted(clock, new AuthenticationError('PermissionDenied', 'no'));
    expect(await rejection(acquireTimed(operations, clock, wish))).toMatchObject({
      code: 'PermissionDenied',
    });
    expect(asked).toEqual(['acquire 20']);
  });

  it('does not fail more when it cannot be given back', async () => {
    const clock = new ManualClock();
    const { operations } = scripted(clock, silence(), silence(), silence(), silence());
    const taken = rejection(acquireTimed(operations, clock, wish));
    await clock.advance(5_000);
    expect(await taken).toMatchObject({ code: 'Timeout' });
  });
});

describe('its upkeep', () => {
  it('renews it with one request, from which its time counts', async () => {
    const clock = new ManualClock();
    const { asked, operations } = scripted(clock);
    const before: string[][] = [];
    const confirmed = new TimedUpkeep(operations).confirm(id, { limitMs: 1_000 }, () =>
      before.push([...asked]),
    );
    expect(await confirmed).toBe(true);
    expect(asked).toEqual(['renew']);
    expect(before).toEqual([[]]);
  });

  it('tells when another one has it', async () => {
    const clock = new ManualClock();
    const upkeep = new TimedUpkeep(scripted(clock, false, false).operations);
    expect(await upkeep.confirm(id, { limitMs: 1_000 }, () => {})).toBe(false);
    expect(await upkeep.release(id, { limitMs: 1_000 })).toBe(false);
  });
});
