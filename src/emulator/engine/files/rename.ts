import type { EntryRecord } from '../../store/store.js';
import type { PlaceContext } from '../context.js';
import { checkLease } from '../lease-checks.js';
import { readMetadata } from '../metadata.js';
import { emptyReply, type Reply } from '../reply.js';
import { invalidHeader, Refusal } from '../service-errors.js';
import { authorizeRenameSource } from '../source-authority.js';
import { readOnlyBit } from './attributes.js';
import { modifiedHeaders } from './entry-headers.js';
import { rootId } from './entry-ids.js';
import { findEntry, ofKind } from './lookup.js';
import { checkPath, foldName } from './names.js';
import { smbPropertiesForChange, writeSmbHeaders } from './smb-properties.js';
import { readSourceUrl } from './source.js';

const sourceHeader = 'x-ms-file-rename-source';

/** Rename File: the request goes to the new name. */
export function renameFile(context: PlaceContext): Reply {
  return rename(context, 'file');
}

/** Rename Directory, with everything below it, in one step: what is below hangs on its id, which it keeps. */
export function renameDirectory(context: PlaceContext): Reply {
  return rename(context, 'directory');
}

function rename(context: PlaceContext, kind: EntryRecord['kind']): Reply {
  const { store, share } = context;
  checkPath(context.path);
  const source = ofKind(findSource(context, kind), kind);
  if (kind === 'directory') refuseOwnDescendant(context, source);
  respectLease(context, source, 'x-ms-source-lease-id');
  checkDestination(context, source);
  if (context.existing?.id !== source.id)
    respectLease(context, context.existing, 'x-ms-destination-lease-id');
  const moved = movedEntry(context, source);
  store.removeEntry(share.volume, source.parentId, source.key);
  if (context.existing !== undefined && context.existing.id !== source.id) {
    store.removeEntry(share.volume, context.existing.parentId, context.existing.key);
  }
  store.putEntry(share.volume, moved);
  const headers = modifiedHeaders(moved.etag);
  writeSmbHeaders(headers, moved, context.version);
  return emptyReply(200, headers.set('x-ms-request-server-encrypted', 'true'));
}

function findSource(context: PlaceContext, kind: EntryRecord['kind']): EntryRecord {
  const url = readSourceUrl(context, sourceHeader);
  const inThisShare = url.account === context.account && url.shareName === context.shareName;
  if (!inThisShare || url.path.length === 0 || url.query.has('sharesnapshot')) {
    throw invalidHeader(sourceHeader, url.shown);
  }
  authorizeRenameSource(url, context, kind);
  return findEntry(context.store, context.share.volume, url.path);
}

/** A directory cannot be moved below itself. */
function refuseOwnDescendant({ store, share, path, headers }: PlaceContext, source: EntryRecord): void {
  let directory: EntryRecord | undefined = store.root(share.volume);
  for (const name of path.slice(0, -1)) {
    directory = store.entry(share.volume, directory.id, foldName(name));
    if (directory === undefined) return;
    if (directory.id === source.id)
      throw invalidHeader(sourceHeader, headers.get(sourceHeader)?.split('?', 1)[0] ?? '');
  }
}

function checkDestination(context: PlaceContext, source: EntryRecord): void {
  const { existing, headers } = context;
  if (existing?.id === rootId) throw new Refusal('InvalidUri');
  // Another spelling of the same name is the same entry.
  if (existing === undefined || existing.id === source.id) return;
  if (!isTrue(headers.get('x-ms-file-rename-replace-if-exists'))) throw new Refusal('ResourceAlreadyExists');
  if (existing.kind === 'directory') {
    throw new Refusal(source.kind === 'directory' ? 'ResourceAlreadyExists' : 'ResourceTypeMismatch');
  }
  if ((existing.attributes & readOnlyBit) !== 0 && !isTrue(headers.get('x-ms-file-rename-ignore-readonly'))) {
    throw new Refusal('ReadOnlyAttribute');
  }
}

/** Either side that is leased needs its id, each in a header of its own. */
function respectLease({ headers, now }: PlaceContext, entry: EntryRecord | undefined, header: string): void {
  const lease = entry?.kind === 'file' ? entry.lease : undefined;
  checkLease(lease, { of: 'file', use: 'write', headers, now, header });
}

function isTrue(text: string | undefined): boolean {
  return text?.toLowerCase() === 'true';
}

function movedEntry(context: PlaceContext, source: EntryRecord): EntryRecord {
  const { headers, parent, name, key } = context;
  const etag = context.identity.nextTicks();
  const place = { parentId: parent.id, name, key, etag, metadata: readMetadata(headers) ?? source.metadata };
  const moved = { ...source, ...place, ...smbPropertiesForChange(context, source, etag) };
  const contentType = headers.get('x-ms-content-type');
  return moved.kind === 'file' && contentType !== undefined
    ? { ...moved, http: { ...moved.http, contentType } }
    : moved;
}
