import type { HttpResponse } from '../../core/http/message.js';
import { headersFor, type Location, type WireRequest } from '../context.js';
import { operations } from '../operations.js';
import { checkSize, query, setLeaseId } from '../request-checks.js';
import type {
  CreateFileRequest,
  FileHttpHeaders,
  GetPropertiesRequest,
  LeaseScope,
  ResizeFileRequest,
  SetMetadataRequest,
  SmbSettings,
} from '../requests.js';
import type { FileInfo, FileProperties } from '../types.js';
import { etagOf, lastModifiedOf, leaseProperties, requiredNumber } from './answers.js';
import { copyState } from './copy-wire.js';
import { setHttpHeaders, storedHttpHeaders } from './http-headers-wire.js';
import { metadataCopy, metadataOf, replaceMetadataHeaders, setMetadataHeaders } from './metadata.js';
import { setSmbHeaders, smbProperties } from './smb-wire.js';

/** What the service stores for a file that is created without a content type. */
export const defaultContentType = 'application/octet-stream';

export function resourceOf(at: Location): { share: string; path: string } {
  return { share: at.share, path: at.path };
}

export function createFileRequest(at: Location, request: CreateFileRequest): WireRequest {
  checkSize(request.size, at);
  const headers = headersFor(at).set('x-ms-type', 'file').set('x-ms-content-length', String(request.size));
  setHttpHeaders(headers, request);
  setSmbHeaders(headers, request.smb ?? {}, { version: at.version, purpose: 'createFile' });
  setMetadataHeaders(headers, request.metadata);
  setLeaseId(headers, request.leaseId);
  const resource = { ...resourceOf(at), size: String(request.size) };
  return { operation: operations.createFile, method: 'PUT', target: at.target, headers, resource };
}

export function createdFile(at: Location, request: CreateFileRequest, response: HttpResponse): FileInfo {
  const version = { etag: etagOf(response), lastModified: lastModifiedOf(response) };
  return { ...uploadedFile(at, request), ...version };
}

/** What is known of a file that was created so, beside its version. */
export function uploadedFile(
  at: Location,
  request: CreateFileRequest,
): Omit<FileInfo, 'etag' | 'lastModified'> {
  return {
    ...resourceOf(at),
    size: request.size,
    contentType: request.contentType ?? defaultContentType,
    metadata: metadataCopy(request.metadata),
  };
}

export function getPropertiesRequest(at: Location, request: GetPropertiesRequest): WireRequest {
  return fileRequest(at, request, {
    operation: operations.getFileProperties,
    method: 'HEAD',
    query: query({ sharesnapshot: request.snapshot }),
  });
}

/** Properties out of the answer to a HEAD, or to a GET whose size the caller knows. */
export function filePropertiesOf(response: HttpResponse, size?: number): FileProperties {
  const { headers } = response;
  const lease = leaseProperties(headers);
  const copy = copyState(response);
  return {
    size: size ?? requiredNumber(response, 'content-length'),
    ...storedHttpHeaders(response),
    lastModified: lastModifiedOf(response),
    etag: etagOf(response),
    metadata: metadataOf(headers),
    smb: smbProperties(headers),
    ...(lease !== undefined && { lease }),
    ...(copy !== undefined && { copy }),
    serverEncrypted: headers.get('x-ms-server-encrypted') === 'true',
  };
}

export function getMetadataRequest(at: Location, request: GetPropertiesRequest): WireRequest {
  return fileRequest(at, request, {
    operation: operations.getFileMetadata,
    method: 'HEAD',
    query: query({ comp: 'metadata', sharesnapshot: request.snapshot }),
  });
}

export function setMetadataRequest(at: Location, request: SetMetadataRequest): WireRequest {
  const wire = fileRequest(at, request, {
    operation: operations.setFileMetadata,
    method: 'PUT',
    query: '?comp=metadata',
  });
  replaceMetadataHeaders(wire.headers, request.metadata);
  return wire;
}

export function deleteFileRequest(at: Location, request: LeaseScope): WireRequest {
  return fileRequest(at, request, { operation: operations.deleteFile, method: 'DELETE', query: '' });
}

/** Sends the length alone, which leaves metadata and HTTP headers as they are. */
export function resizeFileRequest(
  at: Location,
  request: Pick<ResizeFileRequest, 'size' | 'leaseId'>,
): WireRequest {
  const { size, leaseId } = request;
  checkSize(size, at);
  return changeFileRequest(at, { size, leaseId });
}

export interface FileChange extends LeaseScope {
  /** All of them: the service clears what is absent, unless the request changes the length and names none. */
  readonly httpHeaders?: FileHttpHeaders | undefined;
  readonly smb?: SmbSettings | undefined;
  /** Sets the length, too. */
  readonly size?: number | undefined;
}

/** Set File Properties. */
export function changeFileRequest(at: Location, change: FileChange): WireRequest {
  const wire = fileRequest(at, change, {
    operation: operations.setFileProperties,
    method: 'PUT',
    query: '?comp=properties',
  });
  if (change.httpHeaders !== undefined) setHttpHeaders(wire.headers, change.httpHeaders);
  setSmbHeaders(wire.headers, change.smb ?? {}, { version: at.version, purpose: 'change' });
  if (change.size === undefined) return wire;
  const size = String(change.size);
  wire.headers.set('x-ms-content-length', size);
  return { ...wire, resource: { ...wire.resource, size } };
}

interface RequestParts {
  readonly operation: WireRequest['operation'];
  readonly method: string;
  readonly query: string;
}

function fileRequest(at: Location, scope: LeaseScope, parts: RequestParts): WireRequest {
  const headers = headersFor(at);
  setLeaseId(headers, scope.leaseId);
  return {
    operation: parts.operation,
    method: parts.method,
    target: at.target + parts.query,
    headers,
    resource: resourceOf(at),
  };
}
