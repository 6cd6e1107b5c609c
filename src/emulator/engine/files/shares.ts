import type { DirectoryRecord, ShareRecord, StoreWriter } from '../../store/store.js';
import { deletedEdition, shareKey } from '../../store/store.js';
import type { RequestContext, ShareContext } from '../context.js';
import { readMetadata, writeMetadata } from '../metadata.js';
import { emptyReply, type Reply } from '../reply.js';
import { Refusal } from '../service-errors.js';
import { directoryBit } from './attributes.js';
import { modifiedHeaders } from './entry-headers.js';
import { rootId } from './entry-ids.js';
import { checkShareName } from './names.js';
import { inheritedKey } from './permission-keys.js';

const defaultQuotaGiB = 5120;

/** Create Share. */
export function createShare(context: RequestContext): Reply {
  const { store, account, shareName, now } = context;
  checkShareName(shareName);
  const present = store.share(account, shareKey(shareName));
  if (present !== undefined) throw new Refusal('ShareAlreadyExists');
  for (const record of store.shares(account, shareKey(shareName, deletedEdition('')))) {
    if (record.name !== shareName) break;
    if (record.deleted !== undefined && record.deleted.busyUntil > now)
      throw new Refusal('ShareBeingDeleted');
  }
  const ticks = context.identity.nextTicks();
  const share = newShare(store, { account, name: shareName, ticks });
  store.putShare(account, shareKey(shareName), { ...share, metadata: readMetadata(context.headers) ?? [] });
  return emptyReply(201, modifiedHeaders(ticks));
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
    accessTier: undefined,
    accessTierChangedAt: undefined,
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

/** Get Share Properties. */
export function getShareProperties({ share }: ShareContext): Reply {
  const headers = modifiedHeaders(share.etag);
  writeMetadata(headers, share.metadata);
  headers.set('x-ms-share-quota', String(share.quotaGiB));
  headers.set('x-ms-has-immutability-policy', 'false');
  headers.set('x-ms-has-legal-hold', 'false');
  return emptyReply(200, headers);
}

/** Delete Share. */
export function deleteShare(context: ShareContext): Reply {
  const { store, account, share, now, settings } = context;
  store.removeShare(account, shareKey(share.name));
  store.removeVolume(share.volume);
  if (settings.shareDeletionMs > 0) {
    const at = context.identity.nextTicks();
    const version = at.toString(16);
    const busyUntil = now + settings.shareDeletionMs;
    const deleted = { version, at, busyUntil, retainedUntil: undefined };
    store.putShare(account, shareKey(share.name, deletedEdition(version)), { ...share, deleted });
  }
  return emptyReply(202);
}
