import type { HttpResponse } from '../../core/http/message.js';
import { headersFor, type Location, type WireRequest } from '../context.js';
import { operations } from '../operations.js';
import { checkInteger, chosen, query } from '../request-checks.js';
import type {
  CreateDirectoryRequest,
  GetDirectoryPropertiesRequest,
  ListDirectoryRequest,
  ListingInclude,
  SetDirectoryMetadataRequest,
  SetDirectoryPropertiesRequest,
} from '../requests.js';
import type { DirectoryInfo, DirectoryProperties } from '../types.js';
import { etagOf, lastModifiedOf } from './answers.js';
import { metadataCopy, metadataOf, replaceMetadataHeaders, setMetadataHeaders } from './metadata.js';
import { setSmbHeaders, smbProperties } from './smb-wire.js';

export const maxPageSize = 5000;

export function createDirectoryRequest(at: Location, request: CreateDirectoryRequest): WireRequest {
  const wire = directoryRequest(at, { operation: operations.createDirectory, method: 'PUT' });
  setSmbHeaders(wire.headers, request.smb ?? {}, { version: at.version, purpose: 'createDirectory' });
  setMetadataHeaders(wire.headers, request.metadata);
  return wire;
}

export function createdDirectory(
  at: Location,
  request: CreateDirectoryRequest,
  response: HttpResponse,
): DirectoryInfo {
  return {
    share: at.share,
    path: at.path,
    etag: etagOf(response),
    lastModified: lastModifiedOf(response),
    metadata: metadataCopy(request.metadata),
  };
}

export function deleteDirectoryRequest(at: Location): WireRequest {
  return directoryRequest(at, { operation: operations.deleteDirectory, method: 'DELETE' });
}

export function getDirectoryPropertiesRequest(
  at: Location,
  request: Pick<GetDirectoryPropertiesRequest, 'snapshot'>,
): WireRequest {
  const operation = operations.getDirectoryProperties;
  return directoryRequest(at, { operation, method: 'HEAD', query: { sharesnapshot: request.snapshot } });
}

export function directoryPropertiesOf(response: HttpResponse): DirectoryProperties {
  const { headers } = response;
  return {
    etag: etagOf(response),
    lastModified: lastModifiedOf(response),
    metadata: metadataOf(headers),
    smb: smbProperties(headers),
    serverEncrypted: headers.get('x-ms-server-encrypted') === 'true',
  };
}

export function setDirectoryPropertiesRequest(
  at: Location,
  request: SetDirectoryPropertiesRequest,
): WireRequest {
  const operation = operations.setDirectoryProperties;
  const wire = directoryRequest(at, { operation, method: 'PUT', query: { comp: 'properties' } });
  setSmbHeaders(wire.headers, request.smb, { version: at.version, purpose: 'change' });
  return wire;
}

export function setDirectoryMetadataRequest(at: Location, request: SetDirectoryMetadataRequest): WireRequest {
  const operation = operations.setDirectoryMetadata;
  const wire = directoryRequest(at, { operation, method: 'PUT', query: { comp: 'metadata' } });
  replaceMetadataHeaders(wire.headers, request.metadata);
  return wire;
}

const includeNames = {
  attributes: 'Attributes',
  permissionKey: 'PermissionKey',
} as const satisfies Record<ListingInclude, string>;

/** List Directories and Files; always with times and ETags, which the service leaves out unless asked. */
export function listDirectoryRequest(at: Location, request: ListDirectoryRequest): WireRequest {
  checkInteger('pageSize', request.pageSize, { min: 1, max: maxPageSize });
  const include = [
    'Timestamps',
    'Etag',
    ...(request.include ?? []).map((name) => chosen(includeNames, name)),
  ];
  return directoryRequest(at, {
    operation: operations.listDirectory,
    method: 'GET',
    query: {
      comp: 'list',
      prefix: request.prefix,
      marker: request.marker,
      maxresults: request.pageSize,
      sharesnapshot: request.snapshot,
      include: include.join(','),
    },
  });
}

interface RequestParts {
  readonly operation: WireRequest['operation'];
  readonly method: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
}

function directoryRequest(at: Location, parts: RequestParts): WireRequest {
  return {
    operation: parts.operation,
    method: parts.method,
    target: at.target + query({ restype: 'directory', ...parts.query }),
    headers: headersFor(at),
    resource: { share: at.share, path: at.path },
  };
}
