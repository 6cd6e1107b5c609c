import { type Call, derivedCall, sleep } from '../call.js';
import type { Clock } from '../clock.js';
import { AzureStorageError, NetworkError, noteAttempts } from '../errors.js';
import type { HttpRequest, HttpResponse, Layer, Send } from '../http/message.js';
import { decideRetry, type ResolvedRetryConfig } from './retry-decision.js';

/** What the loop needs. */
export interface RetrySettings {
  readonly config: ResolvedRetryConfig;
  readonly clock: Clock;
  /** Told before each wait. */
  readonly onRetry?: ((error: unknown, call: Call, delayMs: number) => void) | undefined;
}

/**
 * The layer that tries again. It waits, counts and copies the headers, so that each attempt is signed afresh; whether
 * to try again is decided by {@link decideRetry}.
 */
export function retryLayer(settings: RetrySettings): Layer {
  return (next) => (request, call) =>
    next(request, derivedCall(call, { attempt: 1 })).catch((error: unknown) =>
      tryAgain({ settings, next, request, call }, error),
    );
}

interface Loop {
  readonly settings: RetrySettings;
  readonly next: Send;
  readonly request: HttpRequest;
  readonly call: Call;
}

async function tryAgain(loop: Loop, first: unknown): Promise<HttpResponse> {
  const { next, request, call } = loop;
  let error = first;
  for (let attempt = 1; ; attempt += 1) {
    await waitOrGiveUp(loop, error, attempt);
    const previous = error;
    const again = { ...request, headers: request.headers.clone() };
    try {
      return await next(again, derivedCall(call, { attempt: attempt + 1 }));
    } catch (failure) {
      error = failure;
      if (saysNothingItself(failure)) failure.cause ??= previous;
    }
  }
}

/** Waits before the next attempt. @throws the failure itself when there is to be none. */
async function waitOrGiveUp(loop: Loop, error: unknown, attempt: number): Promise<void> {
  const { settings, call } = loop;
  const { clock, config } = settings;
  const situation = {
    attempt,
    idempotent: call.idempotent,
    maxAttempts: call.maxAttempts,
    remainingMs: call.deadlineAt - clock.monotonic(),
    chance: clock.random(),
  };
  const decision = call.cancellation.cancelled ? undefined : decideRetry(error, situation, config);
  if (decision?.retry) {
    settings.onRetry?.(error, call, decision.delayMs);
    await sleep(clock, decision.delayMs, call.cancellation);
    return;
  }
  if (error instanceof AzureStorageError) {
    const sent = error.code === 'CircuitOpen' ? attempt - 1 : attempt;
    noteAttempts(error, sent, decision?.exhausted ?? false);
  }
  throw error;
}

/** The end of the time and an open circuit: why it came to that, the failure before tells. */
function saysNothingItself(error: unknown): error is NetworkError {
  return error instanceof NetworkError && (error.phase === 'total' || error.code === 'CircuitOpen');
}
