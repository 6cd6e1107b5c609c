import type { Call } from '../call.js';
import type { Clock } from '../clock.js';
import { type AzureStorageError, ServerError } from '../errors.js';
import type { HttpHeaders } from '../http/headers.js';
import {
  BodyTooLargeError,
  bufferedBody,
  type HttpRequest,
  type HttpResponse,
  type Layer,
} from '../http/message.js';
import { refusalBody } from '../http/refusal-body.js';
import { redact, redactUrl } from '../redact.js';
import { readServiceError, retryAfterMs } from '../wire/service-error.js';

/** What the service said, taken apart. */
export interface ServiceFailure {
  readonly status: number;
  readonly serviceCode: string | undefined;
  /** The first line of the service's message, without request id and time. */
  readonly serviceMessage: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** Further elements of the error document, such as `HeaderName` or `AuthenticationErrorDetail`. */
  readonly extras: Readonly<Record<string, string>>;
  readonly headers: HttpHeaders;
  /** A message that is ready to use: what failed, operation, method, redacted URL, status, code, request id. */
  readonly description: string;
}

/** Gives the error for a failure of the service, or `undefined` for the choice of core. */
export type FailureMapper = (failure: ServiceFailure, call: Call) => AzureStorageError | undefined;

/** The same with the request at hand, as it was signed. */
export type RequestFailureMapper = (
  failure: ServiceFailure,
  call: Call,
  request: HttpRequest,
) => AzureStorageError;

/** The longest answer that is held in memory: a page of 5,000 entries with the longest names stays far below. */
const bufferedBodyLimit = 64 * 1024 * 1024;

/**
 * Turns every answer whose status is not one of the operation's successes into an error, and reads bodies into memory
 * where the operation asks for that, so that both happen within the attempt and its time limit.
 */
export function answerCheckLayer(clock: Clock, errorFor: RequestFailureMapper): Layer {
  return (next) => (request, call) =>
    next(request, call).then((response) => {
      if (!call.operation.success.includes(response.status)) {
        return refuse(request, call, { response, clock, errorFor });
      }
      const streamed = call.operation.answer === 'stream' || response.body.buffered !== undefined;
      return streamed ? response : buffered(request, call, response);
    });
}

async function buffered(request: HttpRequest, call: Call, response: HttpResponse): Promise<HttpResponse> {
  const { status, headers, body } = response;
  try {
    return { status, headers, body: bufferedBody(await body.bytes(bufferedBodyLimit)) };
  } catch (error) {
    if (!(error instanceof BodyTooLargeError)) throw error;
    body.discard();
    const description = describe(request, call, `the answer is longer than ${bufferedBodyLimit} bytes`);
    throw new ServerError('UnexpectedAnswer', description, { status, operation: call.operation.name });
  }
}

interface Refusal {
  readonly response: HttpResponse;
  readonly clock: Clock;
  readonly errorFor: RequestFailureMapper;
}

async function refuse(request: HttpRequest, call: Call, refusal: Refusal): Promise<never> {
  const { response, clock, errorFor } = refusal;
  const { status, headers } = response;
  const document = readServiceError(headers, await refusalBody(response.body));
  const requestId = headers.get('x-ms-request-id');
  const code = document.code === undefined ? '' : ` ${document.code.slice(0, 100)}`;
  const what = `the service answered ${status}${code}`;
  const failure: ServiceFailure = {
    status,
    serviceCode: document.code,
    serviceMessage: document.message,
    requestId,
    retryAfterMs: retryAfterMs(headers, clock.now()),
    extras: document.extras,
    headers,
    description: describe(request, call, withMessage(what, document.message), requestId),
  };
  throw errorFor(failure, call, response.sentAs ?? request);
}

function withMessage(what: string, message: string | undefined): string {
  return message === undefined || message === '' ? what : `${what}: ${redact(message.slice(0, 300))}`;
}

function describe(request: HttpRequest, call: Call, what: string, requestId?: string): string {
  const where = `${request.method} ${redactUrl(request.origin, request.target)}`;
  const id = requestId === undefined ? '' : `; request id ${requestId.slice(0, 100)}`;
  return `${call.operation.name} failed: ${what}; ${where}${id}`.replace(/\s+/g, ' ');
}
