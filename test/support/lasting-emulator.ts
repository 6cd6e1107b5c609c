import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/index.js';
import {
  type RawAnswer,
  type RawRequest,
  type RawSending,
  rawExchange,
  signedRequest,
} from './raw-exchange.js';

/** What the file `f` of the share holds, before and after each test. */
export const content = '0123456789abcdef';

/** A seed for generated cases; `AZSTORE_TEST_SEED` repeats a run. */
export const seed = Number(process.env.AZSTORE_TEST_SEED ?? Date.now() % 2 ** 31);

/** Sends bytes and gives the answers. */
export type Send = (pieces: readonly (string | Uint8Array)[], how?: RawSending) => Promise<RawAnswer[]>;

/** An emulator for all tests of a file, which after each of them must still serve and hold what it held. */
export function lastingEmulator(): Send {
  const failures: unknown[] = [];
  let emulator: Emulator;
  const send: Send = (pieces, how) => rawExchange(emulator.filesEndpoint, pieces, how);
  beforeAll(async () => {
    const onFailure = (error: unknown) => failures.push(error);
    emulator = await startEmulator({ filesPort: 0, shares: ['share'], onFailure });
    const headers = { 'x-ms-type': 'file', 'x-ms-content-length': String(content.length) };
    for (const target of ['/share/f', '/share/g'])
      await send([signedRequest({ method: 'PUT', target, headers })]);
    expect(statuses(await send([signedRequest(putRange(content))]))).toEqual([201]);
  });
  afterEach(async () => {
    const [answer] = await send([signedRequest({ target: '/share/f' })]);
    expect([answer?.status, answer?.body]).toEqual([200, content]);
    expect(failures).toEqual([]);
  });
  afterAll(() => emulator.close());
  return send;
}

/** Put Range from the first byte of the file on. */
export function putRange(body: string): RawRequest {
  const headers = { 'x-ms-write': 'update', 'x-ms-range': `bytes=0-${body.length - 1}` };
  return { method: 'PUT', target: '/share/f?comp=range', headers, body };
}

export const statuses = (answers: readonly RawAnswer[]) => answers.map(({ status }) => status);

/** No answer at all, or answers that are no failures of the server. */
export function expectNoFailure(answers: readonly RawAnswer[]): void {
  for (const { status } of answers) {
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
  }
}

/** No answer at all, or refusals. */
export function expectRefused(answers: readonly RawAnswer[]): void {
  for (const { status } of answers) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  }
}
