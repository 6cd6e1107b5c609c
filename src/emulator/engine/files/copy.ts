import type { FileRecord } from '../../store/store.js';
import type { FileContext, PlaceContext } from '../context.js';
import { readMetadata } from '../metadata.js';
import { emptyReply, type Reply } from '../reply.js';
import { invalidHeader, invalidQuery, missingHeader, Refusal } from '../service-errors.js';
import { sourceTokenHeader } from '../source-authority.js';
import { archiveBit, readOnlyBit } from './attributes.js';
import { modifiedHeaders } from './entry-headers.js';
import { entryId } from './entry-ids.js';
import { checkQuota } from './files.js';
import { checkPath } from './names.js';
import { inheritedKey } from './permission-keys.js';
import { readAttributes, readPermission, readTime, type SmbProperties } from './smb-properties.js';
import { findCopySource, type SourceFile } from './source.js';

/** Copy File. The copy is complete when the answer goes out, as it is in Azure within one account. */
export function copyFile(context: PlaceContext): Reply {
  checkPath(context.path);
  if (context.headers.has(sourceTokenHeader))
    throw new Refusal('UnsupportedHeader', { extras: { HeaderName: sourceTokenHeader } });
  const source = findCopySource(context);
  const replaced = overwritten(context);
  checkQuota(context, source.file.size - (replaced?.size ?? 0));
  const ticks = context.identity.nextTicks();
  const id = context.identity.uuid();
  const file = copied(context, { source, replaced, ticks, id });
  context.store.putEntry(context.share.volume, file);
  return emptyReply(202, modifiedHeaders(ticks).set('x-ms-copy-id', id).set('x-ms-copy-status', 'success'));
}

function overwritten({ existing, headers }: PlaceContext): FileRecord | undefined {
  if (existing?.kind === 'directory') throw new Refusal('ResourceTypeMismatch');
  const ignoresReadOnly = headers.get('x-ms-file-copy-ignore-readonly')?.toLowerCase() === 'true';
  if (existing !== undefined && (existing.attributes & readOnlyBit) !== 0 && !ignoresReadOnly) {
    throw new Refusal('ReadOnlyAttribute');
  }
  return existing;
}

interface Copying {
  readonly source: SourceFile;
  readonly replaced: FileRecord | undefined;
  readonly ticks: bigint;
  readonly id: string;
}

function copied(context: PlaceContext, { source, replaced, ticks, id }: Copying): FileRecord {
  const { store, share, parent, headers } = context;
  const { file } = source;
  return {
    ...file,
    id: replaced?.id ?? entryId(store.nextNumber(share.volume)),
    parentId: parent.id,
    name: replaced?.name ?? context.name,
    key: context.key,
    etag: ticks,
    metadata: readMetadata(headers) ?? file.metadata,
    accessedAt: ticks,
    ...copiedProperties(context, source, ticks),
    content: file.content.restamped(share.epoch),
    lease: replaced?.lease,
    copy: { id, source: source.url.shown, completedAt: context.now, bytes: file.size },
  };
}

/** Attributes, times and permission: new ones, unless the request names them or asks for those of the source. */
function copiedProperties(context: PlaceContext, source: SourceFile, ticks: bigint): SmbProperties {
  const { headers } = context;
  const { file } = source;
  const setsArchive = headers.get('x-ms-file-copy-set-archive')?.toLowerCase() === 'true';
  const attributes = fromSource(context, 'x-ms-file-attributes')
    ? file.attributes
    : (readAttributes(headers, 'file') ?? archiveBit) || archiveBit;
  const time = (name: string, own: bigint): bigint =>
    fromSource(context, name) ? own : (readTime(headers, name, ticks) ?? ticks);
  return {
    attributes: setsArchive ? attributes | archiveBit : attributes,
    createdAt: time('x-ms-file-creation-time', file.createdAt),
    writtenAt: time('x-ms-file-last-write-time', file.writtenAt),
    changedAt: time('x-ms-file-change-time', file.changedAt),
    permissionKey: copiedPermission(context, source),
  };
}

function fromSource({ headers }: PlaceContext, name: string): boolean {
  return headers.get(name)?.toLowerCase() === 'source';
}

function copiedPermission(context: PlaceContext, { share, file }: SourceFile): string {
  const { headers, store, account } = context;
  const header = 'x-ms-file-permission-copy-mode';
  const mode = headers.get(header);
  switch (mode?.toLowerCase()) {
    case undefined:
      if (headers.has('x-ms-file-permission') || headers.has('x-ms-file-permission-key'))
        throw missingHeader(header);
      return inheritedKey(account, 'file');
    case 'source': {
      const descriptor = store.permission(share.volume, file.permissionKey);
      if (descriptor !== undefined) store.putPermission(context.share.volume, file.permissionKey, descriptor);
      return file.permissionKey;
    }
    case 'override': {
      const key = readPermission(context);
      if (key === undefined && !headers.has('x-ms-file-permission'))
        throw missingHeader('x-ms-file-permission');
      return key ?? inheritedKey(account, 'file');
    }
    default:
      throw invalidHeader(header, mode ?? '');
  }
}

const guid = /^\{?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?$/i;

/** Abort Copy File. Copies are complete at once, so there is never one to abort. */
export function abortCopy({ headers, query, file }: FileContext): Reply {
  const action = headers.get('x-ms-copy-action');
  if (action === undefined) throw missingHeader('x-ms-copy-action');
  if (action.toLowerCase() !== 'abort') throw invalidHeader('x-ms-copy-action', action);
  const id = query.get('copyid');
  if (id === undefined) {
    throw new Refusal('MissingRequiredQueryParameter', { extras: { QueryParameterName: 'copyid' } });
  }
  if (!guid.test(id)) throw invalidQuery('copyid', id, 'copyid needs to be valid Guid.');
  if (file.copy === undefined) throw invalidQuery('copyid', id, 'The file was not made by a copy.');
  throw new Refusal('NoPendingCopyOperation');
}
