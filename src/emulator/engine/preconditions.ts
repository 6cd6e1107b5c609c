import { type FileRecord, type ShareRecord, shareKey } from '../store/store.js';
import type { OperationRow, RequestContext } from './context.js';
import { findEntry, findPlace, findShare, ofKind, readSnapshotTime } from './files/lookup.js';
import { checkLease } from './lease-checks.js';
import type { Reply } from './reply.js';
import { invalidQuery, Refusal } from './service-errors.js';

/**
 * Looks for what the operation needs, in one order for all of them, and hands it to the handler: snapshot, share,
 * entry, lease.
 */
export function carryOut(row: OperationRow, context: RequestContext): Reply {
  const { store, path } = context;
  const snapshot = readSnapshot(row, context);
  if (row.needs === 'nothing') return row.handle(context);
  const share = findOwnShare(row, context, snapshot);
  // The context is made for this request alone: adding to it is cheaper than copying it at every step.
  const inShare = Object.assign(context, { share });
  switch (row.needs) {
    case 'share':
      respectLease(row, context, { of: 'share', lease: share.lease });
      return row.handle(inShare);
    case 'directory':
      return row.handle(
        Object.assign(inShare, { directory: ofKind(findEntry(store, share.volume, path), 'directory') }),
      );
    case 'entry':
      return row.handle(Object.assign(inShare, { entry: findEntry(store, share.volume, path) }));
    case 'file': {
      const file = asSeen(share, ofKind(findEntry(store, share.volume, path), 'file'));
      respectLease(row, context, { of: 'file', lease: file.lease });
      return row.handle(Object.assign(inShare, { file }));
    }
    case 'place': {
      const place = findPlace(store, share.volume, path);
      if (place.existing !== undefined && !context.mayReplace)
        throw new Refusal('AuthorizationPermissionMismatch');
      const lease = place.existing?.kind === 'file' ? place.existing.lease : undefined;
      respectLease(row, context, { of: 'file', lease });
      return row.handle(Object.assign(inShare, place));
    }
  }
}

/** The time of the snapshot that a request names, spelled as it is kept. */
function readSnapshot(row: OperationRow, { query }: RequestContext): string | undefined {
  const text = query.get('sharesnapshot');
  if (text === undefined) return undefined;
  if (row.snapshots !== true) {
    throw invalidQuery('sharesnapshot', text, 'The operation is not allowed on a share snapshot.');
  }
  return readSnapshotTime('sharesnapshot', text);
}

function findOwnShare(
  row: OperationRow,
  { store, account, shareName: name }: RequestContext,
  snapshot: string | undefined,
): ShareRecord {
  // The service tells a missing snapshot from a missing share only where a snapshot is to be deleted.
  if (snapshot !== undefined && row.methods.includes('DELETE')) {
    findShare(store, { account, name, snapshot: undefined });
    if (store.share(account, shareKey(name, snapshot)) === undefined)
      throw new Refusal('ShareSnapshotNotFound');
  }
  return findShare(store, { account, name, snapshot });
}

/** A file in a snapshot has no lease, whatever it had when the snapshot was taken. */
function asSeen(share: ShareRecord, file: FileRecord): FileRecord {
  return share.snapshot === undefined || file.lease === undefined ? file : { ...file, lease: undefined };
}

function respectLease(
  row: OperationRow,
  { headers, now }: RequestContext,
  { of, lease }: { of: 'file' | 'share'; lease: FileRecord['lease'] },
): void {
  if (row.lease === 'read' || row.lease === 'write') checkLease(lease, { of, use: row.lease, headers, now });
}
