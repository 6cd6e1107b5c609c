import type { Clock } from '../core/clock.js';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** What a {@link ManualClock} starts with. */
export interface ManualClockOptions {
  /** Wall clock at the start, in milliseconds since 1970. @defaultValue 2026-03-02T03:04:05Z */
  readonly now?: number;
  /** Seed of `random()`. @defaultValue 1 */
  readonly seed?: number;
}

/**
 * A {@link Clock} that stands still until a test moves it. Numbers and GUIDs come from a seed, so a run repeats exactly.
 */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;
  #state: number;
  #orders = 0;
  #uuids = 0;
  readonly #timers = new Set<Timer>();

  constructor(options: ManualClockOptions = {}) {
    this.#now = options.now ?? Date.UTC(2026, 2, 2, 3, 4, 5);
    this.#state = (options.seed ?? 1) >>> 0;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  timer(ms: number, fn: () => void): () => void {
    const timer: Timer = { at: this.#monotonic + Math.max(0, ms), order: this.#orders++, fn };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  random(): number {
    // Mulberry32: small, and good enough to spread waits.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  uuid(): string {
    this.#uuids += 1;
    return `00000000-0000-4000-8000-${this.#uuids.toString(16).padStart(12, '0')}`;
  }

  /** The number of timers that wait, for tests of leaks. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer is due; `undefined` when none waits. */
  get untilNextTimer(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.at - this.#monotonic;
  }

  /**
   * Moves time forward and fires what is due, in order, each timer at its own moment.
   * Code that waits for promises gets its turn before, between and after.
   */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#monotonic + ms;
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#moveTo(next.at);
      this.#timers.delete(next);
      next.fn();
      await settle();
    }
    this.#moveTo(Math.max(end, this.#monotonic));
    await settle();
  }

  /** Sets the wall clock alone, as a correction of the machine's time does; timers and `monotonic()` do not notice. */
  setWallClock(now: number): void {
    this.#now = now;
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      const earlier = first === undefined || timer.at < first.at;
      if (earlier || (timer.at === first?.at && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** Lets everything run that is ready to run: promise callbacks, and one round of the event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
