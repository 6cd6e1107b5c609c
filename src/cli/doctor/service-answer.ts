import { request } from 'node:http';
import type { Socket } from 'node:net';
import { NetworkError, ServerError, systemClock } from '../../files/index.js';
import { type Finding, fail, ok, warn } from './finding.js';
import { type Bounds, bounded } from './limits.js';
import type { Reach } from './network.js';

/** The head of an answer to a request that nobody signed. */
export interface ServiceAnswer {
  readonly status: number;
  readonly date: string | undefined;
  readonly server: string | undefined;
  readonly requestId: string | undefined;
  /** When it came. */
  readonly at: number;
}

/** Asks for the properties of the service without credentials: to be refused is an answer. */
export function askService(
  socket: Socket,
  { url, apiVersion }: Reach,
  bounds: Bounds,
): Promise<ServiceAnswer> {
  return bounded(bounds, ({ resolve, reject }) => {
    const outgoing = request({
      createConnection: () => socket,
      method: 'GET',
      path: `${url.pathname.replace(/\/$/, '')}/?restype=service&comp=properties`,
      headers: { Host: url.host, 'x-ms-version': apiVersion, Connection: 'close' },
    });
    outgoing.on('response', ({ statusCode = 0, headers }) => {
      resolve({
        status: statusCode,
        date: headers.date,
        server: textOf(headers.server),
        requestId: textOf(headers['x-ms-request-id']),
        at: systemClock.now(),
      });
      outgoing.destroy();
    });
    outgoing.on('upgrade', () => outgoing.destroy());
    outgoing.on('error', (error) => reject(failureOf(error)));
    outgoing.end();
    return () => outgoing.destroy();
  });
}

function textOf(value: string | string[] | undefined): string | undefined {
  return value === undefined
    ? undefined
    : String(value)
        .replace(/[^ -~]/g, '?')
        .slice(0, 80);
}

function failureOf(error: Error): Error {
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('HPE_')) {
    return new ServerError('UnexpectedAnswer', `what answers speaks no HTTP (${code}): check the port`);
  }
  return new NetworkError('ConnectionFailed', `the connection was closed without an answer (${code})`, {
    cause: error,
  });
}

/** No answer came, or none that can be read. */
export function noAnswer(error: unknown): Finding {
  return fail('service', error, {
    cure: 'check scheme and port of the endpoint: something else may listen there, or wait for encryption',
  });
}

/** Whether it is the File service that answers. */
export function examineService({ status, server, requestId }: ServiceAnswer): Finding {
  const who = server === undefined ? '' : `, ${server}`;
  const facts = { status, server, requestId };
  if (requestId === undefined) {
    return warn('service', {
      message: `what answers does not look like the File service (status ${status}${who})`,
      cure: 'check the endpoint; a proxy, a firewall or the login page of a network may answer in its place',
      facts,
    });
  }
  if (status >= 500) {
    return warn('service', {
      message: `the service answers ${status}${who}`,
      cure: 'try again later; what follows may fail for that',
      facts,
    });
  }
  return ok('service', { message: `the File service answers${who}`, facts });
}
