import type { Call } from '../call.js';
import { ServerError } from '../errors.js';
import { checkKeys, invalidOption } from '../option-checks.js';
import { redactUrl } from '../redact.js';
import { HttpHeaders } from './headers.js';
import {
  BodyTooLargeError,
  bufferedBody,
  type HttpRequest,
  type HttpResponse,
  type ResponseBody,
  type Transport,
} from './message.js';
import { socketFailure } from './socket-errors.js';
import { concatenate } from './watched-body.js';

/** Options of {@link createFetchTransport}. */
export interface FetchTransportOptions {
  /** @defaultValue the runtime's own `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * A transport over `fetch`, for runtimes without `node:http`. What `fetch` itself brings along: names of metadata
 * arrive in lower case; a body stored with a `Content-Encoding` that `fetch` decodes by itself (`gzip`, `br`, ...) is refused, because its
 * bytes would not be those of the file; TLS is the runtime's matter. Redirects are not followed.
 */
export function createFetchTransport(options: FetchTransportOptions = {}): Transport {
  checkKeys(options, 'transport options', ['fetch']);
  if (options.fetch !== undefined && typeof options.fetch !== 'function') {
    throw invalidOption(`fetch must be a function, got ${typeof options.fetch}`);
  }
  const send = options.fetch ?? globalThis.fetch;
  return { send: (request, call) => exchange(send, request, call) };
}

async function exchange(
  send: typeof globalThis.fetch,
  request: HttpRequest,
  call: Call,
): Promise<HttpResponse> {
  const { cancellation } = call;
  cancellation.throwIfCancelled();
  // A controller of its own: one that outlives the request would keep what fetch hangs on its signal.
  const controller = new AbortController();
  const abort = (reason: unknown) => controller.abort(reason);
  const forget = () => cancellation.remove(abort);
  cancellation.add(abort);
  try {
    const response = await send(request.origin + request.target, init(request, controller.signal));
    return answer(response, { request, call, forget });
  } catch (error) {
    forget();
    cancellation.throwIfCancelled();
    throw failure(error, { request, call });
  }
}

function init(request: HttpRequest, signal: AbortSignal): RequestInit {
  const headers: [string, string][] = [];
  for (const [name, value] of request.headers) {
    // fetch computes it from the body, and refuses to be told.
    if (name.toLowerCase() !== 'content-length') headers.push([name, value]);
  }
  const { method, body } = request;
  return {
    method,
    headers,
    signal,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
  };
}

interface Exchange {
  readonly request: HttpRequest;
  readonly call: Call;
  readonly forget: () => void;
}

const decodedByFetch = /\b(gzip|x-gzip|deflate|br|zstd)\b/i;

function answer(response: Response, exchange: Exchange): HttpResponse {
  const { request, call, forget } = exchange;
  const headers = new HttpHeaders();
  for (const [name, value] of response.headers) headers.set(name, value);
  const { status, body } = response;
  if (body === null || request.method === 'HEAD') {
    forget();
    return { status, headers, body: bufferedBody() };
  }
  if (decodedByFetch.test(headers.get('content-encoding') ?? '')) {
    void body.cancel().catch(() => {});
    throw new ServerError(
      'UnexpectedAnswer',
      `${call.operation.name} failed: the body is stored with Content-Encoding ${headers.get('content-encoding')}, which fetch decodes, so that the bytes would not be those of the file; use the transport over node:http; ${request.method} ${redactUrl(request.origin, request.target)}`,
      { status, operation: call.operation.name },
    );
  }
  return { status, headers, body: new FetchBody(body, contentLength(headers), exchange) };
}

function contentLength(headers: HttpHeaders): number | undefined {
  const text = headers.get('content-length');
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

class FetchBody implements ResponseBody {
  readonly buffered = undefined;
  readonly #stream: ReadableStream<Uint8Array>;
  readonly #expected: number | undefined;
  readonly #exchange: Exchange;

  constructor(stream: ReadableStream<Uint8Array>, expected: number | undefined, exchange: Exchange) {
    this.#stream = stream;
    this.#expected = expected;
    this.#exchange = exchange;
  }

  async bytes(limitBytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of this) {
      parts.push(part);
      length += part.length;
      if (length > limitBytes) throw new BodyTooLargeError(limitBytes);
    }
    return concatenate(parts, length);
  }

  discard(): void {
    this.#exchange.forget();
    // A stream that is being read cannot be cancelled here; its reader does that when it stops.
    if (!this.#stream.locked) void this.#stream.cancel().catch(() => {});
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const reader = this.#stream.getReader();
    let received = 0;
    let complete = false;
    try {
      for (;;) {
        const { done, value } = await this.#read(reader);
        if (done) break;
        received += value.length;
        yield value;
      }
      complete = true;
      if (this.#expected !== undefined && received !== this.#expected) {
        throw failure(
          { message: `the body ended after ${received} of ${this.#expected} bytes` },
          this.#exchange,
          true,
        );
      }
    } finally {
      if (!complete) void reader.cancel().catch(() => {});
      this.#exchange.forget();
    }
  }

  async #read(
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ): ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> {
    try {
      return await reader.read();
    } catch (error) {
      this.#exchange.call.cancellation.throwIfCancelled();
      throw failure(error, this.#exchange, true);
    }
  }
}

const neverConnected: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
]);

/** fetch hides what happened in the cause of a TypeError. */
function failure(error: unknown, context: Pick<Exchange, 'request' | 'call'>, connected?: boolean): unknown {
  if (error instanceof ServerError) return error;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return socketFailure(cause, connected ?? !neverConnected.has(code), context);
}
