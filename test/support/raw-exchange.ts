import { connect } from 'node:net';
import { sharedKeyAuthorization } from '../../src/core/auth/shared-key.js';
import { systemClock } from '../../src/core/clock.js';
import { HttpHeaders } from '../../src/core/http/headers.js';
import { formatRfc1123 } from '../../src/core/wire/dates.js';
import { wellKnownAccount } from '../../src/emulator/index.js';

const account = wellKnownAccount.name;
const key = wellKnownAccount.keys[0] ?? '';

/** A request to be written out. */
export interface RawRequest {
  readonly method?: string;
  /** Path below the account, and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A signed request as bytes. */
export function signedRequest({ method = 'GET', target, headers = {}, body }: RawRequest): string {
  const all = HttpHeaders.of({
    'x-ms-version': '2026-04-06',
    'x-ms-date': formatRfc1123(systemClock.now()),
    ...(body === undefined ? {} : { 'Content-Length': String(body.length) }),
    ...headers,
  });
  const path = `/${account}${target}`;
  all.set('Authorization', sharedKeyAuthorization(account, key, { method, target: path, headers: all }));
  const lines = [...all].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines}\r\n${body ?? ''}`;
}

/** An answer as it came over a connection. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** How bytes are sent. */
export interface RawSending {
  /** What happens after the last byte: the client says that it is done, goes away, or keeps the connection. */
  readonly ending?: 'finish' | 'break' | 'wait';
  /** Longest time until the server has closed the connection. @defaultValue 4000 */
  readonly limitMs?: number;
}

/**
 * Sends bytes over a connection of its own, and gives the answers once the connection is closed.
 * @throws when the server leaves it open for too long.
 */
export function rawExchange(
  endpoint: string,
  pieces: readonly (string | Uint8Array)[],
  { ending = 'finish', limitMs = 4000 }: RawSending = {},
): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received = '';
  socket.on('data', (piece) => {
    received += piece.toString('latin1');
  });
  // A reset is one way for the server to close.
  socket.on('error', () => {});
  for (const piece of pieces) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
  if (ending === 'finish') socket.end();
  if (ending === 'break') socket.write('', () => socket.destroy());
  return new Promise((resolve, reject) => {
    const cancel = systemClock.timer(limitMs, () => {
      reject(
        new Error(
          `the connection is still open after ${limitMs} ms; so far came ${JSON.stringify(received)}`,
        ),
      );
      socket.destroy();
    });
    socket.on('close', () => {
      cancel();
      resolve(parseAnswers(received));
    });
  });
}

/** Takes answers apart by their length; what is cut off keeps what came of it. */
function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    const head = end < 0 ? rest : rest.slice(0, end);
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
    const after = end < 0 ? rest.length : end + 4;
    const length = bodyLength(head, rest.slice(after));
    answers.push({ status, head, body: rest.slice(after, after + length) });
    rest = rest.slice(after + length);
  }
  return answers;
}

function bodyLength(head: string, rest: string): number {
  if (!/\r\ntransfer-encoding: chunked/i.test(head))
    return Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const last = rest.indexOf('0\r\n\r\n');
  return last < 0 ? rest.length : last + 5;
}
