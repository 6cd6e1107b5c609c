import { type ClientRequest, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.js';
import { ReceiveBuffer, Receiver } from './receiver.js';

/** What the agents are made from. */
export interface AgentSettings {
  readonly maxSockets: number;
  readonly connectTimeoutMs: number;
  readonly ca: string | readonly string[] | undefined;
  readonly clock: Clock;
}

/** What is known of a socket that is kept. */
interface Idleness {
  /** How long it may lie idle, in milliseconds. */
  keepMs: number;
  /** Since when it does; negative while it is in use. */
  since: number;
  stopTimer: (() => void) | undefined;
}

const idleness = Symbol('idleness');
type KeptSocket = Socket & { [idleness]?: Idleness };

/** Where the server says nothing: what lies idle for longer may have been forgotten by something in between. */
const usualKeepMs = 60_000;

function idlenessOf(socket: KeptSocket): Idleness {
  socket[idleness] ??= { keepMs: usualKeepMs, since: -1, stopTimer: undefined };
  return socket[idleness];
}

/**
 * Takes down what a server says in a `Keep-Alive` header (`timeout=5` in seconds): the socket is given up a second
 * before the server does, so that no request runs into that. Node does the same, but makes an object of all headers of
 * every answer for it.
 */
export function noteKeepAlive(socket: Socket, header: string | undefined): void {
  const seconds = header === undefined ? undefined : /\btimeout=(\d{1,6})\b/i.exec(header)?.[1];
  if (seconds === undefined) return;
  idlenessOf(socket).keepMs = Math.min(Number(seconds) * 1000 - 1000, usualKeepMs);
}

function keepIdle(socket: Socket, clock: Clock): boolean {
  const state = idlenessOf(socket);
  if (state.keepMs <= 0) return false;
  socket.setKeepAlive(true, 1000);
  socket.unref();
  state.since = clock.monotonic();
  // One timer serves many short idle times: it is not restarted with each, but looks when it fires.
  if (state.stopTimer === undefined) watchIdle(socket, clock, state.keepMs);
  return true;
}

function watchIdle(socket: Socket, clock: Clock, ms: number): void {
  const state = idlenessOf(socket);
  const stop = clock.timer(ms, () => {
    state.stopTimer = undefined;
    socket.off('close', stop);
    if (state.since < 0) return;
    const left = state.since + state.keepMs - clock.monotonic();
    if (left > 0) watchIdle(socket, clock, left);
    else socket.destroy();
  });
  state.stopTimer = stop;
  socket.once('close', stop);
}

function isIdle(socket: Socket | undefined): boolean {
  return socket !== undefined && idlenessOf(socket).since >= 0;
}

function useAgain(socket: Socket): void {
  idlenessOf(socket).since = -1;
}

type OnSocket = (error: Error | null, stream: Duplex) => void;

/** Keeps connections to one plain host; gives up one that cannot be made in time. */
export class PlainAgent extends HttpAgent {
  readonly #settings: AgentSettings;
  readonly #buffer = new ReceiveBuffer();

  constructor(settings: AgentSettings) {
    super({ keepAlive: true, maxSockets: settings.maxSockets });
    this.#settings = settings;
  }

  /** Every connection is alike, and the usual name is put together anew three times per request. */
  override getName(): string {
    return 'host';
  }

  override keepSocketAlive(socket: Duplex): boolean {
    return keepIdle(socket as Socket, this.#settings.clock);
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    useAgain(socket as Socket);
  }

  override createConnection(options: ClientRequestArgs, callback?: OnSocket): Duplex | null | undefined {
    const make = (more: object) => super.createConnection({ ...options, ...more }, callback);
    return limitConnect(receiving(make, this.#buffer), 'connect', this.#settings);
  }
}

/** The same over TLS 1.2 or later, with certificates that are always validated. */
export class SecureAgent extends HttpsAgent {
  readonly #settings: AgentSettings;
  readonly #buffer = new ReceiveBuffer();

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
    return keepIdle(socket as Socket, this.#settings.clock);
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request);
    useAgain(socket as Socket);
  }

  override createConnection(options: RequestOptions, callback?: OnSocket): Duplex | null | undefined {
    const make = (more: object) => super.createConnection({ ...options, ...more }, callback);
    return limitConnect(receiving(make, this.#buffer), 'secureConnect', this.#settings);
  }
}

/** Makes a socket that reads through a {@link Receiver}. */
function receiving(
  make: (options: object) => Duplex | null | undefined,
  buffer: ReceiveBuffer,
): Duplex | null | undefined {
  if (!buffer.usable) return make({});
  let socket: Duplex | null | undefined;
  const receiver = new Receiver(buffer, () => isIdle(socket as Socket | undefined));
  socket = make({ onread: receiver.onread });
  if (socket) receiver.attach(socket as Socket);
  return socket;
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
