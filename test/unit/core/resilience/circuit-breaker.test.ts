import { describe, expect, it } from 'vitest';
import {
  AuthenticationError,
  AzureStorageError,
  ConfigurationError,
  NetworkError,
  ServerError,
} from '../../../../src/core/errors.js';
import {
  CircuitBreaker,
  type CircuitOutcome,
  type CircuitState,
  circuitOutcome,
  defaultCircuitBreakerConfig,
  resolveCircuitBreakerConfig,
} from '../../../../src/core/resilience/circuit-breaker.js';
import { ManualClock } from '../../../../src/simulation/manual-clock.js';
import { operations, testPipeline } from '../../../support/core-pipeline.js';
import { rejection } from '../../../support/rejection.js';

function setUp() {
  const clock = new ManualClock();
  const states: CircuitState[] = [];
  const breaker = new CircuitBreaker(defaultCircuitBreakerConfig, clock, (state) => states.push(state));
  /** Sends one request through; gives the wait instead where it is refused. */
  const run = (outcome: CircuitOutcome): number | undefined => {
    const pass = breaker.admit();
    if ('waitMs' in pass) return pass.waitMs;
    breaker.settle(pass.period, outcome);
    return undefined;
  };
  const fail = (times: number) => {
    for (let i = 0; i < times; i += 1) run('failure');
  };
  return { clock, breaker, states, run, fail };
}

describe('CircuitBreaker', () => {
  it('opens after five failures in a row', () => {
    const { breaker, fail, run } = setUp();
    fail(4);
    expect(breaker.state).toBe('closed');
    fail(1);
    expect(breaker.state).toBe('open');
    expect(run('success')).toBe(30_000);
  });

  it('begins to count anew after a success, but not after what says nothing', () => {
    const { breaker, fail, run } = setUp();
    fail(4);
    run('unknown');
    fail(1);
    expect(breaker.state).toBe('open');
    const other = setUp();
    other.fail(4);
    other.run('success');
    other.fail(4);
    expect(other.breaker.state).toBe('closed');
  });

  it('tells how long it stays open', async () => {
    const { clock, fail, run } = setUp();
    fail(5);
    await clock.advance(29_999);
    expect(run('success')).toBe(1);
    await clock.advance(1);
    expect(run('success')).toBeUndefined();
  });

  it('lets one probe through at a time once its time is over', async () => {
    const { clock, breaker, fail } = setUp();
    fail(5);
    await clock.advance(30_000);
    const probe = breaker.admit();
    expect(probe).toHaveProperty('period');
    expect(breaker.admit()).toEqual({ waitMs: 1000 });
    if ('period' in probe) breaker.settle(probe.period, 'success');
    expect(breaker.admit()).toHaveProperty('period');
  });

  it('closes after two successes in a row', async () => {
    const { clock, breaker, states, fail, run } = setUp();
    fail(5);
    await clock.advance(30_000);
    run('success');
    expect(breaker.state).toBe('halfOpen');
    run('success');
    expect(breaker.state).toBe('closed');
    expect(states).toEqual(['open', 'halfOpen', 'closed']);
    fail(4);
    expect(breaker.state).toBe('closed');
  });

  it('opens again for the whole time when a probe fails', async () => {
    const { clock, breaker, fail, run } = setUp();
    fail(5);
    await clock.advance(30_000);
    run('success');
    run('failure');
    expect(breaker.state).toBe('open');
    expect(run('success')).toBe(30_000);
  });

  it('gives the place of a probe back that says nothing', async () => {
    const { clock, breaker, fail, run } = setUp();
    fail(5);
    await clock.advance(30_000);
    run('success');
    run('unknown');
    expect(breaker.state).toBe('halfOpen');
    run('success');
    expect(breaker.state).toBe('closed');
  });

  it('lets what cannot wait through while it is open, and takes its success for a probe', () => {
    const { breaker, fail, run, states } = setUp();
    fail(5);
    const lost = breaker.admitAlways();
    breaker.settle(lost.period, 'failure');
    expect(run('success')).toBe(30_000);
    const urgent = breaker.admitAlways();
    breaker.settle(urgent.period, 'success');
    expect(breaker.state).toBe('halfOpen');
    run('success');
    expect(states).toEqual(['open', 'halfOpen', 'closed']);
  });

  it('ignores what comes late from before a change of its state', async () => {
    const { clock, breaker, fail } = setUp();
    const late = breaker.admit();
    fail(5);
    await clock.advance(30_000);
    const probe = breaker.admit();
    if ('period' in late) breaker.settle(late.period, 'failure');
    expect(breaker.state).toBe('halfOpen');
    expect(breaker.admit()).toEqual({ waitMs: 1000 });
    if ('period' in probe) breaker.settle(probe.period, 'success');
    expect(breaker.admit()).toHaveProperty('period');
  });
});

