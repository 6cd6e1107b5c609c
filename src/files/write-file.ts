import { ConfigurationError } from '../core/errors.js';
import { chunkPlan } from '../transfer/chunk-plan.js';
import { runWindow } from '../transfer/window.js';
import { type FilesContext, type Location, locateFile, send } from './context.js';
import { FileError } from './errors.js';
import { hasCode } from './failure.js';
import { createFileRequest, filePropertiesOf, getPropertiesRequest, resizeFileRequest } from './file-wire.js';
import { putRangeRequest } from './range-wire.js';
import { checkData, checkInteger, maxFileBytes } from './request-checks.js';
import type { CallOptions, LeaseScope, WriteFileRequest } from './requests.js';
import type { ByteRange } from './types.js';

/** See `FileService.write`. */
export async function writeFile(context: FilesContext, request: WriteFileRequest): Promise<void> {
  const at = locateFile(context, request.share, request.path);
  checkData(request.data);
  if (request.offset === undefined) await writeWhole(context, at, request);
  else await writeAt(context, at, { ...request, offset: request.offset });
}

async function writeWhole(context: FilesContext, at: Location, request: WriteFileRequest): Promise<void> {
  const { path, leaseId, contentType } = request;
  const size = request.data.length;
  // Made before it is needed, so that a content type that cannot be is told of before anything is sent.
  const create = createFileRequest(at, { path, size, leaseId, contentType });
  try {
    await send(context, resizeFileRequest(at, { size, leaseId }), request);
  } catch (error) {
    if (!hasCode(error, 'FileNotFound')) throw error;
    await send(context, create, request);
  }
  await putBytes(context, at, { ...request, offset: 0 });
}

type WriteAt = WriteFileRequest & { readonly offset: number };

async function writeAt(context: FilesContext, at: Location, request: WriteAt): Promise<void> {
  checkInteger('offset', request.offset, { min: 0, max: maxFileBytes });
  if (request.contentType !== undefined) {
    throw new ConfigurationError('InvalidRequest', 'contentType has no effect together with offset');
  }
  if (request.data.length === 0) return checkFits(context, at, request);
  try {
    await putBytes(context, at, request);
  } catch (error) {
    if (hasCode(error, 'InvalidRange')) await checkFits(context, at, request);
    throw error;
  }
}

/** Looks at the size of the file, which the service's refusal does not tell. */
async function checkFits(context: FilesContext, at: Location, request: WriteAt): Promise<void> {
  const { size } = filePropertiesOf(await send(context, getPropertiesRequest(at, request), request));
  const start = request.offset;
  const end = start + request.data.length;
  if (end <= size) return;
  const { share, path } = at;
  const message = `${share}/${path}: bytes ${start} to ${end} do not fit into a file of ${size} bytes; a write at an offset does not make it longer`;
  throw new FileError('InvalidRange', message, { share, path, start, end, size, operation: 'PutRange' });
}

export interface PutBytes extends CallOptions, LeaseScope {
  readonly data: Uint8Array;
  /** Where the data goes. */
  readonly offset: number;
}

/** Puts bytes into a file that is long enough: range by range, in parallel when there is more than one. */
export async function putBytes(context: FilesContext, at: Location, put: PutBytes): Promise<void> {
  const { data, offset, leaseId, signal, timeoutMs } = put;
  const { rangeSize, concurrency } = context.pipeline.options;
  const putChunk = async (chunk: ByteRange, chunkSignal: AbortSignal | undefined): Promise<void> => {
    const slice = data.subarray(chunk.start, chunk.end);
    const wire = putRangeRequest(at, { start: offset + chunk.start, data: slice, leaseId });
    await send(context, wire, { signal: chunkSignal, timeoutMs });
  };
  if (data.length === 0) return;
  if (data.length <= rangeSize) return putChunk({ start: 0, end: data.length }, signal);
  await runWindow(chunkPlan(0, data.length, rangeSize), { concurrency, signal }, putChunk);
}
