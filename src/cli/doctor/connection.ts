import { connect, type LookupFunction, type Socket } from 'node:net';
import { NetworkError, systemClock } from '../../files/index.js';
import { type Finding, fail, ok } from './finding.js';
import type { HostAddress } from './host-name.js';
import { type Bounds, bounded } from './limits.js';

/** A connection, and how long it took to make. */
export interface Connection {
  readonly socket: Socket;
  readonly port: number;
  readonly milliseconds: number;
}

/** Connects to the first of the addresses that takes it. @throws {NetworkError} `Timeout`, or what the system says. */
export async function openConnection(
  url: URL,
  addresses: readonly HostAddress[],
  bounds: Bounds,
): Promise<Connection> {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const started = systemClock.monotonic();
  const socket = await bounded<Socket>(bounds, ({ resolve, reject }) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const made = connect({ host, port, autoSelectFamily: true, lookup: lookupIn(addresses) });
    made.once('connect', () => resolve(made));
    // Stays: it may fail when nobody else listens.
    made.on('error', reject);
    return () => made.destroy();
  });
  return { socket, port, milliseconds: Math.round(systemClock.monotonic() - started) };
}

/** What was found is not asked for again. */
function lookupIn(addresses: readonly HostAddress[]): LookupFunction {
  return (_host, _options, callback) => callback(null, [...addresses]);
}

export function examineConnection({ socket, port, milliseconds }: Connection): Finding {
  const address = socket.remoteAddress;
  return ok('connect', {
    message: `${address} takes connections at port ${port} (${milliseconds} ms)`,
    facts: { address, port, milliseconds },
  });
}

const blocked =
  'a firewall may drop what goes out to this port: it must be open from this machine to the service';

export function noConnection(host: string, error: unknown): Finding {
  if (error instanceof NetworkError) return fail('connect', error, { cure: blocked });
  const code = String((error as { readonly code?: unknown }).code ?? 'failed');
  const message = `no connection to ${host} could be made (${code})`;
  const failure = new NetworkError('ConnectionFailed', message, { cause: error });
  // The usual hint is for a service that does not run.
  return fail('connect', failure, code === 'ECONNREFUSED' ? {} : { cure: blocked });
}
