import type { Clock } from '../core/clock.js';
import type { HeldLease } from './held-lease.js';
import { timing } from './timing.js';

/** How soon a renewal is tried again that was refused for a reason beside the lease, such as a key that is being changed. */
const refusedPauseMs = 1_000;

/**
 * Renews a lease in the background until it is stopped or the lease is lost. Never rejects: loss is told by the lease's
 * signal, and by what its uses throw. Its timer does not keep a process alive.
 */
export class Renewal {
  readonly #held: HeldLease;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  #cancelTimer: (() => void) | undefined;

  constructor(held: HeldLease, clock: Clock) {
    this.#held = held;
    this.#clock = clock;
    held.watchDeadline();
    held.signal.addEventListener('abort', () => this.#lost(), { once: true });
    // Counted from the last time that others were told, as they count it too.
    this.#schedule(Math.max(0, timing.renewalMs - held.unconfirmedMs));
  }

  /** Stops renewing; a renewal under way is given up. */
  stop(): void {
    this.#cancelTimer?.();
    this.#stop.abort();
  }

  #schedule(ms: number): void {
    this.#cancelTimer = this.#clock.timer(ms, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const startedAt = this.#clock.monotonic();
    let waitMs: number = timing.renewalMs;
    try {
      await this.#held.renew(this.#stop.signal);
      this.#held.watchDeadline();
      waitMs = Math.max(0, startedAt + timing.renewalMs - this.#clock.monotonic());
    } catch {
      // Lost: the signal has told. Else it may still succeed, until the time is over.
      waitMs = refusedPauseMs;
    }
    if (!this.#held.ended && !this.#stop.signal.aborted) this.#schedule(waitMs);
  }

  #lost(): void {
    this.stop();
    // By this side's clock only, perhaps: the service may still keep others out.
    this.#held.release().catch(() => {});
  }
}
