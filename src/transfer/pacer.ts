import type { Clock } from '../core/clock.js';
import { pause } from '../core/pause.js';

/** Spreads bytes over time. Whoever is let through first goes at once; what follows waits until the time of that is over. */
export class Pacer {
  readonly #bytesPerSecond: number;
  readonly #clock: Clock;
  /** Monotonic time from which on the next bytes may go. */
  #freeAt = Number.NEGATIVE_INFINITY;

  constructor(bytesPerSecond: number, clock: Clock) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
  }

  /**
   * Waits until these bytes may go.
   * @throws the signal's reason, at once, when it is aborted.
   */
  async take(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    const now = this.#clock.monotonic();
    const waitMs = this.#freeAt - now;
    this.charge(bytes);
    if (waitMs > 0) await pause(this.#clock, waitMs, signal);
  }

  /** Counts bytes that have gone without asking. */
  charge(bytes: number): void {
    const now = this.#clock.monotonic();
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes / this.#bytesPerSecond) * 1000;
  }
}
