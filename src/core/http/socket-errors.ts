import type { Call } from '../call.js';
import { type AzureStorageError, ConfigurationError, NetworkError, ServerError } from '../errors.js';
import { redactUrl } from '../redact.js';
import type { HttpRequest } from './message.js';

/** Codes of TLS failures, as Node's `tls` and OpenSSL name them. */
const certificateCode =
  /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO$|INVALID_CA|PATH_LENGTH_EXCEEDED)/;

/** What a failure below HTTP looks like. */
export interface SocketError {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly message?: unknown;
}

/**
 * The error for a failure below HTTP.
 * @param connected - Whether the connection stood, so that the request may have reached the service.
 */
export function socketFailure(
  cause: unknown,
  connected: boolean,
  context: { readonly request: HttpRequest; readonly call: Call },
): AzureStorageError {
  const { code, syscall, message } = (
    typeof cause === 'object' && cause !== null ? cause : {}
  ) as SocketError;
  const { request, call } = context;
  const operation = call.operation.name;
  const where = `${request.method} ${redactUrl(request.origin, request.target)}`;
  const text = (what: string) =>
    `${operation} failed: ${what}${typeof code === 'string' ? ` (${code})` : ''}; ${where}`;
  const key = typeof code === 'string' ? code : '';
  if (
    key === 'ERR_INVALID_CHAR' ||
    key === 'ERR_UNESCAPED_CHARACTERS' ||
    key === 'ERR_HTTP_INVALID_HEADER_VALUE'
  ) {
    return new ConfigurationError(
      'InvalidRequest',
      text('a header or the path holds a character that HTTP does not allow'),
      {
        operation,
      },
    );
  }
  if (key.startsWith('HPE_')) {
    return new ServerError('UnexpectedAnswer', text('the answer is no well-formed HTTP'), {
      operation,
      // Not the parser's own error: the bytes that came are part of that, and may be content of a file.
      cause: Object.assign(new Error(String(message)), { code }),
    });
  }
  if (key === 'ENOTFOUND' || key === 'EAI_AGAIN' || syscall === 'getaddrinfo') {
    return new NetworkError('DnsResolutionFailed', text('the name of the host could not be resolved'), {
      operation,
      retryable: key === 'EAI_AGAIN',
      mayHaveBeenSent: false,
      cause,
    });
  }
  if (certificateCode.test(key)) {
    return new NetworkError('CertificateInvalid', text('no trusted TLS connection could be made'), {
      operation,
      mayHaveBeenSent: connected,
      cause,
    });
  }
  const refused = syscall === 'connect' || !connected;
  const what = refused ? 'no connection could be made' : 'the connection was lost';
  return new NetworkError(
    'ConnectionFailed',
    text(key === '' && typeof message === 'string' ? `${what}: ${message}` : what),
    {
      operation,
      retryable: true,
      mayHaveBeenSent: !refused,
      cause,
    },
  );
}
