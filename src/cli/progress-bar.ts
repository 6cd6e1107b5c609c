import cliProgress from 'cli-progress';
import { formatBytes } from './format.js';
import type { Output } from './output.js';

/** One bar for a whole copy, on a terminal; elsewhere nothing at all. Counts bytes that have arrived. */
export class ProgressBar {
  readonly #output: Output;
  readonly #bar: cliProgress.SingleBar | undefined;
  #total = 0;
  #loaded = 0;

  constructor(output: Output) {
    this.#output = output;
    const stream = output.terminal;
    if (stream === undefined) return;
    this.#bar = new cliProgress.SingleBar({
      stream,
      format: '{bar} {percentage}% | {loaded} of {expected} | {eta_formatted} left',
      barCompleteChar: '\u2588',
      barIncompleteChar: '\u2591',
      barsize: 30,
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

  /** One more file of this size is to come. */
  expect(bytes: number): void {
    this.#total += bytes;
    this.#bar?.setTotal(this.#total);
    this.#draw();
  }

  /** The part of one file. */
  file(expectedBytes: number): { loaded(bytes: number): void; done(): void } {
    let counted = 0;
    const count = (bytes: number) => {
      this.#loaded += bytes - counted;
      counted = bytes;
      this.#draw();
    };
    return {
      // A file may have grown since it was listed; the bar does not run over for that.
      loaded: (bytes) => count(Math.min(bytes, expectedBytes)),
      done: () => count(expectedBytes),
    };
  }

  /** Takes the bar off the terminal. */
  stop(): void {
    this.#bar?.stop();
    this.#output.divert(undefined);
  }

  #draw(): void {
    this.#bar?.update(this.#loaded, this.#texts());
  }

  #texts(): { loaded: string; expected: string } {
    return { loaded: formatBytes(this.#loaded), expected: formatBytes(this.#total) };
  }
}
