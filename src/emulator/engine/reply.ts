import { HttpHeaders } from '../../core/http/headers.js';
import {
  BodyTooLargeError,
  bufferedBody,
  type HttpResponse,
  type ResponseBody,
} from '../../core/http/message.js';
import type { ByteRange } from '../../core/wire/byte-range.js';
import type { Content } from '../store/store.js';

/** Bytes of a file as the body of an answer. */
export interface ContentBody {
  readonly content: Content;
  readonly range: ByteRange;
}

/** What a handler answers; the engine adds what every answer has. */
export interface Reply {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body?: Uint8Array | ContentBody | undefined;
}

/** An answer without a body. */
export function emptyReply(status: number, headers: HttpHeaders = new HttpHeaders()): Reply {
  return { status, headers };
}

/** An answer with a document; the service begins each one with a byte order mark. */
export function xmlReply(document: string, headers: HttpHeaders = new HttpHeaders(), status = 200): Reply {
  headers.set('Content-Type', 'application/xml');
  return {
    status,
    headers,
    body: Buffer.from(`\ufeff<?xml version="1.0" encoding="utf-8"?>${document}`, 'utf8'),
  };
}

/** Bodies up to this many bytes are handed out in one piece. */
const pieceBytes = 64 * 1024;

/** Turns what a handler answered into what goes out, with its length. */
export function finishReply(reply: Reply): HttpResponse {
  const { status, headers, body } = reply;
  if (body === undefined) {
    if (!headers.has('Content-Length') && status !== 204) headers.set('Content-Length', '0');
    return { status, headers, body: bufferedBody() };
  }
  if (body instanceof Uint8Array) {
    headers.set('Content-Length', String(body.length));
    return { status, headers, body: bufferedBody(body) };
  }
  const length = body.range.end - body.range.start;
  headers.set('Content-Length', String(length));
  return {
    status,
    headers,
    body: length <= pieceBytes ? bufferedBody(gathered(body, length)) : new PiecewiseBody(body),
  };
}

function gathered(body: ContentBody, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of body.content.read(body.range)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A long body, handed out piece by piece; later writes to the file do not show in it. */
class PiecewiseBody implements ResponseBody {
  readonly buffered = undefined;
  readonly #body: ContentBody;

  constructor(body: ContentBody) {
    this.#body = body;
  }

  bytes(limitBytes: number): Promise<Uint8Array> {
    const length = this.#body.range.end - this.#body.range.start;
    if (length > limitBytes) return Promise.reject(new BodyTooLargeError(limitBytes));
    return Promise.resolve(gathered(this.#body, length));
  }

  discard(): void {}

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    yield* this.#body.content.read(this.#body.range);
  }
}
