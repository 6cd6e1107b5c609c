import { isErrored, isReadable, Readable } from 'node:stream';
import type { Clock } from '../core/clock.js';
import { ConfigurationError } from '../core/errors.js';
import { BlobSource, BytesSource } from './memory-source.js';
import type { Source } from './source.js';
import { type ByteStream, StreamSource } from './stream-source.js';
import { TransferError } from './transfer-error.js';

/** Everything that can be uploaded without being a local file. */
export type UploadInput = ByteStream | Blob | Uint8Array | ArrayBuffer;

/**
 * The source for what was given.
 *
 * @param totalSize - Bytes that it has, where somebody knows.
 * @throws {ConfigurationError} `InvalidRequest` when it is none of these. @throws {TransferError} `SourceLengthMismatch`.
 */
export function sourceOf(input: UploadInput, totalSize: number | undefined, clock: Clock): Source {
  if (input instanceof Uint8Array) return sized(new BytesSource(input), totalSize);
  if (input instanceof ArrayBuffer) return sized(new BytesSource(new Uint8Array(input)), totalSize);
  if (input instanceof Blob) return sized(new BlobSource(input), totalSize);
  refuseEnded(input);
  return new StreamSource(input, totalSize, clock);
}

/**
 * Listens to a stream of Node from the beginning: one that fails, or is given up, before its reader listens would end the
 * process. What it failed with is told to who reads it. The listener stays, because such an error comes late.
 */
export function hearFailures(input: unknown): void {
  if (typeof input !== 'object' || input === null || !('destroy' in input) || !('on' in input)) return;
  if (typeof input.on === 'function') input.on('error', () => {});
}

/** A stream that somebody else has read to its end would pass for an empty one. */
function refuseEnded(input: unknown): void {
  if (!isEnded(input)) return;
  throw new ConfigurationError('InvalidRequest', 'the stream to upload has been read to its end already');
}

function isEnded(input: unknown): boolean {
  if (input instanceof ReadableStream) {
    // These know streams of the web as well, which their types do not say.
    const stream = input as unknown as Readable;
    return Readable.isDisturbed(stream) && !isReadable(stream) && !isErrored(stream);
  }
  return (
    typeof input === 'object' && input !== null && 'readableEnded' in input && input.readableEnded === true
  );
}

function sized<Known extends Source>(source: Known, totalSize: number | undefined): Known {
  if (totalSize === undefined || totalSize === source.size) return source;
  const message = `there are ${source.size} bytes to upload; totalSize says ${totalSize}`;
  throw new TransferError('SourceLengthMismatch', message);
}
