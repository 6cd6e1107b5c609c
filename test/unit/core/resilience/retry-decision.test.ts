import { describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  AzureStorageError,
  ConfigurationError,
  LeaseError,
  NetworkError,
  ServerError,
} from '../../../../src/core/errors.js';
import { resolveRetryConfig } from '../../../../src/core/resilience/retry-config.js';
import {
  decideRetry,
  defaultRetryConfig,
  type RetryConfig,
  type RetrySituation,
} from '../../../../src/core/resilience/retry-decision.js';

const situation: RetrySituation = {
  attempt: 1,
  idempotent: true,
  maxAttempts: undefined,
  remainingMs: Number.POSITIVE_INFINITY,
  chance: 0,
};

const retryable = { retryable: true } as const;
const busy = new ServerError('ServerBusy', 'm', retryable);
const locked = new AzureStorageError('FileLocked', 'm', retryable);
const failures = {
  ServerBusy: busy,
  ServiceUnavailable: new ServerError('ServiceUnavailable', 'm', retryable),
  InternalError: new ServerError('InternalError', 'm', retryable),
  OperationTimedOut: new ServerError('OperationTimedOut', 'm', retryable),
  Timeout: new NetworkError('Timeout', 'm', { ...retryable, phase: 'attempt' }),
  FileLocked: locked,
  ConnectionFailed: new NetworkError('ConnectionFailed', 'm', retryable),
  DnsResolutionFailed: new NetworkError('DnsResolutionFailed', 'm', { ...retryable, mayHaveBeenSent: false }),
};

/** The waits of all retries until none follows. */
function waits(error: unknown, changes: Partial<RetrySituation> = {}, config = defaultRetryConfig): number[] {
  const delays: number[] = [];
  for (let attempt = 1; attempt < 200; attempt += 1) {
    const decision = decideRetry(error, { ...situation, ...changes, attempt }, config);
    if (!decision.retry) return delays;
    delays.push(decision.delayMs);
  }
  throw new Error('retries never end');
}

describe('the table of retries', () => {
  it.each([
    ['ServerBusy', [1000, 2000, 4000, 8000]],
    ['ServiceUnavailable', [2000, 4000]],
    ['InternalError', [1000, 2000]],
    ['OperationTimedOut', [1000, 1000]],
    ['Timeout', [1000, 1000]],
    ['FileLocked', [500, 1000, 2000, 4000]],
    ['ConnectionFailed', [500, 1000]],
    ['DnsResolutionFailed', [500, 1000]],
  ] as const)('waits after %s for %j', (code, expected) => {
    expect(waits(failures[code])).toEqual(expected);
  });

  it.each([
    ['an open circuit', new NetworkError('CircuitOpen', 'm', { ...retryable, retryAfterMs: 1 })],
    ['a certificate', new NetworkError('CertificateInvalid', 'm')],
    ['an unknown host', new NetworkError('DnsResolutionFailed', 'm', { mayHaveBeenSent: false })],
    ['an answer that makes no sense', new ServerError('UnexpectedAnswer', 'm')],
    ['a refusal', new AuthenticationError('PermissionDenied', 'm')],
    ['a bad request', new ConfigurationError('InvalidRequest', 'm')],
    ['a lost lease', new LeaseError('LeaseLost', 'm', retryable)],
    [
      'a code of the table that is not for now',
      new AzureStorageError('FileLocked', 'm', { retryable: false }),
    ],
    ['the abort of the caller', new DOMException('aborted', 'AbortError')],
    ['what is no error', undefined],
  ])('never retries %s', (_name, error) => {
    expect(decideRetry(error, situation, defaultRetryConfig)).toEqual({ retry: false, exhausted: false });
  });
});

describe('a request that is not idempotent', () => {
  const change = { idempotent: false };

  it.each([
    ['throttling', busy],
    ['a lock', locked],
    [
      'a connection that was never made',
      new NetworkError('ConnectionFailed', 'm', { ...retryable, mayHaveBeenSent: false }),
    ],
    ['a resolver that failed', failures.DnsResolutionFailed],
  ])('is retried after %s: it was not carried out', (_name, error) => {
    expect(decideRetry(error, { ...situation, ...change }, defaultRetryConfig)).toMatchObject({
      retry: true,
    });
  });

  it.each([
    ['a lost connection', failures.ConnectionFailed],
    ['a timeout', failures.Timeout],
    ['an internal error', failures.InternalError],
    ['an unavailable service', failures.ServiceUnavailable],
    ['an operation that timed out in the service', failures.OperationTimedOut],
  ])('is not retried after %s: it may have been carried out', (_name, error) => {
    expect(decideRetry(error, { ...situation, ...change }, defaultRetryConfig)).toEqual({
      retry: false,
      exhausted: false,
    });
  });
});

