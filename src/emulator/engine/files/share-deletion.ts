import {
  deletedEdition,
  type ShareDeletion,
  type ShareRecord,
  type StoreWriter,
  shareKey,
} from '../../store/store.js';
import type { RequestContext, ShareContext } from '../context.js';
import { isLocked } from '../lease-state.js';
import { emptyReply, type Reply } from '../reply.js';
import { invalidHeader, missingHeader, Refusal } from '../service-errors.js';
import { modifiedHeaders } from './entry-headers.js';
import { snapshotsOf } from './share-snapshots.js';
import { refuseTakenName } from './shares.js';

const snapshotsHeader = 'x-ms-delete-snapshots';
const dayMs = 24 * 60 * 60 * 1000;
/** Ticks from year 1 to 1601, where the numbers that name deletions begin. */
const ticksAt1601 = 504_911_232_000_000_000n;

/** Delete Share: the share, with its snapshots if the request says so, or one snapshot. */
export function deleteShare(context: ShareContext): Reply {
  const { store, account, share } = context;
  forgetDeletions(context);
  const mode = readSnapshotsMode(context);
  if (share.snapshot !== undefined) {
    removeRecord(store, account, share);
    return emptyReply(202);
  }
  const snapshots = snapshotsOf(store, account, share.name);
  if (snapshots.length > 0 && mode === undefined) throw new Refusal('ShareHasSnapshots');
  if (mode !== 'include-leased' && snapshots.some(({ lease }) => isLocked(lease, context.now))) {
    throw new Refusal('DeleteShareWhenSnapshotLeased');
  }
  const deletion = newDeletion(context);
  for (const record of [share, ...snapshots]) remove(context, record, deletion);
  return emptyReply(202);
}

function readSnapshotsMode({ headers, share }: ShareContext): 'include' | 'include-leased' | undefined {
  const text = headers.get(snapshotsHeader);
  if (text === undefined) return undefined;
  const mode = text.toLowerCase();
  if (share.snapshot === undefined && (mode === 'include' || mode === 'include-leased')) return mode;
  throw invalidHeader(snapshotsHeader, text);
}

function newDeletion({ identity, now, settings }: ShareContext): ShareDeletion {
  const at = identity.nextTicks();
  const days = settings.shareRetentionDays ?? 0;
  return {
    version: (at - ticksAt1601).toString(16).toUpperCase().padStart(16, '0'),
    at,
    busyUntil: now + settings.shareDeletionMs,
    retainedUntil: days === 0 ? undefined : now + days * dayMs,
  };
}

/** Takes a share or a snapshot away. What can be restored is kept whole, a name that stays taken as a note only. */
function remove({ store, account, now }: ShareContext, record: ShareRecord, deleted: ShareDeletion): void {
  const isKept = deleted.retainedUntil !== undefined;
  store.removeShare(account, shareKey(record.name, record.snapshot));
  if (!isKept) store.removeVolume(record.volume);
  if (isKept || (record.snapshot === undefined && deleted.busyUntil > now)) {
    store.putShare(account, keyOf({ ...record, deleted }), { ...record, lease: undefined, deleted });
  }
}

/** The place of a share, a snapshot or a deleted one of either. */
function keyOf({ name, snapshot, deleted }: ShareRecord): string {
  if (deleted === undefined) return shareKey(name, snapshot);
  return shareKey(
    name,
    deletedEdition(snapshot === undefined ? deleted.version : `${deleted.version}~${snapshot}`),
  );
}

function removeRecord(store: StoreWriter, account: string, record: ShareRecord): void {
  store.removeShare(account, keyOf(record));
  store.removeVolume(record.volume);
}

/** Drops the deleted shares of an account that nothing depends on any more. */
function forgetDeletions({ store, account, now }: RequestContext): void {
  const over: ShareRecord[] = [];
  for (const record of store.shares(account, '')) {
    if (record.deleted !== undefined && !isRestorable(record, now) && record.deleted.busyUntil <= now) {
      over.push(record);
    }
  }
  for (const record of over) {
    store.removeShare(account, keyOf(record));
    if (record.deleted?.retainedUntil !== undefined) store.removeVolume(record.volume);
  }
}

/** Whether a deleted share can still be brought back. */
export function isRestorable({ deleted }: ShareRecord, now: number): boolean {
  return deleted?.retainedUntil !== undefined && deleted.retainedUntil > now;
}

/** Whole days, begun ones included, until a deleted share is gone for good. */
export function remainingDays({ deleted }: ShareRecord, now: number): number {
  return Math.max(0, Math.ceil(((deleted?.retainedUntil ?? now) - now) / dayMs));
}

/** Undelete Share (Restore Share), with the snapshots that were deleted with it. */
export function undeleteShare(context: RequestContext): Reply {
  const { store, account, shareName, now } = context;
  const version = readDeletedVersion(context);
  refuseTakenName(context);
  const share = store.share(account, shareKey(shareName, deletedEdition(version)));
  if (share === undefined || !isRestorable(share, now)) throw notRestorable(context);
  const etag = context.identity.nextTicks();
  for (const record of deletedTogether(store, account, share)) {
    store.removeShare(account, keyOf(record));
    const restored: ShareRecord = { ...record, deleted: undefined };
    store.putShare(
      account,
      keyOf(restored),
      record.snapshot === undefined ? { ...restored, etag } : restored,
    );
  }
  return emptyReply(201, modifiedHeaders(etag));
}

function readDeletedVersion({ headers, shareName }: RequestContext): string {
  const name = headers.get('x-ms-deleted-share-name');
  const version = headers.get('x-ms-deleted-share-version');
  if (name === undefined) throw missingHeader('x-ms-deleted-share-name');
  if (version === undefined) throw missingHeader('x-ms-deleted-share-version');
  if (name !== shareName) throw invalidHeader('x-ms-deleted-share-name', name);
  if (!/^[0-9A-Fa-f]{16}$/.test(version)) throw invalidHeader('x-ms-deleted-share-version', version);
  return version.toUpperCase();
}

function notRestorable({ settings }: RequestContext): Refusal {
  if ((settings.shareRetentionDays ?? 0) > 0) return new Refusal('ShareNotFound');
  return new Refusal('ShareNotFound', { extras: { Reason: 'Soft delete of shares is not enabled.' } });
}

function deletedTogether(store: StoreWriter, account: string, share: ShareRecord): ShareRecord[] {
  const together: ShareRecord[] = [];
  for (const record of store.shares(account, keyOf(share))) {
    if (record.name !== share.name || record.deleted?.version !== share.deleted?.version) break;
    together.push(record);
  }
  return together;
}
