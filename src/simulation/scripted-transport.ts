import type { Call } from '../core/call.js';
import { HttpHeaders } from '../core/http/headers.js';
import {
  BodyTooLargeError,
  bufferedBody,
  type HttpRequest,
  type HttpResponse,
  type ResponseBody,
  type Transport,
} from '../core/http/message.js';
import { settle } from './manual-clock.js';

/** Headers of a scripted answer: a plain object, or headers as they are. */
export type ScriptedHeaders = HttpHeaders | Readonly<Record<string, string | undefined>>;

/**
 * A {@link Transport} for tests that read like a transcript: await the next request, assert on it, answer it.
 *
 * A request that is not answered hangs until its call is cancelled, as one to a silent server does.
 */
export class ScriptedTransport implements Transport {
  readonly #waiting: ScriptedExchange[] = [];
  readonly #takers: ((exchange: ScriptedExchange) => void)[] = [];
  #received = 0;
  #closed = false;

  send(request: HttpRequest, call: Call): Promise<HttpResponse> {
    this.#received += 1;
    const exchange = new ScriptedExchange(request, call);
    const taker = this.#takers.shift();
    if (taker === undefined) this.#waiting.push(exchange);
    else taker(exchange);
    return exchange.response;
  }

  close(): void {
    this.#closed = true;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many requests came in so far. */
  get received(): number {
    return this.#received;
  }

  /** The next request, in order of arrival; waits for it. Where none comes, the test runner's time limit ends the wait. */
  next(): Promise<ScriptedExchange> {
    const exchange = this.#waiting.shift();
    if (exchange !== undefined) return Promise.resolve(exchange);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Lets everything run that can run, then tells how many requests nobody has taken by {@link next}. */
  async untaken(): Promise<number> {
    await settle();
    return this.#waiting.length;
  }
}

/** One request that a test holds in its hands. */
export class ScriptedExchange {
  readonly request: HttpRequest;
  readonly call: Call;
  /** What the transport gave to its caller. */
  readonly response: Promise<HttpResponse>;
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: unknown) => void;
  readonly #forget: () => void;

  constructor(request: HttpRequest, call: Call) {
    this.request = request;
    this.call = call;
    let resolve: (response: HttpResponse) => void = () => {};
    let reject: (error: unknown) => void = () => {};
    this.response = new Promise((yes, no) => {
      resolve = yes;
      reject = no;
    });
    this.#resolve = resolve;
    this.#reject = reject;
    this.#forget = call.cancellation.onCancel(reject);
  }

  /** Whether the call was given up: by its caller, or by a time limit. */
  get cancelled(): boolean {
    return this.call.cancellation.cancelled;
  }

  /** A query parameter of the request, decoded. */
  query(name: string): string | undefined {
    const mark = this.request.target.indexOf('?');
    if (mark < 0) return undefined;
    return new URLSearchParams(this.request.target.slice(mark + 1)).get(name) ?? undefined;
  }

  /** Answers with a body in memory. */
  answer(status: number, headers: ScriptedHeaders = {}, body?: Uint8Array | string): void {
    this.#forget();
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    this.#resolve({ status, headers: toHeaders(headers), body: bufferedBody(bytes) });
  }

  /** Answers as the services refuse: the code in `x-ms-error-code` and in an XML body. */
  refuse(status: number, code: string, headers: Readonly<Record<string, string>> = {}): void {
    const xml = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}.</Message></Error>`;
    const isHead = this.request.method === 'HEAD';
    this.answer(
      status,
      {
        'x-ms-error-code': code,
        'x-ms-request-id': 'request-1',
        'content-type': 'application/xml',
        ...headers,
      },
      isHead ? undefined : xml,
    );
  }

  /** Answers with the headers now; the body comes when the test sends it. */
  stream(status: number, headers: ScriptedHeaders = {}): ScriptedBody {
    this.#forget();
    const body = new ScriptedBody(this.call);
    this.#resolve({ status, headers: toHeaders(headers), body });
    return body;
  }

  /** Fails as a transport does. */
  fail(error: unknown): void {
    this.#forget();
    this.#reject(error);
  }
}

function toHeaders(headers: ScriptedHeaders): HttpHeaders {
  return headers instanceof HttpHeaders ? headers : HttpHeaders.of(headers);
}

/** The body of an answer, sent piece by piece by a test. */
export class ScriptedBody implements ResponseBody {
  readonly buffered = undefined;
  readonly #chunks: Uint8Array[] = [];
  readonly #forget: () => void;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #discarded = false;
  #wake: (() => void) | undefined;

  constructor(call: Call) {
    this.#forget = call.cancellation.onCancel((reason) => this.fail(reason));
  }

  /** Whether the reader gave up the body. */
  get discarded(): boolean {
    return this.#discarded;
  }

  send(bytes: Uint8Array | string): void {
    this.#chunks.push(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
    this.#wake?.();
  }

  end(): void {
    this.#forget();
    this.#ended = true;
    this.#wake?.();
  }

  /** Breaks the body off with an error, after what was sent. */
  fail(error: unknown): void {
    this.#forget();
    this.#failure ??= { error };
    this.#wake?.();
  }

  async bytes(limitBytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of this) {
      parts.push(part);
      length += part.length;
      if (length > limitBytes) throw new BodyTooLargeError(limitBytes);
    }
    return Buffer.concat(parts);
  }

  discard(): void {
    this.#forget();
    this.#discarded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      while (!this.#discarded) {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) yield chunk;
        else if (this.#failure !== undefined) throw this.#failure.error;
        else if (this.#ended) return;
        else await this.#change();
      }
    } finally {
      if (!this.#ended) this.discard();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
