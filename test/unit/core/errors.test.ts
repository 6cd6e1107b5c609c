import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  AzureStorageError,
  ConfigurationError,
  LeaseError,
  NetworkError,
  noteAttempts,
  ServerError,
} from '../../../src/core/errors.js';

describe('errors', () => {
  it('carry what is known, below one root', () => {
    const cause = new Error('below');
    const error = new ServerError('ServerBusy', 'too much', {
      status: 503,
      serviceCode: 'ServerBusy',
      requestId: 'r',
      operation: 'GetFile',
      retryable: true,
      retryAfterMs: 5,
      cause,
    });
    expect(error).toBeInstanceOf(AzureStorageError);
    expect(error).toMatchObject({ name: 'ServerError', code: 'ServerBusy', status: 503, cause, attempts: 0 });
    expect(error.isRetryable()).toBe(true);
    expect(error.retryAfter()).toBe(5);
    expect(error.isConflict()).toBe(false);
  });

  it('are named after their class', () => {
    const errors = [
      new ConfigurationError('InvalidPath', 'm'),
      new AuthenticationError('InvalidKey', 'm'),
      new NetworkError('Timeout', 'm'),
      new LeaseError('LeaseLost', 'm'),
    ];
    expect(errors.map(({ name }) => name)).toEqual([
      'ConfigurationError',
      'AuthenticationError',
      'NetworkError',
      'LeaseError',
    ]);
    expect(errors.every((error) => !error.isRetryable() && error.retryAfter() === undefined)).toBe(true);
  });

  it('assume that a request may have been sent', () => {
    expect(new NetworkError('ConnectionFailed', 'm').mayHaveBeenSent).toBe(true);
    expect(new NetworkError('Timeout', 'm', { mayHaveBeenSent: false, phase: 'total' })).toMatchObject({
      mayHaveBeenSent: false,
      phase: 'total',
    });
  });

  it('know conflicts', () => {
    expect(new LeaseError('LeaseAlreadyPresent', 'm', { share: 's', path: 'p' })).toMatchObject({
      share: 's',
      path: 'p',
    });
    expect(new LeaseError('LeaseAlreadyPresent', 'm').isConflict()).toBe(true);
    expect(new LeaseError('LeaseLost', 'm').isConflict()).toBe(false);
  });

  it('take down how often was tried', () => {
    const error = new NetworkError('Timeout', 'm');
    noteAttempts(error, 3, true);
    expect(error).toMatchObject({ attempts: 3, retriesExhausted: true });
  });

  it('become plain data without stack and cause', () => {
    const error = new NetworkError('Timeout', 'm', { phase: 'idle', cause: new Error('secret') });
    const data = JSON.parse(JSON.stringify(error));
    expect(data).toMatchObject({
      name: 'NetworkError',
      message: 'm',
      code: 'Timeout',
      phase: 'idle',
      attempts: 0,
    });
    expect(data).not.toHaveProperty('cause');
    expect(data).not.toHaveProperty('stack');
    expect(inspect(error)).toContain("code: 'Timeout'");
  });
});
