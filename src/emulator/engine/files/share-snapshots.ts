import { epochMsOf, formatTicks, parseTicks, ticksOf } from '../../../core/wire/dates.js';
import { type ShareRecord, type StoreReader, shareKey } from '../../store/store.js';
import type { ShareContext } from '../context.js';
import { readMetadata } from '../metadata.js';
import { emptyReply, type Reply } from '../reply.js';
import { Refusal } from '../service-errors.js';
import { modifiedHeaders } from './entry-headers.js';

const maxSnapshots = 200;

/** Snapshot Share. The share itself stays as it is; metadata in the request is the snapshot's own. */
export function snapshotShare(context: ShareContext): Reply {
  const { store, account, share } = context;
  const taken = snapshotsOf(store, account, share.name);
  if (taken.length >= maxSnapshots) throw new Refusal('ShareSnapshotCountExceeded');
  const time = nextTime(taken, context.now);
  const name = formatTicks(time);
  const metadata = readMetadata(context.headers);
  const snapshot: ShareRecord = {
    ...share,
    snapshot: name,
    volume: store.snapshotVolume(share.volume),
    lease: undefined,
    // Metadata of its own make it another thing than the share, with an ETag of its own.
    ...(metadata !== undefined && { metadata, etag: time }),
  };
  store.putShare(account, shareKey(share.name, name), snapshot);
  store.putShare(account, shareKey(share.name), { ...share, epoch: share.epoch + 1 });
  return emptyReply(201, modifiedHeaders(snapshot.etag).set('x-ms-snapshot', name));
}

/** The snapshots of a share, oldest first. */
export function snapshotsOf(store: StoreReader, account: string, name: string): ShareRecord[] {
  const snapshots: ShareRecord[] = [];
  for (const record of store.shares(account, shareKey(name, ''))) {
    if (record.name !== name || record.snapshot === undefined || record.deleted !== undefined) break;
    snapshots.push(record);
  }
  return snapshots;
}

/** Snapshots are named by whole seconds, so the second one within a second gets the next. */
function nextTime(taken: readonly ShareRecord[], now: number): bigint {
  const second = ticksOf(Math.floor(now / 1000) * 1000);
  const last = parseTicks(taken.at(-1)?.snapshot ?? '');
  if (last === undefined || last < second) return second;
  return ticksOf(epochMsOf(last) + 1000);
}
