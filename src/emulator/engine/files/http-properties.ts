import type { HttpHeaders } from '../../../core/http/headers.js';
import type { HttpProperties } from '../../store/store.js';

/** Property, header of the request, header of the answer. */
const rows: readonly (readonly [property: keyof HttpProperties, request: string, answer: string])[] = [
  ['contentType', 'x-ms-content-type', 'Content-Type'],
  ['contentEncoding', 'x-ms-content-encoding', 'Content-Encoding'],
  ['contentLanguage', 'x-ms-content-language', 'Content-Language'],
  ['cacheControl', 'x-ms-cache-control', 'Cache-Control'],
  ['contentMd5', 'x-ms-content-md5', 'Content-MD5'],
  ['contentDisposition', 'x-ms-content-disposition', 'Content-Disposition'],
];

/** The HTTP properties in a request; `undefined` when it names none, which leaves the present ones alone. */
export function readHttpProperties(headers: HttpHeaders): HttpProperties | undefined {
  let properties: { -readonly [Name in keyof HttpProperties]: HttpProperties[Name] } | undefined;
  for (const [property, name] of rows) {
    const value = headers.get(name);
    if (value === undefined) continue;
    properties ??= {};
    if (value !== '') properties[property] = value;
  }
  return properties;
}

/** Adds stored HTTP properties to an answer. A part of a file carries the MD5 of the whole under a name of its own. */
export function writeHttpProperties(
  headers: HttpHeaders,
  http: HttpProperties,
  answers: 'whole' | 'part',
): void {
  for (const [property, , name] of rows) {
    const value = http[property];
    if (value === undefined) continue;
    headers.set(property === 'contentMd5' && answers === 'part' ? 'x-ms-content-md5' : name, value);
  }
}
