import { NetworkError } from '../../src/core/errors.js';
import { socketFailure } from '../../src/core/http/socket-errors.js';
import { createEmulator } from '../../src/emulator/index.js';
import { bufferedBody, HttpHeaders, type HttpRequest, type Transport } from '../../src/files/index.js';
import { ScriptedTransport } from '../../src/simulation/scripted-transport.js';
import type { Canary } from './canary.js';
import { accountName } from './identities.js';

/** A way in which a service behaves. */
export interface Condition {
  readonly name: string;
  /** @param key - The key that the client has. */
  transport(canary: Canary, key: string): Transport;
}

function emulatorWith(canary: Canary, key: string): Transport {
  return createEmulator({
    accounts: [{ name: accountName, keys: [key] }],
    shares: ['data'],
    clock: canary.clock,
  }).transport;
}

/** Everything that came with a request, as gateways and debuggers like to repeat it. */
function echoOf({ method, target, headers }: HttpRequest): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  const secrets = [...headers].filter(([name]) => /lease-id|authorization|source/i.test(name));
  // What is secret first and bare, as the end may be cut off, and names may tell what is to be hidden.
  const bare = secrets.map(([, value]) => value.slice(value.lastIndexOf(':') + 1));
  return [...bare, `${method} ${target}`, ...lines].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Refuses with a document, and headers, that repeat the request in every place. */
function repeating(status: number, code: string): Condition {
  return {
    name: `that answers ${status} ${code} and repeats the request`,
    transport: () => ({
      async send(request) {
        const echo = escaped(echoOf(request));
        const one = echo.replaceAll('\n', ' ');
        const leaseId = request.headers.get('x-ms-lease-id') ?? '';
        const body = `<Error><Code>${code}</Code><Message>${one}\n${echo}</Message><HeaderName>x-ms-lease-id</HeaderName><HeaderValue>${leaseId}</HeaderValue><AuthenticationErrorDetail>The MAC signature found in the HTTP request '${request.headers.get('authorization')}' is not the same as any computed signature. Server used following string to sign: '${echo}'.</AuthenticationErrorDetail></Error>`;
        const headers = HttpHeaders.of({
          'x-ms-error-code': code,
          'x-ms-request-id': `id of ${request.headers.get('authorization') ?? request.target}`.slice(0, 400),
          'WWW-Authenticate': `Bearer authorization_uri="https://login.example/${leaseId}"`,
          Location: `https://elsewhere${request.target}`,
        });
        const bytes = Buffer.from(request.method === 'HEAD' ? '' : body);
        return { status, headers, body: bufferedBody(bytes) };
      },
    }),
  };
}

/** Answers with what should not be, and repeats the request in it. */
function malformed(
  name: string,
  answerTo: (echo: string) => { headers?: Record<string, string>; body: string },
): Condition {
  return {
    name: `that answers ${name}`,
    transport: () => ({
      async send(request) {
        const { headers = {}, body } = answerTo(echoOf(request));
        const status = request.method === 'PUT' ? 201 : 200;
        return { status, headers: HttpHeaders.of(headers), body: bufferedBody(Buffer.from(body)) };
      },
    }),
  };
}

function failing(
  name: string,
  errorOf: (request: HttpRequest, call: Parameters<Transport['send']>[1]) => unknown,
): Condition {
  return { name, transport: () => ({ send: (request, call) => Promise.reject(errorOf(request, call)) }) };
}

const version = { ETag: '"1"', 'Last-Modified': 'Wed, 07 Dec 2022 04:02:49 GMT' };

export const conditions: readonly Condition[] = [
  { name: 'that is well', transport: emulatorWith },
  {
    name: 'that knows another key',
    transport: (canary) => emulatorWith(canary, canary.secrets.accountKey('other key')),
  },
  {
    name: 'that does not know the share',
    transport: (canary, key) =>
      createEmulator({ accounts: [{ name: accountName, keys: [key] }], clock: canary.clock }).transport,
  },
  repeating(400, 'InvalidHeaderValue'),
  repeating(400, 'InvalidResourceName'),
  repeating(401, 'NoAuthenticationInformation'),
  repeating(403, 'AuthenticationFailed'),
  repeating(403, 'AuthorizationPermissionMismatch'),
  repeating(404, 'ResourceNotFound'),
  repeating(409, 'LeaseAlreadyPresent'),
  repeating(409, 'ResourceAlreadyExists'),
  repeating(412, 'LeaseIdMismatchWithFileOperation'),
  repeating(412, 'LeaseLost'),
  repeating(416, 'InvalidRange'),
  repeating(429, 'ServerBusy'),
  repeating(500, 'InternalError'),
  repeating(503, 'ServerBusy'),
  repeating(307, 'Nothing'),
  malformed('a page of a gateway', (echo) => ({ body: `<html>${echo}</html>` })),
  malformed('a document of another kind', (echo) => ({
    headers: { ...version, 'Content-Length': '5' },
    body: `<Unknown attribute="${escaped(echo).replaceAll('"', '')}">${escaped(echo)}</Unknown>`,
  })),
  malformed('a listing with itself as names', (echo) => ({
    headers: version,
    body: `<EnumerationResults><Entries><File><Name>${escaped(echo)}</Name></File></Entries></EnumerationResults>`,
  })),
  malformed('headers that make no sense', (echo) => {
    const line = echo.replaceAll('\n', ' ');
    return {
      headers: {
        ETag: '"1"',
        'Last-Modified': line,
        'x-ms-copy-id': 'x',
        'x-ms-copy-status': line,
        'x-ms-request-id': line,
      },
      body: echo,
    };
  }),
  { name: 'that never answers', transport: () => new ScriptedTransport() },
  failing('whose connections break', (request, call) =>
    socketFailure(
      Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
      true,
      { request, call },
    ),
  ),
  failing('that cannot be reached', (request, call) =>
    socketFailure(
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }),
      false,
      { request, call },
    ),
  ),
  failing('whose name is not known', (request, call) =>
    socketFailure(
      Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
      false,
      { request, call },
    ),
  ),
  failing('that speaks no HTTP', (request, call) => {
    const rawPacket = Buffer.from(echoOf(request));
    return socketFailure(
      Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_CONSTANT', rawPacket }),
      true,
      { request, call },
    );
  }),
  failing('with a certificate that nobody trusts', (request, call) =>
    socketFailure(
      Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      false,
      { request, call },
    ),
  ),
  failing(
    'with a transport that fails',
    () => new NetworkError('ConnectionFailed', 'of the transport itself'),
  ),
];
