import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/core/clock.js';
import { PlainAgent } from '../../../../src/core/http/agents.js';

describe('a Node whose parser does not listen to its sockets', () => {
  it('costs one connection, and is then left to read by itself', async () => {
    const server = createServer((_request, response) => response.end('x'.repeat(200_000)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const agent = new PlainAgent({
      maxSockets: 4,
      connectTimeoutMs: 10_000,
      ca: undefined,
      clock: systemClock,
    });
    const get = () => request({ host: '127.0.0.1', port, agent }).end();
    const broken = get();
    const [socket] = (await once(broken, 'socket')) as [Socket];
    socket.removeAllListeners('data');
    const [error] = await once(broken, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    const [answer] = await once(get(), 'response');
    let length = 0;
    for await (const piece of answer) length += piece.length;
    expect(length).toBe(200_000);
    agent.destroy();
    server.close();
  });
});
