import type { FileSink } from './file-sink.js';

/** What is written at a time: large enough for few calls, small enough for many writers. */
export const batchBytes = 512 * 1024;

/** Writes the pieces of one range to a file, many at a time. */
export class BatchWriter {
  readonly #sink: FileSink;
  readonly #buffer: Uint8Array;
  readonly #onWritten: (bytes: number) => void;
  /** Bytes of the buffer that wait. */
  #length = 0;
  /** Where they go. */
  #start = 0;

  /**
   * @param buffer - What is collected in it is written when it is full.
   * @param onWritten - Told after every write.
   */
  constructor(sink: FileSink, buffer: Uint8Array, onWritten: (bytes: number) => void) {
    this.#sink = sink;
    this.#buffer = buffer;
    this.#onWritten = onWritten;
  }

  /** Takes a piece; gives a promise when it writes, during which no further piece may be given. */
  take(piece: Uint8Array, position: number): Promise<void> | void {
    // A range that is read again from its beginning replaces what is left of the first time.
    if (position !== this.#start + this.#length) this.#length = 0;
    if (this.#length === 0) this.#start = position;
    const space = this.#buffer.length - this.#length;
    this.#add(piece.subarray(0, space));
    if (piece.length > space) return this.#flushAndAdd(new Uint8Array(piece.subarray(space)));
    // Half full is full: what comes next is to fit.
    if (this.#length >= this.#buffer.length / 2) return this.flush();
  }

  /** Writes what is left. */
  async flush(): Promise<void> {
    if (this.#length === 0) return;
    const bytes = this.#buffer.subarray(0, this.#length);
    const start = this.#start;
    await this.#sink.write(bytes, start);
    this.#start = start + bytes.length;
    this.#length = 0;
    this.#onWritten(bytes.length);
  }

  #add(piece: Uint8Array): void {
    this.#buffer.set(piece, this.#length);
    this.#length += piece.length;
  }

  async #flushAndAdd(rest: Uint8Array): Promise<void> {
    for (let at = 0; at < rest.length; ) {
      await this.flush();
      const part = rest.subarray(at, at + this.#buffer.length);
      this.#add(part);
      at += part.length;
    }
  }
}
