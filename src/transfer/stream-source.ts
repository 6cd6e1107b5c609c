import { ConfigurationError } from '../core/errors.js';
import type { ByteRange } from '../core/wire/byte-range.js';
import type { Source } from './source.js';
import { TransferError } from './transfer-error.js';

/** Streams that can be sent: those of the web, those of Node, generators. */
export type ByteStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** One way to read and to give up every kind of stream. */
interface Reader {
  read(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  cancel(reason: unknown): void;
}

/**
 * A stream of known length. Slices are copies, because a stream may use its memory again and a retry must send the same bytes.
 * Reads no further ahead than it is asked to.
 */
export class StreamSource implements Source {
  readonly size: number;
  readonly #reader: Reader;
  #chunk: Uint8Array = new Uint8Array(0);
  #position = 0;
  #ended = false;
  /** Reads follow one another: the bytes of a stream have an order. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #closed = new AbortController();

  /** @throws {ConfigurationError} `InvalidRequest` when it is no stream, or one that somebody else reads. */
  constructor(stream: ByteStream, size: number) {
    this.size = size;
    this.#reader = readerOf(stream);
  }

  slice(range: ByteRange): Promise<Uint8Array> {
    const slice = this.#turn.then(() => this.#take(range.end - range.start));
    this.#turn = slice.catch(() => {});
    return slice;
  }

  async verify(): Promise<void> {
    await this.#turn;
    // One read more than there are bytes: that is how a stream says that it has ended.
    while (!this.#ended && this.#chunk.length === 0) await this.#advance();
    if (this.#chunk.length > 0) throw this.#mismatch('more');
  }

  async close(reason?: unknown): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(reason ?? new Error('the stream is closed'));
    if (!this.#ended) this.#reader.cancel(reason);
  }

  async #take(length: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      if (this.#chunk.length === 0) await this.#advance();
      if (this.#ended) throw this.#mismatch('fewer');
      const part = this.#chunk.subarray(0, length - filled);
      bytes.set(part, filled);
      this.#chunk = this.#chunk.subarray(part.length);
      filled += part.length;
      this.#position += part.length;
    }
    return bytes;
  }

  /** Reads the next chunk; ends at once when the source is closed, however long the stream takes. */
  async #advance(): Promise<void> {
    const { signal } = this.#closed;
    signal.throwIfAborted();
    const { done, value } = await new Promise<Awaited<ReturnType<Reader['read']>>>((resolve, reject) => {
      const onClose = () => reject(signal.reason);
      signal.addEventListener('abort', onClose, { once: true });
      this.#reader
        .read()
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', onClose));
    });
    if (done === true) this.#ended = true;
    else if (value instanceof Uint8Array) this.#chunk = value;
    else throw invalid(`a stream to upload must give Uint8Array, got ${typeof value}`);
  }

  #mismatch(which: 'fewer' | 'more'): TransferError {
    const given =
      which === 'fewer' ? `ended after ${this.#position} bytes` : `goes on after ${this.size} bytes`;
    return new TransferError('SourceLengthMismatch', `the stream ${given}; totalSize says ${this.size}`);
  }
}

function readerOf(stream: unknown): Reader {
  if (typeof stream === 'object' && stream !== null) {
    if ('getReader' in stream) return webReader(stream as ReadableStream<Uint8Array>);
    if (Symbol.asyncIterator in stream) return iteratingReader(stream as AsyncIterable<Uint8Array>);
  }
  const got = stream === null ? 'null' : stream instanceof Uint8Array ? 'bytes' : typeof stream;
  throw invalid(`a stream to upload must be a ReadableStream, a Readable or an async iterable, got ${got}`);
}

function iteratingReader(stream: AsyncIterable<Uint8Array>): Reader {
  const iterator = stream[Symbol.asyncIterator]();
  return {
    read: () => iterator.next(),
    cancel: (reason) => {
      if (isDestroyable(stream)) stream.destroy(reason instanceof Error ? reason : undefined);
      // Not awaited: a generator that waits for its next value ends only after that value has come.
      else iterator.return?.().then(ignore, ignore);
    },
  };
}

function webReader(stream: ReadableStream<Uint8Array>): Reader {
  if (stream.locked) throw invalid('a stream to upload must not be locked: somebody else reads it');
  const reader = stream.getReader();
  return {
    read: () => reader.read(),
    cancel: (reason) => void reader.cancel(reason).then(ignore, ignore),
  };
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('InvalidRequest', message);
}

function isDestroyable(stream: object): stream is { destroy(error?: Error): void } {
  return 'destroy' in stream && typeof stream.destroy === 'function';
}

function ignore(): void {}
