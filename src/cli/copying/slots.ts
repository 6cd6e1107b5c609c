/** A number of slots that tasks of different weight share: it bounds requests and memory over all files together. */
export class Slots {
  readonly #total: number;
  #used = 0;
  readonly #running = new Set<Promise<void>>();

  constructor(total: number) {
    this.#total = total;
  }

  /**
   * Starts a task as soon as `weight` slots are free, and returns then.
   * @param task - Must not reject.
   */
  async start(weight: number, task: () => Promise<void>): Promise<void> {
    const slots = Math.min(weight, this.#total);
    while (this.#used + slots > this.#total) await Promise.race(this.#running);
    this.#used += slots;
    const running = task().finally(() => {
      this.#used -= slots;
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Ends when every task has. */
  async drain(): Promise<void> {
    await Promise.all(this.#running);
  }
}
