import { listenForAbort } from '../core/abort-listener.js';
import { chunkPlan } from '../transfer/chunk-plan.js';
import { DownloadWindow } from '../transfer/download-window.js';
import type { FileSink } from '../transfer/file-sink.js';
import { ProgressCounter } from '../transfer/progress.js';
import { runWindow } from '../transfer/window.js';
import { type FilesContext, shareOf } from './context.js';
import { FileError } from './errors.js';
import { hasCode } from './failure.js';
import { readFile } from './read-file.js';
import type { ReadFileRequest } from './requests.js';
import type { DownloadFileRequest, DownloadStreamRequest } from './streaming-service.js';
import type { ByteRange, FileContent, FileProperties } from './types.js';

/** Reads ranges of one file, all of the version that the first one had. */
class VersionedReader {
  readonly #context: FilesContext;
  readonly #file: ReadFileRequest;
  #version: string | undefined;

  constructor(context: FilesContext, file: Omit<ReadFileRequest, 'range'>) {
    const { share, path, leaseId, snapshot, timeoutMs } = file;
    this.#context = context;
    this.#file = { share, path, leaseId, snapshot, timeoutMs };
  }

  /** The first range; it decides the version. An empty file has no range that could be read. */
  async first(range: ByteRange, signal: AbortSignal | undefined): Promise<FileContent> {
    const content = await this.#readFirst(range, signal);
    this.#version = content.etag;
    return content;
  }

  /** A further range. @throws {FileError} `FileChanged` */
  async next(range: ByteRange, signal: AbortSignal): Promise<Uint8Array> {
    let actual: string | undefined;
    try {
      const { data, etag } = await readFile(this.#context, { ...this.#file, range, signal });
      if (etag === this.#version && data.length === range.end - range.start) return data;
      actual = etag;
    } catch (error) {
      // The file has become shorter.
      if (!hasCode(error, 'InvalidRange')) throw error;
    }
    throw this.#changed(actual);
  }

  async #readFirst(range: ByteRange, signal: AbortSignal | undefined): Promise<FileContent> {
    try {
      return await readFile(this.#context, { ...this.#file, range, signal });
    } catch (error) {
      if (!hasCode(error, 'InvalidRange') || range.start > 0) throw error;
      const whole = await readFile(this.#context, { ...this.#file, signal });
      if (whole.properties.size > 0) throw this.#changed(whole.etag);
      return whole;
    }
  }

  #changed(actual: string | undefined): FileError {
    const { path } = this.#file;
    const share = shareOf(this.#context, this.#file.share);
    return new FileError('FileChanged', `${share}/${path}: the file was changed while it was read`, {
      share,
      path,
      operation: 'GetFile',
      expected: this.#version,
      actual,
    });
  }
}

/** Downloads into a local file. The sink is committed or discarded by the caller. */
export async function downloadInto(
  context: FilesContext,
  request: DownloadFileRequest,
  sink: FileSink,
): Promise<FileProperties> {
  const { rangeSize, concurrency } = context.pipeline.options;
  const reader = new VersionedReader(context, request);
  const first = await reader.first({ start: 0, end: rangeSize }, request.signal);
  const { size } = first.properties;
  const progress = new ProgressCounter(size, request.onProgress);
  const store = async (data: Uint8Array, position: number) => {
    await sink.write(data, position);
    progress.add(data.length);
  };
  await store(first.data, 0);
  const limits = { concurrency: request.concurrency ?? concurrency, signal: request.signal };
  await runWindow(chunkPlan(first.data.length, size, rangeSize), limits, async (range, signal) => {
    await store(await reader.next(range, signal), range.start);
  });
  return first.properties;
}

/** Downloads as a stream; the first range is here when it returns. */
export async function openStream(
  context: FilesContext,
  request: DownloadStreamRequest,
  bufferSize: number,
): Promise<ReadableStream<Uint8Array>> {
  const rangeSize = Math.min(context.pipeline.options.rangeSize, bufferSize);
  const start = request.range?.start ?? 0;
  const wanted = request.range?.end ?? Number.MAX_SAFE_INTEGER;
  const reader = new VersionedReader(context, request);
  const first = await reader.first({ start, end: Math.min(start + rangeSize, wanted) }, request.signal);
  const end = Math.min(first.properties.size, wanted);
  const plan = chunkPlan(start + first.data.length, end, rangeSize);
  const depth = Math.max(1, Math.floor(bufferSize / rangeSize));
  const window = new DownloadWindow(plan, depth, (range, signal) => reader.next(range, signal));
  return streamOf(first.data, window, request.signal);
}

function streamOf(
  first: Uint8Array,
  window: DownloadWindow,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let head: Uint8Array | undefined = first;
  let forget = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const onAbort = () => {
          window.close(signal?.reason);
          controller.error(signal?.reason);
        };
        if (signal?.aborted) return onAbort();
        if (signal !== undefined) forget = listenForAbort(signal, onAbort);
      },
      async pull(controller) {
        try {
          const bytes = head ?? (await window.next());
          head = undefined;
          if (bytes !== undefined && bytes.length > 0) return controller.enqueue(bytes);
          controller.close();
          forget();
        } catch (error) {
          forget();
          throw error;
        }
      },
      cancel(reason) {
        forget();
        window.close(reason);
      },
    },
    // Nothing is read before somebody asks: the window alone decides how much is held.
    { highWaterMark: 0 },
  );
}
