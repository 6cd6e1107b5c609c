import type { Socket } from 'node:net';
import { systemClock } from '../../files/index.js';
import { examineCertificate } from './certificate.js';
import { examineConnection, noConnection, openConnection } from './connection.js';
import { type Finding, ok } from './finding.js';
import { examineAddresses, noAddresses, resolveHost } from './host-name.js';
import type { Bounds } from './limits.js';
import { askService, examineService, noAnswer, type ServiceAnswer } from './service-answer.js';
import { beginTls, noTls } from './tls-connection.js';

/** What the checks of the network need to know. */
export interface Reach {
  /** Of the account, as the library has it. */
  readonly url: URL;
  readonly apiVersion: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stepMs: number;
  readonly signal: AbortSignal;
  /** Aborted when the user interrupts, which is no finding. */
  readonly interruption: AbortSignal;
}

/**
 * Follows one connection to the service step by step: name, connection, encryption, answer. Nothing secret is sent.
 * @returns what the service answered; `undefined` when a step failed, which ends it.
 */
export async function* examineNetwork(reach: Reach): AsyncGenerator<Finding, ServiceAnswer | undefined> {
  const host = reach.url.hostname.replace(/^\[|\]$/g, '');
  const addresses = yield* step(reach, {
    take: () =>
      resolveHost(host, reach.env, boundsOf(reach, `no name server answered the question for ${host}`)),
    tell: (found) => examineAddresses(host, found),
    tellFailure: (error) => noAddresses(host, error),
  });
  if (addresses === undefined) return undefined;
  const connection = yield* step(reach, {
    take: () => openConnection(reach.url, addresses, boundsOf(reach, 'no connection could be made')),
    tell: examineConnection,
    tellFailure: (error) => noConnection(reach.url.host, error),
  });
  if (connection === undefined) return undefined;
  try {
    const stream = yield* encrypt(reach, host, connection.socket);
    if (stream === undefined) return undefined;
    return yield* step(reach, {
      take: () => askService(stream, reach, boundsOf(reach, 'the server gave no answer')),
      tell: examineService,
      tellFailure: noAnswer,
    });
  } finally {
    connection.socket.destroy();
  }
}

/** One step, and how it is told. */
interface Step<T> {
  take(): Promise<T>;
  tell(value: T): Finding;
  tellFailure(error: unknown): Finding;
}

async function* step<T>(
  { interruption }: Reach,
  { take, tell, tellFailure }: Step<T>,
): AsyncGenerator<Finding, T | undefined> {
  let finding: Finding;
  let value: T | undefined;
  try {
    value = await take();
    finding = tell(value);
  } catch (error) {
    interruption.throwIfAborted();
    finding = tellFailure(error);
  }
  yield finding;
  return finding.status === 'fail' ? undefined : value;
}

function boundsOf({ stepMs, signal }: Reach, what: string): Bounds {
  return { limitMs: stepMs, signal, what };
}

async function* encrypt(
  reach: Reach,
  host: string,
  socket: Socket,
): AsyncGenerator<Finding, Socket | undefined> {
  if (reach.url.protocol === 'http:') {
    yield ok('tls', { message: 'no encryption: the endpoint is of plain http, for this machine alone' });
    return socket;
  }
  const extra = reach.env.NODE_EXTRA_CA_CERTS || undefined;
  const secure = yield* step(reach, {
    take: () => beginTls(socket, host, boundsOf(reach, 'the server made no encrypted connection')),
    tell: ({ shown }) => examineCertificate(shown, { host, now: systemClock.now(), extra }),
    tellFailure: noTls,
  });
  return secure?.stream;
}
