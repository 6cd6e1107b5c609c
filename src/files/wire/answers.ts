import { ServerError } from '../../core/errors.js';
import type { HttpHeaders } from '../../core/http/headers.js';
import type { HttpResponse } from '../../core/http/message.js';
import { excerpt } from '../../core/printable.js';
import { parseRfc1123 } from '../../core/wire/dates.js';
import { requestIdOf } from '../../core/wire/service-error.js';
import { parseXml, type XmlElement, XmlError } from '../../core/wire/xml.js';
import type { ChangeResult, LeaseProperties } from '../types.js';
import { smbProperties } from './smb-wire.js';

/** An answer that the service should never give. */
export function unexpected(what: string, response?: HttpResponse, cause?: unknown): ServerError {
  const requestId = response && requestIdOf(response.headers);
  const told = requestId === undefined ? '' : ` (request id ${requestId})`;
  return new ServerError(
    'UnexpectedAnswer',
    `the service gave an answer that makes no sense: ${excerpt(what, 300)}${told}`,
    {
      status: response?.status,
      requestId,
      cause,
    },
  );
}

/** The body of an answer that was read into memory within its attempt. */
export function bufferedBytes(response: HttpResponse): Uint8Array {
  const bytes = response.body.buffered;
  if (bytes === undefined) throw unexpected('the body did not come with it', response);
  return bytes;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The same as text, without a byte order mark. */
export function bufferedText(response: HttpResponse): string {
  try {
    return utf8.decode(bufferedBytes(response));
  } catch (cause) {
    throw unexpected('the body is no UTF-8', response, cause);
  }
}

/** A page of 5,000 shares with much metadata stays below. */
const mostNodes = 1_000_000;

/**
 * The root of a document.
 * @param maxLength - In UTF-16 units. @defaultValue 64 MiB
 */
export function documentOf(response: HttpResponse, name: string, maxLength = 64 * 1024 * 1024): XmlElement {
  let root: XmlElement;
  try {
    root = parseXml(bufferedText(response), { maxLength, maxNodes: mostNodes });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw unexpected(error.message, response, error);
  }
  if (root.name !== name) throw unexpected(`a document ${root.name} instead of ${name}`, response);
  return root;
}

export function requiredHeader(response: HttpResponse, name: string): string {
  const value = response.headers.get(name);
  if (value === undefined) throw unexpected(`the header ${name} is missing`, response);
  return value;
}

/** A number of bytes or the like: an integer that fits into a double. */
export function requiredNumber(response: HttpResponse, name: string): number {
  const value = integerOf(requiredHeader(response, name));
  if (value === undefined) throw unexpected(`the header ${name} is no number`, response);
  return value;
}

export function integerOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

export function lastModifiedOf(response: HttpResponse): Date {
  const time = parseRfc1123(requiredHeader(response, 'last-modified'));
  if (time === undefined) throw unexpected('the header last-modified is no date', response);
  return new Date(time);
}

export function etagOf(response: HttpResponse): string {
  return requiredHeader(response, 'etag');
}

/** The new version after a change. */
export function changeResult(response: HttpResponse): ChangeResult {
  return {
    etag: etagOf(response),
    lastModified: lastModifiedOf(response),
    smb: smbProperties(response.headers),
  };
}

/** Whether something is leased; `undefined` where the answer does not say. */
export function leaseProperties(headers: HttpHeaders): LeaseProperties | undefined {
  return leaseOf({
    state: headers.get('x-ms-lease-state'),
    status: headers.get('x-ms-lease-status'),
    duration: headers.get('x-ms-lease-duration'),
  });
}

const states = ['available', 'leased', 'breaking', 'broken', 'expired'] as const;
const statuses = ['locked', 'unlocked'] as const;
const durations = ['infinite', 'fixed'] as const;

/** The same from texts of the service; what none of the words is, is told as nothing. */
export function leaseOf(texts: {
  state: string | undefined;
  status: string | undefined;
  duration: string | undefined;
}): LeaseProperties | undefined {
  const state = states.find((each) => each === texts.state);
  const status = statuses.find((each) => each === texts.status);
  const duration = durations.find((each) => each === texts.duration);
  if (state === undefined || status === undefined) return undefined;
  return { state, status, ...(duration !== undefined && { duration }) };
}
