import { type Clock, systemClock } from '../../src/core/clock.js';

/** The clock of the machine, and how many timers of it still run. */
export class CountingClock implements Clock {
  #timers = 0;

  get timerCount(): number {
    return this.#timers;
  }

  now(): number {
    return systemClock.now();
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  random(): number {
    return systemClock.random();
  }

  uuid(): string {
    return systemClock.uuid();
  }

  timer(ms: number, fn: () => void, options?: Parameters<Clock['timer']>[2]): () => void {
    let runs = true;
    this.#timers += 1;
    const end = () => {
      if (runs) this.#timers -= 1;
      runs = false;
    };
    const stop = systemClock.timer(
      ms,
      () => {
        end();
        fn();
      },
      options,
    );
    return () => {
      end();
      stop();
    };
  }
}
