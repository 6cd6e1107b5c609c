import type { Portion } from './limits.js';

/** Lanes and memory that tasks of different weight share: it bounds both over all files together. */
export class Slots {
  readonly #total: Portion;
  #lanes: number;
  #bytes: number;
  readonly #running = new Set<Promise<void>>();

  constructor(total: Portion) {
    this.#total = total;
    this.#lanes = total.lanes;
    this.#bytes = total.bytes;
  }

  /**
   * Starts a task as soon as there is room for it, and returns then.
   * @param task - Must not reject.
   */
  async start(portion: Portion, task: () => Promise<void>): Promise<void> {
    const lanes = Math.min(portion.lanes, this.#total.lanes);
    const bytes = Math.min(portion.bytes, this.#total.bytes);
    while (lanes > this.#lanes || bytes > this.#bytes) await Promise.race(this.#running);
    this.#lanes -= lanes;
    this.#bytes -= bytes;
    const running = task().finally(() => {
      this.#lanes += lanes;
      this.#bytes += bytes;
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Ends when every task has. */
  async drain(): Promise<void> {
    await Promise.all(this.#running);
  }
}
