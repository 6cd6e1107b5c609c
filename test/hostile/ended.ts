import { systemClock } from '../../src/core/clock.js';
import { type ManualClock, settle } from '../../src/simulation/manual-clock.js';

/** How a call ended. */
export interface Ended {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** Waits of a call, after which it does not end by itself. */
const mostWaits = 2_000;

/** Lets the time of a clock pass until a call has ended; `undefined` when it does not end. */
export async function endOf(clock: ManualClock, call: Promise<unknown>): Promise<Ended | undefined> {
  let ended: Ended | undefined;
  call.then(
    (value) => {
      ended = { value };
    },
    (error: unknown) => {
      ended = { error };
    },
  );
  const startedAt = systemClock.monotonic();
  for (let waits = 0; ended === undefined; waits++) {
    await settle();
    // Time stands still while the file system works.
    if (process.getActiveResourcesInfo().some((name) => /^(?:FSReq|FILEHANDLE)/.test(name))) continue;
    await clock.advance(clock.untilNextTimer ?? 0);
    if (waits > mostWaits && systemClock.monotonic() - startedAt > 10_000) break;
  }
  return ended;
}
