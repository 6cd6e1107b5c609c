import { createHash } from 'node:crypto';
import type { ByteRange } from '../core/wire/byte-range.js';
import type { Source } from './source.js';

/** What is read at a time of a part that is not sent. */
const skimBytes = 1024 * 1024;

/**
 * A source whose MD5 is taken on the way. Slices follow one another, as a hash has an order; what is left out between them
 * is read nevertheless.
 */
export class HashedSource implements Source {
  readonly #inner: Source;
  readonly #hash = createHash('md5');
  #position = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(inner: Source) {
    this.#inner = inner;
  }

  get size(): number | undefined {
    return this.#inner.size;
  }

  get inMemory(): boolean {
    return this.#inner.inMemory;
  }

  slice(range: ByteRange, buffer?: Uint8Array): Promise<Uint8Array> {
    const slice = this.#turn.then(async () => {
      await this.#skim(range.start);
      return this.#take(range, buffer);
    });
    this.#turn = slice.catch(() => {});
    return slice;
  }

  verify(): Promise<void> {
    return this.#inner.verify();
  }

  close(reason?: unknown): Promise<void> {
    return this.#inner.close(reason);
  }

  /** MD5 in base64 of the whole, once all has been asked for. Called once. */
  async md5(): Promise<string> {
    await this.#turn;
    await this.#skim(this.#inner.size ?? this.#position);
    return this.#hash.digest('base64');
  }

  async #skim(end: number): Promise<void> {
    if (this.#position >= end) return;
    const buffer = Buffer.allocUnsafe(Math.min(skimBytes, end - this.#position));
    while (this.#position < end) {
      const range = { start: this.#position, end: Math.min(end, this.#position + skimBytes) };
      // Behind the end of a source of unknown length there is nothing to read.
      if ((await this.#take(range, buffer)).length === 0) return;
    }
  }

  async #take(range: ByteRange, buffer: Uint8Array | undefined): Promise<Uint8Array> {
    const bytes = await this.#inner.slice(range, buffer);
    this.#hash.update(bytes);
    if (bytes.length > 0) this.#position = range.start + bytes.length;
    return bytes;
  }
}
