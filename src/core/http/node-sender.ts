import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Call } from '../call.js';
import { ConfigurationError } from '../errors.js';
import { type AgentSettings, noteKeepAlive, PlainAgent, SecureAgent } from './agents.js';
import { messageFlow } from './body-flow.js';
import { HttpHeaders } from './headers.js';
import { bufferedBody, type HttpRequest, type HttpResponse, isClientBody } from './message.js';
import { NodeBody } from './node-body.js';
import { expectLongAnswer, longBodyOf } from './receiver.js';
import { sendPieces } from './send-pieces.js';
import { socketFailure } from './socket-errors.js';

export type { AgentSettings as NodeSenderSettings };

/** What is known of a host, worked out once. */
interface Destination {
  readonly secure: boolean;
  readonly agent: PlainAgent | SecureAgent;
  readonly hostname: string;
  readonly port: number;
  /** The `Host` header. */
  readonly host: string;
}

/** Sends over `node:http` and `node:https`; what `createNodeTransport` makes uses it. */
export class NodeSender {
  readonly #settings: AgentSettings;
  readonly #destinations = new Map<string, Destination>();

  constructor(settings: AgentSettings) {
    this.#settings = settings;
  }

  send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const { cancellation } = call;
      cancellation.throwIfCancelled();
      const { body } = request;
      if (body !== undefined && !isClientBody(body)) {
        const message = 'the body of a request must be bytes, or something that can be read again';
        throw new ConfigurationError('InvalidRequest', message);
      }
      const outgoing = this.#open(request, call);
      if (request.method === 'GET') outgoing.once('socket', expectLongAnswer);
      const abort = (reason: unknown): void => {
        reject(reason);
        outgoing.destroy();
      };
      cancellation.add(abort);
      outgoing.on('response', (incoming) => {
        cancellation.remove(abort);
        resolve(answer(incoming, request, call));
      });
      // Without a listener Node closes the connection and tells nobody: the request would wait for its time limit.
      outgoing.on('upgrade', ({ rawHeaders, statusCode = 101 }: IncomingMessage, socket: Socket) => {
        cancellation.remove(abort);
        socket.destroy();
        resolve({ status: statusCode, headers: HttpHeaders.fromRaw(rawHeaders), body: bufferedBody() });
      });
      // Stays for the whole life of the request: a socket may fail after its answer, and then nobody else listens.
      outgoing.on('error', (error) => {
        cancellation.remove(abort);
        reject(socketFailure(error, wasConnected(outgoing), { request, call }));
      });
      if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
      else {
        sendPieces(outgoing, body).catch((error: unknown) => {
          cancellation.remove(abort);
          abort(error);
        });
      }
    });
  }

  close(): void {
    for (const { agent } of this.#destinations.values()) agent.destroy();
  }

  #open(request: HttpRequest, call: Call): ClientRequest {
    const { secure, agent, hostname, port, host } = this.#destination(request.origin);
    const headers = request.headers.toRaw();
    headers.push('Host', host);
    const length = missingLength(request);
    if (length !== undefined) headers.push('Content-Length', String(length));
    const options = { host: hostname, port, method: request.method, path: request.target, headers, agent };
    try {
      return secure ? httpsRequest(options) : httpRequest(options);
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
        agent: secure ? new SecureAgent(this.#settings) : new PlainAgent(this.#settings),
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
        host: url.host,
      };
      this.#destinations.set(origin, destination);
    }
    return destination;
  }
}

function answer(incoming: IncomingMessage, request: HttpRequest, call: Call): HttpResponse {
  const headers = HttpHeaders.fromRaw(incoming.rawHeaders);
  const status = incoming.statusCode ?? 0;
  noteKeepAlive(incoming.socket, headers.get('keep-alive'));
  if (request.method === 'HEAD' || headers.get('content-length') === '0') {
    incoming.resume();
    return { status, headers, body: bufferedBody() };
  }
  const long = longBodyOf(incoming);
  if (long !== undefined) headers.set('Content-Length', String(long.lentLength));
  const flow = long ?? messageFlow(incoming);
  return { status, headers, body: new NodeBody({ incoming, flow, request, call }) };
}

/** What `Content-Length` should say where nobody has said it; without it, a method with a body would be chunked. */
function missingLength({ method, headers, body }: HttpRequest): number | undefined {
  if (headers.has('content-length')) return undefined;
  if (isClientBody(body)) return body.length;
  return method === 'PUT' || method === 'POST' ? 0 : undefined;
}

/** False where it is certain that no byte of the request left: no socket yet, or one that did not get through. */
function wasConnected(outgoing: ClientRequest): boolean {
  const socket = outgoing.socket as (Socket & { readonly secureConnecting?: boolean }) | null;
  if (outgoing.reusedSocket) return true;
  return socket !== null && !socket.connecting && socket.secureConnecting !== true;
}
