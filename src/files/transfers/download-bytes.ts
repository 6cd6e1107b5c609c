import { createHash } from 'node:crypto';
import { chunkPlan } from '../../transfer/chunk-plan.js';
import { FirstAnswer } from '../../transfer/first-answer.js';
import { ProgressCounter } from '../../transfer/progress.js';
import { readRange, type TakeBytes } from '../../transfer/resuming-read.js';
import type { TransferSettings } from '../../transfer/settings.js';
import { runWindow } from '../../transfer/window.js';
import { VersionedFile } from '../content/versioned-file.js';
import { type FilesContext, locateFile } from '../context.js';
import { FileError } from '../errors.js';
import type { ByteRange, FileProperties } from '../types.js';
import { storedOtherwise } from './download.js';
import type { DownloadRangeRequest } from './streaming-service.js';

/** Reads a range into memory, its parts side by side, each byte straight to its place. */
export async function downloadBytes(
  context: FilesContext,
  request: DownloadRangeRequest,
  settings: TransferSettings,
): Promise<Uint8Array> {
  const { start, end, signal } = request;
  const { rangeBytes, pacer, concurrency, clock, onProgress, verify } = settings;
  const file = new VersionedFile(context, request, settings);
  const { properties, opened } = await file.first({ start, end: Math.min(end, start + rangeBytes) }, signal);
  if (opened === undefined) throw isEmpty(context, request);
  const first = new FirstAnswer(opened);
  const range = { start, end: Math.min(end, properties.size) };
  try {
    const bytes = memoryFor(context, request, range);
    const progress = new ProgressCounter(bytes.length, onProgress, { clock });
    const plan = chunkPlan(range.start, range.end, rangeBytes);
    await runWindow(plan, { concurrency, signal }, async (part, partSignal) => {
      const given = first.take();
      const length = part.end - part.start;
      if (given === undefined) await pacer?.take(length, partSignal);
      else pacer?.charge(length);
      const take: TakeBytes = (piece, position) => {
        bytes.set(piece, position - start);
        if (!verify) progress.add(piece.length);
      };
      await readRange(part, file.reading, { take, signal: partSignal, opened: given });
      if (verify) progress.add(length);
    });
    if (bytes.length > rangeBytes) await file.verify(signal);
    if (verify) compare(bytes, range, properties);
    return bytes;
  } finally {
    first.discard();
  }
}

function isEmpty(
  context: FilesContext,
  { share: named, path: given, start, end }: DownloadRangeRequest,
): FileError {
  const { share, path } = locateFile(context, named, given);
  const message = `${share}/${path}: the range is not inside the file, which is empty`;
  return new FileError('InvalidRange', message, { share, path, start, end, size: 0, operation: 'GetFile' });
}

/** Where the bytes go: the caller's own memory, or new. */
function memoryFor(context: FilesContext, request: DownloadRangeRequest, range: ByteRange): Uint8Array {
  const size = range.end - range.start;
  const { into } = request;
  if (into !== undefined && into.length >= size) return into.subarray(0, size);
  const { share, path } = locateFile(context, request.share, request.path);
  const details = { share, path, size };
  if (into !== undefined) {
    const message = `${share}/${path}: ${size} bytes do not fit into the ${into.length} bytes of into`;
    throw new FileError('FileTooLarge', message, details);
  }
  try {
    return new Uint8Array(size);
  } catch (cause) {
    const message = `${share}/${path}: ${size} bytes do not fit into memory; read them as a stream`;
    throw new FileError('FileTooLarge', message, { ...details, cause });
  }
}

function compare(bytes: Uint8Array, range: ByteRange, { contentMd5, size }: FileProperties): void {
  if (contentMd5 === undefined || range.start > 0 || range.end < size) return;
  const actual = createHash('md5').update(bytes).digest('base64');
  if (actual !== contentMd5) throw storedOtherwise(actual, contentMd5);
}
