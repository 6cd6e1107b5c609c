import { randomUUID } from 'node:crypto';

/** Time and chance. Nothing else in the library reads a clock, waits, or draws a number, so tests can move time by hand. */
export interface Clock {
  /** Wall clock: milliseconds since 1970, UTC. */
  now(): number;
  /** Monotonic clock: milliseconds from an arbitrary start; never goes back, may stand still while the machine sleeps. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds; the returned function cancels it. The timer does not keep a process alive. */
  timer(ms: number, fn: () => void): () => void;
  /** A number in [0, 1). */
  random(): number;
  /** A new GUID, lower case with dashes. */
  uuid(): string;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(ms, fn) {
    const timeout = setTimeout(fn, ms);
    timeout.unref?.();
    return () => clearTimeout(timeout);
  },
  random: () => Math.random(),
  uuid: () => randomUUID(),
};
