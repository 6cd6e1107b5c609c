/** How far a transfer is. */
export interface TransferProgress {
  /** Bytes that have arrived: acknowledged by the service, or written to the local file. Never goes back. */
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** Told of every part that has arrived, and once of an empty file. What it throws ends the transfer. */
export type ProgressListener = (progress: TransferProgress) => void;

/** Adds up what has arrived. */
export class ProgressCounter {
  readonly #totalBytes: number;
  readonly #listener: ProgressListener | undefined;
  #loadedBytes = 0;

  constructor(totalBytes: number, listener: ProgressListener | undefined) {
    this.#totalBytes = totalBytes;
    this.#listener = listener;
  }

  add(bytes: number): void {
    this.#loadedBytes += bytes;
    this.#listener?.({ loadedBytes: this.#loadedBytes, totalBytes: this.#totalBytes });
  }
}
