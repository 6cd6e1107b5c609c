import type { HttpRequest } from '../../core/http/message.js';
import type { OperationRow } from './context.js';
import { invalidHeader, Refusal } from './service-errors.js';

const nothing = new Uint8Array(0);

/**
 * Reads the body of a request into memory of its own.
 * @throws {Refusal} `RequestBodyTooLarge` before reading; `MissingContentLengthHeader` when the length is not told;
 * `InvalidHeaderValue` when the length is no number or not the one of the body.
 */
export async function readBody(request: HttpRequest, row: OperationRow): Promise<Uint8Array> {
  const { body, headers } = request;
  const text = headers.get('content-length');
  if (text === undefined) {
    if (headers.has('transfer-encoding') && body !== undefined)
      throw new Refusal('MissingContentLengthHeader');
    return body instanceof Uint8Array ? Uint8Array.prototype.slice.call(body) : nothing;
  }
  if (!/^\d{1,15}$/.test(text)) throw invalidHeader('Content-Length', text);
  const length = Number(text);
  if (length === 0) return nothing;
  const limit = row.bodyLimit ?? 0;
  if (length > limit) throw new Refusal('RequestBodyTooLarge', { extras: { MaxLimit: String(limit) } });
  const bytes = Buffer.allocUnsafeSlow(length);
  const read = await fill(bytes, body).catch(() => 0);
  if (read !== length) throw invalidHeader('Content-Length', text);
  return bytes;
}

/** Copies a body into a buffer; gives its length, however long it is. */
async function fill(bytes: Uint8Array, body: HttpRequest['body']): Promise<number> {
  if (body === undefined) return 0;
  let at = 0;
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    if (at + piece.length <= bytes.length) bytes.set(piece, at);
    at += piece.length;
  }
  return at;
}
