import { listenForAbort } from '../../core/abort-listener.js';

/** What one task takes of what all share. */
export interface Weight {
  /** Requests under way at a time. */
  readonly lanes: number;
  /** Memory. */
  readonly bytes: number;
}

interface Waiting {
  readonly weight: Weight;
  readonly go: () => void;
  readonly giveUp: (reason: unknown) => void;
}

/**
 * Requests and memory that tasks of different weight share: it bounds both over all files together. First come, first
 * served, so that a large one is not overtaken for ever.
 */
export class TransferBudget {
  readonly #total: Weight;
  readonly #signal: AbortSignal;
  #lanes = 0;
  #bytes = 0;
  readonly #waiting: Waiting[] = [];

  /** @param signal - Ends all waits; it should not outlive the budget. */
  constructor(total: Weight, signal: AbortSignal) {
    this.#total = total;
    this.#signal = signal;
    listenForAbort(signal, () => {
      for (const { giveUp } of this.#waiting.splice(0)) giveUp(signal.reason);
    });
  }

  /**
   * Waits until there is room; what is more than all there is gets all.
   * @returns what gives it back, to be called once.
   * @throws the signal's reason, at once, when it is aborted.
   */
  async take({ lanes, bytes }: Weight): Promise<() => void> {
    this.#signal.throwIfAborted();
    const weight = { lanes: Math.min(lanes, this.#total.lanes), bytes: Math.min(bytes, this.#total.bytes) };
    if (this.#waiting.length > 0 || !this.#fits(weight)) await this.#wait(weight);
    else this.#add(weight, 1);
    return () => {
      this.#add(weight, -1);
      this.#admit();
    };
  }

  /** Does something as soon as there is room. */
  async run<T>(weight: Weight, task: () => Promise<T>): Promise<T> {
    const giveBack = await this.take(weight);
    try {
      return await task();
    } finally {
      giveBack();
    }
  }

  #wait(weight: Weight): Promise<void> {
    return new Promise((go, giveUp) => {
      this.#waiting.push({ weight, go, giveUp });
    });
  }

  #admit(): void {
    for (
      let next = this.#waiting[0];
      next !== undefined && this.#fits(next.weight);
      next = this.#waiting[0]
    ) {
      this.#waiting.shift();
      // Taken here, so that nobody who comes before the waiter runs gets it.
      this.#add(next.weight, 1);
      next.go();
    }
  }

  #fits({ lanes, bytes }: Weight): boolean {
    return this.#lanes + lanes <= this.#total.lanes && this.#bytes + bytes <= this.#total.bytes;
  }

  #add({ lanes, bytes }: Weight, sign: 1 | -1): void {
    this.#lanes += sign * lanes;
    this.#bytes += sign * bytes;
  }
}

/** Tasks that share a budget with others, and are awaited together. */
export class TaskGroup {
  readonly #budget: TransferBudget;
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(budget: TransferBudget) {
    this.#budget = budget;
  }

  /**
   * Starts a task as soon as there is room, and returns then.
   * @param task - Must not reject.
   * @throws the reason of an abort, in place of starting it.
   */
  async start(weight: Weight, task: () => Promise<void>): Promise<void> {
    const giveBack = await this.#budget.take(weight);
    this.#running += 1;
    void task().finally(() => {
      giveBack();
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    });
  }

  /** Ends when every task has. */
  drain(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }
}
