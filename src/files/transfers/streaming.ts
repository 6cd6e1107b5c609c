import { listenForAbort } from '../../core/abort-listener.js';
import { hearFailures, sourceOf, type UploadInput } from '../../transfer/any-source.js';
import { FileSource } from '../../transfer/file-source.js';
import {
  resolveTransfer,
  type TransferOptions,
  type TransferSettings,
  transferLimits,
} from '../../transfer/settings.js';
import type { Source } from '../../transfer/source.js';
import { readerOf } from '../../transfer/stream-reader.js';
import { type FilesContext, locateFile, shareOf } from '../context.js';
import { checkInteger, checkRange, invalidRequest, maxFileBytes } from '../request-checks.js';
import { checkRequest, streamingFields } from '../request-fields.js';
import { method } from '../service-method.js';
import type { FileInfo, FileProperties } from '../types.js';
import { createDirectoryTransfers } from './directory-transfers.js';
import { downloadBytes } from './download-bytes.js';
import { downloadFile } from './download-file.js';
import { openStream, type StreamWay } from './download-stream.js';
import { storedTimes } from './local-times.js';
import { notesDirectory } from './resume.js';
import { downloadResumably } from './resume-download.js';
import { uploadResumably } from './resume-upload.js';
import type {
  DownloadFileRequest,
  DownloadRangeRequest,
  DownloadStreamRequest,
  StreamingService,
  UploadFields,
  UploadFileRequest,
  UploadStreamRequest,
} from './streaming-service.js';
import { sweep } from './sweep.js';
import { isAtomic, upload } from './upload.js';

/** The service behind `client.streaming`. */
export function createStreamingService(context: FilesContext): StreamingService {
  return {
    uploadStream: (request, input) => uploadStream(context, request, input),
    async uploadFrom(request, localPath) {
      checkRequest(request, streamingFields.uploadFrom);
      checkLocalPath(localPath);
      return uploadFrom(context, request, localPath);
    },
    downloadStream: method(streamingFields.downloadStream, (request) => downloadStream(context, request)),
    downloadRange: method(streamingFields.downloadRange, (request) => downloadRange(context, request)),
    async downloadTo(request, localPath) {
      checkRequest(request, streamingFields.downloadTo);
      checkLocalPath(localPath);
      return downloadTo(context, request, localPath);
    },
    ...createDirectoryTransfers(context),
    sweep: (request = {}) => method(streamingFields.sweep, () => sweep(context, request))(request),
  };
}

async function uploadStream(
  context: FilesContext,
  request: UploadStreamRequest,
  input: UploadInput,
): Promise<FileInfo> {
  const { totalSize, ...file } = request ?? {};
  let source: Source;
  hearFailures(input);
  try {
    checkRequest(request, streamingFields.uploadStream);
    checkInteger('totalSize', totalSize, { min: 0, max: maxFileBytes });
    source = sourceOf(input, totalSize, context.pipeline.options.clock);
  } catch (error) {
    // A stream is used up in any case.
    giveUp(input, error);
    throw error;
  }
  const fields = file as UploadFields;
  return uploadSource(context, fields, {
    source,
    send: (settings) => upload(context, fields, { source, settings }),
  });
}

async function uploadFrom(
  context: FilesContext,
  request: UploadFileRequest,
  localPath: string,
): Promise<FileInfo> {
  const directory = notesDirectory(request.resume);
  if (directory !== undefined && request.atomic === false) {
    throw invalidRequest('resume is always atomic: it goes on with a temporary file');
  }
  const to = locateFile(context, request.share, request.path);
  request.signal?.throwIfAborted();
  const source = await FileSource.open(localPath);
  const times = request.preserveTimes === true ? storedTimes(source.times) : undefined;
  const send = (settings: TransferSettings): Promise<FileInfo> => {
    const atomic = isAtomic(request) || directory !== undefined;
    // Of one range there is nothing to go on with.
    if (directory === undefined || source.size <= settings.rangeBytes) {
      return upload(context, { ...request, atomic }, { source, settings, times });
    }
    return uploadResumably(context, request, { to, source, settings, localPath, directory, times });
  };
  return uploadSource(context, request, { source, send });
}

