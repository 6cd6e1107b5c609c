import { ConfigurationError } from '../core/errors.js';

/** Streams that can be sent: those of the web, those of Node, generators. */
export type ByteStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** One way to read and to give up every kind of stream. */
export interface StreamReader {
  read(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  /** What is here already, where the stream can tell; `undefined`: ask {@link read}. */
  ready(): unknown;
  /** Never throws. */
  cancel(reason: unknown): void;
}

/** @throws {ConfigurationError} `InvalidRequest` when it is no stream, or one that somebody else reads. */
export function readerOf(stream: unknown): StreamReader {
  if (typeof stream === 'object' && stream !== null) {
    if ('getReader' in stream) return webReader(stream as ReadableStream<Uint8Array>);
    if (Symbol.asyncIterator in stream) return iteratingReader(stream as AsyncIterable<Uint8Array>);
  }
  const got = stream === null ? 'null' : Array.isArray(stream) ? 'a list' : typeof stream;
  throw invalid(
    `what is uploaded must be bytes, a Blob, a ReadableStream, a Readable or an async iterable, got ${got}`,
  );
}

function iteratingReader(stream: AsyncIterable<Uint8Array>): StreamReader {
  const iterator = stream[Symbol.asyncIterator]();
  let listening = false;
  return {
    read: () => {
      listening = true;
      return iterator.next();
    },
    // Not before the iterator listens: a failure of the stream would be nobody's, which ends the process.
    ready: () => (listening && isReadable(stream) ? (stream.read() ?? undefined) : undefined),
    cancel: (reason) => {
      if (isDestroyable(stream)) stream.destroy(reason instanceof Error ? reason : undefined);
      // Not awaited: a generator that waits for its next value ends only after that value has come.
      else iterator.return?.().then(ignore, ignore);
    },
  };
}

function webReader(stream: ReadableStream<Uint8Array>): StreamReader {
  if (stream.locked) throw invalid('a stream to upload must not be locked: somebody else reads it');
  const reader = stream.getReader();
  return {
    read: () => reader.read(),
    ready: () => undefined,
    cancel: (reason) => void reader.cancel(reason).then(ignore, ignore),
  };
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('InvalidRequest', message);
}

/** A stream of Node, whose buffer can be read beside its iterator. */
function isReadable(stream: object): stream is { read(): unknown } {
  return 'readableFlowing' in stream && 'read' in stream && typeof stream.read === 'function';
}

function isDestroyable(stream: object): stream is { destroy(error?: Error): void } {
  return 'destroy' in stream && typeof stream.destroy === 'function';
}

function ignore(): void {}
