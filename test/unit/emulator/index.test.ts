import { describe, expect, it, onTestFinished } from 'vitest';
import { sharedKeyAuthorization } from '../../../src/core/auth/shared-key.js';
import { type Call, Cancellation } from '../../../src/core/call.js';
import { ConfigurationError } from '../../../src/core/errors.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import type { HttpResponse, Transport } from '../../../src/core/http/message.js';
import { formatRfc1123 } from '../../../src/core/wire/dates.js';
import {
  type AnsweredRequest,
  createEmulator,
  type EmulatorOptions,
  type EngineOptions,
  startEmulator,
  wellKnownAccount,
} from '../../../src/emulator/index.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';

const key = wellKnownAccount.keys[0] ?? '';

function callOf(cancellation = new Cancellation()): Call {
  const operation = {
    name: 'GetFile',
    verb: 'read',
    idempotent: true,
    success: [200],
    timeout: 'smallRead',
    answer: 'stream',
  } as const;
  return {
    operation,
    resource: {},
    cancellation,
    deadlineAt: Number.POSITIVE_INFINITY,
    attempt: 1,
    timeoutMs: undefined,
    idempotent: true,
    maxAttempts: undefined,
  };
}

interface Sent {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
  readonly call?: Call;
  readonly account?: string;
}

/** Sends a signed request through a transport, as the client does. */
function send(transport: Transport, sent: Sent): Promise<HttpResponse> {
  const { method = 'GET', target: path, body, account = wellKnownAccount.name } = sent;
  const target = `/${account}${path}`;
  const headers = HttpHeaders.of({
    'x-ms-version': '2026-04-06',
    'x-ms-date': formatRfc1123(Date.now()),
    'Content-Length': body === undefined ? undefined : String(body.length),
    ...sent.headers,
  });
  headers.set('Authorization', sharedKeyAuthorization(account, key, { method, target, headers }));
  headers.delete('Content-Length');
  const request = { method, origin: 'http://127.0.0.1:10003', target, headers, body };
  return transport.send(request, sent.call ?? callOf());
}

const putFile = (size: number): Sent => ({
  method: 'PUT',
  target: '/share/f',
  headers: { 'x-ms-type': 'file', 'x-ms-content-length': String(size) },
});

describe('startEmulator', () => {
  it('tells where it listens and how to connect', async () => {
    await using emulator = await startEmulator({ filesPort: 0 });
    expect(emulator.filesEndpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/);
    expect(emulator.connectionString).toBe(
      `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${key};FileEndpoint=${emulator.filesEndpoint};`,
    );
  });

  it('has the shares that are asked for, and is reached without its socket too', async () => {
    await using emulator = await startEmulator({ filesPort: 0, shares: ['share', 'other'] });
    expect((await send(emulator.transport, { target: '/other?restype=share' })).status).toBe(200);
    expect((await send(emulator.transport, { target: '/third?restype=share' })).status).toBe(404);
  });

  it('runs beside others that know nothing of it', async () => {
    await using first = await startEmulator({ filesPort: 0, shares: ['share'] });
    await using second = await startEmulator({ filesPort: 0 });
    expect(first.filesEndpoint).not.toBe(second.filesEndpoint);
    expect((await send(second.transport, { target: '/share?restype=share' })).status).toBe(404);
  });

  it('stops when it goes out of scope', async () => {
    let endpoint: string;
    {
      await using emulator = await startEmulator({ filesPort: 0 });
      endpoint = emulator.filesEndpoint;
    }
    await expect(fetch(endpoint)).rejects.toThrow();
  });
});

