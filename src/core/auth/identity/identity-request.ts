import { type Call, Cancellation, sleep } from '../../call.js';
import type { Clock } from '../../clock.js';
import { AuthenticationError, NetworkError } from '../../errors.js';
import { HttpHeaders } from '../../http/headers.js';
import { BodyTooLargeError, type HttpMethod } from '../../http/message.js';
import { createNodeTransport } from '../../http/node-transport.js';
import { retryAfterMs } from '../../wire/service-error.js';

/** A request to something that gives tokens. */
export interface IdentityRequest {
  /** What messages call the one who is asked. */
  readonly who: string;
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Time limit of one try, in milliseconds. */
  readonly timeoutMs: number;
}

/** Its answer; the body is JSON where there is any. */
export interface IdentityAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly text: string;
}

/** How long to wait before the try after this one, which was answered so, or not at all; `undefined` to give up. */
export type RetryRule = (status: number | undefined, attempt: number) => number | undefined;

/** Answers with tokens are a few KiB. */
const longestAnswer = 256 * 1024;
/** The longest wait that an endpoint can ask for. */
const longestWaitMs = 30_000;

const operation = {
  name: 'GetToken',
  verb: 'read',
  idempotent: true,
  success: [200],
  timeout: 'smallRead',
  answer: 'buffered',
} as const;

/**
 * Asks, and asks again as the rule says. No proxy and no redirect is followed, and the client's own transport is not used:
 * what these requests carry and bring is for one host alone.
 * @throws {NetworkError} when the last try was not answered.
 */
export async function askIdentity(
  request: IdentityRequest,
  rule: RetryRule,
  limits: { readonly clock: Clock; readonly signal: AbortSignal | undefined },
): Promise<IdentityAnswer> {
  const { clock, signal } = limits;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(request, limits).catch((error: unknown) => asNetworkError(error, signal));
    const failed = outcome instanceof NetworkError;
    const waitMs = rule(failed ? undefined : outcome.status, attempt);
    if (waitMs === undefined) {
      if (failed) throw outcome;
      return outcome;
    }
    const askedMs = failed ? 0 : (retryAfterMs(outcome.headers, clock.now()) ?? 0);
    await sleepUnlessAborted(clock, Math.min(Math.max(waitMs, askedMs), longestWaitMs), signal);
  }
}

function asNetworkError(error: unknown, signal: AbortSignal | undefined): NetworkError {
  if (error instanceof NetworkError && signal?.aborted !== true) return error;
  throw error;
}

async function tryOnce(
  request: IdentityRequest,
  limits: { readonly clock: Clock; readonly signal: AbortSignal | undefined },
): Promise<IdentityAnswer> {
  const { clock, signal } = limits;
  const { method, url, timeoutMs, body } = request;
  const cancellation = new Cancellation();
  const unlink = linkSignal(signal, cancellation);
  const stopTimer = clock.timer(timeoutMs, () => cancellation.cancel(timedOut(url, timeoutMs)), {
    keepAlive: true,
  });
  const transport = createNodeTransport({ clock });
  try {
    const bytes = body === undefined ? undefined : new TextEncoder().encode(body);
    const headers = HttpHeaders.of({ Accept: 'application/json', ...request.headers });
    if (bytes !== undefined) headers.set('Content-Length', String(bytes.length));
    const target = url.pathname + url.search;
    const response = await transport.send(
      { method, origin: url.origin, target, headers, body: bytes },
      callOf(cancellation),
    );
    const text = new TextDecoder().decode(await response.body.bytes(longestAnswer));
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    throw error instanceof BodyTooLargeError ? tooLong(request) : error;
  } finally {
    stopTimer();
    unlink();
    await transport.close?.();
  }
}

function callOf(cancellation: Cancellation): Call {
  return {
    operation,
    resource: {},
    cancellation,
    deadlineAt: Number.POSITIVE_INFINITY,
    attempt: 1,
    timeoutMs: undefined,
    idempotent: true,
    maxAttempts: undefined,
  };
}

function tooLong({ who, url }: IdentityRequest): AuthenticationError {
  return new AuthenticationError('AuthorizationFailure', `${who}: ${url.host} gave an answer far too long`);
}

function timedOut(url: URL, timeoutMs: number): NetworkError {
  return new NetworkError('Timeout', `${url.host} gave no answer within ${timeoutMs} ms`, {
    phase: 'attempt',
  });
}

/** Cancels when the signal is aborted; the function that comes back ends the link. */
function linkSignal(signal: AbortSignal | undefined, cancellation: Cancellation): () => void {
  if (signal === undefined) return () => {};
  const abort = () => cancellation.cancel(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}

async function sleepUnlessAborted(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const cancellation = new Cancellation();
  const unlink = linkSignal(signal, cancellation);
  try {
    await sleep(clock, ms, cancellation);
  } finally {
    unlink();
  }
}
