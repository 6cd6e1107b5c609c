import type { Clock } from '../../core/clock.js';
import { formatRfc1123, ticksOf } from '../../core/wire/dates.js';

/** Issues what the service makes up: moments, ETags, ids. */
export class Identity {
  readonly #clock: Clock;
  #lastTicks = 0n;
  #dateSecond = -1;
  #dateText = '';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#clock.now();
  }

  /** The value of the `Date` header: one text for a whole second of answers. */
  date(): string {
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#dateSecond) {
      this.#dateSecond = second;
      this.#dateText = formatRfc1123(second * 1000);
    }
    return this.#dateText;
  }

  /** A moment of its own, in ticks: later than every one before, though the clock may stand still or go back. */
  nextTicks(): bigint {
    const now = ticksOf(this.#clock.now());
    this.#lastTicks = now > this.#lastTicks ? now : this.#lastTicks + 1n;
    return this.#lastTicks;
  }

  /** A GUID; the services end theirs with six zeros. */
  requestId(): string {
    return `${this.#clock.uuid().slice(0, 30)}000000`;
  }

  uuid(): string {
    return this.#clock.uuid();
  }
}

/** `"0x8D702792C113C3A"`: the ticks of the last modification. */
export function formatEtag(ticks: bigint): string {
  return `"0x${ticks.toString(16).toUpperCase()}"`;
}
