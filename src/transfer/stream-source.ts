import type { Clock } from '../core/clock.js';
import { ConfigurationError } from '../core/errors.js';
import type { ByteRange } from '../core/wire/byte-range.js';
import type { Source } from './source.js';
import { readerOf, type StreamReader } from './stream-reader.js';
import { TransferError } from './transfer-error.js';

export type { ByteStream } from './stream-reader.js';

/** How long a stream that has given all its bytes may take to end, in milliseconds; then it counts as ended. */
const endWaitMs = 5_000;

/**
 * A stream. Slices are copies, because a stream may use its memory again and a retry must send the same bytes. Reads no
 * further ahead than it is asked to.
 */
export class StreamSource implements Source {
  readonly size: number | undefined;
  readonly inMemory = false;
  readonly #reader: StreamReader;
  readonly #clock: Clock;
  #chunk: Uint8Array = new Uint8Array(0);
  #position = 0;
  #ended = false;
  /** Reads follow one another: the bytes of a stream have an order. */
  #turn: Promise<unknown> = Promise.resolve();
  /** The look behind the last byte that was announced. */
  #ending: Promise<void> | undefined;
  #closing: { readonly reason: unknown } | undefined;
  /** Ends the read that is under way. */
  #giveUp = (_reason: unknown) => {};

  /**
   * @param size - `undefined`: as many bytes as come.
   * @throws {ConfigurationError} `InvalidRequest` when it is no stream, or one that somebody else reads.
   */
  constructor(stream: unknown, size: number | undefined, clock: Clock) {
    this.size = size;
    this.#clock = clock;
    this.#reader = readerOf(stream);
  }

  slice(range: ByteRange, buffer?: Uint8Array): Promise<Uint8Array> {
    const slice = this.#turn.then(() => this.#take(range.end - range.start, buffer));
    this.#turn = slice.catch(() => {});
    // The end is looked for while the last bytes are still being sent.
    if (range.end === this.size) this.#lookForEnd(slice);
    return slice;
  }

  async verify(): Promise<void> {
    await this.#turn;
    if (this.size === undefined) return;
    this.#lookForEnd(this.#turn);
    await this.#ending;
    if (this.#chunk.length > 0) throw this.#mismatch('more');
  }

  async close(reason?: unknown): Promise<void> {
    if (this.#closing !== undefined) return;
    this.#closing = { reason: reason ?? new Error('the stream is closed') };
    this.#giveUp(this.#closing.reason);
    if (!this.#ended) this.#reader.cancel(reason);
  }

  async #take(length: number, buffer: Uint8Array | undefined): Promise<Uint8Array> {
    const bytes = buffer?.subarray(0, length) ?? Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      if (this.#chunk.length === 0 && !this.#takeReady()) await this.#advance();
      if (this.#ended && this.size === undefined) return bytes.subarray(0, filled);
      if (this.#ended) throw this.#mismatch('fewer');
      const part = this.#chunk.subarray(0, length - filled);
      bytes.set(part, filled);
      this.#chunk = this.#chunk.subarray(part.length);
      filled += part.length;
      this.#position += part.length;
    }
    return bytes;
  }

  #lookForEnd(last: Promise<unknown>): void {
    this.#ending ??= last.then(() => this.#waitForEnd());
    // Told by verify; a transfer that fails before never asks.
    this.#ending.catch(() => {});
  }

  /** One read more than there are bytes: that is how a stream says that it has ended. Some never say it. */
  async #waitForEnd(): Promise<void> {
    let stop = () => {};
    const patience = new Promise<void>((resolve) => {
      stop = this.#clock.timer(endWaitMs, resolve, { keepAlive: true });
    });
    try {
      await Promise.race([this.#readOn(), patience]);
    } finally {
      stop();
    }
  }

  async #readOn(): Promise<void> {
    while (!this.#ended && this.#chunk.length === 0) await this.#advance();
  }

  /** Reads the next chunk; ends at once when the source is closed, however long the stream takes. */
  async #advance(): Promise<void> {
    if (this.#ended) return;
    if (this.#closing !== undefined) throw this.#closing.reason;
    const { done, value } = await new Promise<Awaited<ReturnType<StreamReader['read']>>>(
      (resolve, reject) => {
        this.#giveUp = reject;
        this.#reader.read().then(resolve, reject);
      },
    );
    if (done === true) this.#ended = true;
    else this.#accept(value);
  }

  /** Takes a chunk that waits in the stream, which costs no promise. */
  #takeReady(): boolean {
    if (this.#ended || this.#closing !== undefined) return false;
    const ready = this.#reader.ready();
    if (ready === undefined) return false;
    this.#accept(ready);
    return true;
  }

  #accept(value: unknown): void {
    if (value instanceof Uint8Array) this.#chunk = value;
    else {
      const got = typeof value;
      throw new ConfigurationError('InvalidRequest', `a stream to upload must give Uint8Array, got ${got}`);
    }
  }

  #mismatch(which: 'fewer' | 'more'): TransferError {
    const given =
      which === 'fewer' ? `ended after ${this.#position} bytes` : `goes on after ${this.size} bytes`;
    return new TransferError('SourceLengthMismatch', `the stream ${given}; totalSize says ${this.size}`);
  }
}
