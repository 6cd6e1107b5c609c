import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../../src/core/errors.js';
import { ManualClock, settle } from '../../../../src/simulation/manual-clock.js';
import { operations, testPipeline } from '../../../support/core-pipeline.js';
import { rejection } from '../../../support/rejection.js';
import { WatchedController } from '../../../support/watched-signal.js';

const once = { retryConfig: { maxAttempts: 1 } };

async function collect(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const part of body) text += Buffer.from(part).toString();
  return text;
}

describe('the time limit of an attempt', () => {
  it.each([
    ['smallRead', 30_000],
    ['largeRead', 300_000],
    ['write', 300_000],
    ['directory', 30_000],
    ['lease', 10_000],
  ] as const)('of the class %s is %d ms', async (timeout, limit) => {
    const { send, transport, clock } = testPipeline(once);
    const failed = rejection(send({ ...operations.read, timeout }));
    const exchange = await transport.next();
    await clock.advance(limit - 1);
    expect(exchange.cancelled).toBe(false);
    await clock.advance(1);
    expect(await failed).toMatchObject({
      name: 'NetworkError',
      code: 'Timeout',
      phase: 'attempt',
      retryable: true,
      message: expect.stringContaining(`(${limit} ms); GET https://acct.file.core.windows.net/data/file.txt`),
    });
    expect(exchange.cancelled).toBe(true);
    expect(clock.timerCount).toBe(0);
  });

  it('is that of the client, or of the call where that says one', async () => {
    const { send, transport, clock } = testPipeline({ ...once, timeoutMs: 700 });
    const byClient = rejection(send(operations.read));
    const byCall = rejection(send(operations.read, { timeoutMs: 200 }));
    await transport.next();
    await transport.next();
    await clock.advance(200);
    expect(await byCall).toMatchObject({ phase: 'attempt' });
    await clock.advance(500);
    expect(await byClient).toMatchObject({ phase: 'attempt' });
  });

  it('leaves time for further attempts', async () => {
    const { send, transport, clock } = testPipeline({ timeoutMs: 1000 });
    const answered = send(operations.read);
    await transport.next();
    await clock.advance(1000);
    await clock.advance(1000);
    (await transport.next()).answer(200);
    expect((await answered).status).toBe(200);
    expect(clock.timerCount).toBe(0);
  });

  it('covers the body of an answer that is buffered', async () => {
    const { send, transport, clock } = testPipeline({ ...once, timeoutMs: 1000 });
    const failed = rejection(send(operations.read));
    const body = (await transport.next()).stream(200);
    body.send('a');
    await clock.advance(1000);
    expect(await failed).toMatchObject({ code: 'Timeout', phase: 'attempt' });
    expect(body.discarded).toBe(true);
  });

  it('covers the body of a refusal', async () => {
    const { send, transport, clock } = testPipeline({ ...once, timeoutMs: 1000 });
    const failed = rejection(send(operations.stream));
    (await transport.next()).stream(500, { 'x-ms-error-code': 'InternalError' }).send('<Err');
    await clock.advance(1000);
    expect(await failed).toMatchObject({ code: 'Timeout', phase: 'attempt' });
    expect(clock.timerCount).toBe(0);
  });

  it('does not cover the body of an answer that is streamed', async () => {
    const { send, transport, clock } = testPipeline({ ...once, timeoutMs: 1000, idleTimeoutMs: 5000 });
    const answered = send(operations.stream);
    const body = (await transport.next()).stream(200);
    const text = collect((await answered).body);
    await clock.advance(3000);
    body.send('late');
    body.end();
    expect(await text).toBe('late');
  });

  it('ends the wait even for a transport that is deaf, and drops what comes too late', async () => {
    let discarded = false;
    let answer: (() => void) | undefined;
    const body = {
      buffered: undefined,
      bytes: () => new Promise<Uint8Array>(() => {}),
      discard: () => {
        discarded = true;
      },
      async *[Symbol.asyncIterator]() {},
    };
    const { HttpHeaders } = await import('../../../../src/core/http/headers.js');
    const clock = new ManualClock();
    const deaf = {
      send: () =>
        new Promise<never>((resolve) => {
          answer = () => resolve({ status: 200, headers: new HttpHeaders(), body } as never);
        }),
    };
    const { send } = testPipeline({ ...once, transport: deaf, clock });
    const failed = rejection(send(operations.stream, { timeoutMs: 1000 }));
    await clock.advance(1000);
    expect(await failed).toMatchObject({ code: 'Timeout' });
    answer?.();
    await settle();
    expect(discarded).toBe(true);
    expect(clock.timerCount).toBe(0);
  });
});

