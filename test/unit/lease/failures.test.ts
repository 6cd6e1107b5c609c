import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  LeaseError,
  type LeaseErrorCode,
  NetworkError,
  ServerError,
} from '../../../src/core/errors.js';
import { checkElapsed, isTransient, leaseError, mayHaveBeenDone } from '../../../src/lease/failures.js';
import { momentOf } from '../../../src/lease/timing.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';

describe('a request that failed', () => {
  it('may have been carried out when it may have been sent', () => {
    expect(mayHaveBeenDone(new NetworkError('Timeout', 'silence'))).toBe(true);
  });

  it('was certainly not carried out when it was never sent', () => {
    const unsent = new NetworkError('ConnectionFailed', 'refused', { mayHaveBeenSent: false });
    expect(mayHaveBeenDone(unsent)).toBe(false);
  });

  it('may have been carried out when the service failed in it, and not when it was too busy to begin', () => {
    expect(mayHaveBeenDone(new ServerError('InternalError', 'failed'))).toBe(true);
    expect(mayHaveBeenDone(new ServerError('ServerBusy', 'busy'))).toBe(false);
  });

  it('was not carried out when it was refused', () => {
    expect(mayHaveBeenDone(new LeaseError('LeaseIdMismatch', 'another'))).toBe(false);
    expect(mayHaveBeenDone(new Error('anything'))).toBe(false);
  });
});

describe('a failure that says nothing of the lease', () => {
  it('is one that the same request may not meet again', () => {
    expect(isTransient(new NetworkError('Timeout', 'silence', { retryable: true }))).toBe(true);
    expect(isTransient(new ServerError('ServerBusy', 'busy', { retryable: true }))).toBe(true);
  });

  it('is none that will stay', () => {
    expect(isTransient(new AuthenticationError('PermissionDenied', 'no'))).toBe(false);
    expect(isTransient(new Error('anything'))).toBe(false);
  });

  it('is never one of a lease, even of one that a new call may get', () => {
    expect(isTransient(new LeaseError('LeaseAlreadyPresent', 'taken', { retryable: true }))).toBe(false);
  });
});

describe('an error about a lease', () => {
  const file = { share: 'data', path: 'dir/a.txt' };

  it('names the file, and says why', () => {
    const error = leaseError('LeaseLost', file, { why: 'somebody ended it' });
    expect(error).toMatchObject({ name: 'LeaseError', code: 'LeaseLost', ...file });
    expect(error.message).toBe('data/dir/a.txt: the lease is lost: somebody ended it');
  });

  it('names the share when that is what is leased', () => {
    expect(leaseError('LeaseAlreadyPresent', { share: 'data', path: '' }).message).toMatch(/^data: /);
  });

  it('keeps its cause', () => {
    const cause = new Error('silence');
    expect(leaseError('LeaseExpired', file, { cause }).cause).toBe(cause);
  });

  const retryable: readonly (readonly [LeaseErrorCode, boolean])[] = [
    ['LeaseAlreadyPresent', true],
    ['LeaseLost', true],
    ['LeaseExpired', true],
    ['LeaseIdMismatch', false],
    ['LeaseNotPresent', false],
  ];
  it.each(retryable)('is curable by a new call: %s %s', (code, expected) => {
    expect(leaseError(code, file).retryable).toBe(expected);
  });

  it('has no place for an id', () => {
    expect(inspect(leaseError('LeaseLost', file), { depth: 9 })).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });
});

describe('an answer that came too late to rely on', () => {
  const limit = { mostMs: 3_000, resource: { share: 'data', path: 'dir/a.txt' } };

  it('is silence to whoever waited for it, and may come in time the next time', async () => {
    const clock = new ManualClock();
    const since = momentOf(clock);
    await clock.advance(3_000);
    checkElapsed(clock, since, limit);
    await clock.advance(1);
    const error = await rejection((async () => checkElapsed(clock, since, limit))());
    const message = expect.stringMatching(/^data\/dir\/a\.txt: /);
    expect(error).toMatchObject({ name: 'NetworkError', code: 'Timeout', retryable: true, message });
    expect(isTransient(error)).toBe(true);
  });
});
