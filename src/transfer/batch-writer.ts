import type { FileSink } from './file-sink.js';

/** What is written at a time: large enough for few calls, small enough for many writers. */
export const batchBytes = 512 * 1024;

/** Writes the pieces of one range to a file, several at a time and without copying them. */
export class BatchWriter {
  readonly #sink: FileSink;
  readonly #onWritten: (bytes: number) => void;
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Where the pieces go. */
  #start = 0;

  /** @param onWritten - Told after every write. */
  constructor(sink: FileSink, onWritten: (bytes: number) => void) {
    this.#sink = sink;
    this.#onWritten = onWritten;
  }

  /** Takes a piece; gives a promise when it writes, during which no further piece may be given. */
  take(piece: Uint8Array, position: number): Promise<void> | void {
    // A range that is read again from its beginning replaces what is left of the first time.
    if (position !== this.#start + this.#length) {
      this.#pieces = [];
      this.#length = 0;
    }
    if (this.#length === 0) this.#start = position;
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length >= batchBytes) return this.flush();
  }

  /** Writes what is left. */
  async flush(): Promise<void> {
    if (this.#length === 0) return;
    const pieces = this.#pieces;
    const length = this.#length;
    const start = this.#start;
    this.#pieces = [];
    this.#length = 0;
    this.#start = start + length;
    await this.#sink.writeAll(pieces, start);
    this.#onWritten(length);
  }
}