describe('the time limit of the whole operation', () => {
  it('cuts the last attempt short, and tells what went before', async () => {
    const { send, transport, clock } = testPipeline({ totalTimeoutMs: 5000 });
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(500, 'InternalError');
    await clock.advance(1000);
    await transport.next();
    await clock.advance(4000);
    expect(await failed).toMatchObject({
      code: 'Timeout',
      phase: 'total',
      attempts: 2,
      retriesExhausted: true,
      message: expect.stringContaining('whole operation (5000 ms)'),
      cause: expect.objectContaining({ code: 'InternalError' }),
    });
    expect(clock.timerCount).toBe(0);
  });

  it('is that of the call where it says one', async () => {
    const { send, transport, clock } = testPipeline();
    const failed = rejection(send(operations.read, { totalTimeoutMs: 50 }));
    await transport.next();
    await clock.advance(50);
    expect(await failed).toMatchObject({ phase: 'total', message: expect.stringContaining('(50 ms)') });
  });

  it('lets no wait begin that it would end', async () => {
    const { send, transport } = testPipeline({ totalTimeoutMs: 1000 });
    const failed = rejection(send(operations.read));
    (await transport.next()).refuse(503, 'ServerBusy');
    expect(await failed).toMatchObject({ code: 'ServerBusy', attempts: 1, retriesExhausted: true });
  });

  it('leaves room for three attempts that take their full time', async () => {
    const { send, transport, clock } = testPipeline();
    const failed = rejection(send(operations.write, {}, { method: 'PUT' }));
    for (let i = 0; i < 3; i += 1) {
      await transport.next();
      await clock.advance(300_000);
      await clock.advance(1000);
    }
    expect(await failed).toMatchObject({ code: 'Timeout', phase: 'attempt', attempts: 3 });
  });
});

describe('the idle time limit', () => {
  const idle = { ...once, idleTimeoutMs: 1000 };

  it('ends a stream that is silent', async () => {
    const { send, transport, clock } = testPipeline(idle);
    const answered = send(operations.stream);
    const body = (await transport.next()).stream(200);
    const failed = rejection(collect((await answered).body));
    await clock.advance(999);
    body.send('a');
    await clock.advance(999);
    body.send('b');
    await clock.advance(1000);
    expect(await failed).toMatchObject({ code: 'Timeout', phase: 'idle', retryable: true });
    expect(clock.timerCount).toBe(0);
  });

  it('does not count while the reader takes its time', async () => {
    const { send, transport, clock } = testPipeline(idle);
    const answered = send(operations.stream);
    const body = (await transport.next()).stream(200);
    body.send('a');
    const reader = (await answered).body[Symbol.asyncIterator]();
    await reader.next();
    await clock.advance(60_000);
    body.send('b');
    body.end();
    expect((await reader.next()).done).toBe(false);
    expect((await reader.next()).done).toBe(true);
    expect(clock.timerCount).toBe(0);
  });

  it('ends a body that is buffered, and lets it be retried', async () => {
    const { send, transport, clock } = testPipeline({ idleTimeoutMs: 1000 });
    const answered = send({ ...operations.read, timeout: 'largeRead' });
    const body = (await transport.next()).stream(200);
    body.send('a');
    await clock.advance(999);
    body.send('b');
    await clock.advance(1000);
    await clock.advance(1000);
    (await transport.next()).answer(200, {}, 'whole');
    expect(Buffer.from(await (await answered).body.bytes(9)).toString()).toBe('whole');
    expect(clock.timerCount).toBe(0);
  });

  it('ends a streamed body that is read whole', async () => {
    const { send, transport, clock } = testPipeline(idle);
    const answered = send(operations.stream);
    (await transport.next()).stream(200).send('a');
    const failed = rejection((await answered).body.bytes(100));
    await clock.advance(1000);
    expect(await failed).toMatchObject({ phase: 'idle' });
  });

  it('can be switched off', async () => {
    const { send, transport, clock } = testPipeline({ ...once, idleTimeoutMs: Number.POSITIVE_INFINITY });
    const answered = send(operations.stream);
    const body = (await transport.next()).stream(200);
    const text = collect((await answered).body);
    await clock.advance(10_000_000);
    body.send('patience');
    body.end();
    expect(await text).toBe('patience');
  });
});

