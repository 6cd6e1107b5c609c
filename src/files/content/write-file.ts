import { ConfigurationError } from '../../core/errors.js';
import { type FilesContext, type Location, locateFile, send } from '../context.js';
import { FileError } from '../errors.js';
import { hasCode } from '../failure.js';
import { checkData, checkInteger, maxFileBytes } from '../request-checks.js';
import type { WriteFileRequest } from '../requests.js';
import type { FileProperties } from '../types.js';
import {
  createFileRequest,
  filePropertiesOf,
  getPropertiesRequest,
  resizeFileRequest,
} from '../wire/file-wire.js';
import { putBytes } from './put-bytes.js';
import { replaceFile } from './replace-file.js';

/** See `FileService.write`. */
export async function writeFile(context: FilesContext, request: WriteFileRequest): Promise<void> {
  const at = locateFile(context, request.share, request.path);
  checkData(request.data);
  const { offset, atomic } = request;
  if (atomic === true) await writeAtomically(context, at, request);
  else if (offset === undefined) await writeWhole(context, at, request);
  else await writeAt(context, at, { ...request, offset });
}

async function writeAtomically(
  context: FilesContext,
  at: Location,
  request: WriteFileRequest,
): Promise<void> {
  const { data, contentType, leaseId, offset } = request;
  if (offset !== undefined) {
    throw new ConfigurationError(
      'InvalidRequest',
      'atomic replaces the whole content: not together with offset',
    );
  }
  const before = await presentFile(context, at, request);
  const lock = leaseId === undefined ? undefined : { id: leaseId };
  await replaceFile(context, at, { replacement: { data, contentType, before, lock }, call: request });
}

/** The file as it is; `undefined` when it is not there. */
async function presentFile(
  context: FilesContext,
  at: Location,
  request: WriteFileRequest,
): Promise<FileProperties | undefined> {
  try {
    return filePropertiesOf(await send(context, getPropertiesRequest(at, request), request));
  } catch (error) {
    if (hasCode(error, 'FileNotFound') && request.leaseId === undefined) return undefined;
    throw error;
  }
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
