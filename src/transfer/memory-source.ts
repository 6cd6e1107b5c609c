import type { ByteRange } from '../core/wire/byte-range.js';
import type { Source } from './source.js';

/** Bytes in memory, which are sent from where they are: they must not be changed until they have been. */
export class BytesSource implements Source {
  readonly size: number;
  readonly inMemory = true;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.size = bytes.length;
    this.#bytes = bytes;
  }

  async slice({ start, end }: ByteRange): Promise<Uint8Array> {
    return this.#bytes.subarray(start, end);
  }

  async verify(): Promise<void> {}

  async close(): Promise<void> {}
}

/** A `Blob`, whose bytes may be in memory or in a file: each range is read when it is sent. */
export class BlobSource implements Source {
  readonly size: number;
  readonly inMemory = false;
  readonly #blob: Blob;

  constructor(blob: Blob) {
    this.size = blob.size;
    this.#blob = blob;
  }

  async slice({ start, end }: ByteRange): Promise<Uint8Array> {
    return new Uint8Array(await this.#blob.slice(start, end).arrayBuffer());
  }

  async verify(): Promise<void> {}

  async close(): Promise<void> {}
}
