import type { Clock } from '../../../src/core/clock.js';
import type { World } from './world.js';

/**
 * What a process is doing: holding leases that end, leases without end, such leases without any record as a program does
 * that knows nothing of the protocol, or breaking them as a person does.
 */
export type Duty = 'timed' | 'endless' | 'foreign' | 'operator';

/**
 * A process with a clock of its own, which can stall, sleep and be killed. Whatever wakes it (a timer, an answer) waits
 * while it stalls, and comes to nothing once it is dead: as all of its code waits for one or the other, that is the same
 * as dying at that `await`.
 */
export class SimulatedProcess implements Clock {
  readonly name: string;
  readonly #world: World;
  /** Of the wall clock against the true time, in milliseconds. */
  #wallOffset: number;
  #asleepMs = 0;
  #stalledUntil = 0;
  #uuids = 0;
  /** Which grant it works under, for those who watch. */
  hold: number | undefined;
  duty: Duty = 'timed';
  alive = true;
  hasSlept = false;
  /** How often it has been woken, and at which time it is killed. */
  #wakes = 0;
  killAtWake = Number.POSITIVE_INFINITY;
  stallAtWake = Number.POSITIVE_INFINITY;

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
    this.#wallOffset = world.chance.between(-100_000, 100_000);
  }

  now(): number {
    return Date.UTC(2026, 2, 2) + this.#world.now + this.#wallOffset;
  }

  monotonic(): number {
    return this.#world.now - this.#asleepMs;
  }

  timer(ms: number, fn: () => void): () => void {
    const due = this.monotonic() + ms;
    let cancelled = false;
    const fire = (): void => {
      if (cancelled) return;
      // It slept meanwhile, and its clock with it.
      const left = due - this.monotonic();
      if (left > 0) this.#world.after(left, () => this.wake(fire));
      else fn();
    };
    const cancel = this.#world.after(ms, () => this.wake(fire));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  random(): number {
    return this.#world.chance.next();
  }

  uuid(): string {
    this.#uuids += 1;
    const own = [...this.name].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7);
    return `${own.toString(16).padStart(8, '0')}-0000-4000-8000-${this.#uuids.toString(16).padStart(12, '0')}`;
  }

  /** Runs something in the process, when it can run. */
  wake(fn: () => void): void {
    if (!this.alive) return;
    if (this.#stalledUntil > this.#world.now) {
      this.#world.after(this.#stalledUntil - this.#world.now, () => this.wake(fn));
      return;
    }
    this.#wakes += 1;
    if (this.#wakes >= this.killAtWake) {
      this.alive = false;
      return;
    }
    if (this.#wakes >= this.stallAtWake) {
      this.stallAtWake = Number.POSITIVE_INFINITY;
      const { chance } = this.#world;
      // Half of the time the machine sleeps, and the monotonic clock stands still.
      this.stall(chance.between(1_000, 90_000), chance.happens(0.5) ? 'asleep' : 'awake');
      this.wake(fn);
      return;
    }
    fn();
  }

  /** The wall clock is corrected. */
  setWallClock(offsetMs: number): void {
    this.#wallOffset = offsetMs;
  }

  kill(): void {
    this.alive = false;
  }

  /** Stops it for a while; asleep, its monotonic clock stands still. */
  stall(ms: number, how: 'awake' | 'asleep'): void {
    this.#stalledUntil = this.#world.now + ms;
    if (how === 'awake') return;
    this.#asleepMs += ms;
    this.hasSlept = true;
  }
}
