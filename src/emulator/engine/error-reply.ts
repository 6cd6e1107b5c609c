import { HttpHeaders } from '../../core/http/headers.js';
import { formatTicks, ticksOf } from '../../core/wire/dates.js';
import { xmlElement } from '../../core/wire/xml.js';
import type { Reply } from './reply.js';
import type { Refusal } from './service-errors.js';

/** What an error document names beside the refusal itself. */
export interface ErrorOccasion {
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly method: string;
}

/** The answer to a refused request: code as header, and as a document unless the request was a HEAD. */
export function errorReply(refusal: Refusal, occasion: ErrorOccasion): Reply {
  const { extras = {}, headers: more = {}, frontEnd = false } = refusal.details;
  const headers = HttpHeaders.of(more);
  if (frontEnd !== true) headers.set('x-ms-error-code', refusal.code);
  if (occasion.method === 'HEAD') return { status: refusal.status, headers };
  headers.set('Content-Type', 'application/xml');
  const time = formatTicks(ticksOf(occasion.now));
  const message = `${refusal.message}\nRequestId:${occasion.requestId}\nTime:${time}`;
  let document = `\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>${refusal.code}</Code>${xmlElement('Message', message)}`;
  for (const name in extras) document += xmlElement(name, extras[name] ?? '');
  return { status: refusal.status, headers, body: Buffer.from(`${document}</Error>`, 'utf8') };
}
