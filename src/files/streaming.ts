import { listenForAbort } from '../core/abort-listener.js';
import { FileSink } from '../transfer/file-sink.js';
import { FileSource } from '../transfer/file-source.js';
import type { Source } from '../transfer/source.js';
import { type ByteStream, StreamSource } from '../transfer/stream-source.js';
import { type FilesContext, shareOf } from './context.js';
import { downloadInto, openStream } from './download.js';
import { readFile } from './read-file.js';
import { checkInteger, checkRange, invalidRequest, maxFileBytes } from './request-checks.js';
import { checkRequest, streamingFields } from './request-fields.js';
import { method } from './service-method.js';
import type {
  DownloadFileRequest,
  DownloadRangeRequest,
  DownloadStreamRequest,
  StreamingService,
  TransferOptions,
  UploadFileRequest,
  UploadStreamRequest,
} from './streaming-service.js';
import type { FileInfo, FileProperties } from './types.js';
import { upload } from './upload.js';

const defaultBufferSize = 12 * 1024 * 1024;
const largestConcurrency = 256;

/** The service behind `client.streaming`. */
export function createStreamingService(context: FilesContext): StreamingService {
  return {
    uploadStream: (request, stream) => uploadStream(context, request, stream),
    async uploadFrom(request, localPath) {
      checkRequest(request, streamingFields.uploadFrom);
      checkLocalPath(localPath);
      request.signal?.throwIfAborted();
      return uploadSource(context, request, await FileSource.open(localPath));
    },
    downloadStream: method(streamingFields.downloadStream, (request) => downloadStream(context, request)),
    downloadRange: method(streamingFields.downloadRange, (request) => downloadRange(context, request)),
    async downloadTo(request, localPath) {
      checkRequest(request, streamingFields.downloadTo);
      checkLocalPath(localPath);
      return downloadTo(context, request, localPath);
    },
  };
}

async function uploadStream(
  context: FilesContext,
  request: UploadStreamRequest,
  stream: ByteStream,
): Promise<FileInfo> {
  try {
    checkRequest(request, streamingFields.uploadStream);
  } catch (error) {
    // The stream is used up in any case.
    await new StreamSource(stream, 0).close(error);
    throw error;
  }
  const { totalSize, ...file } = request;
  return uploadSource(context, file, new StreamSource(stream, totalSize));
}

function checkLocalPath(path: unknown): void {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return;
  throw invalidRequest('the local path must be a text that is not empty and has no NUL');
}

/** Uploads, and lets go of the source in any case. */
async function uploadSource(
  context: FilesContext,
  request: UploadFileRequest,
  source: Source,
): Promise<FileInfo> {
  const { signal } = request;
  // A stream that gives nothing would keep its worker waiting: the abort has to reach it too.
  const onAbort = () => void source.close(signal?.reason);
  const forget = signal && listenForAbort(signal, onAbort);
  try {
    signal?.throwIfAborted();
    checkInteger('totalSize', source.size, { min: 0, max: maxFileBytes });
    checkOptions(request);
    const info = await upload(context, request, source);
    await source.close();
    return info;
  } catch (error) {
    await source.close(error);
    throw signal?.aborted ? signal.reason : error;
  } finally {
    forget?.();
  }
}

async function downloadStream(
  context: FilesContext,
  request: DownloadStreamRequest,
): Promise<ReadableStream<Uint8Array>> {
  const { range, bufferSize = defaultBufferSize } = request;
  checkInteger('bufferSize', bufferSize, { min: 1, max: maxFileBytes });
  if (range !== undefined) {
    const of = { share: shareOf(context, request.share), path: request.path };
    checkRange({ start: range.start, end: range.end ?? maxFileBytes }, of);
  }
  return openStream(context, request, bufferSize);
}

async function downloadRange(context: FilesContext, request: DownloadRangeRequest): Promise<Uint8Array> {
  const { start, end, ...file } = request;
  const { data } = await readFile(context, { ...file, range: { start, end } });
  return data;
}

async function downloadTo(
  context: FilesContext,
  request: DownloadFileRequest,
  localPath: string,
): Promise<FileProperties> {
  checkOptions(request);
  request.signal?.throwIfAborted();
  const id = context.pipeline.options.clock.uuid();
  const sink = await FileSink.create(localPath, { id, overwrite: request.overwrite !== false });
  try {
    const properties = await downloadInto(context, request, sink);
    request.signal?.throwIfAborted();
    await sink.commit();
    return properties;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

function checkOptions({ concurrency }: TransferOptions): void {
  checkInteger('concurrency', concurrency, { min: 1, max: largestConcurrency });
}
