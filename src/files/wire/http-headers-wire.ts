import { ConfigurationError } from '../../core/errors.js';
import type { HttpHeaders } from '../../core/http/headers.js';
import type { HttpResponse } from '../../core/http/message.js';
import { setText } from '../request-checks.js';
import type { FileHttpHeaders } from '../requests.js';
import type { FileProperties } from '../types.js';

const requestNames = {
  contentType: 'x-ms-content-type',
  contentEncoding: 'x-ms-content-encoding',
  contentLanguage: 'x-ms-content-language',
  contentDisposition: 'x-ms-content-disposition',
  cacheControl: 'x-ms-cache-control',
  contentMd5: 'x-ms-content-md5',
} as const satisfies Record<keyof FileHttpHeaders, string>;

const answerNames = {
  contentType: 'content-type',
  contentEncoding: 'content-encoding',
  contentLanguage: 'content-language',
  contentDisposition: 'content-disposition',
  cacheControl: 'cache-control',
} as const satisfies Record<Exclude<keyof FileHttpHeaders, 'contentMd5'>, string>;

export const httpHeaderFields = Object.keys(requestNames) as readonly (keyof FileHttpHeaders)[];

/** Sets the headers that are to be stored with a file. */
export function setHttpHeaders(headers: HttpHeaders, values: FileHttpHeaders): void {
  if (values.contentMd5 !== undefined) checkMd5(values.contentMd5);
  for (const name of httpHeaderFields) setText(headers, requestNames[name], { name, value: values[name] });
}

/** The HTTP headers among other fields. */
export function httpHeadersOf(fields: FileHttpHeaders): FileHttpHeaders {
  return Object.fromEntries(httpHeaderFields.map((name) => [name, fields[name]]));
}

/** Sets again what the service told of a file: unchecked, as it stores what the client would not send. */
export function repeatHttpHeaders(headers: HttpHeaders, stored: FileHttpHeaders): void {
  for (const name of httpHeaderFields) headers.setOptional(requestNames[name], stored[name]);
}

function checkMd5(text: unknown): void {
  if (typeof text === 'string' && /^[A-Za-z0-9+/]{22}==$/.test(text)) return;
  throw new ConfigurationError('InvalidRequest', 'contentMd5 must be 16 bytes in base64');
}

type StoredHttpHeaders = Pick<FileProperties, keyof FileHttpHeaders>;

/** The headers that are stored with a file. */
export function storedHttpHeaders(response: HttpResponse): StoredHttpHeaders {
  const { headers, status } = response;
  const stored: StoredHttpHeaders = {};
  for (const name in answerNames) {
    const field = name as keyof typeof answerNames;
    const value = headers.get(answerNames[field]);
    if (value !== undefined) stored[field] = value;
  }
  // In the answer to a range, Content-MD5 would be that of the range.
  const md5 = headers.get('x-ms-content-md5') ?? (status === 206 ? undefined : headers.get('content-md5'));
  if (md5 !== undefined) stored.contentMd5 = md5;
  return stored;
}
