import { AzureStorageError, ConfigurationError } from '../../core/errors.js';
import { HttpHeaders } from '../../core/http/headers.js';
import { type FilesContext, locateFile, send } from '../context.js';
import { checkData } from '../request-checks.js';
import type { CreateFileIfNotExistsRequest } from '../requests.js';
import type { FileInfo } from '../types.js';
import { createdFile, createFileRequest } from '../wire/file-wire.js';
import { setSmbHeaders } from '../wire/smb-wire.js';
import { putBytes } from './put-bytes.js';
import { TemporaryFile } from './temporary-file.js';

/** See `FileService.createIfNotExists`. */
export async function createFileIfNotExists(
  context: FilesContext,
  request: CreateFileIfNotExistsRequest,
): Promise<FileInfo> {
  const to = locateFile(context, request.share, request.path);
  const { smb, data, ...rest } = request;
  const file = { ...rest, size: sizeOf(request) };
  const temporary = new TemporaryFile(context, to);
  // Sent with the name, at the end; what is wrong with it should be said before anything is written.
  setSmbHeaders(new HttpHeaders(), smb ?? {}, { version: to.version, purpose: 'rename' });
  const wire = createFileRequest(temporary.at, file);
  try {
    const response = await send(context, wire, request);
    if (data !== undefined) await putBytes(context, temporary.at, { ...rest, data, offset: 0 });
    return {
      ...createdFile(to, file, response),
      ...(await temporary.publish({ replace: 'keep', smb }, request)),
    };
  } catch (error) {
    const removed = temporary.remove(error);
    // Whoever gave up, or has no connection, does not wait for it.
    if (error instanceof AzureStorageError && error.status !== undefined) await removed;
    throw error;
  }
}

function sizeOf({ size, data }: CreateFileIfNotExistsRequest): number {
  if (data === undefined) return size ?? 0;
  checkData(data);
  if (size === undefined || size >= data.length) return size ?? data.length;
  const message = `size must be at least the length of data, ${data.length}, got ${size}`;
  throw new ConfigurationError('InvalidRequest', message);
}
