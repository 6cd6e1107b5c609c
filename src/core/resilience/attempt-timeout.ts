import { type Call, Cancellation, derivedCall, type TimeoutClass } from '../call.js';
import type { Clock } from '../clock.js';
import { NetworkError, type TimeoutPhase } from '../errors.js';
import type { HttpRequest, HttpResponse, Layer } from '../http/message.js';
import { watchBody, whenBodyDone } from '../http/watched-body.js';
import { redactUrl } from '../redact.js';

/** The default time limits of one attempt in milliseconds, by what it does. */
export const defaultTimeoutsMs: Readonly<Record<TimeoutClass, number>> = Object.freeze({
  smallRead: 30_000,
  largeRead: 300_000,
  write: 300_000,
  directory: 30_000,
  lease: 10_000,
});

/** What the limits are taken from. */
export interface AttemptTimeoutSettings {
  readonly clock: Clock;
  /** Replaces {@link defaultTimeoutsMs} for every operation where it is given. */
  readonly timeoutMs: number | undefined;
  /** The budget of the whole operation, for messages. */
  readonly totalTimeoutMs: number;
}

/**
 * The time limit of one attempt: until the answer's last byte where it is buffered, until its headers where it is
 * streamed. Ends when the limit, the rest of the whole operation's budget, or the caller ends it, even when what is
 * inside is deaf to cancellation.
 */
export function attemptTimeoutLayer(settings: AttemptTimeoutSettings): Layer {
  const { clock, timeoutMs, totalTimeoutMs } = settings;
  return (next) => (request, call) => {
    const outer = call.cancellation;
    if (outer.cancelled) return Promise.reject(outer.reason);
    const limit = attemptLimitMs(call, timeoutMs);
    const remaining = call.deadlineAt - clock.monotonic();
    const cancellation = new Cancellation();
    const onTimer = () => {
      const error =
        remaining < limit
          ? timedOut(request, call, 'total', call.totalTimeoutMs ?? totalTimeoutMs)
          : timedOut(request, call, 'attempt', limit);
      cancellation.cancel(error);
    };
    return new Promise<HttpResponse>((resolve, reject) => {
      const forward = (reason: unknown) => cancellation.cancel(reason);
      const fail = (error: unknown) => {
        stopTimer();
        outer.remove(forward);
        cancellation.remove(fail);
        reject(error);
      };
      const stopTimer = clock.timer(Math.max(0, Math.min(limit, remaining)), onTimer);
      outer.add(forward);
      cancellation.add(fail);
      const succeed = (response: HttpResponse) => {
        if (cancellation.cancelled) {
          response.body.discard();
          return;
        }
        stopTimer();
        cancellation.remove(fail);
        resolve(whenBodyDone(response, () => outer.remove(forward)));
      };
      try {
        next(request, derivedCall(call, { cancellation })).then(succeed, fail);
      } catch (error) {
        // A transport of somebody else's may throw at once.
        fail(error);
      }
    });
  };
}

function attemptLimitMs(call: Call, timeoutMs: number | undefined): number {
  return call.timeoutMs ?? timeoutMs ?? defaultTimeoutsMs[call.operation.timeout];
}

/** Watches bodies next to the transport, so that silence is noticed while they are buffered as well as streamed. */
export function idleTimeoutLayer(settings: AttemptTimeoutSettings, idleMs: number): Layer {
  const { clock, timeoutMs } = settings;
  return (next) => (request, call) => {
    // A body that is buffered within a shorter limit of the attempt needs no watch of its own.
    if (call.operation.answer === 'buffered' && attemptLimitMs(call, timeoutMs) <= idleMs)
      return next(request, call);
    return next(request, call).then((response) => {
      if (response.body.buffered !== undefined) return response;
      const idleError = () => timedOut(request, call, 'idle', idleMs);
      return watchBody(response, { clock, idleMs, cancellation: call.cancellation, idleError });
    });
  };
}

const limits: Readonly<Record<TimeoutPhase, string>> = {
  attempt: 'no complete answer within the time limit of one attempt',
  total: 'no complete answer within the time limit of the whole operation',
  idle: 'the answer broke off: no further byte within the idle time limit',
};

function timedOut(request: HttpRequest, call: Call, phase: TimeoutPhase, ms: number): NetworkError {
  const { name } = call.operation;
  const where = `${request.method} ${redactUrl(request.origin, request.target)}`;
  return new NetworkError('Timeout', `${name} timed out: ${limits[phase]} (${Math.round(ms)} ms); ${where}`, {
    operation: name,
    phase,
    retryable: true,
  });
}
