import type { OpenedRange } from './resuming-read.js';

/** An answer that is here before the work begins: whoever comes first gets it, and nobody may forget it. */
export class FirstAnswer {
  #opened: OpenedRange | undefined;

  constructor(opened: OpenedRange | undefined) {
    this.#opened = opened;
  }

  /** The answer, the first time. */
  take(): OpenedRange | undefined {
    const opened = this.#opened;
    this.#opened = undefined;
    return opened;
  }

  /** Gives up its body, where nobody has taken it. */
  discard(): void {
    this.take()?.body.discard();
  }
}
