import type { ByteRange } from '../core/wire/byte-range.js';

/** Fetches one range; ends when its signal is aborted. */
export type FetchRange = (range: ByteRange, signal: AbortSignal) => Promise<Uint8Array>;

/** Fetches ranges side by side and hands them out in order. At most `depth` of them are under way or waiting to be taken. */
export class DownloadWindow {
  readonly #plan: Iterator<ByteRange>;
  readonly #depth: number;
  readonly #fetch: FetchRange;
  readonly #ahead: Promise<Uint8Array>[] = [];
  readonly #controller = new AbortController();
  #exhausted = false;

  constructor(plan: Iterable<ByteRange>, depth: number, fetch: FetchRange) {
    this.#plan = plan[Symbol.iterator]();
    this.#depth = depth;
    this.#fetch = fetch;
  }

  /**
   * The next bytes, or `undefined` at the end.
   * @throws what fetching them threw; everything else under way is given up then.
   */
  async next(): Promise<Uint8Array | undefined> {
    this.#controller.signal.throwIfAborted();
    this.#fill();
    const first = this.#ahead.shift();
    if (first === undefined) return undefined;
    try {
      const bytes = await first;
      this.#controller.signal.throwIfAborted();
      return bytes;
    } catch (error) {
      this.close(error);
      throw error;
    }
  }

  /** Gives up everything under way. */
  close(reason: unknown): void {
    this.#exhausted = true;
    this.#ahead.length = 0;
    this.#controller.abort(reason);
  }

  #fill(): void {
    while (this.#ahead.length < this.#depth && !this.#exhausted) {
      const { value, done } = this.#plan.next();
      if (done === true) {
        this.#exhausted = true;
        return;
      }
      const bytes = this.#fetch(value, this.#controller.signal);
      // A failure is told to whoever takes the bytes; nobody may, when an earlier range failed.
      bytes.catch(() => {});
      this.#ahead.push(bytes);
    }
  }
}
