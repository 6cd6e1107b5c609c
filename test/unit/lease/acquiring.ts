import { type AcquireWish, acquireLock } from '../../../src/lease/acquire.js';
import type { Grant } from '../../../src/lease/single-lease.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { LockedFile } from './locked-file.js';

/** A file that a test acquires, and a clock that it moves. */
export interface Acquiring {
  readonly clock: ManualClock;
  readonly file: LockedFile;
  /** Acquires for 15 seconds without waiting, unless told otherwise. */
  acquire(wish?: Partial<AcquireWish>): Promise<Grant>;
  /** From now on somebody has a lease, who told of it just now. */
  leased(durationSeconds?: number): void;
  /** Lets time pass until a promise has settled. */
  settled<T>(promise: Promise<T>): Promise<T>;
}

export function acquiring(): Acquiring {
  const clock = new ManualClock();
  const file = new LockedFile(clock);
  return {
    clock,
    file,
    acquire: (wish = {}) =>
      acquireLock(file, clock, { durationSeconds: 15, holder: 'me', waitMs: 0, ...wish }),
    leased(durationSeconds = 15) {
      file.tell({ durationSeconds });
      file.lease = 'another';
    },
    async settled(promise) {
      let done = false;
      const end = () => {
        done = true;
      };
      promise.then(end, end);
      for (let step = 0; step < 2_000 && !done; step++) await clock.advance(100);
      return promise;
    },
  };
}
