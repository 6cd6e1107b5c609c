import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { namingFile } from './local-error.js';
import { TransferError } from './transfer-error.js';
import { utimesTime } from './utimes-time.js';

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
  #opened: FileHandle | undefined;
  readonly #path: string;
  readonly #temporary: string;
  readonly #overwrite: boolean;

  private constructor(path: string, { id, overwrite }: FileSinkOptions) {
    this.#path = path;
    this.#temporary = temporaryPath(path, id);
    this.#overwrite = overwrite;
  }

  /**
   * Nothing is on the disk until {@link open}: whoever writes down first what will be there leaves nothing behind that
   * nobody knows of.
   * @throws {TransferError} `LocalNotAFile`, `LocalFileExists`; errors of the file system as they are.
   */
  static async prepare(path: string, options: FileSinkOptions): Promise<FileSink> {
    await refuseTarget(path, options.overwrite);
    return new FileSink(path, options);
  }

  /** The same, opened. @throws as `prepare` and {@link open} do. */
  static async create(path: string, options: FileSinkOptions): Promise<FileSink> {
    const sink = await FileSink.prepare(path, options);
    await sink.open();
    return sink;
  }

  /**
   * Goes on with what an earlier run has left.
   * @returns `undefined` when it is not there, or shorter than what it is said to have.
   * @throws {TransferError} as `create` does.
   */
  static async reopen(
    path: string,
    { leastBytes, ...options }: FileSinkOptions & { readonly leastBytes: number },
  ): Promise<FileSink | undefined> {
    const sink = await FileSink.prepare(path, options);
    const handle = await open(sink.#temporary, readWriteNoFollow).catch(ignoreOthers);
    if (handle === undefined) return undefined;
    sink.#opened = handle;
    const stats = await handle.stat();
    if (stats.isFile() && stats.size >= leastBytes) return sink;
    await sink.discard();
    return undefined;
  }

  /** Makes the file under its temporary name. @throws errors of the file system as they are. */
  async open(): Promise<void> {
    this.#opened = await open(this.#temporary, 'wx+');
  }

  get #handle(): FileHandle {
    if (this.#opened === undefined) throw new TypeError('the file has not been opened');
    return this.#opened;
  }

  /** Which file it is, whatever its name; the name that it is given does not change that. */
  async identity(): Promise<string> {
    return identityOf(await this.#handle.stat({ bigint: true }));
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    try {
      while (written < bytes.length) {
        const result = await this.#handle.write(bytes, written, bytes.length - written, position + written);
        written += result.bytesWritten;
      }
    } catch (error) {
      throw namingFile(error, this.#path);
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
    const time = utimesTime(modifiedMs);
    await this.#handle.utimes(time, time);
  }

  /** Gives the file its name. */
  async commit(): Promise<void> {
    await this.#handle.close();
    if (this.#overwrite) await rename(this.#temporary, this.#path);
    else await renameWithoutReplacing(this.#temporary, this.#path);
  }

  /** Lets go of what was written, for another run. Never fails. */
  async leave(): Promise<void> {
    await this.#opened?.close().catch(() => {});
  }

  /** Removes what was written. Never fails. */
  async discard(): Promise<void> {
    if (this.#opened === undefined) return;
    await this.leave();
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
  // The rename would take the place of a device or a pipe, where it may.
  if (present?.isFile() === false) throw new TransferError('LocalNotAFile', `${path} is not a regular file`);
  if (path.endsWith('/') || path.endsWith(sep)) {
    throw new TransferError('LocalNotAFile', `${path} has a slash at its end, but names no directory`);
  }
  // A link that leads nowhere has the name, too.
  if (!overwrite && (present ?? (await lstat(path).catch(ignoreMissing))) !== undefined) throw exists(path);
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

/** It may have been replaced meanwhile: by a link, through which another file would be written. */
const readWriteNoFollow = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);
/** What opening says of something that is no file of ours, or not there. */
const noFileOfOurs: ReadonlySet<string> = new Set(['ENOENT', 'ELOOP', 'EISDIR', 'ENXIO']);

function ignoreOthers(error: unknown): undefined {
  if (!noFileOfOurs.has(codeOf(error))) throw error;
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function exists(path: string): TransferError {
  return new TransferError('LocalFileExists', `${path} exists and was not to be replaced`);
}
