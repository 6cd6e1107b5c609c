import { settle } from '../../../src/simulation/manual-clock.js';

/** Numbers that depend on a seed alone. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** True once in a while. */
  happens(probability: number): boolean {
    return this.next() < probability;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)] as T;
  }
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** Time that passes only from event to event. Whatever can run between two events runs. */
export class World {
  readonly chance: Chance;
  now = 0;
  /** Requests that the service is working on. */
  busy = 0;
  #orders = 0;
  #events: Event[] = [];

  constructor(seed: number) {
    this.chance = new Chance(seed);
  }

  /** Calls `fn` after `ms`. @returns what cancels it. */
  after(ms: number, fn: () => void): () => void {
    const event = { at: this.now + Math.max(0, ms), order: this.#orders++, fn };
    let index = this.#events.length;
    while (index > 0 && isLater(this.#events[index - 1] as Event, event)) index--;
    this.#events.splice(index, 0, event);
    return () => {
      const found = this.#events.indexOf(event);
      if (found >= 0) this.#events.splice(found, 1);
    };
  }

  /** Lets time pass until `done`, or for `ms` at the most. */
  async run(ms: number, done: () => boolean = () => false): Promise<void> {
    const end = this.now + ms;
    await this.#settle();
    while (!done()) {
      const next = this.#events[0];
      if (next === undefined || next.at > end) break;
      this.#events.shift();
      this.now = next.at;
      next.fn();
      await this.#settle();
    }
    if (!done()) this.now = end;
  }

  async #settle(): Promise<void> {
    do await settle();
    while (this.busy > 0);
  }
}

function isLater(a: Event, b: Event): boolean {
  return a.at > b.at || (a.at === b.at && a.order > b.order);
}
