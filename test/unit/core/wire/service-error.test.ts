import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { readServiceError, retryAfterMs } from '../../../../src/core/wire/service-error.js';

const encode = (text: string) => new TextEncoder().encode(text);
const none = new HttpHeaders();

describe('readServiceError', () => {
  it('reads code, first line of the message, and what stands beside them', () => {
    const xml =
      '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>InvalidHeaderValue</Code><Message>The value is wrong.\nRequestId:1\nTime:2</Message><HeaderName>x-ms-range</HeaderName><HeaderValue>b</HeaderValue></Error>';
    expect(readServiceError(none, encode(xml))).toEqual({
      code: 'InvalidHeaderValue',
      message: 'The value is wrong.',
      extras: { HeaderName: 'x-ms-range', HeaderValue: 'b' },
    });
  });

  it('believes the header more than the document', () => {
    const headers = HttpHeaders.of({ 'x-ms-error-code': 'ShareNotFound' });
    expect(readServiceError(headers, encode('<Error><Code>Other</Code></Error>')).code).toBe('ShareNotFound');
  });

  it('needs no body', () => {
    const headers = HttpHeaders.of({ 'x-ms-error-code': 'ShareNotFound' });
    expect(readServiceError(headers, new Uint8Array(0))).toEqual({
      code: 'ShareNotFound',
      message: undefined,
      extras: {},
    });
  });

  it.each([
    ['a page of a proxy', encode('<html><body>Bad gateway</body></html>')],
    ['no XML at all', encode('Bad gateway')],
    ['half a document', encode('<Error><Code>Serv')],
    ['bytes that are no UTF-8', Uint8Array.of(0x3c, 0xff, 0xfe)],
  ])('makes nothing of %s', (_name, body) => {
    expect(readServiceError(none, body)).toEqual({ code: undefined, message: undefined, extras: {} });
  });
});

describe('retryAfterMs', () => {
  const now = Date.UTC(2026, 2, 2, 3, 4, 5);
  it.each([
    ['3', 3000],
    ['0', 0],
    [' 10 ', 10_000],
    ['Mon, 02 Mar 2026 03:04:15 GMT', 10_000],
    ['Mon, 02 Mar 2026 03:04:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['1.5', undefined],
  ])('takes %j as %s', (value, expected) => {
    expect(retryAfterMs(HttpHeaders.of({ 'Retry-After': value }), now)).toBe(expected);
  });

  it('is nothing without the header', () => {
    expect(retryAfterMs(none, now)).toBeUndefined();
  });
});
