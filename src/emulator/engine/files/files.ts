import type { HttpHeaders } from '../../../core/http/headers.js';
import { formatRfc1123 } from '../../../core/wire/dates.js';
import type { CopyRecord, FileRecord } from '../../store/store.js';
import type { FileContext, PlaceContext, ShareContext } from '../context.js';
import { writeLeaseHeaders } from '../lease-checks.js';
import { readMetadata, writeMetadata } from '../metadata.js';
import { emptyReply, type Reply } from '../reply.js';
import { invalidHeader, missingHeader, Refusal } from '../service-errors.js';
import { readOnlyBit } from './attributes.js';
import { modifiedHeaders } from './entry-headers.js';
import { entryId } from './entry-ids.js';
import { readHttpProperties, writeHttpProperties } from './http-properties.js';
import { bytesPerGiB, maxFileBytes } from './limits.js';
import { checkedMd5 } from './md5.js';
import { checkPath } from './names.js';
import {
  readAttributes,
  smbPropertiesForChange,
  smbPropertiesForCreate,
  writeSmbHeaders,
} from './smb-properties.js';

/** The first version whose properties tell of leases. */
const leasesSince = '2019-02-02';

/** From here on a file can be created with its first bytes. */
const contentSince = '2026-02-06';

/** Create File. Overwrites a file that is there, which keeps its id and its lease. */
export function createFile(context: PlaceContext): Reply {
  checkPath(context.path);
  const type = context.headers.get('x-ms-type');
  if (type === undefined) throw missingHeader('x-ms-type');
  if (type.toLowerCase() !== 'file') throw invalidHeader('x-ms-type', type);
  const size = readSize(context.headers);
  if (size === undefined) throw missingHeader('x-ms-content-length');
  const replaced = replacedFile(context);
  checkQuota(context, size - (replaced?.size ?? 0));
  const md5 = checkFirstBytes(context, size);
  const file = newFile(context, { size, replaced });
  context.store.putEntry(context.share.volume, file);
  const reply = written(201, file, context.version);
  reply.headers.setOptional('Content-MD5', md5);
  return reply;
}

/** Checks the bytes that come with the request; gives their MD5, or `undefined` when there are none. */
function checkFirstBytes({ body, headers, version }: PlaceContext, size: number): string | undefined {
  if (body.length === 0) return undefined;
  if (version < contentSince || body.length > size)
    throw invalidHeader('Content-Length', String(body.length));
  return checkedMd5(body, headers.get('content-md5'));
}

/**
 * The file that is to be overwritten, if there is one.
 * @throws {Refusal} `ResourceTypeMismatch` when it is a directory, `ReadOnlyAttribute`.
 */
export function replacedFile({ existing }: PlaceContext): FileRecord | undefined {
  if (existing?.kind === 'directory') throw new Refusal('ResourceTypeMismatch');
  if (existing !== undefined && (existing.attributes & readOnlyBit) !== 0)
    throw new Refusal('ReadOnlyAttribute');
  return existing;
}

function newFile(
  context: PlaceContext,
  made: { size: number; replaced: FileRecord | undefined },
): FileRecord {
  const { store, share, parent } = context;
  const { size, replaced } = made;
  const etag = context.identity.nextTicks();
  return {
    kind: 'file',
    id: replaced?.id ?? entryId(store.nextNumber(share.volume)),
    parentId: parent.id,
    name: replaced?.name ?? context.name,
    key: context.key,
    etag,
    metadata: readMetadata(context.headers) ?? [],
    accessedAt: etag,
    ...smbPropertiesForCreate(context, 'file', etag),
    size,
    content: (replaced?.content.truncate(0, share.epoch) ?? store.emptyContent).write(
      0,
      context.body,
      share.epoch,
    ),
    http: { contentType: 'application/octet-stream', ...readHttpProperties(context.headers) },
    lease: replaced?.lease,
    copy: undefined,
  };
}

/** The length in `x-ms-content-length`; `undefined` without the header. */
function readSize(headers: HttpHeaders): number | undefined {
  const text = headers.get('x-ms-content-length');
  if (text === undefined) return undefined;
  if (!/^\d{1,19}$/.test(text)) throw invalidHeader('x-ms-content-length', text);
  if (Number(text) > maxFileBytes) throw new Refusal('OutOfRangeInput');
  return Number(text);
}

