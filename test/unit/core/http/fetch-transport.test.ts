import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createFetchTransport } from '../../../../src/core/http/fetch-transport.js';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { newCall } from '../../../support/new-call.js';
import { httpServer } from '../../../support/raw-server.js';
import { rejection } from '../../../support/rejection.js';

const request = { method: 'GET', origin: 'http://127.0.0.1:1', target: '/s/f', headers: new HttpHeaders() };

describe('createFetchTransport', () => {
  it('refuses a body that fetch would not give as it is stored', async () => {
    await using server = await httpServer((_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('stored compressed'));
    });
    const call = newCall();
    const transport = createFetchTransport();
    const error = await rejection(transport.send({ ...request, origin: server.origin }, call));
    expect(error).toMatchObject({
      code: 'UnexpectedAnswer',
      message: expect.stringContaining('Content-Encoding gzip'),
    });
    expect(call.cancellation.listenerCount).toBe(0);
  });

  it('tells the properties of a file that is stored compressed', async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '100' });
      response.end();
    });
    const head = { ...request, origin: server.origin, method: 'HEAD' };
    const response = await createFetchTransport().send(head, newCall());
    expect(response.headers.get('content-encoding')).toBe('gzip');
  });

  it('uses the fetch it is given, and never follows a redirect', async () => {
    const seen: unknown[] = [];
    const transport = createFetchTransport({
      fetch: async (url, init) => {
        seen.push(url, init?.method, init?.redirect);
        return new Response('x', { status: 200, headers: { 'content-length': '1' } });
      },
    });
    const { body } = await transport.send(request, newCall());
    expect(await body.bytes(1)).toHaveLength(1);
    expect(seen).toEqual(['http://127.0.0.1:1/s/f', 'GET', 'manual']);
  });

  it('notices a body that is shorter than it was said to be, whatever the runtime does', async () => {
    const transport = createFetchTransport({
      fetch: async () => new Response('abc', { headers: { 'content-length': '10' } }),
    });
    const { body } = await transport.send(request, newCall());
    expect(await rejection(body.bytes(10))).toMatchObject({
      code: 'ConnectionFailed',
      message: expect.stringContaining('the body ended after 3 of 10 bytes'),
    });
  });
});
