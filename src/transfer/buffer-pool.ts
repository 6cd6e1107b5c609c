/** Buffers of one size that are used again: what a transfer holds is what its ranges under way need, and no garbage. */
export class BufferPool {
  readonly #bytesEach: number;
  readonly #free: Uint8Array[] = [];

  constructor(bytesEach: number) {
    this.#bytesEach = bytesEach;
  }

  /** A buffer with any content. */
  take(): Uint8Array {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#bytesEach);
  }

  /** Takes a buffer back that nobody reads any more. One that a request may still send is not given back. */
  give(buffer: Uint8Array): void {
    this.#free.push(buffer);
  }
}
