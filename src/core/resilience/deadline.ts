import { listenForAbort } from '../abort-listener.js';
import { Cancellation, derivedCall } from '../call.js';
import type { Clock } from '../clock.js';
import type { Layer } from '../http/message.js';
import { whenBodyDone } from '../http/watched-body.js';

/**
 * The time budget of a whole operation, from its start to the last byte of a buffered answer, or to the headers of a
 * streamed one; waits between attempts count. Also links the caller's signal, until a streamed body has ended.
 */
export function deadlineLayer(clock: Clock, totalTimeoutMs: number): Layer {
  return (next) => (request, call) => {
    const deadlineAt = clock.monotonic() + (call.totalTimeoutMs ?? totalTimeoutMs);
    const { signal } = call;
    if (signal === undefined) return next(request, derivedCall(call, { deadlineAt }));
    if (signal.aborted) return Promise.reject(signal.reason);
    const cancellation = new Cancellation();
    const abort = () => cancellation.cancel(signal.reason);
    const unlink = listenForAbort(signal, abort);
    return next(request, derivedCall(call, { deadlineAt, cancellation })).then(
      (response) => whenBodyDone(response, unlink),
      (error: unknown) => {
        unlink();
        throw error;
      },
    );
  };
}
