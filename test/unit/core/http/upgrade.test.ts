import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { createNodeTransport } from '../../../../src/core/http/node-transport.js';
import { newCall } from '../../../support/new-call.js';
import { netServer } from '../../../support/raw-server.js';

describe('createNodeTransport', () => {
  it('gives a change of protocol that nobody asked for as the answer that it is', async () => {
    await using server = await netServer((socket) => {
      const answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\nhello';
      socket.once('data', () => socket.write(answer));
    });
    const transport = createNodeTransport();
    const request = { method: 'GET', origin: server.origin, target: '/', headers: new HttpHeaders() };
    const call = newCall();
    const { status, body } = await transport.send(request, call);
    expect(status).toBe(101);
    expect(await body.bytes(100)).toHaveLength(0);
    await server.allClosed();
    expect(call.cancellation.listenerCount).toBe(0);
    await transport.close?.();
  }, 2_000);
});
