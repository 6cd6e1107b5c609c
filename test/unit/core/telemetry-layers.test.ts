import { describe, expect, it } from 'vitest';
import { AzureStorageError, LeaseError, NetworkError } from '../../../src/core/errors.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import type { ClientOptions } from '../../../src/core/options.js';
import type { ServiceDescription } from '../../../src/core/pipeline.js';
import { operations, testPipeline } from '../../support/core-pipeline.js';
import { RecordingTelemetry } from '../../support/recording-telemetry.js';
import { rejection } from '../../support/rejection.js';

function setUp(options: ClientOptions = {}, service: Partial<ServiceDescription> = {}) {
  const telemetry = new RecordingTelemetry();
  return { telemetry, ...testPipeline({ telemetry, ...options }, service) };
}

describe('telemetry of an operation', () => {
  it('has a span with what it acted on, and one below it per attempt', async () => {
    const { telemetry, send, transport, clock } = setUp();
    const answered = send(operations.read, {}, { headers: HttpHeaders.of({ 'x-ms-range': 'bytes=0-3' }) });
    (await transport.next()).refuse(503, 'ServerBusy');
    await clock.advance(1000);
    (await transport.next()).answer(206, { 'x-ms-request-id': 'r' }, 'abcd');
    await answered;
    const [operation, first, second] = telemetry.spans;
    expect(operation).toMatchObject({
      name: 'azure_files.read',
      attributes: {
        share: 'data',
        path: 'file.txt',
        operation: 'GetFile',
        range: 'bytes=0-3',
        size: 4,
        status: 206,
      },
      ended: true,
      error: undefined,
    });
    expect(first).toMatchObject({
      name: 'azure_files.attempt',
      attributes: {
        attempt: 1,
        method: 'GET',
        status: 503,
        error_type: 'ServerBusy',
        request_id: 'request-1',
      },
      parent: operation,
      ended: true,
      error: expect.objectContaining({ code: 'ServerBusy' }),
    });
    expect(second).toMatchObject({
      attributes: { attempt: 2, status: 206, request_id: 'r' },
      error: undefined,
    });
    expect(telemetry.spans).toHaveLength(3);
  });

  it('counts operations, bytes and latency', async () => {
    const { telemetry, send, transport, clock } = setUp();
    const read = send(operations.read);
    const exchange = await transport.next();
    await clock.advance(250);
    exchange.answer(200, {}, 'abcd');
    await read;
    const write = send(operations.write, {}, { method: 'PUT', body: new Uint8Array(512) });
    (await transport.next()).answer(201);
    await write;
    expect(telemetry.counts).toEqual([
      ['azure_files_operations_total', 1, { share: 'data', operation: 'read', status: '200' }],
      ['azure_files_bytes_total', 4, { share: 'data', direction: 'download' }],
      ['azure_files_operations_total', 1, { share: 'data', operation: 'write', status: '201' }],
      ['azure_files_bytes_total', 512, { share: 'data', direction: 'upload' }],
    ]);
    expect(telemetry.records).toEqual([
      ['azure_files_latency_seconds', 0.25, { share: 'data', operation: 'read' }],
      ['azure_files_latency_seconds', 0, { share: 'data', operation: 'write' }],
    ]);
  });

  it('takes along what the caller can tell of the answer', async () => {
    const { telemetry, send, transport } = setUp();
    const attributesOf = () => ({ count: 7 });
    const answered = send(operations.properties, { attributesOf });
    (await transport.next()).answer(200);
    await answered;
    expect(telemetry.spans[0]?.attributes).toMatchObject({ count: 7 });
  });

  it('of a stream ends with its body', async () => {
    const { telemetry, send, transport } = setUp();
    const answered = send(operations.stream);
    const scripted = (await transport.next()).stream(200);
    const { body } = await answered;
    expect(telemetry.spans[0]?.ended).toBe(false);
    scripted.send('abc');
    scripted.end();
    await body.bytes(10);
    expect(telemetry.spans[0]).toMatchObject({ ended: true, attributes: { size: 3, status: 200 } });
    expect(telemetry.counts).toContainEqual([
      'azure_files_bytes_total',
      3,
      { share: 'data', direction: 'download' },
    ]);
  });

  it('of a stream that breaks is a failure', async () => {
    const { telemetry, send, transport } = setUp();
    const answered = send(operations.stream);
    const scripted = (await transport.next()).stream(200);
    const error = new NetworkError('ConnectionFailed', 'lost');
    scripted.fail(error);
    await rejection((await answered).body.bytes(10));
    expect(telemetry.spans[0]).toMatchObject({ ended: true, error });
    expect(telemetry.counts.map(([name]) => name)).toContain('azure_files_errors_total');
  });

  it('names the action of a lease and never its id', async () => {
    const { telemetry, send, transport } = setUp();
    const headers = HttpHeaders.of({ 'x-ms-lease-action': 'acquire', 'x-ms-proposed-lease-id': 'secret-id' });
    const answered = send(operations.lease, {}, { method: 'PUT', headers });
    (await transport.next()).answer(201, { 'x-ms-lease-id': 'secret-id' });
    await answered;
    expect(telemetry.spans[0]).toMatchObject({
      name: 'azure_files.lease',
      attributes: { action: 'acquire' },
    });
    const everything = [telemetry.spans, telemetry.logs, telemetry.counts, telemetry.records];
    expect(JSON.stringify(everything, (key, value) => (key === 'parent' ? undefined : value))).not.toContain(
      'secret-id',
    );
  });
});

