import { type Clock, systemClock } from '../files/index.js';

const windowMs = 10_000;
/** Samples nearer to each other than that say nothing more. */
const spacingMs = 100;

/** How fast something grows, over the last ten seconds. */
export class RateMeter {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Oldest first. */
  readonly #samples: { readonly at: number; readonly total: number }[];
  #total = 0;

  constructor(clock: Pick<Clock, 'monotonic'> = systemClock) {
    this.#clock = clock;
    this.#samples = [{ at: clock.monotonic(), total: 0 }];
  }

  add(amount: number): void {
    this.#total += amount;
  }

  /** Per second; `undefined` until anything can be said. */
  perSecond(): number | undefined {
    const at = this.#clock.monotonic();
    const samples = this.#samples;
    // One sample older than the window stays, so that there is always something to compare with.
    while (samples.length > 2 && (samples[1]?.at ?? at) <= at - windowMs) samples.shift();
    const oldest = samples[0];
    if (at - (samples.at(-1)?.at ?? 0) >= spacingMs) samples.push({ at, total: this.#total });
    if (oldest === undefined || at - oldest.at < spacingMs) return undefined;
    return ((this.#total - oldest.total) * 1000) / (at - oldest.at);
  }
}
