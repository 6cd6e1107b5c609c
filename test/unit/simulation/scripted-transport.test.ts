import { describe, expect, it } from 'vitest';
import { type Call, Cancellation, type Operation } from '../../../src/core/call.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import type { HttpRequest } from '../../../src/core/http/message.js';
import { ScriptedTransport } from '../../../src/simulation/scripted-transport.js';

const operation: Operation = {
  name: 'GetFile',
  verb: 'read',
  idempotent: true,
  success: [200],
  timeout: 'smallRead',
  answer: 'stream',
};

function newCall(): Call & { readonly cancellation: Cancellation } {
  return {
    operation,
    resource: {},
    cancellation: new Cancellation(),
    deadlineAt: Number.POSITIVE_INFINITY,
    attempt: 1,
    timeoutMs: undefined,
    idempotent: true,
    maxAttempts: undefined,
  };
}

const request: HttpRequest = {
  method: 'GET',
  origin: 'http://127.0.0.1:1',
  target: '/a/s/f?comp=list&prefix=a%20b',
  headers: new HttpHeaders(),
};

describe('ScriptedTransport', () => {
  it('hands out requests in order and answers them', async () => {
    const transport = new ScriptedTransport();
    const answer = transport.send(request, newCall());
    const exchange = await transport.next();
    expect(exchange.request).toBe(request);
    expect(exchange.query('prefix')).toBe('a b');
    expect(exchange.query('none')).toBeUndefined();
    exchange.answer(200, { ETag: '"1"' }, 'hello');
    const response = await answer;
    expect(response.headers.get('etag')).toBe('"1"');
    expect(Buffer.from(await response.body.bytes(10)).toString()).toBe('hello');
    expect(transport.received).toBe(1);
    expect(await transport.untaken()).toBe(0);
  });

  it('lets a test wait before the request comes', async () => {
    const transport = new ScriptedTransport();
    const next = transport.next();
    const answer = transport.send(request, newCall());
    (await next).refuse(404, 'ResourceNotFound');
    const response = await answer;
    expect(response.headers.get('x-ms-error-code')).toBe('ResourceNotFound');
    expect(Buffer.from(await response.body.bytes(1000)).toString()).toContain(
      '<Code>ResourceNotFound</Code>',
    );
  });

  it('leaves an unanswered request hanging until its call is cancelled', async () => {
    const transport = new ScriptedTransport();
    const call = newCall();
    const answer = transport.send(request, call);
    const exchange = await transport.next();
    expect(exchange.cancelled).toBe(false);
    call.cancellation.cancel(new Error('given up'));
    await expect(answer).rejects.toThrow('given up');
    expect(exchange.cancelled).toBe(true);
  });

  it('streams a body and tells when it was discarded', async () => {
    const transport = new ScriptedTransport();
    const call = newCall();
    const answer = transport.send(request, call);
    const body = (await transport.next()).stream(200);
    body.send('ab');
    const reader = (await answer).body[Symbol.asyncIterator]();
    expect(Buffer.from((await reader.next()).value as Uint8Array).toString()).toBe('ab');
    expect(body.discarded).toBe(false);
    await reader.return?.();
    expect(body.discarded).toBe(true);
    expect(call.cancellation.listenerCount).toBe(0);
  });

  it('breaks a body off after what was sent', async () => {
    const transport = new ScriptedTransport();
    const answer = transport.send(request, newCall());
    const body = (await transport.next()).stream(200);
    body.send('ab');
    body.fail(new Error('reset'));
    await expect((await answer).body.bytes(10)).rejects.toThrow('reset');
  });

  it('refuses a body that is longer than the reader allows', async () => {
    const transport = new ScriptedTransport();
    const answer = transport.send(request, newCall());
    const body = (await transport.next()).stream(200);
    body.send('abcdef');
    body.end();
    await expect((await answer).body.bytes(5)).rejects.toThrow('longer than the 5 bytes');
  });
});
