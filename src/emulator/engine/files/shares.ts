import {
  type DirectoryRecord,
  deletedEdition,
  type ShareRecord,
  type StoreWriter,
  shareKey,
} from '../../store/store.js';
import type { RequestContext } from '../context.js';
import { readMetadata } from '../metadata.js';
import { emptyReply, type Reply } from '../reply.js';
import { Refusal } from '../service-errors.js';
import { directoryBit } from './attributes.js';
import { modifiedHeaders } from './entry-headers.js';
import { rootId } from './entry-ids.js';
import { checkShareName } from './names.js';
import { inheritedKey } from './permission-keys.js';
import { defaultAccessTier, defaultQuotaGiB, readShareSettings } from './share-settings.js';

/** Create Share. */
export function createShare(context: RequestContext): Reply {
  const { store, account, shareName: name, headers } = context;
  checkShareName(name);
  refuseTakenName(context);
  const settings = readShareSettings(headers);
  const metadata = readMetadata(headers) ?? [];
  const ticks = context.identity.nextTicks();
  const share = newShare(store, { account, name, ticks });
  store.putShare(account, shareKey(name), { ...share, ...settings, metadata });
  return emptyReply(201, modifiedHeaders(ticks));
}

/** @throws {Refusal} `ShareAlreadyExists`; `ShareBeingDeleted` for a while after a share of that name was deleted. */
export function refuseTakenName({ store, account, shareName, now }: RequestContext): void {
  if (store.share(account, shareKey(shareName)) !== undefined) throw new Refusal('ShareAlreadyExists');
  for (const record of store.shares(account, shareKey(shareName, deletedEdition('')))) {
    if (record.name !== shareName) return;
    if (record.deleted !== undefined && record.deleted.busyUntil > now)
      throw new Refusal('ShareBeingDeleted');
  }
}

/** A share with nothing but an empty root, and the defaults of a standard account. */
export function newShare(
  store: StoreWriter,
  made: { account: string; name: string; ticks: bigint },
): ShareRecord {
  return {
    name: made.name,
    snapshot: undefined,
    volume: store.createVolume(newRoot(made.account, made.ticks)),
    epoch: 0,
    etag: made.ticks,
    metadata: [],
    quotaGiB: defaultQuotaGiB,
    accessTier: defaultAccessTier,
    accessTierChangedAt: made.ticks,
    protocols: undefined,
    rootSquash: undefined,
    policies: [],
    lease: undefined,
    deleted: undefined,
  };
}

/** The root directory of a new share. */
function newRoot(account: string, ticks: bigint): DirectoryRecord {
  return {
    kind: 'directory',
    id: rootId,
    parentId: rootId,
    name: '',
    key: '',
    etag: ticks,
    metadata: [],
    attributes: directoryBit,
    createdAt: ticks,
    writtenAt: ticks,
    changedAt: ticks,
    accessedAt: ticks,
    permissionKey: inheritedKey(account, 'directory'),
  };
}
