import { NetworkError, systemClock } from '../../files/index.js';
import type { Flags } from '../flags.js';

/** How long things may take, in milliseconds. */
export interface Limits {
  /** One step: a name, a connection, an answer. */
  readonly stepMs: number;
  /** A token, for which a command may have to be started. */
  readonly tokenMs: number;
  /** Everything together. */
  readonly totalMs: number;
}

/** `--timeout` is for one step. */
export function limitsOf(flags: Flags): Limits {
  const stepMs = (flags.integer('timeout') ?? 5) * 1000;
  return { stepMs, tokenMs: 2 * stepMs, totalMs: Math.max(18_000, 3 * stepMs) };
}

/** What ends a step early. */
export interface Bounds {
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** What it is called when it takes too long. */
  readonly what: string;
}

/** How a step ends by itself. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/**
 * Waits for something that tells by callbacks how it ends.
 * @param begin - Begins it. @returns what gives it up.
 * @throws {NetworkError} `Timeout`, or the reason of the signal.
 */
export function bounded<T>(bounds: Bounds, begin: (settle: Settle<T>) => () => void): Promise<T> {
  const { limitMs, signal, what } = bounds;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = () => {
      stopTimer();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      end();
      reject(signal.reason);
      giveUp();
    };
    const stopTimer = systemClock.timer(
      limitMs,
      () => {
        end();
        reject(new NetworkError('Timeout', `${what} within ${limitMs / 1000} s`, { phase: 'attempt' }));
        giveUp();
      },
      { keepAlive: true },
    );
    signal.addEventListener('abort', onAbort, { once: true });
    const giveUp = begin({
      resolve: (value) => {
        end();
        resolve(value);
      },
      reject: (error) => {
        end();
        reject(error);
      },
    });
  });
}

/** A signal that also ends when everything has taken too long. */
export function deadline(totalMs: number, signal: AbortSignal): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const stop = systemClock.timer(totalMs, () => {
    const message = `all checks together took more than ${totalMs / 1000} s`;
    controller.abort(new NetworkError('Timeout', message, { phase: 'total' }));
  });
  return { signal: AbortSignal.any([signal, controller.signal]), stop };
}
