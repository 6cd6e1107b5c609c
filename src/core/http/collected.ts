/** Pieces that are kept until all are there. */
export class Chunks {
  length = 0;
  readonly #chunks: Buffer[] = [];

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  bytes(): Uint8Array {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first !== undefined
      ? first
      : Buffer.concat(this.#chunks, this.length);
  }
}

/** Pieces that are copied to where they belong. */
export class Whole {
  length = 0;
  readonly #bytes: Buffer;

  /** @param mostBytes - How many come, at most. */
  constructor(mostBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(mostBytes);
  }

  add(chunk: Buffer): void {
    this.#bytes.set(chunk, this.length);
    this.length += chunk.length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}
