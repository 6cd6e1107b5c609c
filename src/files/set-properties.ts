import { ConfigurationError } from '../core/errors.js';
import { changeResult } from './answers.js';
import { type FilesContext, type Location, locateFile, send } from './context.js';
import { changeFileRequest, filePropertiesOf, getPropertiesRequest } from './file-wire.js';
import { httpHeaderFields } from './http-headers-wire.js';
import type { FileHttpHeaders, SetPropertiesRequest } from './requests.js';
import type { ChangeResult } from './types.js';

/** Sent when every header is to be cleared: the service understands the absence of all as "leave them". */
const leastHeaders: FileHttpHeaders = { contentType: 'application/octet-stream' };

/** See `FileService.setProperties`. */
export async function setFileProperties(
  context: FilesContext,
  request: SetPropertiesRequest,
): Promise<ChangeResult> {
  const at = locateFile(context, request.share, request.path);
  if (request.httpHeaders === undefined && request.smb === undefined) {
    throw new ConfigurationError('InvalidRequest', 'setProperties needs httpHeaders, smb or both');
  }
  const httpHeaders = await headersToSend(context, at, request);
  const { leaseId, smb } = request;
  return changeResult(await send(context, changeFileRequest(at, { leaseId, httpHeaders, smb }), request));
}

async function headersToSend(
  context: FilesContext,
  at: Location,
  request: SetPropertiesRequest,
): Promise<FileHttpHeaders | undefined> {
  const { httpHeaders, replaceHttpHeaders, leaseId } = request;
  if (httpHeaders === undefined) return undefined;
  if (replaceHttpHeaders === true) return merge({}, httpHeaders);
  const wire = getPropertiesRequest(at, { path: at.path, leaseId });
  return merge(filePropertiesOf(await send(context, wire, request)), httpHeaders);
}

function merge(
  present: FileHttpHeaders,
  changes: NonNullable<SetPropertiesRequest['httpHeaders']>,
): FileHttpHeaders {
  const merged: FileHttpHeaders = {};
  for (const name of httpHeaderFields) {
    const change = changes[name];
    const value = change === undefined ? present[name] : change;
    if (value !== undefined && value !== null) merged[name] = value;
  }
  return Object.keys(merged).length === 0 ? leastHeaders : merged;
}
