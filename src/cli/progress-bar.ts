import cliProgress from 'cli-progress';
import { formatBytes, formatDuration } from './format.js';
import type { Output } from './output.js';
import { RateMeter } from './rate-meter.js';

/** How far a part of a copy is. */
export interface Amount {
  readonly loadedBytes: number;
  readonly totalBytes: number;
  readonly loadedFiles: number;
  readonly totalFiles: number;
}

/** What has arrived at a time is no more than a range; a larger step is what an earlier run has moved. */
const largestStep = 4 * 1024 * 1024;
const nothing: Amount = { loadedBytes: 0, totalBytes: 0, loadedFiles: 0, totalFiles: 0 };

/** One bar for a whole copy, on a terminal; elsewhere nothing at all. Counts what has arrived. */
export class ProgressBar {
  readonly #output: Output;
  readonly #bar: cliProgress.SingleBar | undefined;
  readonly #rate = new RateMeter();
  #sum = nothing;
  #isListed = false;

  constructor(output: Output) {
    this.#output = output;
    const stream = output.terminal;
    if (stream === undefined) return;
    this.#bar = new cliProgress.SingleBar({
      stream,
      format: '{bar} {percentage}% | {loaded} of {expected} | {files} | {rate}{left}',
      barCompleteChar: '\u2588',
      barIncompleteChar: '\u2591',
      barsize: 20,
      clearOnComplete: true,
      hideCursor: true,
      // A message takes the line of the bar, which then has to be drawn although nothing has moved.
      forceRedraw: true,
      emptyOnZero: true,
      // The run has its own way to end in an orderly way.
      gracefulExit: false,
    });
    this.#bar.start(0, 0, this.#texts());
    // At its end the bar goes back to where it was saved to be: that is a line below now.
    output.divert((text) => stream.write(`\r\u001b[K${text}\n\u001b7`));
  }

  /** Whether all that is to come is known, so that it can be said how long it will take. */
  set isListed(isListed: boolean) {
    this.#isListed = isListed;
    this.#draw();
  }

  /** One more part. @returns a function that is told how far it is. */
  part(): (now: Amount) => void {
    let before = nothing;
    return (now) => {
      const step = now.loadedBytes - before.loadedBytes;
      if (step <= largestStep) this.#rate.add(step);
      this.#sum = plus(this.#sum, now, before);
      before = now;
      this.#draw();
    };
  }

  /** The part of one file, whose size may not be known. */
  file(size: number | undefined): { loaded(bytes: number): void; done(): void; dropped(): void } {
    const part = this.part();
    let loadedBytes = 0;
    const tell = (totalBytes: number, files: { loaded: number; total: number }) =>
      part({ loadedBytes, totalBytes, loadedFiles: files.loaded, totalFiles: files.total });
    tell(size ?? 0, { loaded: 0, total: 1 });
    return {
      loaded(bytes) {
        loadedBytes = bytes;
        // It may have grown since it was listed.
        tell(Math.max(size ?? 0, bytes), { loaded: 0, total: 1 });
      },
      done: () => tell(loadedBytes, { loaded: 1, total: 1 }),
      dropped: () => tell(loadedBytes, { loaded: 0, total: 0 }),
    };
  }

  /** Takes the bar off the terminal. */
  stop(): void {
    this.#bar?.stop();
    this.#output.divert(undefined);
  }

  #draw(): void {
    if (this.#bar === undefined) return;
    this.#bar.setTotal(this.#sum.totalBytes);
    this.#bar.update(this.#sum.loadedBytes, this.#texts());
  }

  #texts(): Readonly<Record<'loaded' | 'expected' | 'files' | 'rate' | 'left', string>> {
    const { loadedBytes, totalBytes, loadedFiles, totalFiles } = this.#sum;
    const rate = this.#rate.perSecond();
    return {
      loaded: formatBytes(loadedBytes),
      expected: formatBytes(totalBytes),
      files: `${loadedFiles} of ${totalFiles} files`,
      rate: rate === undefined ? '-' : `${formatBytes(Math.round(rate))}/s`,
      left: this.#left(rate),
    };
  }

  #left(rate: number | undefined): string {
    if (!this.#isListed) return ' | still listing';
    const { loadedBytes, totalBytes } = this.#sum;
    return rate === undefined || rate === 0
      ? ''
      : ` | ${formatDuration(((totalBytes - loadedBytes) * 1000) / rate)} left`;
  }
}

function plus(sum: Amount, now: Amount, before: Amount): Amount {
  const add = (name: keyof Amount) => sum[name] + now[name] - before[name];
  return {
    loadedBytes: add('loadedBytes'),
    totalBytes: add('totalBytes'),
    loadedFiles: add('loadedFiles'),
    totalFiles: add('totalFiles'),
  };
}
