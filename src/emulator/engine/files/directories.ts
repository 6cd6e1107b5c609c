import type { DirectoryRecord } from '../../store/store.js';
import type { DirectoryContext, PlaceContext } from '../context.js';
import { readMetadata, writeMetadata } from '../metadata.js';
import { emptyReply, type Reply } from '../reply.js';
import { Refusal } from '../service-errors.js';
import { readOnlyBit } from './attributes.js';
import { modifiedHeaders } from './entry-headers.js';
import { entryId, rootId } from './entry-ids.js';
import { checkPath } from './names.js';
import { smbPropertiesForChange, smbPropertiesForCreate, writeSmbHeaders } from './smb-properties.js';

/** Create Directory. */
export function createDirectory(context: PlaceContext): Reply {
  const { store, share, parent, existing } = context;
  checkPath(context.path);
  if (existing !== undefined) {
    throw new Refusal(existing.kind === 'directory' ? 'ResourceAlreadyExists' : 'ResourceTypeMismatch');
  }
  const etag = context.identity.nextTicks();
  const directory: DirectoryRecord = {
    kind: 'directory',
    id: entryId(store.nextNumber(share.volume)),
    parentId: parent.id,
    name: context.name,
    key: context.key,
    etag,
    metadata: readMetadata(context.headers) ?? [],
    accessedAt: etag,
    ...smbPropertiesForCreate(context, 'directory', etag),
  };
  store.putEntry(share.volume, directory);
  return written(201, directory, context.version);
}

/** Get Directory Properties. */
export function getDirectoryProperties({ directory, version }: DirectoryContext): Reply {
  const headers = modifiedHeaders(directory.etag);
  writeMetadata(headers, directory.metadata);
  writeSmbHeaders(headers, directory, version);
  headers.set('x-ms-server-encrypted', 'true');
  return emptyReply(200, headers);
}

/** Set Directory Properties. */
export function setDirectoryProperties(context: DirectoryContext): Reply {
  const etag = context.identity.nextTicks();
  const properties = smbPropertiesForChange(context, context.directory, etag);
  const directory = { ...context.directory, ...properties, etag };
  putDirectory(context, directory);
  return written(200, directory, context.version);
}

/** Get Directory Metadata. */
export function getDirectoryMetadata({ directory }: DirectoryContext): Reply {
  const headers = modifiedHeaders(directory.etag);
  writeMetadata(headers, directory.metadata);
  return emptyReply(200, headers);
}

/** Set Directory Metadata. */
export function setDirectoryMetadata(context: DirectoryContext): Reply {
  const metadata = readMetadata(context.headers) ?? [];
  const etag = context.identity.nextTicks();
  putDirectory(context, { ...context.directory, metadata, etag });
  return emptyReply(200, modifiedHeaders(etag).set('x-ms-request-server-encrypted', 'true'));
}

/** Delete Directory: only an empty one. */
export function deleteDirectory({ store, share, directory }: DirectoryContext): Reply {
  if (directory.id === rootId) throw new Refusal('InvalidUri');
  if ((directory.attributes & readOnlyBit) !== 0) throw new Refusal('ReadOnlyAttribute');
  if (!store.isEmpty(share.volume, directory.id)) throw new Refusal('DirectoryNotEmpty');
  store.removeEntry(share.volume, directory.parentId, directory.key);
  return emptyReply(202);
}

/** Stores a directory in the place it has; the root has one of its own. */
function putDirectory({ store, share }: DirectoryContext, directory: DirectoryRecord): void {
  if (directory.id === rootId) store.putRoot(share.volume, directory);
  else store.putEntry(share.volume, directory);
}

function written(status: number, directory: DirectoryRecord, version: string): Reply {
  const headers = modifiedHeaders(directory.etag);
  writeSmbHeaders(headers, directory, version);
  return emptyReply(status, headers.set('x-ms-request-server-encrypted', 'true'));
}
