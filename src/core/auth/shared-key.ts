import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { HttpHeaders } from '../http/headers.js';

/** The standard headers of the string-to-sign, in its order. */
const signedHeaders = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
] as const;

/** What a Shared Key signature covers. */
export interface SignableRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly headers: HttpHeaders;
}

/**
 * The string that a Shared Key signature covers.
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
export function stringToSign(account: string, request: SignableRequest): string {
  const { method, target, headers } = request;
  let text = `${method}\n`;
  for (const name of signedHeaders) text += `${signedValue(name, headers)}\n`;
  return text + canonicalizedHeaders(headers) + canonicalizedResource(account, target);
}

function signedValue(name: (typeof signedHeaders)[number], headers: HttpHeaders): string {
  const value = headers.get(name) ?? '';
  if (name === 'content-length') return value === '0' ? '' : value;
  return name === 'date' && headers.has('x-ms-date') ? '' : value;
}

/** All `x-ms-` headers, lower-cased, sorted by their bytes, each `name:value` and a line feed. */
export function canonicalizedHeaders(headers: HttpHeaders): string {
  const names: string[] = [];
  for (const [name] of headers.lowerCased()) if (name.startsWith('x-ms-')) names.push(name);
  let text = '';
  // By the name alone: with the colon, a name that begins another one could end up behind it.
  for (const name of names.sort()) text += `${name}:${foldWhiteSpace(headers.get(name) ?? '')}\n`;
  return text;
}

function foldWhiteSpace(value: string): string {
  return /\s\s|[\t\r\n]|^\s|\s$/.test(value) ? value.trim().replace(/\s+/g, ' ') : value;
}

/** `/account`, the path as it was sent, and a line `name:value` per query parameter, decoded and sorted by name. */
export function canonicalizedResource(account: string, target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return `/${account}${target}`;
  const values = new Map<string, string[]>();
  for (const pair of target.slice(mark + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    const present = values.get(name);
    if (present === undefined) values.set(name, [value]);
    else present.push(value);
  }
  let text = `/${account}${target.slice(0, mark)}`;
  for (const name of [...values.keys()].sort())
    text += `\n${name}:${(values.get(name) as string[]).sort().join(',')}`;
  return text;
}

/** A malformed escape is kept as it stands: a server must be able to answer it, not fall over it. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Account keys by their base64 text; making a key object costs more than signing with it. */
const keys = new Map<string, KeyObject>();
const rememberedKeys = 16;

function keyObject(keyBase64: string): KeyObject {
  let key = keys.get(keyBase64);
  if (key === undefined) {
    key = createSecretKey(Buffer.from(keyBase64, 'base64'));
    if (keys.size >= rememberedKeys) keys.clear();
    keys.set(keyBase64, key);
  }
  return key;
}

/** `base64(HMAC-SHA256(base64decode(key), text))`. */
export function signature(keyBase64: string, text: string): string {
  return createHmac('sha256', keyObject(keyBase64)).update(text, 'utf8').digest('base64');
}

/** The value of the `Authorization` header. */
export function sharedKeyAuthorization(account: string, keyBase64: string, request: SignableRequest): string {
  return `SharedKey ${account}:${signature(keyBase64, stringToSign(account, request))}`;
}
