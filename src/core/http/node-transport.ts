import type { Call } from '../call.js';
import { type Clock, systemClock } from '../clock.js';
import { ConfigurationError } from '../errors.js';
import { checkKeys, checkNumber, invalidOption } from '../option-checks.js';
import type { HttpRequest, HttpResponse, Transport } from './message.js';
import type { NodeSender, NodeSenderSettings } from './node-sender.js';

/** Options of {@link createNodeTransport}. */
export interface NodeTransportOptions {
  /** Connections per host at most; further requests wait. Limits: 1 to 65 535. @defaultValue 256 */
  readonly maxSockets?: number | undefined;
  /** How long making a connection may take, TLS included, in milliseconds. Limits: 1 to 10 minutes. @defaultValue 10 000 */
  readonly connectTimeoutMs?: number | undefined;
  /** Certificates of authorities to trust instead of the usual ones, PEM. Validation itself cannot be switched off. */
  readonly ca?: string | readonly string[] | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * A transport over `node:http` and `node:https` that keeps connections. TLS 1.2 at least, certificates are always
 * validated, redirects are not followed.
 */
export function createNodeTransport(options: NodeTransportOptions = {}): Transport {
  return new NodeTransport(resolve(options));
}

function resolve(user: NodeTransportOptions): NodeSenderSettings {
  checkKeys(user, 'transport options', ['maxSockets', 'connectTimeoutMs', 'ca', 'clock']);
  const { maxSockets, connectTimeoutMs, ca, clock } = user;
  const texts = ca === undefined || typeof ca === 'string' ? [] : ca;
  if (!Array.isArray(texts) || texts.some((text) => typeof text !== 'string')) {
    throw invalidOption('ca must be a text in PEM, or a list of such texts');
  }
  return {
    maxSockets: checkNumber(maxSockets ?? 256, 'maxSockets', { least: 1, most: 65_535, integer: true }),
    connectTimeoutMs: checkNumber(connectTimeoutMs ?? 10_000, 'connectTimeoutMs', {
      least: 1,
      most: 600_000,
    }),
    ca,
    clock: clock ?? systemClock,
  };
}

/** Loads what sends with the first request: node:http and node:https are a third of what importing the client takes. */
class NodeTransport implements Transport {
  readonly takesRepeatable = true;
  readonly #settings: NodeSenderSettings;
  #loading: Promise<NodeSender> | undefined;
  #sender: NodeSender | undefined;
  #closed = false;

  constructor(settings: NodeSenderSettings) {
    this.#settings = settings;
  }

  send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    if (this.#closed) return Promise.reject(new ConfigurationError('InvalidOption', 'the client is closed'));
    if (this.#sender !== undefined) return this.#sender.send(request, call);
    this.#loading ??= this.#load();
    return this.#loading.then((sender) => {
      if (this.#closed) throw new ConfigurationError('InvalidOption', 'the client is closed');
      return sender.send(request, call);
    });
  }

  close(): void {
    this.#closed = true;
    this.#sender?.close();
  }

  async #load(): Promise<NodeSender> {
    const { NodeSender } = await import('./node-sender.js');
    this.#sender = new NodeSender(this.#settings);
    return this.#sender;
  }
}
