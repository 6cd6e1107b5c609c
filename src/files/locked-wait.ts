import type { Clock } from '../core/clock.js';
import { pause } from '../core/pause.js';
import { hasCode } from './failure.js';

/** Waits between two tries: the first, and what they grow to. */
const firstWaitMs = 500;
const longestWaitMs = 4_000;

/** Per error code, how often a request goes out in total: it is the caller who waits for a lock. */
export const lockedOnce = Object.freeze({ FileLocked: 1 });

/**
 * Tries again and again what fails with `FileLocked`, for `waitMs` at the most. Waits are jittered.
 * @throws {FileError} `FileLocked` when the time is over.
 * @throws the signal's reason, at once.
 */
export async function whileLocked<T>(
  attempt: () => Promise<T>,
  { clock, waitMs, signal }: { clock: Clock; waitMs: number; signal: AbortSignal | undefined },
): Promise<T> {
  const until = clock.monotonic() + waitMs;
  for (let round = 0; ; round++) {
    try {
      return await attempt();
    } catch (error) {
      const left = until - clock.monotonic();
      if (!hasCode(error, 'FileLocked') || left <= 0) throw error;
      const grown = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(round, 10));
      await pause(clock, Math.min(left, grown * (0.75 + clock.random() / 2)), signal);
    }
  }
}
