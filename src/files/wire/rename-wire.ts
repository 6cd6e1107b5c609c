import type { HttpResponse } from '../../core/http/message.js';
import { headersForPair, type Location, type WireRequest } from '../context.js';
import { operations } from '../operations.js';
import { setLeaseId, setText } from '../request-checks.js';
import type { RenameDirectoryRequest, RenameFileRequest } from '../requests.js';
import type { RenameResult } from '../types.js';
import { changeResult } from './answers.js';
import { setMetadataHeaders } from './metadata.js';
import { setSmbHeaders } from './smb-wire.js';

/** Both names of something that is renamed. */
export interface RenameLocations {
  readonly from: Location;
  readonly to: Location;
  /** `scheme://host[:port]` of the service: the source is named by its whole URL. */
  readonly origin: string;
}

/** The request goes to the new name. */
export function renameFileRequest(at: RenameLocations, request: RenameFileRequest): WireRequest {
  const wire = renameRequest(at, request);
  setLeaseId(wire.headers, request.leaseId, 'x-ms-source-lease-id');
  setText(wire.headers, 'x-ms-content-type', { name: 'contentType', value: request.contentType });
  return {
    ...wire,
    operation: operations.renameFile,
    target: `${at.to.target}?comp=rename`,
  };
}

export function renameDirectoryRequest(at: RenameLocations, request: RenameDirectoryRequest): WireRequest {
  return {
    ...renameRequest(at, request),
    operation: operations.renameDirectory,
    target: `${at.to.target}?restype=directory&comp=rename`,
  };
}

type RenameParts = Pick<WireRequest, 'method' | 'headers' | 'resource'>;

function renameRequest(at: RenameLocations, request: RenameDirectoryRequest): RenameParts {
  const { from, to, origin } = at;
  const headers = headersForPair(to).set('x-ms-file-rename-source', origin + from.target);
  if (request.replace === true) headers.set('x-ms-file-rename-replace-if-exists', 'true');
  if (request.ignoreReadOnly === true) headers.set('x-ms-file-rename-ignore-readonly', 'true');
  setLeaseId(headers, request.destinationLeaseId, 'x-ms-destination-lease-id');
  setMetadataHeaders(headers, request.metadata);
  setSmbHeaders(headers, request.smb ?? {}, { version: to.version, purpose: 'rename' });
  const resource = { share: to.share, path: to.path, sourceShare: from.share, sourcePath: from.path };
  return { method: 'PUT', headers, resource };
}

export function renamed(to: Location, response: HttpResponse): RenameResult {
  return { share: to.share, path: to.path, ...changeResult(response) };
}