/** Cancels what may be a stream. */
function giveUp(input: unknown, reason: unknown): void {
  try {
    readerOf(input).cancel(reason);
  } catch {
    // It is none, or somebody else's.
  }
}

function checkLocalPath(path: unknown): void {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return;
  throw invalidRequest('the local path must be a text that is not empty and has no NUL');
}

/** Uploads, and lets go of the source in any case. */
async function uploadSource(
  context: FilesContext,
  request: UploadFields,
  { source, send }: { source: Source; send: (settings: TransferSettings) => Promise<FileInfo> },
): Promise<FileInfo> {
  const { signal } = request;
  // A stream that gives nothing would keep its worker waiting: the abort has to reach it too.
  const onAbort = () => void source.close(signal?.reason);
  const forget = signal && listenForAbort(signal, onAbort);
  try {
    signal?.throwIfAborted();
    const info = await send(settingsOf(context, request));
    await source.close();
    return info;
  } catch (error) {
    await source.close(error);
    throw signal?.aborted ? signal.reason : error;
  } finally {
    forget?.();
  }
}

function settingsOf(context: FilesContext, request: TransferOptions): TransferSettings {
  return resolveTransfer(request, context.pipeline.options);
}

async function downloadStream(
  context: FilesContext,
  request: DownloadStreamRequest,
): Promise<ReadableStream<Uint8Array>> {
  const { range } = request;
  if (range !== undefined) {
    const of = { share: shareOf(context, request.share), path: request.path };
    const { start, end = maxFileBytes } = range;
    checkRange({ start, end }, of);
  }
  return openStream(context, request, streamWay(context, request));
}

/** One request, unless something asks for ranges. */
function streamWay(
  context: FilesContext,
  request: DownloadStreamRequest,
): { settings: TransferSettings; way: StreamWay } {
  const { bufferSize, rangeSize, bandwidthLimit, checksum, concurrency = 1 } = request;
  if (bufferSize !== undefined && request.memoryBudget !== undefined) {
    throw invalidRequest('bufferSize is another name of memoryBudget: only one of them can be given');
  }
  checkInteger('bufferSize', bufferSize, { min: 1, max: transferLimits.memoryBudget.most });
  const memoryBudget = request.memoryBudget ?? bufferSize;
  // As many ranges as the budget holds, where nobody says how many.
  const lanes = request.concurrency ?? transferLimits.concurrency.most;
  const settings = settingsOf(context, { ...request, memoryBudget, concurrency: lanes });
  const needsRanges = [memoryBudget, rangeSize, bandwidthLimit].some((value) => value !== undefined);
  const inRanges = needsRanges || checksum === 'md5' || concurrency > 1;
  return { settings, way: inRanges ? 'ranges' : 'one request' };
}

async function downloadRange(context: FilesContext, request: DownloadRangeRequest): Promise<Uint8Array> {
  const { start, end, into } = request;
  checkRange({ start, end }, { share: shareOf(context, request.share), path: request.path });
  if (into !== undefined && !(into instanceof Uint8Array)) throw invalidRequest('into must be a Uint8Array');
  return downloadBytes(context, request, settingsOf(context, request));
}

async function downloadTo(
  context: FilesContext,
  request: DownloadFileRequest,
  localPath: string,
): Promise<FileProperties> {
  const settings = settingsOf(context, request);
  const { signal } = request;
  signal?.throwIfAborted();
  const directory = notesDirectory(request.resume);
  if (directory !== undefined) return downloadResumably(context, request, { settings, localPath, directory });
  return downloadFile(context, request, { settings, localPath });
}
