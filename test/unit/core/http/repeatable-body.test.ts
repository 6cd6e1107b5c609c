import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import type { RepeatableBody } from '../../../../src/core/http/message.js';
import { createNodeTransport } from '../../../../src/core/http/node-transport.js';
import { newCall } from '../../../support/new-call.js';
import { patterned } from '../../../support/patterned.js';
import { httpServer, netServer, type TestServer } from '../../../support/raw-server.js';
import { rejection } from '../../../support/rejection.js';

const data = patterned(1_000_000);

/** Gives the bytes in pieces whose memory is used again. */
function lending(bytes: Uint8Array, options: { failAt?: number } = {}) {
  const state = { begun: 0, given: 0 };
  const lent = Buffer.alloc(64 * 1024);
  const body: RepeatableBody = {
    length: bytes.length,
    async *[Symbol.asyncIterator]() {
      state.begun += 1;
      for (let at = 0; at < bytes.length; at += lent.length) {
        if (at >= (options.failAt ?? bytes.length)) throw new Error('the disk is gone');
        const length = Buffer.from(bytes.buffer, bytes.byteOffset).copy(lent, 0, at, bytes.length);
        state.given += length;
        yield lent.subarray(0, length);
        lent.fill(0xff);
      }
    },
  };
  return { body, state };
}

function put(server: TestServer, body: RepeatableBody, call = newCall()) {
  const transport = createNodeTransport();
  const request = { method: 'PUT', origin: server.origin, target: '/', headers: new HttpHeaders(), body };
  return { call, answer: transport.send(request, call), close: () => transport.close?.() };
}

describe('a body that is read while it is sent', () => {
  it('arrives whole with its length, and again when it is sent again', async () => {
    const received: Buffer[] = [];
    await using server = await httpServer(async (request, response) => {
      expect(request.headers['content-length']).toBe(String(data.length));
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      received.push(Buffer.concat(pieces));
      response.writeHead(201).end();
    });
    const { body, state } = lending(data);
    for (let turn = 0; turn < 2; turn++) {
      const { answer, close } = put(server, body);
      expect((await answer).status).toBe(201);
      await close();
    }
    expect(received.map((bytes) => Buffer.compare(bytes, data))).toEqual([0, 0]);
    expect(state.begun).toBe(2);
  });

  it('is read no further than the server takes it', async () => {
    const huge = { ...lending(new Uint8Array(200_000_000)) };
    await using server = await netServer((socket) => void socket.pause());
    const { call, answer, close } = put(server, huge.body);
    let before = -1;
    while (huge.state.given > before) {
      before = huge.state.given;
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(huge.state.given).toBeLessThan(100_000_000);
    const reason = new Error('enough');
    call.cancellation.cancel(reason);
    expect(await rejection(answer)).toBe(reason);
    await close();
  });

  it('that cannot be read ends the request with that error, and closes the connection', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    await using server = await httpServer((request) => {
      closed = once(request.resume(), 'close');
    });
    const { answer, close } = put(server, lending(data, { failAt: 500_000 }).body);
    expect(await rejection(answer)).toMatchObject({ message: 'the disk is gone' });
    await closed;
    await close();
  });

  it('may be answered before it has been sent', async () => {
    await using server = await httpServer((request, response) => {
      response.writeHead(412, { Connection: 'close' }).end();
      request.resume();
    });
    const { answer, close } = put(server, lending(data).body);
    expect((await answer).status).toBe(412);
    await close();
  });
});
