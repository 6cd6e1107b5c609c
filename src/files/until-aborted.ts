import { listenForAbort } from '../core/abort-listener.js';

/** Waits for something that others wait for, too. @throws the reason of the signal as soon as it is aborted. */
export function untilAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return promise;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const unlink = listenForAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(unlink);
  });
}
