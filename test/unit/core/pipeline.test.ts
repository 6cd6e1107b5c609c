import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/core/call.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import { type ClientOptions, resolveClientOptions } from '../../../src/core/options.js';
import { createPipeline } from '../../../src/core/pipeline.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { accountKey, operations, testPipeline } from '../../support/core-pipeline.js';
import { patterned } from '../../support/patterned.js';
import { httpServer, type TestServer } from '../../support/raw-server.js';
import { rejection } from '../../support/rejection.js';
import { WatchedController } from '../../support/watched-signal.js';

/** A pipeline over real sockets. */
function overSockets(server: TestServer, options: ClientOptions = {}) {
  const resolved = resolveClientOptions(
    'file',
    {
      endpoint: `${server.origin}/acct`,
      credentials: { type: 'shared_key', key: accountKey },
      retryConfig: { maxAttempts: 1 },
      ...options,
    },
    {},
  );
  const pipeline = createPipeline(resolved, { name: 'azure_files', mapFailure: () => undefined });
  return {
    pipeline,
    send: (operation: Operation, signal?: AbortSignal) =>
      pipeline.send(
        { method: 'GET', target: '/acct/s/f', headers: new HttpHeaders() },
        { operation, resource: { share: 's', path: 'f' }, signal },
      ),
  };
}

const large: Operation = { ...operations.read, timeout: 'largeRead' };

describe('a pipeline over sockets', () => {
  it.each([
    ['that is buffered', operations.read],
    ['that is buffered and watched', large],
    ['that is streamed', operations.stream],
  ])('gives a whole body %s', async (_name, operation) => {
    const content = patterned(300_000);
    await using server = await httpServer((_request, response) => {
      response.setHeader('content-length', content.length);
      response.end(content);
    });
    const { pipeline, send } = overSockets(server);
    const { body } = await send(operation);
    expect(Buffer.compare(await body.bytes(300_000), content)).toBe(0);
    await pipeline.close();
    await server.allClosed();
  });

  it('ends a body that is buffered and goes silent, and closes its connection', async () => {
    const clock = new ManualClock();
    let began: (() => void) | undefined;
    const begun = new Promise<void>((done) => {
      began = done;
    });
    await using server = await httpServer((_request, response) => {
      response.setHeader('content-length', '10');
      response.write('abc', () => began?.());
    });
    const { send } = overSockets(server, { clock });
    const failed = rejection(send(large));
    await begun;
    while (clock.timerCount < 2) await clock.advance(0);
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ code: 'Timeout', phase: 'idle' });
    await server.allClosed();
    expect(clock.timerCount).toBe(0);
  });

  it('fails for a body that is buffered and ends early', async () => {
    await using server = await httpServer((_request, response) => {
      response.setHeader('content-length', '10');
      response.write('abc', () => response.destroy());
    });
    expect(await rejection(overSockets(server).send(large))).toMatchObject({
      code: 'ConnectionFailed',
      attempts: 1,
    });
  });

  it('closes the connection when the caller gives up, and keeps no listener', async () => {
    const controller = new WatchedController();
    const reason = new Error('enough');
    await using server = await httpServer(() => controller.abort(reason));
    expect(await rejection(overSockets(server).send(operations.read, controller.signal))).toBe(reason);
    await server.allClosed();
    expect(controller.listeners).toBe(0);
  });

  it('follows no redirect', async () => {
    let requests = 0;
    await using server = await httpServer((_request, response) => {
      requests += 1;
      response.writeHead(307, { location: '/acct/s/other' });
      response.end();
    });
    expect(await rejection(overSockets(server).send(operations.read))).toMatchObject({
      code: 'UnexpectedAnswer',
    });
    expect(requests).toBe(1);
  });

  it('cannot be used once it is closed', async () => {
    await using server = await httpServer((_request, response) => response.end());
    const { pipeline, send } = overSockets(server);
    await pipeline.close();
    expect(await rejection(send(operations.read))).toMatchObject({ message: 'the client is closed' });
  });
});

describe('a pipeline', () => {
  it('leaves a transport alone that it was given', async () => {
    const { pipeline, transport } = testPipeline();
    await pipeline.close();
    expect(transport.closed).toBe(false);
  });

  it('tells where it sends and what it was made with', () => {
    const { pipeline, clock } = testPipeline({ rangeSize: 1024 });
    expect(pipeline.endpoint).toEqual({
      origin: 'https://acct.file.core.windows.net',
      basePath: '',
      accountName: 'acct',
    });
    expect(pipeline.options).toMatchObject({ rangeSize: 1024, clock });
  });

  it('keeps many calls of one signal apart, and tells all of them', async () => {
    const { send, transport } = testPipeline();
    const controller = new WatchedController();
    const calls = Array.from({ length: 50 }, () => send(operations.read, { signal: controller.signal }));
    const ends = calls.map((call) => call.then(() => 'answered', String));
    for (let i = 0; i < 10; i += 1) (await transport.next()).answer(200);
    await Promise.all(calls.slice(0, 10));
    expect(controller.listeners).toBe(40);
    controller.abort('enough');
    expect(await Promise.all(ends)).toEqual([...Array(10).fill('answered'), ...Array(40).fill('enough')]);
    expect(controller.listeners).toBe(0);
  });
});
