import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.js';

/** What the agents are made from. */
export interface AgentSettings {
  readonly maxSockets: number;
  readonly connectTimeoutMs: number;
  readonly ca: string | readonly string[] | undefined;
  readonly clock: Clock;
}

/** On a socket: how long its server keeps it when it is idle, in milliseconds. */
const idleLimit = Symbol('idleLimit');
type KeptSocket = Socket & { [idleLimit]?: number };

/** Takes down what a server says in a `Keep-Alive` header: `timeout=5` in seconds. */
export function noteKeepAlive(socket: Socket, header: string | undefined): void {
  const seconds = header === undefined ? undefined : /\btimeout=(\d{1,6})\b/i.exec(header)?.[1];
  if (seconds !== undefined) (socket as KeptSocket)[idleLimit] = Number(seconds) * 1000;
}

/** Where the server says nothing: what lies idle for longer may have been forgotten by something in between. */
const usualIdleMs = 60_000;

/**
 * Keeps a socket that became idle until a second before its server would close it, so that no request runs into that.
 * Node does the same, but makes an object of all headers of every answer for it.
 */
function keepIdle(socket: KeptSocket): boolean {
  const keepMs = Math.min((socket[idleLimit] ?? Number.POSITIVE_INFINITY) - 1000, usualIdleMs);
  if (keepMs <= 0) return false;
  socket.setKeepAlive(true, 1000);
  socket.unref();
  if (socket.timeout !== keepMs) socket.setTimeout(keepMs);
  return true;
}

type OnSocket = (error: Error | null, stream: Duplex) => void;

/** Keeps connections to one plain host; gives up one that cannot be made in time. */
export class PlainAgent extends HttpAgent {
  readonly #settings: AgentSettings;

  constructor(settings: AgentSettings) {
    super({ keepAlive: true, maxSockets: settings.maxSockets });
    this.#settings = settings;
  }

  /** Every connection is alike, and the usual name is put together anew three times per request. */
  override getName(): string {
    return 'host';
  }

  override keepSocketAlive(socket: Duplex): boolean {
    return keepIdle(socket as Socket);
  }

  override createConnection(options: ClientRequestArgs, callback?: OnSocket): Duplex | null | undefined {
    return limitConnect(super.createConnection(options, callback), 'connect', this.#settings);
  }
}

/** The same over TLS 1.2 or later, with certificates that are always validated. */
export class SecureAgent extends HttpsAgent {
  readonly #settings: AgentSettings;

  constructor(settings: AgentSettings) {
    const { ca } = settings;
    super({
      keepAlive: true,
      maxSockets: settings.maxSockets,
      minVersion: 'TLSv1.2',
      // Said here, because the environment can otherwise switch validation off for the whole process.
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    });
    this.#settings = settings;
  }

  override getName(): string {
    return 'host';
  }

  override keepSocketAlive(socket: Duplex): boolean {
    return keepIdle(socket as Socket);
  }

  override createConnection(options: RequestOptions, callback?: OnSocket): Duplex | null | undefined {
    return limitConnect(super.createConnection(options, callback), 'secureConnect', this.#settings);
  }
}

/** A host that does not answer would hold the attempt for its whole time limit, minutes for a write. */
function limitConnect(
  socket: Duplex | null | undefined,
  event: 'connect' | 'secureConnect',
  settings: AgentSettings,
): Duplex | null | undefined {
  if (socket === null || socket === undefined) return socket;
  const stop = settings.clock.timer(settings.connectTimeoutMs, () => {
    const error = new Error(`no connection within ${settings.connectTimeoutMs} ms`);
    socket.destroy(Object.assign(error, { code: 'ETIMEDOUT', syscall: 'connect' }));
  });
  socket.once(event, stop);
  socket.once('close', stop);
  return socket;
}
