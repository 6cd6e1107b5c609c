import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
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
    await refuseTarget(path, overwrite);
    const temporary = temporaryPath(path, id);
    return new FileSink(await open(temporary, 'wx+'), { path, temporary, overwrite });
  }

  /**
   * Goes on with what an earlier run has left.
   * @returns `undefined` when it is not there, or shorter than what it is said to have.
   * @throws {TransferError} as `create` does.
   */
  static async reopen(
    path: string,
    { id, overwrite, leastBytes }: FileSinkOptions & { readonly leastBytes: number },
  ): Promise<FileSink | undefined> {
    await refuseTarget(path, overwrite);
    const temporary = temporaryPath(path, id);
    const handle = await open(temporary, 'r+').catch(ignoreMissing);
    if (handle === undefined) return undefined;
    const sink = new FileSink(handle, { path, temporary, overwrite });
    const stats = await handle.stat();
    if (stats.isFile() && stats.size >= leastBytes) return sink;
    await sink.discard();
    return undefined;
  }

  /** Which file it is, whatever its name; the name that it is given does not change that. */
  async identity(): Promise<string> {
    return identityOf(await this.#handle.stat({ bigint: true }));
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const result = await this.#handle.write(bytes, written, bytes.length - written, position + written);
      written += result.bytesWritten;
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

  /** Sets when it counts as written to last, in milliseconds since 1970. After the last byte. */
  async setModified(modifiedMs: number): Promise<void> {
    await this.#handle.utimes(modifiedMs / 1000, modifiedMs / 1000);
  }

  /** Gives the file its name. */
  async commit(): Promise<void> {
    await this.#handle.close();
    if (this.#overwrite) await rename(this.#temporary, this.#path);
    else await renameWithoutReplacing(this.#temporary, this.#path);
  }

  /** Lets go of what was written, for another run. Never fails. */
  async leave(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }

  /** Removes what was written. Never fails. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await unlink(this.#temporary).catch(() => {});
  }
}

/** Removes what a run has left that nobody goes on with. Never fails. */
export async function discardTemporary(path: string, id: string): Promise<void> {
  await unlink(temporaryPath(path, id)).catch(() => {});
}

/** See {@link FileSink.identity}; `undefined` when there is no such file. */
export async function identityAt(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(ignoreMissing);
  return stats === undefined ? undefined : identityOf(stats);
}

function identityOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].join(' ');
}

function temporaryPath(path: string, id: string): string {
  return join(dirname(path), `.azstore-${id}.tmp`);
}

async function refuseTarget(path: string, overwrite: boolean): Promise<void> {
  const present = await stat(path).catch(ignoreMissing);
  if (present?.isDirectory()) throw new TransferError('LocalNotAFile', `${path} is a directory`);
  if (present !== undefined && !overwrite) throw exists(path);
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
