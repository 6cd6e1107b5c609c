import { listenForAbort } from '../core/abort-listener.js';

export interface WindowLimits {
  /** How many workers run at a time, at most. */
  readonly concurrency: number;
  /** Ends the whole window; {@link runWindow} then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Works on one item. Its signal is aborted when another worker failed or the caller gave up. */
export type Worker<T> = (item: T, signal: AbortSignal) => Promise<void>;

/**
 * Gives the items to workers, at most `concurrency` at a time; an item is taken when a worker is free for it, no sooner.
 *
 * The first failure ends it: the other workers' signal is aborted, they are awaited, no further item is taken, and the
 * failure is thrown. What the others throw after that is dropped, so that no rejection is left without a handler.
 */
export async function runWindow<T>(
  items: Iterable<T>,
  limits: WindowLimits,
  worker: Worker<T>,
): Promise<void> {
  const { concurrency, signal } = limits;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`concurrency must be an integer >= 1, got ${concurrency}`);
  }
  signal?.throwIfAborted();
  const window = new Window(items, worker);
  const onAbort = () => window.stop(signal?.reason);
  const forget = signal && listenForAbort(signal, onAbort);
  try {
    await window.run(concurrency);
  } finally {
    forget?.();
  }
}

class Window<T> {
  readonly #source: Iterator<T>;
  readonly #worker: Worker<T>;
  readonly #controller = new AbortController();
  #exhausted = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(items: Iterable<T>, worker: Worker<T>) {
    this.#source = items[Symbol.iterator]();
    this.#worker = worker;
  }

  stop(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#controller.abort(error);
  }

  async run(concurrency: number): Promise<void> {
    const lanes: Promise<void>[] = [];
    // A lane takes its first item before it gives control back, so no lane is started for which there is no item.
    while (lanes.length < concurrency && this.#open()) lanes.push(this.#lane());
    await Promise.all(lanes);
    if (this.#failure === undefined) return;
    if (!this.#exhausted) this.#source.return?.();
    throw this.#failure.error;
  }

  /** Works off items one after the other; never rejects. */
  async #lane(): Promise<void> {
    try {
      while (this.#open()) {
        const next = this.#source.next();
        if (next.done === true) this.#exhausted = true;
        else await this.#worker(next.value, this.#controller.signal);
      }
    } catch (error) {
      this.stop(error);
    }
  }

  #open(): boolean {
    return this.#failure === undefined && !this.#exhausted;
  }
}
