import type { HttpHeaders } from '../http/headers.js';
import { parseRfc1123 } from './dates.js';
import { parseXml, type XmlElement, xmlText } from './xml.js';

/** What an answer says of a failure. */
export interface ServiceErrorDocument {
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** The elements beside code and message, such as `HeaderName` or `AuthenticationErrorDetail`. */
  readonly extras: Readonly<Record<string, string>>;
}

const nothing: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Reads an error answer: the code from `x-ms-error-code`, else from the XML document. A body that is empty or not such a
 * document (a proxy's page, say) gives no message; that is no failure of its own.
 */
export function readServiceError(headers: HttpHeaders, body: Uint8Array): ServiceErrorDocument {
  const document = body.length === 0 ? undefined : parseErrorDocument(body);
  return {
    code: headers.get('x-ms-error-code') ?? document?.code,
    message: document?.message,
    extras: document?.extras ?? nothing,
  };
}

function parseErrorDocument(body: Uint8Array): ServiceErrorDocument | undefined {
  const root = tryParse(body);
  if (root?.name !== 'Error') return undefined;
  const extras: Record<string, string> = {};
  for (const { name, text } of root.children) {
    if (name !== 'Code' && name !== 'Message') extras[name] = text;
  }
  return { code: xmlText(root, 'Code'), message: firstLine(xmlText(root, 'Message')), extras };
}

function tryParse(body: Uint8Array): XmlElement | undefined {
  try {
    return parseXml(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** The services append the request id and the time in lines of their own. */
function firstLine(message: string | undefined): string | undefined {
  return message?.split('\n', 1)[0]?.trim();
}

/** The id of a request, for support; a text that is none could be whatever was sent. */
export function requestIdOf(headers: HttpHeaders): string | undefined {
  const id = headers.get('x-ms-request-id');
  return id !== undefined && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}

/** Milliseconds of a `Retry-After` header, in seconds or as a date; `undefined` when there is none that makes sense. */
export function retryAfterMs(headers: HttpHeaders, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = parseRfc1123(value);
  return date === undefined ? undefined : Math.max(0, date - now);
}
