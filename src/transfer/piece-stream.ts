import { listenForAbort } from '../core/abort-listener.js';
import type { TakeBytes } from './resuming-read.js';

/** What a stream gives. */
export interface PieceSource {
  /** Reads everything, piece by piece; ends when all was taken. Called when somebody asks for the first piece. */
  read(take: TakeBytes, signal: AbortSignal): Promise<void>;
  /** Called instead where nobody ever asked. */
  abandon(): void;
}

export interface PieceStreamOptions {
  /** Bytes that may wait for the consumer, who is asked for no more than one further piece; 0: nothing is read ahead. */
  readonly aheadBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** A web stream whose consumer sets the pace. On abort it fails with the reason; cancelling it ends the reading. */
export function pieceStream(source: PieceSource, options: PieceStreamOptions): ReadableStream<Uint8Array> {
  const pump = new Pump(source, options.signal);
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: options.aheadBytes });
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => pump.start(controller),
      pull: (controller) => pump.pull(controller),
      cancel: (reason) => pump.cancel(reason),
    },
    strategy,
  );
}

class Pump {
  readonly #source: PieceSource;
  readonly #signal: AbortSignal | undefined;
  readonly #ended = new AbortController();
  #begun = false;
  #forget = () => {};
  /** Lets the reading go on. */
  #wake = () => {};

  constructor(source: PieceSource, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const signal = this.#signal;
    const onAbort = () => {
      this.cancel(signal?.reason);
      controller.error(signal?.reason);
    };
    if (signal?.aborted) onAbort();
    else if (signal !== undefined) this.#forget = listenForAbort(signal, onAbort);
  }

  pull(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#wake();
    if (!this.#begun) void this.#run(controller);
    this.#begun = true;
  }

  cancel(reason: unknown): void {
    this.#forget();
    this.#ended.abort(reason);
    this.#wake();
    if (!this.#begun) this.#source.abandon();
    this.#begun = true;
  }

  async #run(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { signal } = this.#ended;
    const take: TakeBytes = (piece) => {
      signal.throwIfAborted();
      controller.enqueue(piece);
      if ((controller.desiredSize ?? 0) > 0) return;
      return new Promise((resolve) => {
        this.#wake = resolve;
      });
    };
    try {
      await this.#source.read(take, signal);
      if (!signal.aborted) controller.close();
    } catch (error) {
      if (!signal.aborted) controller.error(error);
    } finally {
      this.#forget();
    }
  }
}
