import { listenForAbort } from './abort-listener.js';
import { Cancellation, sleep } from './call.js';
import type { Clock } from './clock.js';

/**
 * Waits between two requests.
 * @throws the signal's reason, at once, when it is aborted.
 */
export async function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return sleep(clock, ms);
  signal.throwIfAborted();
  const cancellation = new Cancellation();
  const forget = listenForAbort(signal, () => cancellation.cancel(signal.reason));
  try {
    await sleep(clock, ms, cancellation);
  } finally {
    forget();
  }
}
