import { ConfigurationError } from '../../core/errors.js';
import { type FilesContext, type Location, locateFile, send } from '../context.js';
import type { FileHttpHeaders, SetPropertiesRequest } from '../requests.js';
import type { ChangeResult } from '../types.js';
import { changeResult } from '../wire/answers.js';
import { changeFileRequest, filePropertiesOf, getPropertiesRequest } from '../wire/file-wire.js';
import { httpHeaderFields, repeatHttpHeaders } from '../wire/http-headers-wire.js';

/** See `FileService.setProperties`. */
export async function setFileProperties(
  context: FilesContext,
  request: SetPropertiesRequest,
): Promise<ChangeResult> {
  const at = locateFile(context, request.share, request.path);
  if (request.httpHeaders === undefined && request.smb === undefined) {
    throw new ConfigurationError('InvalidRequest', 'setProperties needs httpHeaders, smb or both');
  }
  const { leaseId, smb, httpHeaders = {}, replaceHttpHeaders } = request;
  const wire = changeFileRequest(at, { leaseId, smb, httpHeaders: withoutNull(httpHeaders) });
  // The service clears every HTTP header that is not sent, also when only attributes or times are.
  if (replaceHttpHeaders !== true) {
    const present = await presentHeaders(context, at, request);
    repeatHttpHeaders(wire.headers, without(present, httpHeaders));
  }
  return changeResult(await send(context, wire, request));
}

async function presentHeaders(
  context: FilesContext,
  at: Location,
  request: SetPropertiesRequest,
): Promise<FileHttpHeaders> {
  const wire = getPropertiesRequest(at, { path: at.path, leaseId: request.leaseId });
  return filePropertiesOf(await send(context, wire, request));
}

type Changes = NonNullable<SetPropertiesRequest['httpHeaders']>;

function withoutNull(changes: Changes): FileHttpHeaders {
  const set: FileHttpHeaders = {};
  for (const name of httpHeaderFields) set[name] = changes[name] ?? undefined;
  return set;
}

function without(present: FileHttpHeaders, changes: Changes): FileHttpHeaders {
  const kept: FileHttpHeaders = {};
  for (const name of httpHeaderFields) if (changes[name] === undefined) kept[name] = present[name];
  return kept;
}
