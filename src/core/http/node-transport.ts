import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Call } from '../call.js';
import { ConfigurationError } from '../errors.js';
import { HttpHeaders } from './headers.js';
import { bufferedBody, type HttpRequest, type HttpResponse, type Transport } from './message.js';
import { NodeBody } from './node-body.js';
import { socketFailure } from './socket-errors.js';

/** Options of {@link createNodeTransport}. */
export interface NodeTransportOptions {
  /** Connections per host at most; further requests wait. Limits: 1 to 65 535. @defaultValue 256 */
  readonly maxSockets?: number | undefined;
  /** Certificates of authorities to trust instead of the usual ones, PEM. Validation itself cannot be switched off. */
  readonly ca?: string | readonly string[] | undefined;
}

/**
 * A transport over `node:http` and `node:https` that keeps connections. TLS 1.2 at least, certificates are always
 * validated, redirects are not followed.
 */
export function createNodeTransport(options: NodeTransportOptions = {}): Transport {
  return new NodeTransport(options);
}

/** What is known of a host, worked out once. */
interface Destination {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  /** The `Host` header. */
  readonly host: string;
}

class NodeTransport implements Transport {
  readonly #options: NodeTransportOptions;
  readonly #destinations = new Map<string, Destination>();
  #plain: HttpAgent | undefined;
  #secure: HttpsAgent | undefined;
  #closed = false;

  constructor(options: NodeTransportOptions) {
    this.#options = options;
  }

  send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new ConfigurationError('InvalidOption', 'the client is closed');
      const { cancellation } = call;
      cancellation.throwIfCancelled();
      const outgoing = this.#open(request, call);
      const abort = (reason: unknown): void => {
        reject(reason);
        outgoing.destroy();
      };
      cancellation.add(abort);
      outgoing.on('response', (incoming) => {
        cancellation.remove(abort);
        resolve(answer(incoming, request, call));
      });
      // Stays for the whole life of the request: a socket may fail after its answer, and then nobody else listens.
      outgoing.on('error', (error) => {
        cancellation.remove(abort);
        reject(socketFailure(error, wasConnected(outgoing), { request, call }));
      });
      outgoing.end(request.body);
    });
  }

  close(): void {
    this.#closed = true;
    this.#plain?.destroy();
    this.#secure?.destroy();
  }

  #open(request: HttpRequest, call: Call): ClientRequest {
    const { secure, hostname, port, host } = this.#destination(request.origin);
    const headers = request.headers.toRaw();
    headers.push('Host', host);
    const options = { host: hostname, port, method: request.method, path: request.target, headers };
    try {
      return secure
        ? httpsRequest({ ...options, agent: this.#secureAgent() })
        : httpRequest({ ...options, agent: this.#plainAgent() });
    } catch (error) {
      throw socketFailure(error, false, { request, call });
    }
  }

  #destination(origin: string): Destination {
    let destination = this.#destinations.get(origin);
    if (destination === undefined) {
      const url = new URL(origin);
      const secure = url.protocol === 'https:';
      destination = {
        secure,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
        host: url.host,
      };
      this.#destinations.set(origin, destination);
    }
    return destination;
  }

  #plainAgent(): HttpAgent {
    this.#plain ??= new HttpAgent({ keepAlive: true, maxSockets: this.#options.maxSockets ?? 256 });
    return this.#plain;
  }

  #secureAgent(): HttpsAgent {
    const { ca } = this.#options;
    this.#secure ??= new HttpsAgent({
      keepAlive: true,
      maxSockets: this.#options.maxSockets ?? 256,
      minVersion: 'TLSv1.2',
      // Said here, because the environment can otherwise switch validation off for the whole process.
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    });
    return this.#secure;
  }
}

function answer(incoming: IncomingMessage, request: HttpRequest, call: Call): HttpResponse {
  const headers = HttpHeaders.fromRaw(incoming.rawHeaders);
  const status = incoming.statusCode ?? 0;
  if (request.method === 'HEAD' || headers.get('content-length') === '0') {
    incoming.resume();
    return { status, headers, body: bufferedBody() };
  }
  return { status, headers, body: new NodeBody(incoming, request, call) };
}

/** False where it is certain that no byte of the request left: no socket yet, or one that did not get through. */
function wasConnected(outgoing: ClientRequest): boolean {
  const socket = outgoing.socket as (Socket & { readonly secureConnecting?: boolean }) | null;
  if (outgoing.reusedSocket) return true;
  return socket !== null && !socket.connecting && socket.secureConnecting !== true;
}
