import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { createEngine } from '../../../../src/emulator/engine/engine.js';
import { serviceErrors } from '../../../../src/emulator/engine/service-errors.js';
import { knownVersions } from '../../../../src/emulator/engine/version.js';
import { MemoryStore } from '../../../../src/emulator/store/memory-store.js';
import { ManualClock } from '../../../../src/simulation/manual-clock.js';
import { type Answer, read, ShareRequests } from '../../../support/share-requests.js';

function outcome({ status, code }: Answer): string {
  return `${status} ${code ?? ''}`.trim();
}

async function withFile(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  await requests.createFile('f', 10);
  return requests;
}

describe('every answer', () => {
  it('carries ids, version, date and server', async () => {
    const requests = await withFile();
    const answer = await requests.head('/share/f', { 'x-ms-client-request-id': 'mine' });
    expect(answer.headers.get('x-ms-request-id')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{6}000000$/,
    );
    expect(answer.headers.get('x-ms-client-request-id')).toBe('mine');
    expect(answer.headers.get('x-ms-version')).toBe('2026-04-06');
    expect(answer.headers.get('date')).toBe('Mon, 02 Mar 2026 03:04:05 GMT');
    expect(answer.headers.get('server')).toBe('Windows-Azure-File/1.0 Microsoft-HTTPAPI/2.0');
  });
});

describe('an error', () => {
  it.each([
    ['ResourceNotFound', 223, (requests: ShareRequests) => requests.get('/share/missing')],
    ['ParentNotFound', 224, (requests: ShareRequests) => requests.createFile('missing/f')],
    ['ShareNotFound', 217, (requests: ShareRequests) => requests.get('/missing?restype=share')],
    ['ResourceAlreadyExists', 228, (requests: ShareRequests) => requests.put('/share?restype=directory')],
    ['InvalidRange', 249, (requests: ShareRequests) => requests.get('/share/f', { Range: 'bytes=10-' })],
    [
      'LeaseNotPresentWithFileOperation',
      241,
      (requests: ShareRequests) =>
        requests.get('/share/f', { 'x-ms-lease-id': '11111111-2222-3333-4444-555555555555' }),
    ],
  ])('%s is a document of %i bytes, as recorded', async (code, length, ask) => {
    const answer = await ask(await withFile());
    expect(answer.code).toBe(code);
    expect(answer.headers.get('content-length')).toBe(String(length));
    expect(answer.bytes.length).toBe(length);
  });

  it('is a document with code, message, request id and time', async () => {
    const answer = await (await withFile()).get('/share/missing');
    expect(answer.text).toBe(
      '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>ResourceNotFound</Code><Message>The specified resource does not exist.\n' +
        `RequestId:${answer.headers.get('x-ms-request-id')}\nTime:2026-03-02T03:04:05.0000000Z</Message></Error>`,
    );
    expect(answer.headers.get('content-type')).toBe('application/xml');
  });

  it('has no body after a HEAD, only its code', async () => {
    const answer = await (await withFile()).head('/share/missing');
    expect(answer.code).toBe('ResourceNotFound');
    expect(answer.bytes.length).toBe(0);
    expect(answer.headers.has('content-type')).toBe(false);
  });

  it('has a status that fits its kind, whatever its code', () => {
    for (const [code, { status, message }] of Object.entries(serviceErrors)) {
      expect(status, code).toBeGreaterThanOrEqual(400);
      expect(status < 500 || status === 500 || status === 503, code).toBe(true);
      expect(message, code).toMatch(/^\S.*\.$/);
    }
  });
});

describe('versions', () => {
  it.each(['2014-02-14', '2026-04-06', '2031-12-31'])('%s is taken and echoed', async (version) => {
    const requests = await withFile();
    const answer = await requests.send({ method: 'HEAD', target: '/share/f', version });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-ms-version')).toBe(version);
  });

  it.each(['latest', '2026-13-01', '2026-4-6', '1999-01-01', '2026-04-06 ', ''])(
    '%j is refused as the front end does',
    async (version) => {
      const requests = await withFile();
      const answer = await requests.send({ method: 'GET', target: '/share/f', version });
      expect(answer.status).toBe(400);
      expect(answer.text).toContain('<Code>InvalidHeaderValue</Code>');
      expect(answer.text).toContain('<HeaderName>x-ms-version</HeaderName>');
      expect(answer.headers.get('server')).toBe('Microsoft-HTTPAPI/2.0');
      expect(answer.headers.has('x-ms-error-code')).toBe(false);
      expect(answer.headers.has('x-ms-version')).toBe(false);
    },
  );

  it('that are unknown are refused when the emulator is strict', async () => {
    const requests = new ShareRequests('2026-04-06', undefined, { strictApiVersion: true });
    expect((await requests.createShare()).status).toBe(201);
    expect(
      (await requests.send({ method: 'GET', target: '/share?restype=share', version: '2031-12-31' })).status,
    ).toBe(400);
    expect(knownVersions).toContain('2023-11-03');
  });

  it('older than an operation do not have it', async () => {
    const requests = await withFile();
    const answer = await requests.send({
      method: 'PUT',
      target: '/share/f?comp=lease',
      version: '2018-11-09',
    });
    expect(outcome(answer)).toBe('400 FeatureVersionMismatch');
  });
});

