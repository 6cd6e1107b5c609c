import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { RepeatableBody } from '../core/http/message.js';
import type { ByteRange } from '../core/wire/byte-range.js';
import type { BufferPool } from './buffer-pool.js';
import type { Source } from './source.js';
import { TransferError } from './transfer-error.js';

/** A local file, read by position. A write to it while it is read is noticed by its size and its time of change. */
export class FileSource implements Source {
  readonly size: number;
  readonly inMemory = false;
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #opened: BigIntStats;

  private constructor(handle: FileHandle, path: string, opened: BigIntStats) {
    this.size = Number(opened.size);
    this.#handle = handle;
    this.#path = path;
    this.#opened = opened;
  }

  /** @throws {TransferError} `LocalNotAFile`; errors of the file system as they are. */
  static async open(path: string): Promise<FileSource> {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    refuseOthers(path, await stat(path, { bigint: true }));
    const handle = await open(path, 'r');
    try {
      const opened = await handle.stat({ bigint: true });
      refuseOthers(path, opened);
      return new FileSource(handle, path, opened);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** What tells one state of the file from another, as texts. */
  get state(): { readonly size: string; readonly modified: string } {
    return { size: String(this.#opened.size), modified: String(this.#opened.mtimeNs) };
  }

  /** When it was written to last and when it was created, in milliseconds since 1970; 0 where nobody knows. */
  get times(): { readonly modifiedMs: number; readonly createdMs: number } {
    const { mtimeNs, birthtimeNs } = this.#opened;
    return { modifiedMs: Number(mtimeNs) / 1e6, createdMs: Number(birthtimeNs) / 1e6 };
  }

  async slice({ start, end }: ByteRange, buffer?: Uint8Array): Promise<Uint8Array> {
    const bytes = buffer?.subarray(0, end - start) ?? Buffer.allocUnsafe(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw this.#changed();
      filled += bytesRead;
    }
    return bytes;
  }

  pieces(range: ByteRange, pool: BufferPool): RepeatableBody {
    return new FilePieces(this, range, pool);
  }

  async verify(): Promise<void> {
    const now = await this.#handle.stat({ bigint: true });
    if (now.size !== this.#opened.size || now.mtimeNs !== this.#opened.mtimeNs) throw this.#changed();
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }

  #changed(): TransferError {
    return new TransferError('SourceChanged', `${this.#path} was written to while it was being sent`, {
      retryable: true,
    });
  }
}

/** A range of a file, read while it is sent. */
class FilePieces implements RepeatableBody {
  readonly length: number;
  readonly #source: FileSource;
  readonly #range: ByteRange;
  readonly #pool: BufferPool;

  constructor(source: FileSource, range: ByteRange, pool: BufferPool) {
    this.length = range.end - range.start;
    this.#source = source;
    this.#range = range;
    this.#pool = pool;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    const buffer = this.#pool.take();
    const { start, end } = this.#range;
    for (let at = start; at < end; at += buffer.length) {
      yield await this.#source.slice({ start: at, end: Math.min(end, at + buffer.length) }, buffer);
    }
    // Only here: of a sending that was broken off, something may still be under way.
    this.#pool.give(buffer);
  }
}

function refuseOthers(path: string, stats: BigIntStats): void {
  if (!stats.isFile()) throw new TransferError('LocalNotAFile', `${path} is not a regular file`);
}
