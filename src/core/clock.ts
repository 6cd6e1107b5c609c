import { randomUUID } from 'node:crypto';

/** Time and chance. Nothing else in the library reads a clock, waits, or draws a number, so tests can move time by hand. */
export interface Clock {
  /** Wall clock: milliseconds since 1970, UTC. */
  now(): number;
  /** Monotonic clock: milliseconds from an arbitrary start; never goes back, may stand still while the machine sleeps. */
  monotonic(): number;
  /**
   * Calls `fn` once after `ms` milliseconds; the returned function cancels it. The timer does not keep a process alive
   * unless `options.keepAlive` says so, which is right for a wait that somebody's result depends on.
   */
  timer(ms: number, fn: () => void, options?: TimerOptions): () => void;
  /** A number in [0, 1). */
  random(): number;
  /** A new GUID, lower case with dashes. */
  uuid(): string;
}

export interface TimerOptions {
  readonly keepAlive: boolean;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(ms, fn, options) {
    if (ms > longestTimeoutMs) return longTimer(ms, fn, options);
    const timeout = setTimeout(fn, ms);
    if (!options?.keepAlive) timeout.unref?.();
    return () => clearTimeout(timeout);
  },
  random: () => Math.random(),
  uuid: () => randomUUID(),
};

/** Runtimes count the milliseconds of a timeout in 31 bits; a longer one fires at once. */
const longestTimeoutMs = 2 ** 31 - 1;

/** A timer of several timeouts, one after the other. */
function longTimer(ms: number, fn: () => void, options: TimerOptions | undefined): () => void {
  const next = () => {
    stop = systemClock.timer(ms - longestTimeoutMs, fn, options);
  };
  let stop = systemClock.timer(longestTimeoutMs, next, options);
  return () => stop();
}