describe('createEmulator', () => {
  it('answers in the process, with the options it was given', async () => {
    const accounts = [{ name: 'second', keys: [key] }];
    const emulator = createEmulator({ accounts, shares: ['share'] });
    onTestFinished(() => emulator.close());
    expect(emulator.connectionString).toContain('AccountName=second;');
    const target = '/share?restype=share';
    expect((await send(emulator.transport, { target, account: 'second' })).status).toBe(200);
    expect((await send(emulator.transport, { target })).status).toBe(403);
  });

  it('hands out bytes that can be changed without changing the file', async () => {
    const emulator = createEmulator({ shares: ['share'] });
    await send(emulator.transport, putFile(200_000));
    for (const size of [10, 200_000]) {
      const headers = { 'x-ms-range': `bytes=0-${size - 1}` };
      const answer = await send(emulator.transport, { target: '/share/f', headers });
      for await (const piece of answer.body) piece.fill(1);
      const again = await send(emulator.transport, { target: '/share/f', headers });
      expect((await again.body.bytes(size)).every((byte) => byte === 0)).toBe(true);
    }
  });

  it('keeps its own copy of what is written', async () => {
    const emulator = createEmulator({ shares: ['share'] });
    await send(emulator.transport, putFile(3));
    const body = Buffer.from('abc');
    const headers = { 'x-ms-write': 'update', 'x-ms-range': 'bytes=0-2' };
    const writing = send(emulator.transport, { method: 'PUT', target: '/share/f?comp=range', headers, body });
    expect((await writing).status).toBe(201);
    body.fill(0);
    const answer = await send(emulator.transport, { target: '/share/f' });
    expect(Buffer.from(await answer.body.bytes(3)).toString()).toBe('abc');
  });

  it('has no body after a HEAD', async () => {
    const emulator = createEmulator({ shares: ['share'] });
    await send(emulator.transport, putFile(3));
    const answer = await send(emulator.transport, { method: 'HEAD', target: '/share/f' });
    expect(answer.headers.get('content-length')).toBe('3');
    expect(answer.body.buffered?.length).toBe(0);
  });

  it('ends a call that was cancelled, before the answer and within it', async () => {
    const emulator = createEmulator({ shares: ['share'] });
    await send(emulator.transport, putFile(1_000_000));
    const cancelled = new Cancellation();
    cancelled.cancel(new Error('enough'));
    await expect(send(emulator.transport, { target: '/share/f', call: callOf(cancelled) })).rejects.toThrow(
      'enough',
    );
    const cancellation = new Cancellation();
    const answer = await send(emulator.transport, { target: '/share/f', call: callOf(cancellation) });
    const reading = async (): Promise<void> => {
      for await (const _piece of answer.body) cancellation.cancel(new Error('enough'));
    };
    await expect(reading()).rejects.toThrow('enough');
  });

  it('refuses headers that no socket would take', async () => {
    const emulator = createEmulator({ shares: ['share'] });
    const headers = { 'x-ms-meta-a': '€' };
    const refused = send(emulator.transport, { ...putFile(1), headers });
    await expect(refused).rejects.toThrow('header x-ms-meta-a has a character that HTTP cannot carry');
    for (const name of ['x-ms-meta-é', 'a b', 'a:', 'a\r\nb', '']) {
      const sent = send(emulator.transport, { ...putFile(1), headers: { [name]: 'a' } });
      await expect(sent).rejects.toThrow(`HTTP has no header named ${JSON.stringify(name)}`);
    }
  });

  it('tells of every request, without the signatures in it', async () => {
    const answered: AnsweredRequest[] = [];
    const emulator = createEmulator({ shares: ['share'], onRequest: (request) => answered.push(request) });
    await send(emulator.transport, { target: '/share/missing?sv=1&sig=SECRET' });
    await send(emulator.transport, { target: '/share?comp=nonsense' });
    expect(answered).toMatchObject([
      {
        method: 'GET',
        target: '/devstoreaccount1/share/missing?sv=1&sig=REDACTED',
        operation: 'GetFile',
        status: 404,
        code: 'ResourceNotFound',
      },
      { operation: undefined, status: 400, code: 'InvalidQueryParameterValue' },
    ]);
    expect(answered.every(({ durationMs }) => durationMs >= 0)).toBe(true);
  });

  it('goes by the clock it is given', async () => {
    const clock = new ManualClock({ now: Date.now() });
    const emulator = createEmulator({ clock, shareDeletionMs: 60_000, shares: ['share'] });
    const creating = { method: 'PUT', target: '/share?restype=share' };
    await send(emulator.transport, { method: 'DELETE', target: '/share?restype=share' });
    expect((await send(emulator.transport, creating)).headers.get('x-ms-error-code')).toBe(
      'ShareBeingDeleted',
    );
    await clock.advance(60_000);
    expect((await send(emulator.transport, creating)).status).toBe(201);
  });
});

describe('options', () => {
  const named = (name: string, keys: readonly string[] = [key]): EngineOptions => ({
    accounts: [{ name, keys }],
  });

  it.each<[EngineOptions, string]>([
    [{ accounts: [] }, 'accounts must hold at least one account, got none'],
    [named('No'), 'accounts[0].name must be 3 to 24 lower-case letters and digits, got "No"'],
    [named('account', []), 'accounts[0].keys must hold one or two keys, got 0'],
    [named('account', [key, key, key]), 'accounts[0].keys must hold one or two keys, got 3'],
    [named('account', ['not base64!']), 'accounts[0].keys must be base64'],
    [
      {
        accounts: [
          { name: 'account', keys: [key] },
          { name: 'account', keys: [key] },
        ],
      },
      'accounts must have different names, got account twice',
    ],
    [
      { shares: ['Share'] },
      'shares[0] must be 3 to 63 lower-case letters, digits and single dashes, got "Share"',
    ],
    [{ shareDeletionMs: -1 }, 'shareDeletionMs must be an integer from 0 to 9007199254740991, got -1'],
  ])('%j are refused', (options, message) => {
    expect(() => createEmulator(options)).toThrow(message);
    expect(() => createEmulator(options)).toThrow(ConfigurationError);
  });

  it.each<[EmulatorOptions, string]>([
    [{ filesPort: 70_000 }, 'filesPort must be an integer from 0 to 65535, got 70000'],
    [
      { blobsPort: 10_000 },
      'blobsPort must be 0, because there is no Blob service in the emulator yet, got 10000',
    ],
    [{ cert: 'a' }, 'cert and key go together, got only cert'],
    [{ key: 'a' }, 'cert and key go together, got only key'],
  ])('%j are refused by the server', async (options, message) => {
    await expect(startEmulator(options)).rejects.toThrow(message);
  });

  it('that nobody knows are refused by name', () => {
    const options = { port: 1 } as EngineOptions;
    expect(() => createEmulator(options)).toThrow(
      'port is not an option of the emulator; there are accounts, shares,',
    );
  });

  it('never show a key in a message', () => {
    const secret = 'c2VjcmV0!';
    try {
      createEmulator(named('account', [secret]));
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain(secret);
    }
  });
});
