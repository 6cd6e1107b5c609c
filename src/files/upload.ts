import { ConfigurationError } from '../core/errors.js';
import { chunkPlan } from '../transfer/chunk-plan.js';
import { ProgressCounter } from '../transfer/progress.js';
import type { Source } from '../transfer/source.js';
import { runWindow } from '../transfer/window.js';
import { type FilesContext, type Location, locateFile, send } from './context.js';
import { FileError } from './errors.js';
import { hasCode } from './failure.js';
import { createdFile, createFileRequest, getPropertiesRequest } from './file-wire.js';
import { putBytes } from './put-bytes.js';
import type { UploadFileRequest } from './streaming-service.js';
import { TemporaryFile, versionOf } from './temporary-file.js';
import type { FileInfo } from './types.js';

/** Uploads a source, in place or under a temporary name. The source is closed by the caller. */
export async function upload(
  context: FilesContext,
  request: UploadFileRequest,
  source: Source,
): Promise<FileInfo> {
  const to = locateFile(context, request.share, request.path);
  if (isAtomic(request)) return uploadWhole(context, request, { to, source });
  const created = await fill(context, request, { to, source });
  return source.size === 0 ? created : { ...created, ...(await versionOf(context, to, request)) };
}

interface Way {
  readonly to: Location;
  readonly source: Source;
}

/** Under a temporary name, which becomes the final one when everything is there. */
async function uploadWhole(
  context: FilesContext,
  request: UploadFileRequest,
  { to, source }: Way,
): Promise<FileInfo> {
  const replace = request.overwrite === false ? 'keep' : 'replace';
  // Asked before the transfer, which may take long; decided by the rename.
  if (replace === 'keep') await refuseExisting(context, request, to);
  else if (request.leaseId !== undefined) await versionOf(context, to, request);
  const temporary = new TemporaryFile(context, to);
  try {
    const { leaseId, ...unlocked } = request;
    const created = await fill(context, unlocked, { to: temporary.at, source });
    const lock = leaseId === undefined ? undefined : { id: leaseId };
    return { ...created, ...(await temporary.publish({ replace, lock }, request)) };
  } catch (error) {
    await temporary.remove(error);
    throw error;
  }
}

/** Creates the file with its length and writes its ranges. */
async function fill(
  context: FilesContext,
  request: UploadFileRequest,
  { to, source }: Way,
): Promise<FileInfo> {
  const file = { ...request, size: source.size };
  const created = createdFile(to, file, await send(context, createFileRequest(to, file), request));
  const { rangeSize, concurrency } = context.pipeline.options;
  const { leaseId, timeoutMs } = request;
  const progress = new ProgressCounter(source.size, request.onProgress);
  const limits = { concurrency: request.concurrency ?? concurrency, signal: request.signal };
  await runWindow(chunkPlan(0, source.size, rangeSize), limits, async (range, signal) => {
    try {
      const data = await source.slice(range);
      await putBytes(context, to, { data, offset: range.start, leaseId, timeoutMs, signal });
      progress.add(data.length);
    } catch (error) {
      // Other workers may be waiting for a stream that gives nothing; they would keep the window from ending.
      void source.close(error);
      throw error;
    }
  });
  await source.verify();
  if (source.size === 0) progress.add(0);
  return created;
}

async function refuseExisting(
  context: FilesContext,
  request: UploadFileRequest,
  to: Location,
): Promise<void> {
  try {
    await send(context, getPropertiesRequest(to, request), request);
  } catch (error) {
    if (hasCode(error, 'FileNotFound')) return;
    throw error;
  }
  const { share, path } = to;
  throw new FileError('FileAlreadyExists', `${share}/${path}: exists already, and was not to be replaced`, {
    share,
    path,
  });
}

function isAtomic({ atomic, overwrite, leaseId }: UploadFileRequest): boolean {
  if (overwrite === false && leaseId !== undefined) {
    const message = 'leaseId and overwrite: false exclude each other: what is leased exists';
    throw new ConfigurationError('InvalidRequest', message);
  }
  return atomic === true || overwrite === false;
}
