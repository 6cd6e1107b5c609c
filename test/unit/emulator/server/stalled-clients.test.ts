import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../../src/core/clock.js';
import { createEngine } from '../../../../src/emulator/engine/engine.js';
import { wellKnownAccount } from '../../../../src/emulator/index.js';
import { startServer } from '../../../../src/emulator/server/lifecycle.js';
import { MemoryStore } from '../../../../src/emulator/store/memory-store.js';
import { rawExchange, signedRequest } from '../../../support/raw-exchange.js';

/* Clients that send nothing, or little by little: each is given up after its time, and the others are served. */

// Short, but not so short that a busy machine makes a client that does not stall look like one that does.
const limits = {
  headersTimeout: 600,
  requestTimeout: 1_000,
  keepAliveTimeout: 600,
  connectionsCheckingInterval: 20,
  maxHeaderSize: 16 * 1024,
};

async function startImpatient() {
  const { name, keys } = wellKnownAccount;
  const failures: unknown[] = [];
  const engine = createEngine({
    store: new MemoryStore(),
    clock: systemClock,
    accounts: new Map([[name, keys]]),
    settings: { shareDeletionMs: 0, strictApiVersion: false },
    onFailure: (error) => failures.push(error),
  });
  engine.createShares(name, ['share']);
  const server = await startServer(engine, {
    host: '127.0.0.1',
    port: 0,
    portOption: 'port',
    tls: undefined,
    limits,
  });
  onTestFinished(async () => {
    await server.stop();
    expect(failures).toEqual([]);
  });
  const send = (pieces: readonly string[], ending: 'wait' | 'finish' = 'wait') =>
    rawExchange(server.origin, pieces, { ending });
  const type = { 'x-ms-type': 'file', 'x-ms-content-length': '4' };
  await send([signedRequest({ method: 'PUT', target: '/share/f', headers: type })], 'finish');
  return { origin: server.origin, send };
}

const get = signedRequest({ target: '/share/f' });
const put = signedRequest({
  method: 'PUT',
  target: '/share/f?comp=range',
  headers: { 'x-ms-write': 'update', 'x-ms-range': 'bytes=0-3' },
  body: 'abcd',
});

describe('a client that stalls', () => {
  it.each([
    ['nothing', ''],
    ['one byte', 'G'],
    ['half a line', get.slice(0, 20)],
    ['half a head', get.slice(0, get.length / 2)],
    ['all of a head but its end', get.slice(0, -1)],
  ])('after %s is given up', async (_name, text) => {
    const { send } = await startImpatient();
    const answers = await send([text]);
    expect(answers.map(({ status }) => status)).toEqual([408]);
  });

  it.each([0, 1, 3])('after %i bytes of a body is given up, and nothing is written', async (bytes) => {
    const { send } = await startImpatient();
    const bodyAt = put.indexOf('\r\n\r\n') + 4;
    const [answer] = await send([put.slice(0, bodyAt + bytes)]);
    expect([408, undefined]).toContain(answer?.status);
    expect((await send([get], 'finish'))[0]).toMatchObject({ status: 200, body: '\0\0\0\0' });
  });

  it('between two requests is given up', async () => {
    const { send } = await startImpatient();
    expect((await send([get])).map(({ status }) => status)).toEqual([200]);
  });

  it('byte by byte is given up, and others are served meanwhile', async () => {
    const { origin, send } = await startImpatient();
    const { hostname, port } = new URL(origin);
    const drip = connect({ host: hostname, port: Number(port), noDelay: true });
    drip.on('error', () => {});
    let sent = 0;
    const dripping = new AbortController();
    const closed = new Promise<void>((resolve) => drip.on('close', () => resolve()));
    void closed.then(() => dripping.abort());
    const next = (): void => {
      if (dripping.signal.aborted || sent >= get.length) return;
      drip.write(get.charAt(sent));
      sent += 1;
      systemClock.timer(5, next);
    };
    next();
    drip.resume();
    expect((await send([put], 'finish'))[0]?.status).toBe(201);
    await closed;
    expect(sent).toBeGreaterThan(1);
    expect(sent).toBeLessThan(get.length);
    expect((await send([get], 'finish'))[0]).toMatchObject({ status: 200, body: 'abcd' });
  });

  it('a hundred times at once does not keep others waiting', async () => {
    const { send } = await startImpatient();
    const stalled = Array.from({ length: 100 }, (_, index) => send([put.slice(0, 30 + index)]));
    expect((await send([get], 'finish'))[0]?.status).toBe(200);
    for (const answers of await Promise.all(stalled))
      expect(answers.map(({ status }) => status)).toEqual([408]);
  });
});
