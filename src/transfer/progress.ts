import type { Clock } from '../core/clock.js';

/** How far a transfer is. */
export interface TransferProgress {
  /**
   * Bytes that have arrived: acknowledged by the service, or written to the local file. Never goes back. Those of an earlier
   * run that is continued count from the beginning.
   */
  readonly loadedBytes: number;
  /** Absent for a stream of unknown length. */
  readonly totalBytes: number | undefined;
  /** Over the last ten seconds; absent until anything can be said. What an earlier run moved does not count. */
  readonly bytesPerSecond?: number | undefined;
  /** Milliseconds until the end at that rate; absent where nobody can say. */
  readonly remainingMs?: number | undefined;
}

/** Told of every part that has arrived, and once of an empty file. What it throws ends the transfer. */
export type ProgressListener = (progress: TransferProgress) => void;

const windowMs = 10_000;
/** Samples nearer to each other than that say nothing more. */
const spacingMs = 100;

interface Sample {
  readonly at: number;
  readonly loadedBytes: number;
}

/** Adds up what has arrived. */
export class ProgressCounter {
  readonly #totalBytes: number | undefined;
  readonly #listener: ProgressListener | undefined;
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #samples: Sample[] = [];
  #loadedBytes: number;

  /** @param resumedBytes - What has arrived before. */
  constructor(
    totalBytes: number | undefined,
    listener: ProgressListener | undefined,
    { clock, resumedBytes = 0 }: { readonly clock: Clock; readonly resumedBytes?: number },
  ) {
    this.#totalBytes = totalBytes;
    this.#listener = listener;
    this.#clock = clock;
    this.#loadedBytes = resumedBytes;
    if (listener !== undefined) this.#samples.push({ at: clock.monotonic(), loadedBytes: resumedBytes });
  }

  add(bytes: number): void {
    this.#loadedBytes += bytes;
    if (this.#listener === undefined) return;
    const loadedBytes = this.#loadedBytes;
    const totalBytes = this.#totalBytes;
    const bytesPerSecond = this.#rate();
    const remainingMs = this.#remainingMs(bytesPerSecond);
    this.#listener({ loadedBytes, totalBytes, bytesPerSecond, remainingMs });
  }

  #rate(): number | undefined {
    const at = this.#clock.monotonic();
    const samples = this.#samples;
    // One sample older than the window stays, so that there is always something to compare with.
    while (samples.length > 2 && (samples[1]?.at ?? at) <= at - windowMs) samples.shift();
    const oldest = samples[0];
    if (at - (samples.at(-1)?.at ?? 0) >= spacingMs) samples.push({ at, loadedBytes: this.#loadedBytes });
    if (oldest === undefined || at <= oldest.at) return undefined;
    return ((this.#loadedBytes - oldest.loadedBytes) * 1000) / (at - oldest.at);
  }

  #remainingMs(bytesPerSecond: number | undefined): number | undefined {
    if (this.#totalBytes === undefined) return undefined;
    const left = this.#totalBytes - this.#loadedBytes;
    if (left === 0) return 0;
    return bytesPerSecond === undefined || bytesPerSecond === 0 ? undefined : (left * 1000) / bytesPerSecond;
  }
}