describe('the signal of the caller', () => {
  it('ends a call before it begins', async () => {
    const { send, transport } = testPipeline();
    const reason = new Error('before');
    expect(await rejection(send(operations.read, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(transport.received).toBe(0);
  });

  it('ends an attempt, and leaves no listener and no timer', async () => {
    const { send, transport, clock } = testPipeline();
    const controller = new WatchedController();
    const failed = rejection(send(operations.read, { signal: controller.signal }));
    const exchange = await transport.next();
    expect(controller.listeners).toBe(1);
    const reason = { not: 'even an error' };
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(exchange.cancelled).toBe(true);
    expect([clock.timerCount, controller.listeners, await transport.untaken()]).toEqual([0, 0, 0]);
  });

  it.each(['success', 'failure'])('is let go after a %s', async (end) => {
    const { send, transport, clock } = testPipeline(once);
    const controller = new WatchedController();
    const call = send(operations.read, { signal: controller.signal }).catch(() => {});
    const exchange = await transport.next();
    if (end === 'success') exchange.answer(200, {}, 'x');
    else exchange.refuse(500, 'InternalError');
    await call;
    expect([clock.timerCount, controller.listeners]).toEqual([0, 0]);
    expect(exchange.call.cancellation.listenerCount).toBe(0);
  });

  it('stays linked to a stream until it is read', async () => {
    const { send, transport } = testPipeline();
    const controller = new WatchedController();
    const answered = send(operations.stream, { signal: controller.signal });
    const exchange = await transport.next();
    const body = exchange.stream(200);
    const text = collect((await answered).body);
    expect(controller.listeners).toBe(1);
    body.send('all');
    body.end();
    expect(await text).toBe('all');
    expect([controller.listeners, exchange.call.cancellation.listenerCount]).toEqual([0, 0]);
  });

  it('ends a stream in the middle', async () => {
    const { send, transport, clock } = testPipeline();
    const controller = new WatchedController();
    const answered = send(operations.stream, { signal: controller.signal });
    const exchange = await transport.next();
    const body = exchange.stream(200);
    body.send('a');
    const failed = rejection(collect((await answered).body));
    await settle();
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect([clock.timerCount, controller.listeners, exchange.call.cancellation.listenerCount]).toEqual([
      0, 0, 0,
    ]);
    expect(exchange.cancelled).toBe(true);
  });

  it.each([
    ['discarded', (body: { discard(): void }) => body.discard()],
    [
      'left in the middle',
      async (body: AsyncIterable<Uint8Array>) => {
        for await (const _part of body) break;
      },
    ],
  ] as const)('is let go when a stream is %s', async (_name, leave) => {
    const { send, transport, clock } = testPipeline();
    const controller = new WatchedController();
    const answered = send(operations.stream, { signal: controller.signal });
    const exchange = await transport.next();
    const scripted = exchange.stream(200);
    scripted.send('a');
    await leave((await answered).body as never);
    expect(scripted.discarded).toBe(true);
    expect([clock.timerCount, controller.listeners, exchange.call.cancellation.listenerCount]).toEqual([
      0, 0, 0,
    ]);
  });

  it('is let go when a stream breaks', async () => {
    const { send, transport, clock } = testPipeline();
    const controller = new WatchedController();
    const answered = send(operations.stream, { signal: controller.signal });
    const scripted = (await transport.next()).stream(200);
    const failed = rejection(collect((await answered).body));
    scripted.fail(new NetworkError('ConnectionFailed', 'lost', { retryable: true }));
    expect(await failed).toMatchObject({ code: 'ConnectionFailed' });
    expect([clock.timerCount, controller.listeners]).toEqual([0, 0]);
  });
});