describe('what an attempt says about the host', () => {
  it.each([
    ['failure', new NetworkError('ConnectionFailed', 'm')],
    ['failure', new NetworkError('Timeout', 'm', { phase: 'attempt' })],
    ['failure', new NetworkError('DnsResolutionFailed', 'm')],
    ['failure', new ServerError('InternalError', 'm', { status: 500 })],
    ['failure', new ServerError('ServiceUnavailable', 'm', { status: 503 })],
    ['success', new ServerError('ServerBusy', 'm', { status: 503 })],
    ['success', new ServerError('ServerBusy', 'm', { status: 429 })],
    ['success', new ServerError('UnexpectedAnswer', 'm', { status: 200 })],
    ['success', new AzureStorageError('FileNotFound', 'm', { status: 404 })],
    ['success', new AuthenticationError('PermissionDenied', 'm', { status: 403 })],
    ['unknown', new AuthenticationError('InvalidKey', 'm')],
    ['unknown', new ConfigurationError('InvalidRequest', 'm')],
    ['unknown', new NetworkError('Timeout', 'm', { phase: 'total' })],
    ['unknown', new Error('of somebody else')],
  ])('is %s for %s', (outcome, error) => {
    expect(circuitOutcome(error)).toBe(outcome);
  });
});

describe('the circuit of a client', () => {
  const once = { retryConfig: { maxAttempts: 1 } };

  async function fail(
    test: ReturnType<typeof testPipeline>,
    times: number,
    status = 500,
    code = 'InternalError',
  ) {
    for (let i = 0; i < times; i += 1) {
      const failed = rejection(test.send(operations.read));
      (await test.transport.next()).refuse(status, code);
      await failed;
    }
  }

  it('refuses at once when it is open, and says when to come again', async () => {
    const test = testPipeline(once);
    await fail(test, 5);
    await test.clock.advance(10_000);
    expect(await rejection(test.send(operations.read))).toMatchObject({
      name: 'NetworkError',
      code: 'CircuitOpen',
      retryAfterMs: 20_000,
      attempts: 0,
      mayHaveBeenSent: false,
      message: expect.stringContaining('https://acct.file.core.windows.net'),
    });
    expect(test.transport.received).toBe(5);
  });

  it('is not opened by throttling, refusals and missing files', async () => {
    const test = testPipeline(once);
    await fail(test, 6, 503, 'ServerBusy');
    await fail(test, 6, 403, 'AuthorizationFailure');
    await fail(test, 6, 404, 'ResourceNotFound');
    expect(test.transport.received).toBe(18);
  });

  it('counts attempts, so that an operation that is retried meets it', async () => {
    const test = testPipeline({ circuitBreakerConfig: { failureThreshold: 2 } });
    const failed = rejection(test.send(operations.read));
    (await test.transport.next()).refuse(500, 'InternalError');
    await test.clock.advance(1000);
    (await test.transport.next()).refuse(500, 'InternalError');
    await test.clock.advance(2000);
    expect(await failed).toMatchObject({ code: 'CircuitOpen', attempts: 2, retriesExhausted: false });
    expect(await test.transport.untaken()).toBe(0);
  });

  it('gives the place of a probe back when its caller gives up', async () => {
    const test = testPipeline(once);
    await fail(test, 5);
    await test.clock.advance(30_000);
    const controller = new AbortController();
    const probe = rejection(test.send(operations.read, { signal: controller.signal }));
    await test.transport.next();
    expect(await rejection(test.send(operations.read))).toMatchObject({
      code: 'CircuitOpen',
      retryAfterMs: 1000,
    });
    controller.abort(new Error('enough'));
    expect(await probe).toMatchObject({ message: 'enough' });
    const next = test.send(operations.read);
    (await test.transport.next()).answer(200);
    expect((await next).status).toBe(200);
  });

  it('is not opened by callers who give up or have little time', async () => {
    const test = testPipeline(once);
    for (let i = 0; i < 6; i += 1) {
      const failed = rejection(test.send(operations.read, { totalTimeoutMs: 5 }));
      await test.transport.next();
      await test.clock.advance(5);
      expect(await failed).toMatchObject({ code: 'Timeout', phase: 'total' });
    }
  });
});

describe('resolveCircuitBreakerConfig', () => {
  it('fills in the frozen defaults', () => {
    expect(resolveCircuitBreakerConfig(undefined)).toBe(defaultCircuitBreakerConfig);
    expect(resolveCircuitBreakerConfig({ failureThreshold: 9 })).toEqual({
      failureThreshold: 9,
      successThreshold: 2,
      resetTimeoutMs: 30_000,
    });
  });

  it.each([
    [
      { failureThreshold: 0 },
      'circuitBreakerConfig.failureThreshold must be an integer from 1 to 1000, got 0',
    ],
    [
      { successThreshold: 1.5 },
      'circuitBreakerConfig.successThreshold must be an integer from 1 to 1000, got 1.5',
    ],
    [{ resetTimeoutMs: 0 }, 'circuitBreakerConfig.resetTimeoutMs must be a number from 1 to 3600000, got 0'],
  ])('refuses %j', (config, why) => {
    expect(() => resolveCircuitBreakerConfig(config)).toThrow(why);
  });
});