/** Refuses a file that grows the share beyond its quota. */
export function checkQuota({ store, share }: ShareContext, growth: number): void {
  if (growth > 0 && store.usage(share.volume).fileBytes + growth > share.quotaGiB * bytesPerGiB) {
    throw new Refusal('ShareSizeLimitReached');
  }
}

/** Get File Properties. */
export function getFileProperties(context: FileContext): Reply {
  const headers = fileHeaders(context, 'whole').set('Content-Length', String(context.file.size));
  if (context.version >= leasesSince) writeLeaseHeaders(headers, context.file.lease, context.now);
  return emptyReply(200, headers);
}

/** What Get File and Get File Properties tell about a file. */
export function fileHeaders({ file, version }: FileContext, answers: 'whole' | 'part'): HttpHeaders {
  const headers = modifiedHeaders(file.etag);
  writeHttpProperties(headers, file.http, answers);
  writeMetadata(headers, file.metadata);
  writeSmbHeaders(headers, file, version);
  if (file.copy !== undefined) writeCopyHeaders(headers, file.copy);
  headers.set('x-ms-server-encrypted', 'true');
  headers.set('x-ms-type', 'File');
  return headers;
}

function writeCopyHeaders(headers: HttpHeaders, copy: CopyRecord): void {
  headers.set('x-ms-copy-id', copy.id);
  headers.set('x-ms-copy-source', copy.source);
  headers.set('x-ms-copy-status', 'success');
  headers.set('x-ms-copy-progress', `${copy.bytes}/${copy.bytes}`);
  headers.set('x-ms-copy-completion-time', formatRfc1123(copy.completedAt));
}

/**
 * Set File Properties. What is not sent of the HTTP properties is cleared, also when none is sent, unless the request
 * changes the length; SMB properties that are not sent stay.
 */
export function setFileProperties(context: FileContext): Reply {
  const { file, share } = context;
  // Or else the attribute could never be taken away again.
  if (readAttributes(context.headers, 'file') === undefined) refuseReadOnly(context);
  const length = readSize(context.headers);
  const size = length ?? file.size;
  checkQuota(context, size - file.size);
  const etag = context.identity.nextTicks();
  const changed: FileRecord = {
    ...file,
    ...smbPropertiesForChange(context, file, etag),
    etag,
    size,
    content: size < file.size ? file.content.truncate(size, share.epoch) : file.content,
    http: readHttpProperties(context.headers) ?? (length === undefined ? {} : file.http),
    copy: undefined,
  };
  context.store.putEntry(share.volume, changed);
  return written(200, changed, context.version);
}

/** Get File Metadata. */
export function getFileMetadata({ file }: FileContext): Reply {
  const headers = modifiedHeaders(file.etag);
  writeMetadata(headers, file.metadata);
  return emptyReply(200, headers);
}

/** Set File Metadata: replaces all of it. */
export function setFileMetadata(context: FileContext): Reply {
  const metadata = readMetadata(context.headers) ?? [];
  const etag = context.identity.nextTicks();
  context.store.putEntry(context.share.volume, { ...context.file, metadata, etag, copy: undefined });
  return emptyReply(200, modifiedHeaders(etag).set('x-ms-request-server-encrypted', 'true'));
}

/** Delete File. */
export function deleteFile(context: FileContext): Reply {
  refuseReadOnly(context);
  const { store, share, file } = context;
  store.removeEntry(share.volume, file.parentId, file.key);
  return emptyReply(202);
}

/** @throws {Refusal} `ReadOnlyAttribute` when the file has that attribute. */
export function refuseReadOnly({ file }: FileContext): void {
  if ((file.attributes & readOnlyBit) !== 0) throw new Refusal('ReadOnlyAttribute');
}

function written(status: number, file: FileRecord, version: string): Reply {
  const headers = modifiedHeaders(file.etag);
  writeSmbHeaders(headers, file, version);
  return emptyReply(status, headers.set('x-ms-request-server-encrypted', 'true'));
}
