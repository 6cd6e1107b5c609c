import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../core/clock.js';
import { ConfigurationError } from '../../core/errors.js';
import type { Engine } from '../engine/engine.js';
import { requestListener } from './http-server.js';

/** Where and how a server listens. */
export interface ListenOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** The option that the port came from, for the message when it is taken. */
  readonly portOption: string;
  /** Certificate and key in PEM; absent = plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly limits?: Partial<ServerLimits> | undefined;
}

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:10003`, with the port that was taken. */
  readonly origin: string;
  /** Takes no new requests, waits for those under way, then closes every connection. */
  stop(): Promise<void>;
}

/** How long stopping waits for requests under way, in milliseconds, and how often it looks for those that ended. */
const drainMs = 2000;
const drainStepMs = 10;

/** Limits for clients that stall or send too much. */
export interface ServerLimits {
  /** To send the head of a request, in milliseconds. @defaultValue 20 s */
  readonly headersTimeout: number;
  /** To send a whole request, in milliseconds. @defaultValue 10 min */
  readonly requestTimeout: number;
  /** Between two requests, in milliseconds. @defaultValue 65 s */
  readonly keepAliveTimeout: number;
  /** How often it is looked for requests that take too long, in milliseconds. @defaultValue 5 s */
  readonly connectionsCheckingInterval: number;
  /** Most bytes of the head of a request. @defaultValue 64 KiB */
  readonly maxHeaderSize: number;
}

const defaultLimits: ServerLimits = Object.freeze({
  headersTimeout: 20_000,
  requestTimeout: 600_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 64 * 1024,
});

/**
 * Starts a server in front of an engine.
 * @throws {ConfigurationError} `InvalidOption` when the port is taken, or the certificate cannot be used.
 */
export async function startServer(engine: Engine, options: ListenOptions): Promise<RunningServer> {
  const scheme = options.tls === undefined ? 'http' : 'https';
  const server = makeServer(engine, options);
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { origin: `${scheme}://${host}:${port}`, stop: () => stop(server) };
}

function makeServer(engine: Engine, { tls, limits }: ListenOptions): Server {
  const settings = { ...defaultLimits, ...limits };
  if (tls === undefined) return createServer(settings, requestListener(engine, 'http'));
  try {
    return createTlsServer({ ...settings, ...tls }, requestListener(engine, 'https'));
  } catch (cause) {
    throw new ConfigurationError(
      'InvalidOption',
      'cert and key must be a PEM certificate and its private key',
      {
        cause,
      },
    );
  }
}

function listen(server: Server, { host, port, portOption }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${cause.code ?? cause.message})`;
      const advice = `choose another one with ${portOption}, or 0 for any that is free`;
      reject(
        new ConfigurationError('InvalidOption', `port ${port} on ${host} ${reason}: ${advice}`, { cause }),
      );
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    let forget: (() => void) | undefined;
    const closeConnections = (waitedMs: number): void => {
      if (waitedMs >= drainMs) server.closeAllConnections();
      else {
        server.closeIdleConnections();
        forget = systemClock.timer(drainStepMs, () => closeConnections(waitedMs + drainStepMs));
      }
    };
    server.close(() => {
      forget?.();
      resolve();
    });
    closeConnections(0);
  });
}
