import { createHash } from 'node:crypto';
import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TransferError } from './transfer-error.js';

/** What is read at a time for a hash. */
const readBytes = 1024 * 1024;

export interface FileSinkOptions {
  /** Makes the temporary name unique. */
  readonly id: string;
  /** Whether a file of that name is replaced; otherwise it is an error, now or at the end. */
  readonly overwrite: boolean;
}

/**
 * A local file that appears whole or not at all: written by position under a temporary name (`.azstore-ID.tmp`) in the
 * same directory, and renamed at the end.
 */
export class FileSink {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #temporary: string;
  readonly #overwrite: boolean;

  private constructor(handle: FileHandle, file: { path: string; temporary: string; overwrite: boolean }) {
    this.#handle = handle;
    this.#path = file.path;
    this.#temporary = file.temporary;
    this.#overwrite = file.overwrite;
  }

  /** @throws {TransferError} `LocalNotAFile`, `LocalFileExists`; errors of the file system as they are. */
  static async create(path: string, { id, overwrite }: FileSinkOptions): Promise<FileSink> {
    const present = await stat(path).catch(ignoreMissing);
    if (present?.isDirectory()) throw new TransferError('LocalNotAFile', `${path} is a directory`);
    if (present !== undefined && !overwrite) throw exists(path);
    const temporary = join(dirname(path), `.azstore-${id}.tmp`);
    return new FileSink(await open(temporary, 'wx+'), { path, temporary, overwrite });
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const result = await this.#handle.write(bytes, written, bytes.length - written, position + written);
      written += result.bytesWritten;
    }
  }

  /** The same for pieces that follow one another, in one call. */
  async writeAll(pieces: readonly Uint8Array[], position: number): Promise<void> {
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined) return this.write(first, position);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const { bytesWritten } = await this.#handle.writev(pieces, position);
    if (bytesWritten < length) await this.#writeRest(pieces, bytesWritten, position);
  }

  /** A disk may take less than it is given: it then says why with the next write. */
  async #writeRest(pieces: readonly Uint8Array[], written: number, position: number): Promise<void> {
    let start = 0;
    for (const piece of pieces) {
      const skipped = Math.min(piece.length, Math.max(0, written - start));
      await this.write(piece.subarray(skipped), position + start + skipped);
      start += piece.length;
    }
  }

  /** MD5 in base64 of what has been written, from the disk. */
  async md5(size: number, signal: AbortSignal | undefined): Promise<string> {
    const hash = createHash('md5');
    const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, Math.max(1, size)));
    for (let at = 0; at < size; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await this.#handle.read(buffer, 0, Math.min(buffer.length, size - at), at);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return hash.digest('base64');
  }

  /** Gives the file its name. */
  async commit(): Promise<void> {
    await this.#handle.close();
    if (this.#overwrite) await rename(this.#temporary, this.#path);
    else await renameWithoutReplacing(this.#temporary, this.#path);
  }

  /** Removes what was written. Never fails. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await unlink(this.#temporary).catch(() => {});
  }
}

/** A second name fails when the name is taken, which a rename does not. */
async function renameWithoutReplacing(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw exists(to);
    if (!withoutHardLinks.has(codeOf(error))) throw error;
    // A file system without hard links (FAT, some network drives): looking first is the best that there is.
    if ((await stat(to).catch(ignoreMissing)) !== undefined) throw exists(to);
    await rename(from, to);
    return;
  }
  await unlink(from);
}

const withoutHardLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function exists(path: string): TransferError {
  return new TransferError('LocalFileExists', `${path} exists and was not to be replaced`);
}
