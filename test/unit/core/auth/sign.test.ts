import { describe, expect, it } from 'vitest';
import type { AzureCredentials } from '../../../../src/core/auth/credentials.js';
import { sharedKeyAuthorization } from '../../../../src/core/auth/shared-key.js';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { accountKey, operations, testPipeline } from '../../../support/core-pipeline.js';
import { rejection } from '../../../support/rejection.js';

const sas = (token: string): AzureCredentials => ({ type: 'sas_token', token });
const bearer = (token: string): AzureCredentials => ({
  type: 'token',
  credential: { getToken: async () => ({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) },
});

describe('signing', () => {
  it('adds date, version, a request id and a signature over all of them', async () => {
    const { send, transport } = testPipeline();
    void send(operations.write, {}, { method: 'PUT', target: '/data/f?comp=range', body: new Uint8Array(3) });
    const { request } = await transport.next();
    expect(request.headers.get('x-ms-date')).toBe('Mon, 02 Mar 2026 03:04:05 GMT');
    expect(request.headers.get('x-ms-version')).toBe('2023-11-03');
    expect(request.headers.get('x-ms-client-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(request.headers.get('content-length')).toBe('3');
    expect(request.headers.get('authorization')).toBe(sharedKeyAuthorization('acct', accountKey, request));
    expect(request.target).toBe('/data/f?comp=range');
  });

  it('says a length of zero for methods that may have a body, and none for others', async () => {
    const { send, transport } = testPipeline();
    void send(operations.write, {}, { method: 'PUT' });
    expect((await transport.next()).request.headers.get('content-length')).toBe('0');
    void send(operations.read);
    expect((await transport.next()).request.headers.has('content-length')).toBe(false);
  });

  it('keeps a request id that is there already', async () => {
    const { send, transport } = testPipeline();
    void send(operations.read, {}, { headers: HttpHeaders.of({ 'x-ms-client-request-id': 'mine' }) });
    expect((await transport.next()).request.headers.get('x-ms-client-request-id')).toBe('mine');
  });

  it('signs a retry afresh, with the same request id', async () => {
    const { send, transport, clock } = testPipeline();
    void send(operations.read);
    const first = await transport.next();
    first.refuse(503, 'ServerBusy');
    await clock.advance(1000);
    const second = await transport.next();
    expect(second.request.headers.get('x-ms-date')).toBe('Mon, 02 Mar 2026 03:04:06 GMT');
    expect(second.request.headers.get('authorization')).toBe(
      sharedKeyAuthorization('acct', accountKey, second.request),
    );
    expect(second.request.headers.get('x-ms-client-request-id')).toBe(
      first.request.headers.get('x-ms-client-request-id'),
    );
    expect(first.request.headers.get('x-ms-date')).toBe('Mon, 02 Mar 2026 03:04:05 GMT');
  });

  it('takes a rotated key for the next attempt', async () => {
    let key = accountKey;
    const { send, transport, clock } = testPipeline({ credentials: { type: 'shared_key', key: () => key } });
    void send(operations.read);
    const first = await transport.next();
    key = 'a2V5';
    first.refuse(503, 'ServerBusy');
    await clock.advance(1000);
    const { request } = await transport.next();
    expect(request.headers.get('authorization')).toBe(sharedKeyAuthorization('acct', 'a2V5', request));
  });

  it('puts a SAS behind the other parameters, and only on the wire', async () => {
    const { send, transport, clock } = testPipeline({ credentials: sas('?sv=1&sig=abc') });
    void send(operations.read, {}, { target: '/data/f?comp=list' });
    const first = await transport.next();
    expect(first.request.target).toBe('/data/f?comp=list&sv=1&sig=abc');
    expect(first.request.headers.has('authorization')).toBe(false);
    first.refuse(503, 'ServerBusy');
    await clock.advance(1000);
    expect((await transport.next()).request.target).toBe('/data/f?comp=list&sv=1&sig=abc');
  });

  it('begins the query with a SAS where there is none', async () => {
    const { send, transport } = testPipeline({ credentials: sas('sv=1&sig=abc') });
    void send(operations.read);
    expect((await transport.next()).request.target).toBe('/data/file.txt?sv=1&sig=abc');
  });

  it.each(['x-ms-copy-source', 'x-ms-file-rename-source'])(
    'lets the SAS authorize %s of the same host once',
    async (name) => {
      const { send, transport, clock } = testPipeline({ credentials: sas('sv=1&sig=abc') });
      const origin = 'https://acct.file.core.windows.net';
      void send(
        operations.write,
        {},
        { method: 'PUT', headers: HttpHeaders.of({ [name]: `${origin}/data/a` }) },
      );
      const first = await transport.next();
      expect(first.request.headers.get(name)).toBe(`${origin}/data/a?sv=1&sig=abc`);
      first.refuse(503, 'ServerBusy');
      await clock.advance(1000);
      expect((await transport.next()).request.headers.get(name)).toBe(`${origin}/data/a?sv=1&sig=abc`);
    },
  );

  it.each([
    'https://acct.file.core.windows.net/data/a?sv=2&sig=own',
    'https://acct.file.core.windows.net.evil.example/data/a',
    'https://other.file.core.windows.net/data/a',
    'https://acct.file.core.windows.net@evil.example/data/a',
    'https://acct.file.core.windows.net:8443/data/a',
    'http://acct.file.core.windows.net/data/a',
    'no URL',
  ])('gives no SAS to %s', async (source) => {
    const { send, transport } = testPipeline({ credentials: sas('sv=1&sig=abc') });
    void send(
      operations.write,
      {},
      { method: 'PUT', headers: HttpHeaders.of({ 'x-ms-copy-source': source }) },
    );
    expect((await transport.next()).request.headers.get('x-ms-copy-source')).toBe(source);
  });

  it.each([
    'https://ACCT.file.core.windows.net/data/a',
    'https://acct.file.core.windows.net:443/data/a',
    'https://acct.file.core.windows.net/data/a?sharesnapshot=2026',
  ])('takes %s for one of the account', async (source) => {
    const { send, transport } = testPipeline({ credentials: sas('sv=1&sig=abc') });
    void send(
      operations.write,
      {},
      { method: 'PUT', headers: HttpHeaders.of({ 'x-ms-copy-source': source }) },
    );
    const sent = (await transport.next()).request.headers.get('x-ms-copy-source');
    expect(sent).toBe(`${source}${source.includes('?') ? '&' : '?'}sv=1&sig=abc`);
  });

  it('gives no SAS to another account on the same host', async () => {
    const { send, transport } = testPipeline({
      credentials: sas('sv=1&sig=abc'),
      endpoint: 'http://127.0.0.1:10003/acct',
    });
    const sources = ['http://127.0.0.1:10003/other/data/a', 'http://127.0.0.1:10003/acct/../other/data/a'];
    for (const source of sources) {
      void send(
        operations.write,
        {},
        { method: 'PUT', headers: HttpHeaders.of({ 'x-ms-copy-source': source }) },
      );
      expect((await transport.next()).request.headers.get('x-ms-copy-source')).toBe(source);
    }
    const own = 'http://127.0.0.1:10003/acct/data/a';
    void send(operations.write, {}, { method: 'PUT', headers: HttpHeaders.of({ 'x-ms-copy-source': own }) });
    expect((await transport.next()).request.headers.get('x-ms-copy-source')).toBe(`${own}?sv=1&sig=abc`);
  });

  it('sends no source that is too long with the SAS, and says so without showing it', async () => {
    const { send, transport } = testPipeline({ credentials: sas('sv=1&sig=abc') });
    const source = `https://acct.file.core.windows.net/data/${'a'.repeat(1995)}`;
    const put = (source: string) =>
      send(operations.write, {}, { method: 'PUT', headers: HttpHeaders.of({ 'x-ms-copy-source': source }) });
    void put(source);
    expect((await transport.next()).request.headers.get('x-ms-copy-source')).toHaveLength(2048);
    const failed = await rejection<Error>(put(`${source}a`));
    expect(failed).toMatchObject({
      name: 'ConfigurationError',
      code: 'InvalidRequest',
      message: expect.stringContaining('has 2049 characters with the SAS in it'),
    });
    expect(failed.message).not.toContain('abc');
    expect(transport.received).toBe(1);
  });

  it('sends a token with the intent that the File service asks for', async () => {
    const { send, transport } = testPipeline({ credentials: bearer('eyJ0') });
    void send(operations.read);
    const { request } = await transport.next();
    expect(request.headers.get('authorization')).toBe('Bearer eyJ0');
    expect(request.headers.get('x-ms-file-request-intent')).toBe('backup');
  });

  it('does not send when a provider fails, and does not count that against the host', async () => {
    const { send, transport } = testPipeline({
      credentials: { type: 'shared_key', key: () => Promise.reject(new Error('vault')) },
    });
    for (let i = 0; i < 7; i += 1) {
      expect(await rejection(send(operations.read))).toMatchObject({ code: 'AuthorizationFailure' });
    }
    expect(transport.received).toBe(0);
  });

  it('does not wait for a provider longer than for an attempt', async () => {
    const { send, clock } = testPipeline({
      credentials: { type: 'shared_key', key: () => new Promise<string>(() => {}) },
      retryConfig: { maxAttempts: 1 },
    });
    const failed = rejection(send(operations.read));
    await clock.advance(30_000);
    expect(await failed).toMatchObject({ code: 'Timeout', phase: 'attempt' });
    expect(clock.timerCount).toBe(0);
  });
});
