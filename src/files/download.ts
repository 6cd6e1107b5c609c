import { BatchWriter, batchBytes } from '../transfer/batch-writer.js';
import { BufferPool } from '../transfer/buffer-pool.js';
import { chunksOf } from '../transfer/chunk-plan.js';
import type { FileSink } from '../transfer/file-sink.js';
import { FirstAnswer } from '../transfer/first-answer.js';
import { ProgressCounter } from '../transfer/progress.js';
import { RangeSet } from '../transfer/range-set.js';
import { type OpenedRange, readRange } from '../transfer/resuming-read.js';
import { lanesFor, type TransferSettings } from '../transfer/settings.js';
import { TransferError } from '../transfer/transfer-error.js';
import { runWindow } from '../transfer/window.js';
import type { FilesContext } from './context.js';
import type { DownloadFields } from './streaming-service.js';
import type { ByteRange, FileProperties } from './types.js';
import { VersionedFile } from './versioned-file.js';

/** Memory that one range takes beside what is being written: the last piece that came. */
export const pieceBytes = 64 * 1024;

/** What a download writes, and where. */
export interface DownloadJob {
  readonly sink: FileSink;
  readonly settings: TransferSettings;
  readonly signal: AbortSignal | undefined;
  /** Told of every range that has been written; the next one waits for it. */
  readonly onWritten?: ((range: ByteRange) => Promise<void>) | undefined;
}

/** Writes one version of a file into a sink, its ranges side by side. */
export class DownloadRun {
  readonly #file: VersionedFile;
  readonly #job: DownloadJob;

  constructor(file: VersionedFile, job: DownloadJob) {
    this.#file = file;
    this.#job = job;
  }

  /** From the beginning: the first range tells of which version, and how long it is. */
  async whole(onStart: (properties: FileProperties) => Promise<void>): Promise<FileProperties> {
    const { settings, signal } = this.#job;
    const { rangeBytes, pacer } = settings;
    await pacer?.take(0, signal);
    const { properties, opened } = await this.#file.first({ start: 0, end: rangeBytes }, signal);
    try {
      await onStart(properties);
    } catch (error) {
      opened?.body.discard();
      throw error;
    }
    await this.#write(properties, new RangeSet(), new FirstAnswer(opened));
    return properties;
  }

  /** What an earlier run has left, of the version that the file was looked at for. */
  async rest(properties: FileProperties, done: RangeSet): Promise<void> {
    await this.#write(properties, done, new FirstAnswer(undefined));
  }

  async #write(properties: FileProperties, done: RangeSet, first: FirstAnswer): Promise<void> {
    const { settings, signal } = this.#job;
    const { rangeBytes, clock, onProgress, pacer } = settings;
    const { size } = properties;
    const progress = new ProgressCounter(size, onProgress, { clock, resumedBytes: done.bytes });
    if (size === 0 || done.bytes > 0) progress.add(0);
    const plan = chunksOf(done.gaps({ start: 0, end: size }), rangeBytes);
    const concurrency = lanesFor(settings, Math.min(rangeBytes, batchBytes + pieceBytes));
    const buffers = new BufferPool(Math.min(rangeBytes, batchBytes));
    try {
      await runWindow(plan, { concurrency, signal }, async (range, windowSignal) => {
        const opened = first.take();
        const length = range.end - range.start;
        if (opened === undefined) await pacer?.take(length, windowSignal);
        else pacer?.charge(length);
        await this.#range(range, { opened, signal: windowSignal, progress, buffers });
      });
    } finally {
      first.discard();
    }
    // What came in one answer is of one version.
    if (size > rangeBytes) await this.#file.verify(signal);
    await this.#compare(properties);
  }

  async #range(
    range: ByteRange,
    way: {
      opened: OpenedRange | undefined;
      signal: AbortSignal;
      progress: ProgressCounter;
      buffers: BufferPool;
    },
  ): Promise<void> {
    const { sink, settings, onWritten } = this.#job;
    const { verify } = settings;
    const { progress, opened, signal, buffers } = way;
    const buffer = buffers.take();
    // What has not been compared may have to be written again: it has not arrived yet.
    const writer = new BatchWriter(sink, buffer, verify ? () => {} : (bytes) => progress.add(bytes));
    const take = (piece: Uint8Array, position: number) => writer.take(piece, position);
    await readRange(range, this.#file.reading, { take, signal, opened });
    await writer.flush();
    buffers.give(buffer);
    await onWritten?.(range);
    if (verify) progress.add(range.end - range.start);
  }

  /** The MD5 of the file as it has arrived against the one that is stored with it. */
  async #compare({ contentMd5, size }: FileProperties): Promise<void> {
    const { sink, settings, signal } = this.#job;
    if (!settings.verify || contentMd5 === undefined) return;
    const actual = await sink.md5(size, signal);
    if (actual !== contentMd5) throw storedOtherwise(actual, contentMd5);
  }
}

/** @throws {TransferError} */
export function storedOtherwise(actual: string, stored: string): TransferError {
  const message = `the MD5 of what came is ${actual}, but with the file ${stored} is stored; the service itself does not keep that up to date`;
  return new TransferError('ChecksumMismatch', message, { operation: 'GetFile' });
}

/** Downloads into a local file. The sink is committed or discarded by the caller. */
export function downloadInto(
  context: FilesContext,
  request: DownloadFields,
  job: DownloadJob,
): Promise<FileProperties> {
  const file = new VersionedFile(context, request, job.settings);
  return new DownloadRun(file, job).whole(async () => {});
}
