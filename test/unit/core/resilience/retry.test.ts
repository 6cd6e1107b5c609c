import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../../src/core/call.js';
import { AzureStorageError, NetworkError } from '../../../../src/core/errors.js';
import type { ServiceFailure } from '../../../../src/core/pipeline.js';
import { settle } from '../../../../src/simulation/manual-clock.js';
import type { ScriptedExchange } from '../../../../src/simulation/scripted-transport.js';
import { operations, testPipeline } from '../../../support/core-pipeline.js';
import { rejection } from '../../../support/rejection.js';
import { WatchedController } from '../../../support/watched-signal.js';

type Fault = (exchange: ScriptedExchange) => void;

const lost =
  (mayHaveBeenSent: boolean): Fault =>
  (exchange) =>
    exchange.fail(new NetworkError('ConnectionFailed', 'lost', { retryable: true, mayHaveBeenSent }));
const refused =
  (status: number, code: string, headers?: Record<string, string>): Fault =>
  (exchange) =>
    exchange.refuse(status, code, headers);

const faults = {
  'connection refused': lost(false),
  'connection lost': lost(true),
  '503 ServerBusy': refused(503, 'ServerBusy'),
  '429': refused(429, 'TooManyRequests'),
  '503 of a gateway': (exchange: ScriptedExchange) => exchange.answer(503, {}, 'upstream gone'),
  '500 InternalError': refused(500, 'InternalError'),
  '500 OperationTimedOut': refused(500, 'OperationTimedOut'),
  '409 FileLocked': refused(409, 'SharingViolation'),
  '404': refused(404, 'ResourceNotFound'),
  '403': refused(403, 'AuthorizationFailure'),
  '400': refused(400, 'InvalidHeaderValue'),
  '302': (exchange: ScriptedExchange) => exchange.answer(302, { location: 'https://elsewhere.example' }),
} satisfies Record<string, Fault>;

/** As a service maps what concerns its resources. */
function mapFailure({ status, serviceCode, description }: ServiceFailure): AzureStorageError | undefined {
  if (serviceCode === 'SharingViolation') {
    return new AzureStorageError('FileLocked', description, { status, retryable: true });
  }
  return status === 404
    ? new AzureStorageError('FileNotFound', description, { status, serviceCode })
    : undefined;
}

/** Lets every attempt fail in the same way; gives the error at the end and when attempts were made. */
async function failAlways(operation: Operation, fault: Fault) {
  const { send, transport, clock } = testPipeline(
    { circuitBreakerConfig: { failureThreshold: 100 } },
    { mapFailure },
  );
  const failed = rejection<AzureStorageError>(send(operation));
  const at: number[] = [];
  let error: AzureStorageError | undefined;
  void failed.then((reason) => {
    error = reason;
  });
  for (let i = 0; i < 20 && error === undefined; i += 1) {
    if ((await transport.untaken()) > 0) {
      at.push(clock.monotonic());
      fault(await transport.next());
    }
    await settle();
    if ((await transport.untaken()) === 0) await clock.advance(clock.untilNextTimer ?? 0);
  }
  return { error: await failed, at, timers: clock.timerCount, untaken: await transport.untaken() };
}

