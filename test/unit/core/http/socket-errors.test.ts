import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../../../src/core/http/headers.js';
import { socketFailure } from '../../../../src/core/http/socket-errors.js';
import { newCall } from '../../../support/new-call.js';

const request = { method: 'GET', origin: 'https://h', target: '/s/f?sig=hidden', headers: new HttpHeaders() };
const failure = (cause: unknown, connected: boolean) =>
  socketFailure(cause, connected, { request, call: newCall() });

describe('socketFailure', () => {
  it.each([
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, false, 'DnsResolutionFailed', false, false],
    [{ code: 'EAI_AGAIN', syscall: 'getaddrinfo' }, false, 'DnsResolutionFailed', true, false],
    [{ code: 'EAI_FAIL', syscall: 'getaddrinfo' }, false, 'DnsResolutionFailed', false, false],
    [{ code: 'ECONNREFUSED', syscall: 'connect' }, true, 'ConnectionFailed', true, false],
    [{ code: 'ETIMEDOUT', syscall: 'connect' }, true, 'ConnectionFailed', true, false],
    [{ code: 'ENETUNREACH', syscall: 'connect' }, true, 'ConnectionFailed', true, false],
    [{ code: 'ECONNRESET' }, false, 'ConnectionFailed', true, false],
    [{ code: 'ECONNRESET' }, true, 'ConnectionFailed', true, true],
    [{ code: 'EPIPE', syscall: 'write' }, true, 'ConnectionFailed', true, true],
    [new Error('socket hang up'), true, 'ConnectionFailed', true, true],
    [undefined, true, 'ConnectionFailed', true, true],
    [{ code: 'CERT_HAS_EXPIRED' }, false, 'CertificateInvalid', false, false],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, false, 'CertificateInvalid', false, false],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, false, 'CertificateInvalid', false, false],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, false, 'CertificateInvalid', false, false],
    [{ code: 'EPROTO', syscall: 'write' }, false, 'CertificateInvalid', false, false],
  ])(
    '%o, connected: %s, is %s, retryable: %s, perhaps sent: %s',
    (cause, connected, code, retryable, sent) => {
      const error = failure(cause, connected);
      expect(error).toMatchObject({
        name: 'NetworkError',
        code,
        retryable,
        mayHaveBeenSent: sent,
        operation: 'GetFile',
      });
      expect(error.message).toContain('GET https://h/s/f?sig=REDACTED');
    },
  );

  it('knows answers that are no HTTP, and requests that cannot be sent', () => {
    expect(failure({ code: 'HPE_INVALID_CONSTANT' }, true)).toMatchObject({
      name: 'ServerError',
      code: 'UnexpectedAnswer',
    });
    expect(failure({ code: 'ERR_INVALID_CHAR' }, false)).toMatchObject({
      name: 'ConfigurationError',
      code: 'InvalidRequest',
    });
  });
});
