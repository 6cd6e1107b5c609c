import type { Call } from '../../src/core/call.js';
import type { HttpRequest, HttpResponse, Transport } from '../../src/core/http/message.js';

/** Gives an answer of its own, throws, or lets the request go on with `next`. */
export type Interceptor = (
  request: HttpRequest,
  next: () => Promise<HttpResponse>,
  call: Call,
) => Promise<HttpResponse>;

/** A transport in which a test can stand between client and service, and which remembers what was sent. */
export class InterceptedTransport implements Transport {
  readonly #inner: Transport;
  /** Method and target of every request that was sent, in order. */
  readonly sent: string[] = [];
  intercept: Interceptor = (_request, next) => next();

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    this.sent.push(`${request.method} ${request.target}`);
    return this.intercept(request, () => this.#inner.send(request, call), call);
  }
}
