import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events';

/** As many calls may wait on one signal before Node suspects a leak. */
const manyListeners = 1_500;

/**
 * Calls `listener` when the signal is aborted. One signal for many calls at the same time is ordinary use, but Node warns
 * of a leak at the eleventh listener: the limit is raised, unless the user has set one.
 * @returns a function that removes the listener.
 */
export function listenForAbort(signal: AbortSignal, listener: () => void): () => void {
  if (limitOf(signal) === defaultMaxListeners) setMaxListeners(manyListeners, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

function limitOf(signal: AbortSignal): number {
  try {
    return getMaxListeners(signal);
  } catch {
    // Node throws for a limit of 0, which means none.
    return 0;
  }
}
