import type { Call } from '../../src/core/call.js';
import { NetworkError } from '../../src/core/errors.js';
import { HttpHeaders } from '../../src/core/http/headers.js';
import {
  bufferedBody,
  type HttpRequest,
  type HttpResponse,
  type ResponseBody,
  type Transport,
} from '../../src/core/http/message.js';

/** One request on its way. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly call: Call;
  /** Lets it be carried out, as it is or otherwise. */
  next(request?: HttpRequest): Promise<HttpResponse>;
}

/** What becomes of a request instead. */
export type Fault = (exchange: Exchange) => Promise<HttpResponse>;

/** A transport that does to chosen requests what networks and services do, and counts what is left open. */
export class FaultTransport implements Transport {
  readonly #inner: Transport;
  readonly #open = new Set<object>();
  /** Which requests the fault is for. */
  concerns: (request: HttpRequest) => boolean = () => false;
  /** Which of those have the fault, counted from 1. */
  hits: (count: number) => boolean = () => true;
  fault: Fault = ({ next }) => next();
  #count = 0;

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  /** Bodies that are neither read to their end nor given up. */
  get openBodies(): number {
    return this.#open.size;
  }

  /** How many of the chosen requests there were. */
  get count(): number {
    return this.#count;
  }

  async send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    const next = (other = request) => this.#inner.send(other, call);
    if (!this.concerns(request)) return this.#watched(await next(), call);
    this.#count += 1;
    const response = this.hits(this.#count) ? await this.fault({ request, call, next }) : await next();
    return this.#watched(response, call);
  }

  #watched(response: HttpResponse, call: Call): HttpResponse {
    const { body } = response;
    // Also what is in memory: over a socket it would not be.
    if (body.buffered?.length === 0) return response;
    const open = {};
    this.#open.add(open);
    const done = () => void this.#open.delete(open);
    call.cancellation.onCancel(done);
    const watched: ResponseBody = {
      buffered: undefined,
      bytes: (limit) => body.bytes(limit).finally(done),
      discard: () => {
        done();
        body.discard();
      },
      async *[Symbol.asyncIterator]() {
        try {
          yield* body;
        } finally {
          done();
        }
      },
    };
    return { ...response, body: watched };
  }
}

const lost = (mayHaveBeenSent: boolean) =>
  new NetworkError('ConnectionFailed', 'the connection was lost', { retryable: true, mayHaveBeenSent });

/** The connection cannot be made. */
export const unreachable: Fault = async () => {
  throw lost(false);
};

/** The connection is reset before the service has got all of the request. */
export const resetBefore: Fault = async () => {
  throw lost(true);
};

/** The service does it, and the answer is lost. */
export const lostAnswer: Fault = async ({ next }) => {
  (await next()).body.discard();
  throw lost(true);
};

/** No answer ever comes. */
export const stall: Fault = ({ call }) =>
  new Promise((_, reject) => {
    call.cancellation.onCancel(reject);
  });

/** The service does it, and its answer never comes. */
export const stallAfter: Fault = async (exchange) => {
  (await exchange.next()).body.discard();
  return stall(exchange);
};

/** The service says no. */
export function refusal(status: number, code: string, more: Readonly<Record<string, string>> = {}): Fault {
  return async () => ({
    status,
    headers: HttpHeaders.of({ 'x-ms-error-code': code, 'x-ms-request-id': 'made-up', ...more }),
    body: bufferedBody(),
  });
}

/** The same after it was done. */
export function refusalAfter(status: number, code: string): Fault {
  return async (exchange) => {
    (await exchange.next()).body.discard();
    return refusal(status, code)(exchange);
  };
}

/** How many bytes of a body come, given how many there are. */
export type Amount = (length: number) => number;

type End = 'reset' | 'end' | 'stall' | 'deaf';

/** A body of which only some bytes come; then it is reset, ends as if it were whole, or gives nothing more. */
export function cutBody(amount: Amount, end: End): Fault {
  return async ({ next, call }) => {
    const response = await next();
    const bytes = await response.body.bytes(2 ** 26);
    const part = bytes.slice(0, amount(bytes.length));
    return { ...response, body: endingBody(part, end, call) };
  };
}

function endingBody(part: Uint8Array, end: End, call: Call): ResponseBody {
  const body: ResponseBody = {
    buffered: undefined,
    async bytes() {
      const pieces: Uint8Array[] = [];
      for await (const piece of body) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    discard: () => {},
    async *[Symbol.asyncIterator]() {
      // In two pieces, so that there is something between them.
      const middle = Math.floor(part.length / 2);
      for (const piece of [part.subarray(0, middle), part.subarray(middle)])
        if (piece.length > 0) yield piece;
      if (end === 'reset') throw lost(true);
      if (end === 'stall') await new Promise((_, reject) => call.cancellation.onCancel(reject));
      if (end === 'deaf') await new Promise(() => {});
    },
  };
  return body;
}

/** A body with bytes behind its end. */
export const longBody: Fault = async ({ next }) => {
  const response = await next();
  const bytes = await response.body.bytes(2 ** 26);
  return { ...response, body: bufferedBody(Buffer.concat([bytes, Uint8Array.of(1)])) };
};

/** One bit of the answer is another. */
export const flippedAnswer: Fault = async ({ next }) => {
  const response = await next();
  return { ...response, body: bufferedBody(flipped(await response.body.bytes(2 ** 26))) };
};

/** One bit of the request is another when it arrives. */
export const flippedRequest: Fault = ({ request, next }) => {
  const { body } = request;
  return next(body instanceof Uint8Array ? { ...request, body: flipped(body) } : request);
};

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 1;
  return copy;
}

/** Headers of the answer are others. */
export function changedHeaders(changes: Readonly<Record<string, string | undefined>>): Fault {
  return async ({ next }) => {
    const response = await next();
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) response.headers.delete(name);
      else response.headers.set(name, value);
    }
    return response;
  };
}