describe('what the service does not know', () => {
  it.each(['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'])(
    '%s is refused',
    async (name) => {
      const requests = await withFile();
      expect(outcome(await requests.get('/share/f', { [name]: '*' }))).toBe(
        '400 ConditionHeadersNotSupported',
      );
      expect(outcome(await requests.createFile('new', 0, { [name]: '*' }))).toBe(
        '400 ConditionHeadersNotSupported',
      );
      expect((await requests.head('/share/new')).status).toBe(404);
    },
  );

  it.each(['x-ms-structured-body', 'x-ms-mode', 'x-ms-owner', 'x-ms-group'])(
    '%s is refused by name',
    async (name) => {
      const requests = await withFile();
      const answer = await requests.get('/share/f', { [name]: '1' });
      expect(outcome(answer)).toBe('400 UnsupportedHeader');
      expect(answer.text).toContain(`<HeaderName>${name}</HeaderName>`);
    },
  );

  it.each([
    ['PATCH', '/share/f', '405 UnsupportedHttpVerb'],
    ['DELETE', '/share/f?comp=range', '405 UnsupportedHttpVerb'],
    ['GET', '/share/f?comp=blocklist', '400 InvalidQueryParameterValue'],
    ['PUT', '/share/f?restype=hardlink', '400 InvalidQueryParameterValue'],
    ['POST', '/?restype=service&comp=batch', '400 InvalidQueryParameterValue'],
  ])('%s %s gives %s', async (method, target, expected) => {
    expect(outcome(await (await withFile()).send({ method, target }))).toBe(expected);
  });

  it.each(['0', '-1', 'soon', ''])('a timeout of %j seconds is refused', async (timeout) => {
    const requests = await withFile();
    expect(outcome(await requests.get(`/share/f?timeout=${timeout}`))).toBe('400 InvalidQueryParameterValue');
    expect((await requests.get('/share/f?timeout=30')).status).toBe(200);
  });

  it('a write to a snapshot is refused', async () => {
    const requests = await withFile();
    const snapshot =
      (await requests.put('/share?restype=share&comp=snapshot')).headers.get('x-ms-snapshot') ?? '';
    const query = `sharesnapshot=${encodeURIComponent(snapshot)}`;
    expect((await requests.get(`/share/f?${query}`)).status).toBe(200);
    expect(outcome(await requests.delete(`/share/f?${query}`))).toBe('400 InvalidQueryParameterValue');
  });
});

describe('a body', () => {
  it('without a length is refused', async () => {
    const requests = await withFile();
    const headers = { 'x-ms-write': 'update', 'x-ms-range': 'bytes=0-1', 'Transfer-Encoding': 'chunked' };
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('ab');
    }
    expect(
      outcome(await requests.send({ method: 'PUT', target: '/share/f?comp=range', headers, stream: body() })),
    ).toBe('411 MissingContentLengthHeader');
  });

  it.each(['3', '1', 'two', '-1', '1e1'])('of another length than %s is refused', async (length) => {
    const requests = await withFile();
    const headers = { 'x-ms-write': 'update', 'x-ms-range': 'bytes=0-1', 'Content-Length': length };
    const answer = await requests.put('/share/f?comp=range', headers, 'ab');
    expect(outcome(answer)).toBe('400 InvalidHeaderValue');
  });

  it('is refused where an operation has none', async () => {
    const requests = await withFile();
    expect(outcome(await requests.put('/share/f?comp=metadata', {}, 'ab'))).toBe('413 RequestBodyTooLarge');
  });

  it('that breaks off changes nothing', async () => {
    const requests = await withFile();
    const headers = { 'x-ms-write': 'update', 'x-ms-range': 'bytes=0-3', 'Content-Length': '4' };
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('ab');
      throw new Error('gone');
    }
    const answer = await requests.send({
      method: 'PUT',
      target: '/share/f?comp=range',
      headers,
      stream: body(),
    });
    expect(answer.status).toBe(400);
    expect((await requests.get('/share/f')).text).toBe('\0'.repeat(10));
    expect(requests.failures).toEqual([]);
  });
});

describe('a failure of the emulator itself', () => {
  it('is answered with 500, told to the owner, and leaves the engine going', async () => {
    const failures: unknown[] = [];
    const store = new MemoryStore();
    const broken = Object.assign(Object.create(store) as MemoryStore, {
      read: () => {
        throw new Error('disk on fire');
      },
    });
    const requests = await withFile();
    const engine = createEngine({
      store: broken,
      clock: new ManualClock(),
      accounts: new Map(),
      settings: { shareDeletionMs: 0, strictApiVersion: false },
      onFailure: (error) => failures.push(error),
    });
    const preflight = { Origin: 'http://a', 'Access-Control-Request-Method': 'GET' };
    const request = {
      method: 'OPTIONS',
      origin: 'http://127.0.0.1',
      target: '/account/share',
      headers: HttpHeaders.of(preflight),
    };
    const answer = await read(await engine.handle(request));
    expect(outcome(answer)).toBe('500 InternalError');
    expect(answer.text).not.toContain('fire');
    expect(failures).toHaveLength(1);
    expect((await requests.head('/share/f')).status).toBe(200);
  });
});

describe('requests at the same time', () => {
  it('make a directory once', async () => {
    const requests = await withFile();
    const answers = await Promise.all(Array.from({ length: 20 }, () => requests.createDirectory('d')));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...new Array(19).fill(409)]);
  });

  it('write every range they were given', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    await requests.createFile('f', 26);
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    await Promise.all(
      [...letters].map((letter, index) => requests.putRange('f', { start: index, bytes: letter })),
    );
    expect((await requests.get('/share/f')).text).toBe(letters);
  });
});
