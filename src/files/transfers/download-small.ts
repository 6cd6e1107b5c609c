import { createHash } from 'node:crypto';
import { readRange } from '../../transfer/resuming-read.js';
import type { FileDownload } from '../../transfer/tree/remote-tree.js';
import { writeSmallFile } from '../../transfer/tree/small-file.js';
import { VersionedFile } from '../content/versioned-file.js';
import type { FilesContext } from '../context.js';
import type { ReadFileRequest } from '../requests.js';
import { storedOtherwise } from './download.js';
import { lastWriteMs } from './local-times.js';

/** Files up to this length are held in memory as a whole. */
export const smallBytes = 512 * 1024;

/**
 * Downloads a file that was listed as a small one, by one request; an empty one by none, as the listing has told everything.
 * @returns how many bytes it has; `undefined` when it has become too large for that, and nothing was written.
 */
export async function downloadSmall(
  context: FilesContext,
  move: FileDownload,
  request: Omit<ReadFileRequest, 'range'>,
): Promise<number | undefined> {
  const { settings, localPath, onProgress, signal } = move;
  const id = context.pipeline.options.clock.uuid();
  if (move.size === 0) {
    await writeSmallFile(localPath, { id, data: new Uint8Array(), modifiedMs: move.modifiedMs });
    return 0;
  }
  const file = new VersionedFile(context, request, settings);
  await settings.pacer?.take(move.size, signal);
  const end = Math.min(smallBytes, settings.rangeBytes);
  const { properties, opened } = await file.first({ start: 0, end }, signal);
  const { size, contentMd5 } = properties;
  if (size > end) {
    opened?.body.discard();
    return undefined;
  }
  const data = Buffer.allocUnsafe(size);
  const take = (piece: Uint8Array, position: number) => data.set(piece, position);
  await readRange({ start: 0, end: size }, file.reading, { take, signal, opened });
  if (settings.verify && contentMd5 !== undefined) {
    const actual = createHash('md5').update(data).digest('base64');
    if (actual !== contentMd5) throw storedOtherwise(actual, contentMd5);
  }
  onProgress({ loadedBytes: size, totalBytes: size });
  signal.throwIfAborted();
  await writeSmallFile(localPath, { id, data, modifiedMs: lastWriteMs(properties) });
  return size;
}