describe('retries, fault by fault', () => {
  const { read: idempotent, rename: once } = operations;
  const ends: [keyof typeof faults, Operation, string, number[]][] = [
    ['connection refused', idempotent, 'ConnectionFailed', [0, 500, 1500]],
    ['connection refused', once, 'ConnectionFailed', [0, 500, 1500]],
    ['connection lost', idempotent, 'ConnectionFailed', [0, 500, 1500]],
    ['connection lost', once, 'ConnectionFailed', [0]],
    ['503 ServerBusy', idempotent, 'ServerBusy', [0, 1000, 3000, 7000, 15_000]],
    ['503 ServerBusy', once, 'ServerBusy', [0, 1000, 3000, 7000, 15_000]],
    ['429', idempotent, 'ServerBusy', [0, 1000, 3000, 7000, 15_000]],
    ['503 of a gateway', idempotent, 'ServiceUnavailable', [0, 2000, 6000]],
    ['503 of a gateway', once, 'ServiceUnavailable', [0]],
    ['500 InternalError', idempotent, 'InternalError', [0, 1000, 3000]],
    ['500 InternalError', once, 'InternalError', [0]],
    ['500 OperationTimedOut', idempotent, 'OperationTimedOut', [0, 1000, 2000]],
    ['500 OperationTimedOut', once, 'OperationTimedOut', [0]],
    ['409 FileLocked', idempotent, 'FileLocked', [0, 500, 1500, 3500, 7500]],
    ['409 FileLocked', once, 'FileLocked', [0, 500, 1500, 3500, 7500]],
    ['404', idempotent, 'FileNotFound', [0]],
    ['403', idempotent, 'AuthorizationFailure', [0]],
    ['400', idempotent, 'InvalidRequest', [0]],
    ['302', idempotent, 'UnexpectedAnswer', [0]],
  ];

  const table = ends.map(([fault, operation, code, at]) => ({
    fault,
    operation,
    code,
    at,
    nature: operation.idempotent ? 'a repeatable request' : 'a request that is not repeatable',
  }));

  it.each(table)(
    '$fault for $nature: sent at $at ms, ends with $code',
    async ({ fault, operation, code, at }) => {
      const end = await failAlways(operation, faults[fault]);
      expect(end.error).toMatchObject({ code, attempts: at.length, retriesExhausted: at.length > 1 });
      expect(end).toMatchObject({ at, timers: 0, untaken: 0 });
    },
  );
});

describe('retries', () => {
  it('end with the first success', async () => {
    const { send, transport, clock } = testPipeline();
    const answered = send(operations.read);
    (await transport.next()).refuse(500, 'InternalError');
    await clock.advance(1000);
    (await transport.next()).answer(200, {}, 'here');
    expect(Buffer.from(await (await answered).body.bytes(10)).toString()).toBe('here');
    expect(clock.timerCount).toBe(0);
    expect(await transport.untaken()).toBe(0);
  });

  it('wait as long as the service asks, in seconds or until a date', async () => {
    const { send, transport, clock } = testPipeline();
    void send(operations.read);
    (await transport.next()).refuse(503, 'ServerBusy', { 'Retry-After': '7' });
    await clock.advance(6999);
    expect(await transport.untaken()).toBe(0);
    await clock.advance(1);
    (await transport.next()).refuse(503, 'ServerBusy', { 'Retry-After': 'Mon, 02 Mar 2026 03:04:22 GMT' });
    await clock.advance(9999);
    expect(await transport.untaken()).toBe(0);
    await clock.advance(1);
    expect(await transport.untaken()).toBe(1);
  });

  it('carry the same bytes', async () => {
    const { send, transport, clock } = testPipeline();
    const body = Uint8Array.of(1, 2, 3);
    void send(operations.write, {}, { method: 'PUT', body });
    const first = await transport.next();
    first.refuse(503, 'ServerBusy');
    await clock.advance(1000);
    const second = await transport.next();
    expect([first.request.body, second.request.body]).toEqual([body, body]);
  });

  it('of a request that the caller marks as repeatable follow a lost connection', async () => {
    const { send, transport, clock } = testPipeline();
    void send(operations.rename, { idempotent: true });
    lost(true)(await transport.next());
    await clock.advance(500);
    expect(await transport.untaken()).toBe(1);
  });

  it('can be limited per call and code', async () => {
    const { send, transport } = testPipeline();
    const failed = rejection(send(operations.read, { maxAttempts: { ServerBusy: 1 } }));
    (await transport.next()).refuse(503, 'ServerBusy');
    expect(await failed).toMatchObject({ code: 'ServerBusy', attempts: 1 });
  });

  it('end at once when the caller gives up while they wait, with the reason of the caller', async () => {
    const { send, transport, clock } = testPipeline();
    const controller = new WatchedController();
    const failed = rejection(send(operations.read, { signal: controller.signal }));
    (await transport.next()).refuse(503, 'ServerBusy');
    await transport.untaken();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await failed).toBe(reason);
    await clock.advance(60_000);
    expect([transport.received, clock.timerCount, controller.listeners]).toEqual([1, 0, 0]);
  });

  it('do not begin when the caller gives up together with a failure', async () => {
    const { send, transport } = testPipeline();
    const controller = new AbortController();
    const failed = rejection(send(operations.read, { signal: controller.signal }));
    const exchange = await transport.next();
    controller.abort('over');
    exchange.fail(new NetworkError('ConnectionFailed', 'lost', { retryable: true }));
    expect(await failed).toBe('over');
  });
});
