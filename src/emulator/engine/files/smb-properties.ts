import type { HttpHeaders } from '../../../core/http/headers.js';
import { formatTicks, parseTicks } from '../../../core/wire/dates.js';
import type { EntryCommon, EntryRecord } from '../../store/store.js';
import type { ShareContext } from '../context.js';
import { invalidHeader, Refusal } from '../service-errors.js';
import { archiveBit, directoryBit, formatAttributes, parseAttributes } from './attributes.js';
import {
  checkPermissionFormat,
  inheritedKey,
  isDescriptor,
  normalizedDescriptor,
  permissionKeyOf,
} from './permission-keys.js';

/** The first version whose answers carry SMB properties. */
const smbSince = '2019-02-02';
const descriptorLimit = 8 * 1024;

/** Properties that requests can set. */
export type SmbProperties = Pick<
  EntryCommon,
  'attributes' | 'createdAt' | 'writtenAt' | 'changedAt' | 'permissionKey'
>;

/** The properties that a new item gets: those of the request, the service's own for the rest. */
export function smbPropertiesForCreate(
  context: ShareContext,
  kind: EntryRecord['kind'],
  ticks: bigint,
): SmbProperties {
  const attributes = readAttributes(context.headers, kind) ?? 0;
  const restores = context.headers.get('x-ms-file-property-semantics')?.toLowerCase() === 'restore';
  const added = kind === 'directory' ? directoryBit : archiveBit;
  // The service takes the creation time as the first change time. It does so for the ETag too, which would then not
  // tell a file from one that was made again with the same times; here ETags always increase.
  const createdAt = readTime(context.headers, 'x-ms-file-creation-time', ticks) ?? ticks;
  return {
    attributes: restores && kind === 'file' ? attributes : attributes | added,
    createdAt,
    writtenAt: readTime(context.headers, 'x-ms-file-last-write-time', ticks) ?? ticks,
    changedAt: readTime(context.headers, 'x-ms-file-change-time', ticks) ?? createdAt,
    permissionKey: readPermission(context) ?? inheritedKey(context.account, kind),
  };
}

/** The properties of an item after a request that changes some of them. The change time moves unless it is given. */
export function smbPropertiesForChange(
  context: ShareContext,
  entry: EntryRecord,
  ticks: bigint,
): SmbProperties {
  const attributes = readAttributes(context.headers, entry.kind);
  return {
    attributes: attributes === undefined ? entry.attributes : withKind(attributes, entry.kind),
    createdAt: readTime(context.headers, 'x-ms-file-creation-time', ticks) ?? entry.createdAt,
    writtenAt: readTime(context.headers, 'x-ms-file-last-write-time', ticks) ?? entry.writtenAt,
    changedAt: readTime(context.headers, 'x-ms-file-change-time', ticks) ?? ticks,
    permissionKey: readPermission(context) ?? entry.permissionKey,
  };
}

function withKind(attributes: number, kind: EntryRecord['kind']): number {
  if (kind === 'directory') return attributes | directoryBit;
  return attributes === 0 ? archiveBit : attributes;
}

/** The attributes of a request; `undefined` when it leaves them as they are. */
export function readAttributes(headers: HttpHeaders, kind: EntryRecord['kind']): number | undefined {
  const name = 'x-ms-file-attributes';
  const text = headers.get(name);
  if (text === undefined || text.toLowerCase() === 'preserve') return undefined;
  const attributes = parseAttributes(text);
  const isOther = attributes !== undefined && kind === 'file' && (attributes & directoryBit) !== 0;
  if (attributes === undefined || isOther) throw invalidHeader(name, text);
  return attributes;
}

/** A time of a request; `undefined` when it leaves the time as it is. */
export function readTime(headers: HttpHeaders, name: string, now: bigint): bigint | undefined {
  const text = headers.get(name);
  if (text === undefined || text.toLowerCase() === 'preserve') return undefined;
  if (text.toLowerCase() === 'now') return now;
  const ticks = parseTicks(text);
  if (ticks === undefined) throw invalidHeader(name, text);
  return ticks;
}

/** The key of the permission in a request, which is kept if it is new; `undefined` when it names none of its own. */
export function readPermission(context: ShareContext): string | undefined {
  const { headers, store, share } = context;
  const text = headers.get('x-ms-file-permission');
  const key = headers.get('x-ms-file-permission-key');
  if (key !== undefined && text !== undefined) throw invalidHeader('x-ms-file-permission-key', key);
  if (key !== undefined) {
    if (store.permission(share.volume, key) === undefined && !isInherited(context.account, key)) {
      throw new Refusal('FileInvalidPermissionKey');
    }
    return key;
  }
  if (text === undefined || /^(?:inherit|preserve)$/i.test(text)) return undefined;
  checkPermissionFormat(headers.get('x-ms-file-permission-format'));
  if (text.length > descriptorLimit || !isDescriptor(text)) throw new Refusal('FileInvalidPermission');
  const made = permissionKeyOf(context.account, text);
  store.putPermission(share.volume, made, normalizedDescriptor(text));
  return made;
}

function isInherited(account: string, key: string): boolean {
  return key === inheritedKey(account, 'file') || key === inheritedKey(account, 'directory');
}

/** Adds the seven SMB headers to an answer, for versions that have them. */
export function writeSmbHeaders(headers: HttpHeaders, entry: EntryRecord, version: string): void {
  if (version < smbSince) return;
  headers.set('x-ms-file-permission-key', entry.permissionKey);
  headers.set('x-ms-file-attributes', formatAttributes(entry.attributes));
  headers.set('x-ms-file-creation-time', formatTicks(entry.createdAt));
  headers.set('x-ms-file-last-write-time', formatTicks(entry.writtenAt));
  headers.set('x-ms-file-change-time', formatTicks(entry.changedAt));
  headers.set('x-ms-file-id', entry.id);
  headers.set('x-ms-file-parent-id', entry.parentId);
}