describe('the wait', () => {
  const askedToWait = (retryAfterMs: number) =>
    new ServerError('ServerBusy', 'm', { ...retryable, retryAfterMs });

  it('is what the service asks for', () => {
    expect(waits(askedToWait(7000))).toEqual([7000, 7000, 7000, 7000]);
    expect(waits(askedToWait(90_000))).toHaveLength(4);
  });

  it('is the usual one when the service asks for a wait of nothing', () => {
    expect(waits(askedToWait(0))).toEqual(waits(busy));
  });

  it('is spread by chance, up to the part that is configured', () => {
    expect(waits(busy, { chance: 0.5 })).toEqual([1250, 2500, 5000, 10_000]);
    const config = resolveRetryConfig({ jitter: 1 });
    expect(waits(busy, { chance: 0.999999 }, config)).toEqual([2000, 4000, 8000, 16_000]);
  });

  it('is capped', () => {
    expect(waits(busy, {}, resolveRetryConfig({ maxDelayMs: 3000 }))).toEqual([1000, 2000, 3000, 3000]);
  });

  it('does not begin when the time of the operation would end in it', () => {
    expect(decideRetry(busy, { ...situation, remainingMs: 1000 }, defaultRetryConfig)).toEqual({
      retry: false,
      exhausted: true,
    });
    expect(decideRetry(busy, { ...situation, remainingMs: 1001 }, defaultRetryConfig)).toMatchObject({
      retry: true,
    });
    expect(
      decideRetry(askedToWait(60_000), { ...situation, remainingMs: 59_000 }, defaultRetryConfig),
    ).toMatchObject({
      retry: false,
    });
  });
});

describe('the number of attempts', () => {
  it('is exhausted at the end of the table', () => {
    expect(decideRetry(busy, { ...situation, attempt: 5 }, defaultRetryConfig)).toEqual({
      retry: false,
      exhausted: true,
    });
  });

  it('counts attempts of all failures together', () => {
    expect(decideRetry(failures.Timeout, { ...situation, attempt: 3 }, defaultRetryConfig)).toMatchObject({
      retry: false,
    });
  });

  it('may be another one for a call, per code', () => {
    expect(waits(locked, { maxAttempts: { FileLocked: 2 } })).toEqual([500]);
    expect(waits(locked, { maxAttempts: { FileLocked: 1 } })).toEqual([]);
    expect(waits(busy, { maxAttempts: { FileLocked: 1 } })).toHaveLength(4);
  });

  it('may be configured for all codes and for single ones', () => {
    const config = resolveRetryConfig({
      maxAttempts: 2,
      policies: { FileLocked: { maxAttempts: 4, backoff: 'fixed', baseDelayMs: 10 }, Timeout: undefined },
    });
    expect(waits(busy, {}, config)).toEqual([1000]);
    expect(waits(locked, {}, config)).toEqual([10, 10, 10]);
    expect(waits(busy, {}, resolveRetryConfig({ maxAttempts: 1 }))).toEqual([]);
  });

  it('ends with the time of the whole operation', () => {
    const total = new NetworkError('Timeout', 'm', { ...retryable, phase: 'total' });
    expect(decideRetry(total, situation, defaultRetryConfig)).toEqual({ retry: false, exhausted: true });
  });
});

describe('resolveRetryConfig', () => {
  it('gives the frozen defaults for nothing', () => {
    expect(resolveRetryConfig(undefined)).toBe(defaultRetryConfig);
    expect(resolveRetryConfig({})).toEqual(defaultRetryConfig);
    expect(Object.isFrozen(defaultRetryConfig.policies.Timeout)).toBe(true);
  });

  it.each([
    [{ maxAttempts: 0 }, 'retryConfig.maxAttempts must be an integer from 1 to 100, got 0'],
    [{ maxAttempts: 1.5 }, 'retryConfig.maxAttempts must be an integer from 1 to 100, got 1.5'],
    [{ maxDelayMs: -1 }, 'retryConfig.maxDelayMs must be a number from 0 to 3600000, got -1'],
    [{ jitter: 2 }, 'retryConfig.jitter must be a number from 0 to 1, got 2'],
    [{ policies: { Teapot: {} } }, 'retryConfig.policies has the unknown key "Teapot"'],
    [{ policies: { Timeout: { tries: 1 } } }, 'retryConfig.policies.Timeout has the unknown key "tries"'],
    [
      { policies: { Timeout: { backoff: 'linear' } } },
      'retryConfig.policies.Timeout.backoff must be one of exponential, fixed, got "linear"',
    ],
    [
      { policies: { Timeout: { baseDelayMs: '1' } } },
      'retryConfig.policies.Timeout.baseDelayMs must be a number from 0 to 3600000, got "1"',
    ],
    [{ policies: [] }, 'retryConfig.policies must be an object'],
    [null, 'retryConfig must be an object, got null'],
  ])('refuses %j', (config, why) => {
    expect(() => resolveRetryConfig(config as unknown as RetryConfig)).toThrow(why);
  });
});
