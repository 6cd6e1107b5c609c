import { close, closeSync, constants, fstatSync, futimes, open, read, rename, unlink, write } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { namingFile } from '../local-error.js';
import { TransferError } from '../transfer-error.js';
import { utimesTime } from '../utimes-time.js';
import type { LocalFile } from './local-directory.js';

// Descriptors in place of file handles: of many small files, handles are a good part of what they cost.
const openFile = promisify(open);
const readFrom = promisify(read);
const writeTo = promisify(write);
const setTimes = promisify(futimes);
const closeFile = promisify(close);
const renameFile = promisify(rename);
const removeFile = promisify(unlink);

/**
 * All bytes of a file that has been looked at.
 * @param links - Whether it may be a symbolic link.
 * @throws {TransferError} `SourceChanged` when it was written to since.
 */
export async function readSmallFile(file: LocalFile, links: 'refuse' | 'follow'): Promise<Uint8Array> {
  // Something else may have taken its place: a link would lead elsewhere, and a pipe would never end.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const descriptor = await openFile(file.path, O_RDONLY | O_NONBLOCK | (links === 'follow' ? 0 : O_NOFOLLOW));
  try {
    const data = Buffer.allocUnsafe(file.size);
    const filled = await fill(descriptor, data);
    // Of an open file this is at hand, and not worth a thread.
    const { size, mtimeMs } = fstatSync(descriptor);
    if (filled === data.length && size === data.length && mtimeMs === file.modifiedMs) return data;
    const message = `${file.path} was written to while it was being sent`;
    throw new TransferError('SourceChanged', message, { retryable: true });
  } finally {
    closeSync(descriptor);
  }
}

async function fill(descriptor: number, data: Uint8Array): Promise<number> {
  for (let filled = 0; filled < data.length; ) {
    const { bytesRead } = await readFrom(descriptor, data, filled, data.length - filled, filled);
    if (bytesRead === 0) return filled;
    filled += bytesRead;
  }
  return data.length;
}

export interface SmallFile {
  /** Makes the temporary name unique. */
  readonly id: string;
  readonly data: Uint8Array;
  /** When it counts as written to last, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** Writes a file that appears whole or not at all: under a temporary name (`.azstore-ID.tmp`) in the same directory first. */
export async function writeSmallFile(path: string, { id, data, modifiedMs }: SmallFile): Promise<void> {
  const temporary = join(dirname(path), `.azstore-${id}.tmp`);
  const descriptor = await openFile(temporary, 'wx');
  try {
    try {
      for (let written = 0; written < data.length; ) {
        written += (await writeTo(descriptor, data, written, data.length - written, written)).bytesWritten;
      }
      const time = utimesTime(modifiedMs);
      await setTimes(descriptor, time, time);
    } finally {
      // What could not be written may be told here.
      await closeFile(descriptor);
    }
    await renameFile(temporary, path);
  } catch (error) {
    await removeFile(temporary).catch(() => {});
    throw namingFile(error, path);
  }
}
