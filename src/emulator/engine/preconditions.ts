import { type DirectoryRecord, type EntryRecord, type ShareRecord, shareKey } from '../store/store.js';
import type { OperationRow, RequestContext, ShareContext } from './context.js';
import { foldName } from './files/names.js';
import type { Reply } from './reply.js';
import { invalidQuery, Refusal } from './service-errors.js';

/** Looks for what the operation needs, in one order for all of them, and hands it to the handler. */
export function carryOut(row: OperationRow, context: RequestContext): Reply {
  const snapshot = context.query.get('sharesnapshot');
  if (snapshot !== undefined && row.snapshots !== true) {
    throw invalidQuery('sharesnapshot', snapshot, 'The operation is not allowed on a share snapshot.');
  }
  if (row.needs === 'nothing') return row.handle(context);
  const share = findShare(context, snapshot);
  const inShare = { ...context, share };
  switch (row.needs) {
    case 'share':
      return row.handle(inShare);
    case 'directory':
      return row.handle({ ...inShare, directory: ofKind(findEntry(inShare), 'directory') });
    case 'entry':
      return row.handle({ ...inShare, entry: findEntry(inShare) });
    case 'file':
      return row.handle({ ...inShare, file: ofKind(findEntry(inShare), 'file') });
    case 'place':
      return row.handle({ ...inShare, ...findPlace(inShare) });
  }
}

function findShare({ store, account, shareName }: RequestContext, snapshot: string | undefined): ShareRecord {
  const share = store.share(account, shareKey(shareName, snapshot));
  if (share === undefined || share.deleted !== undefined) throw new Refusal('ShareNotFound');
  return share;
}

function ofKind<Kind extends EntryRecord['kind']>(
  entry: EntryRecord,
  kind: Kind,
): Extract<EntryRecord, { kind: Kind }> {
  if (entry.kind !== kind) throw new Refusal('ResourceNotFound');
  return entry as Extract<EntryRecord, { kind: Kind }>;
}

function findEntry(context: ShareContext): EntryRecord {
  const { path } = context;
  const last = path.at(-1);
  if (last === undefined) return context.store.root(context.share.volume);
  const parent = findParent(context, path.slice(0, -1));
  const entry = context.store.entry(context.share.volume, parent.id, foldName(last));
  if (entry === undefined) throw new Refusal('ResourceNotFound');
  return entry;
}

function findPlace(context: ShareContext) {
  const { store, share, path } = context;
  const name = path.at(-1);
  if (name === undefined) {
    // The root is there from the beginning and cannot be made.
    const existing = store.root(share.volume);
    return { parent: existing, name: '', key: '', existing };
  }
  const parent = findParent(context, path.slice(0, -1));
  const key = foldName(name);
  return { parent, name, key, existing: store.entry(share.volume, parent.id, key) };
}

/** Walks down to a directory. @throws {Refusal} `ParentNotFound` when one of the names is missing, or is a file. */
function findParent({ store, share }: ShareContext, path: readonly string[]): DirectoryRecord {
  let directory = store.root(share.volume);
  for (const name of path) {
    const entry = store.entry(share.volume, directory.id, foldName(name));
    if (entry?.kind !== 'directory') throw new Refusal('ParentNotFound');
    directory = entry;
  }
  return directory;
}
