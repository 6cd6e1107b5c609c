import type { Clock } from '../../core/clock.js';

/** How far a transfer of directories is. What need not be transferred does not count, except in `unchangedFiles`. */
export interface DirectoryProgress {
  /** Bytes that have arrived, or had arrived in an earlier run. Never goes back. */
  readonly loadedBytes: number;
  /** Bytes that are to be transferred, as far as that is known: final when `isListed`. What cannot be transferred is taken out. */
  readonly totalBytes: number;
  /** Files that have arrived. */
  readonly loadedFiles: number;
  readonly totalFiles: number;
  /** Files that are the same at both sides. */
  readonly unchangedFiles: number;
  /** Whether everything has been listed. */
  readonly isListed: boolean;
  /** Over the last ten seconds; absent until anything can be said. What an earlier run moved does not count. */
  readonly bytesPerSecond?: number | undefined;
  /** Milliseconds until the end at that rate; absent where nobody can say, and before everything is listed. */
  readonly remainingMs?: number | undefined;
}

/** Told whenever something has arrived or been found. What it throws ends the transfer. */
export type DirectoryProgressListener = (progress: DirectoryProgress) => void;

const windowMs = 10_000;
/** Samples nearer to each other than that say nothing more. */
const spacingMs = 100;

/** The part of one file. */
export interface FileProgress {
  /** @param bytes - Of the file, in total. */
  loaded(bytes: number): void;
  /** It is there. */
  arrived(bytes: number): void;
  /** It will not come: it failed, or it need not. */
  dropped(): void;
}

/** Adds up what arrives of many files. */
export class TreeProgress {
  readonly #listener: DirectoryProgressListener | undefined;
  readonly #clock: Clock;
  /** How much one acknowledgement is at most; a larger step is what an earlier run has moved. */
  readonly #rangeBytes: number;
  /** Oldest first. */
  readonly #samples: { readonly at: number; readonly moved: number }[] = [];
  #loadedBytes = 0;
  #totalBytes = 0;
  #loadedFiles = 0;
  #totalFiles = 0;
  #unchangedFiles = 0;
  #movedBytes = 0;
  #isListed = false;

  constructor(
    listener: DirectoryProgressListener | undefined,
    { clock, rangeBytes }: { readonly clock: Clock; readonly rangeBytes: number },
  ) {
    this.#listener = listener;
    this.#clock = clock;
    this.#rangeBytes = rangeBytes;
    if (listener !== undefined) this.#samples.push({ at: clock.monotonic(), moved: 0 });
  }

  /** One more file is to come. */
  expect(size: number): FileProgress {
    this.#totalFiles += 1;
    this.#totalBytes += size;
    let counted = 0;
    let expected = size;
    const count = (bytes: number) => {
      const more = Math.max(0, bytes - counted);
      counted += more;
      this.#loadedBytes += more;
      // A resumed transfer begins with what is there.
      if (more <= this.#rangeBytes || counted > more) this.#movedBytes += more;
      // It has grown since it was listed.
      if (counted > expected) this.#expectInstead(counted - expected);
      expected = Math.max(expected, counted);
    };
    return {
      loaded: (bytes) => {
        count(bytes);
        this.#tell();
      },
      arrived: (bytes) => {
        count(bytes);
        this.#expectInstead(counted - expected);
        this.#loadedFiles += 1;
        this.#tell();
      },
      dropped: () => {
        this.#expectInstead(counted - expected);
        this.#totalFiles -= 1;
        this.#tell();
      },
    };
  }

  unchanged(): void {
    this.#unchangedFiles += 1;
    this.#tell();
  }

  /** Nothing more will be found. */
  listed(): void {
    this.#isListed = true;
    this.#tell();
  }

  #expectInstead(difference: number): void {
    this.#totalBytes += difference;
  }

  #tell(): void {
    if (this.#listener === undefined) return;
    const bytesPerSecond = this.#rate();
    this.#listener({
      loadedBytes: this.#loadedBytes,
      totalBytes: this.#totalBytes,
      loadedFiles: this.#loadedFiles,
      totalFiles: this.#totalFiles,
      unchangedFiles: this.#unchangedFiles,
      isListed: this.#isListed,
      bytesPerSecond,
      remainingMs: this.#remainingMs(bytesPerSecond),
    });
  }

  #rate(): number | undefined {
    const at = this.#clock.monotonic();
    const samples = this.#samples;
    // One sample older than the window stays, so that there is always something to compare with.
    while (samples.length > 2 && (samples[1]?.at ?? at) <= at - windowMs) samples.shift();
    const oldest = samples[0];
    if (at - (samples.at(-1)?.at ?? 0) >= spacingMs) samples.push({ at, moved: this.#movedBytes });
    if (oldest === undefined || at <= oldest.at) return undefined;
    return ((this.#movedBytes - oldest.moved) * 1000) / (at - oldest.at);
  }

  #remainingMs(bytesPerSecond: number | undefined): number | undefined {
    if (!this.#isListed) return undefined;
    const left = this.#totalBytes - this.#loadedBytes;
    if (left === 0) return 0;
    return bytesPerSecond === undefined || bytesPerSecond === 0 ? undefined : (left * 1000) / bytesPerSecond;
  }
}
