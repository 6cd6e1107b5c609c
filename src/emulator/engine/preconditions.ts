import type { FileRecord } from '../store/store.js';
import type { OperationRow, RequestContext } from './context.js';
import { findEntry, findPlace, findShare, ofKind } from './files/lookup.js';
import { checkLease } from './lease-checks.js';
import type { Reply } from './reply.js';
import { invalidQuery } from './service-errors.js';

/**
 * Looks for what the operation needs, in one order for all of them, and hands it to the handler: snapshot, share,
 * entry, lease.
 */
export function carryOut(row: OperationRow, context: RequestContext): Reply {
  const { store, path, account, shareName: name } = context;
  const snapshot = context.query.get('sharesnapshot');
  if (snapshot !== undefined && row.snapshots !== true) {
    throw invalidQuery('sharesnapshot', snapshot, 'The operation is not allowed on a share snapshot.');
  }
  if (row.needs === 'nothing') return row.handle(context);
  const share = findShare(store, { account, name, snapshot });
  const inShare = { ...context, share };
  switch (row.needs) {
    case 'share':
      respectLease(row, context, { of: 'share', lease: share.lease });
      return row.handle(inShare);
    case 'directory':
      return row.handle({ ...inShare, directory: ofKind(findEntry(store, share.volume, path), 'directory') });
    case 'entry':
      return row.handle({ ...inShare, entry: findEntry(store, share.volume, path) });
    case 'file': {
      const file = ofKind(findEntry(store, share.volume, path), 'file');
      respectLease(row, context, { of: 'file', lease: file.lease });
      return row.handle({ ...inShare, file });
    }
    case 'place': {
      const place = findPlace(store, share.volume, path);
      const lease = place.existing?.kind === 'file' ? place.existing.lease : undefined;
      respectLease(row, context, { of: 'file', lease });
      return row.handle({ ...inShare, ...place });
    }
  }
}

function respectLease(
  row: OperationRow,
  { headers, now }: RequestContext,
  { of, lease }: { of: 'file' | 'share'; lease: FileRecord['lease'] },
): void {
  if (row.lease === 'read' || row.lease === 'write') checkLease(lease, { of, use: row.lease, headers, now });
}
