import type { Call } from '../call.js';
import type { HttpHeaders } from './headers.js';

export type HttpMethod = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS';

/**
 * A body that is read while it is sent, and anew for every attempt. Each iteration gives all of it; the memory of a piece is
 * used again when the next one is asked for.
 */
export interface RepeatableBody extends AsyncIterable<Uint8Array> {
  /** In bytes. */
  readonly length: number;
}

/** What a client sends: bytes, or, where the transport says that it takes it, a body that can be read again. */
export type ClientBody = Uint8Array | RepeatableBody;

/** One HTTP request, for the client and the emulator alike. */
export interface HttpRequest {
  readonly method: string;
  /** `scheme://host[:port]`, without a path. */
  readonly origin: string;
  /** Path and query exactly as they stand in the request line, percent-encoded: signatures cover this text. */
  readonly target: string;
  readonly headers: HttpHeaders;
  /** Clients send what a retry can send again; a server receives a stream. */
  readonly body?: ClientBody | AsyncIterable<Uint8Array> | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: ResponseBody;
  /** On a refusal: the request as it went out, where the signing layer gave it another target. */
  readonly sentAs?: HttpRequest | undefined;
}

/**
 * Takes one piece of a body. The piece is lent: its memory is used again as soon as this returns, so whoever keeps it copies
 * it. When it gives a promise, the next piece comes after that is settled; what it throws ends the reading.
 */
export type TakePiece = (piece: Uint8Array) => Promise<void> | void;

/** The body of an answer. It is read once: by `bytes()`, by `pipe()`, by iterating, or not at all after `discard()`. */
export interface ResponseBody extends AsyncIterable<Uint8Array> {
  /** The whole body where it is in memory already. */
  readonly buffered: Uint8Array | undefined;
  /**
   * Reads the whole body.
   * @param limitBytes - Fails when the body is longer.
   */
  bytes(limitBytes: number): Promise<Uint8Array>;
  /**
   * Hands the body to `take` piece by piece, in order; ends when all of it is taken. After a failure nothing more is handed
   * out, and what was being taken has been. A transport may leave it out: its bodies are then iterated, which costs several
   * promises per piece.
   */
  pipe?(take: TakePiece): Promise<void>;
  /** Gives up the rest of the body; the connection is closed when it cannot be used again. */
  discard(): void;
  /**
   * Where a transport declares it (as `undefined`), a function set here is called whenever bytes arrive during
   * {@link bytes}, so that silence can be noticed. A body without it is read piece by piece instead.
   */
  onData?: (() => void) | undefined;
}

/** One step of the pipeline: takes a request, gives the answer. */
export type Send = (request: HttpRequest, call: Call) => Promise<HttpResponse>;

/** Wraps a step in another one. */
export type Layer = (next: Send) => Send;

/** Carries requests to a service. Implement it to use another HTTP stack, or to stand in for the service in tests. */
export interface Transport {
  /**
   * Sends one request and gives its answer as soon as the headers are there. The request is signed: `Authorization` is a secret,
   * and with a SAS so are `target` and the URLs of sources in headers. Log none of them.
   * Must end when `call.cancellation` is cancelled, also while the body is read, and must follow no redirect. A failure
   * must be a `NetworkError`, as only that is tried again and counted by the circuit breaker; others pass as they are.
   */
  send(request: HttpRequest, call: Call): Promise<HttpResponse>;
  /** Whether bodies may be {@link RepeatableBody}; otherwise they are always bytes. @defaultValue false */
  readonly takesRepeatable?: boolean | undefined;
  /** Closes idle connections. */
  close?(): void | Promise<void>;
}

const nothing = new Uint8Array(0);

class BufferedBody implements ResponseBody {
  readonly buffered: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.buffered = bytes;
  }

  bytes(limitBytes: number): Promise<Uint8Array> {
    if (this.buffered.length > limitBytes) return Promise.reject(new BodyTooLargeError(limitBytes));
    return Promise.resolve(this.buffered);
  }

  discard(): void {}

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.buffered.length > 0) yield this.buffered;
  }
}

const emptyBody = new BufferedBody(nothing);

/** Whether a body tells its length, and can be read again. */
export function isClientBody(body: HttpRequest['body']): body is ClientBody {
  return body !== undefined && 'length' in body;
}

/** Reads a body piece by piece, in the cheapest way that it has. */
export async function readPieces(body: ResponseBody, take: TakePiece): Promise<void> {
  if (body.pipe !== undefined) return body.pipe(take);
  for await (const piece of body) await take(piece);
}

/** A body that is in memory. */
export function bufferedBody(bytes?: Uint8Array): ResponseBody {
  return bytes === undefined || bytes.length === 0 ? emptyBody : new BufferedBody(bytes);
}

/** Thrown by {@link ResponseBody.bytes} when a body is longer than the reader allows. */
export class BodyTooLargeError extends Error {
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`the body is longer than the ${limitBytes} bytes that were allowed for it`);
    this.name = 'BodyTooLargeError';
    this.limitBytes = limitBytes;
  }
}