describe('telemetry of a failure', () => {
  const gone = (code: string, status: number) => () => new AzureStorageError(code, 'm', { status });

  it.each([404, 409])('of status %d is no error of a span', async (status) => {
    const { telemetry, send, transport } = setUp({}, { mapFailure: gone('FileNotFound', status) });
    const failed = rejection(send(operations.properties));
    (await transport.next()).refuse(status, 'Code');
    await failed;
    expect(telemetry.spans.map(({ error, ended }) => [error, ended])).toEqual([
      [undefined, true],
      [undefined, true],
    ]);
    expect(telemetry.counts).toContainEqual([
      'azure_files_errors_total',
      1,
      { operation: 'properties', error_type: 'FileNotFound' },
    ]);
  });

  it.each([
    ['error', 403, 'AuthorizationFailure', undefined],
    ['error', 500, 'InternalError', undefined],
    ['info', 404, 'ResourceNotFound', gone('FileNotFound', 404)],
    ['warn', 409, 'LeaseAlreadyPresent', () => new LeaseError('LeaseAlreadyPresent', 'm', { status: 409 })],
    ['warn', 409, 'SharingViolation', gone('FileLocked', 409)],
  ])('is logged as %s for %d %s', async (level, status, code, mapFailure) => {
    const { telemetry, send, transport } = setUp(
      { retryConfig: { maxAttempts: 1 } },
      mapFailure ? { mapFailure } : {},
    );
    const failed = rejection(send(operations.properties));
    (await transport.next()).refuse(status, code);
    await failed;
    expect(telemetry.logs.filter(([, message]) => message === 'azure_files operation failed')).toMatchObject([
      [level, 'azure_files operation failed', { operation: 'GetFileProperties', status, share: 'data' }],
    ]);
  });

  it('that the caller wanted is no error', async () => {
    const { telemetry, send, transport } = setUp();
    const controller = new AbortController();
    const failed = rejection(send(operations.read, { signal: controller.signal }));
    await transport.next();
    controller.abort(new Error('enough'));
    await failed;
    expect(telemetry.spans[0]).toMatchObject({
      ended: true,
      error: undefined,
      attributes: { error_type: 'Aborted' },
    });
    expect(telemetry.counts.map(([name]) => name)).not.toContain('azure_files_errors_total');
    expect(telemetry.logs.at(-1)?.[0]).toBe('info');
  });
});

describe('the log', () => {
  it('tells of requests, ranges, retries and ends, each at its level', async () => {
    const { telemetry, send, transport, clock } = setUp();
    const answered = send(operations.read, {}, { headers: HttpHeaders.of({ Range: 'bytes=0-1' }) });
    (await transport.next()).refuse(503, 'ServerBusy');
    await clock.advance(1000);
    (await transport.next()).answer(206, {}, 'ab');
    await answered;
    expect(telemetry.logs.map(([level, message]) => `${level}: ${message}`)).toEqual([
      'debug: azure_files request',
      'warn: azure_files retry',
      'debug: azure_files request',
      'debug: azure_files response',
      'trace: azure_files range',
      'info: azure_files operation completed',
    ]);
    expect(telemetry.logs[1]?.[2]).toMatchObject({ error_type: 'ServerBusy', delay_ms: 1000, share: 'data' });
  });

  it('tells of a circuit that opens and closes', async () => {
    const { telemetry, send, transport, clock } = setUp({
      retryConfig: { maxAttempts: 1 },
      circuitBreakerConfig: { failureThreshold: 1, successThreshold: 1 },
    });
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(500, 'InternalError');
    await failed;
    await clock.advance(30_000);
    const answered = send(operations.read);
    (await transport.next()).answer(200);
    await answered;
    const circuit = telemetry.logs.filter(([, message]) => message.includes('circuit'));
    expect(circuit.map(([level, message]) => `${level}: ${message}`)).toEqual([
      'warn: azure_files circuit open',
      'warn: azure_files circuit halfOpen',
      'warn: azure_files circuit closed',
    ]);
  });

  it('does not count what an open circuit refuses as an attempt', async () => {
    const { telemetry, send, transport } = setUp({
      retryConfig: { maxAttempts: 1 },
      circuitBreakerConfig: { failureThreshold: 1 },
    });
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(500, 'InternalError');
    await failed;
    await rejection(send(operations.read));
    expect(telemetry.spans.map(({ name }) => name)).toEqual([
      'azure_files.read',
      'azure_files.attempt',
      'azure_files.read',
    ]);
  });
});

describe('telemetry that throws', () => {
  const bad = () => {
    throw new Error('telemetry is broken');
  };

  it.each([
    ['everywhere', { startSpan: bad, count: bad, record: bad, log: bad }],
    ['in its spans', { startSpan: () => ({ setAttributes: bad, end: bad }) }],
    ['nowhere, being empty', {}],
  ])('%s breaks no call', async (_name, telemetry) => {
    const { send, transport, clock } = testPipeline({ telemetry: telemetry as never });
    const attributesOf = bad as never;
    const answered = send(operations.read, { attributesOf });
    (await transport.next()).refuse(503, 'ServerBusy');
    await clock.advance(1000);
    (await transport.next()).answer(200, {}, 'x');
    expect((await answered).status).toBe(200);
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(403, 'AuthorizationFailure');
    expect(await failed).toMatchObject({ code: 'AuthorizationFailure' });
  });
});
