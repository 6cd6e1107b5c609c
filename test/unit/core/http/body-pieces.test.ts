import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { bufferedBody, readPieces } from '../../../../src/core/http/message.js';
import { createNodeTransport } from '../../../../src/core/http/node-transport.js';
import { newCall } from '../../../support/new-call.js';
import { patterned } from '../../../support/patterned.js';
import { httpServer } from '../../../support/raw-server.js';
import { rejection } from '../../../support/rejection.js';

const data = patterned(1_000_000);

/** The body of an answer over a socket. */
async function bodyFrom(origin: string) {
  const transport = createNodeTransport();
  const call = newCall();
  const request = { method: 'GET', origin, target: '/', headers: new HttpHeaders() };
  const { body } = await transport.send(request, call);
  return { body, call, close: () => transport.close?.() };
}

const whole = () => httpServer((_request, response) => response.end(data));

describe('a body that is handed out piece by piece', () => {
  it('comes whole and in order', async () => {
    await using server = await whole();
    const { body, close } = await bodyFrom(server.origin);
    const pieces: Uint8Array[] = [];
    await readPieces(body, (piece) => void pieces.push(Uint8Array.from(piece)));
    expect(Buffer.compare(Buffer.concat(pieces), data)).toBe(0);
    await close();
  });

  it('waits for a taker that takes its time', async () => {
    await using server = await whole();
    const { body, close } = await bodyFrom(server.origin);
    let taking = 0;
    let length = 0;
    await readPieces(body, async (piece) => {
      taking += 1;
      expect(taking).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      taking -= 1;
      length += piece.length;
    });
    expect(length).toBe(data.length);
    await close();
  });

  const failure = new Error('the disk is full');
  it.each<[string, () => Promise<void>]>([
    [
      'at once',
      () => {
        throw failure;
      },
    ],
    ['later', () => Promise.resolve().then(() => Promise.reject(failure))],
  ])('ends with what its taker throws %s, and closes the connection', async (_when, take) => {
    let onClosed = () => {};
    const closed = new Promise<void>((resolve) => (onClosed = resolve));
    await using server = await httpServer((_request, response) => {
      response.on('close', onClosed);
      response.write(data);
    });
    const { body, close } = await bodyFrom(server.origin);
    expect(await rejection(readPieces(body, take))).toBe(failure);
    await closed;
    await close();
  });

  it('fails when the connection is lost, but not before the last piece is taken', async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write(patterned(400));
      setImmediate(() => response.destroy());
    });
    const { body, close } = await bodyFrom(server.origin);
    let release = () => {};
    let failed: unknown;
    const reading = rejection(
      readPieces(body, () => new Promise<void>((resolve) => (release = resolve))),
    ).then((error) => {
      failed = error;
    });
    await server.allClosed();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(failed).toBeUndefined();
    release();
    await reading;
    expect(failed).toMatchObject({ name: 'NetworkError', code: 'ConnectionFailed', retryable: true });
    await close();
  });

  it('ends with the reason when it is cancelled', async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write(patterned(400));
    });
    const { body, call, close } = await bodyFrom(server.origin);
    const reason = new Error('enough');
    const reading = readPieces(body, () => call.cancellation.cancel(reason));
    expect(await rejection(reading)).toBe(reason);
    await server.allClosed();
    await close();
  });

  it('fails when it is read that was given up', async () => {
    await using server = await whole();
    const { body, close } = await bodyFrom(server.origin);
    body.discard();
    expect(await rejection(readPieces(body, () => {}))).toMatchObject({ code: 'ConnectionFailed' });
    await close();
  });

  it('may be in memory', async () => {
    const pieces: Uint8Array[] = [];
    await readPieces(bufferedBody(patterned(5)), (piece) => void pieces.push(Uint8Array.from(piece)));
    await readPieces(bufferedBody(), (piece) => void pieces.push(Uint8Array.from(piece)));
    expect(pieces).toEqual([patterned(5)]);
  });
});
