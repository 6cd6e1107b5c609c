import { epochMsOf, formatRfc1123 } from '../../../core/wire/dates.js';
import { xmlElement } from '../../../core/wire/xml.js';
import { type ShareRecord, shareKey } from '../../store/store.js';
import type { ShareContext } from '../context.js';
import { writeLeaseHeaders } from '../lease-checks.js';
import { writeMetadata } from '../metadata.js';
import { emptyReply, type Reply, xmlReply } from '../reply.js';
import { modifiedHeaders } from './entry-headers.js';
import { readShareSettings } from './share-settings.js';

/** First versions that tell of immutability, tiers, leases, and of the usage in bytes. */
const immutabilitySince = '2018-11-09';
export const tiersSince = '2019-12-12';
export const shareLeasesSince = '2020-02-10';
const usageBytesSince = '2018-11-09';
const bytesPerGiB = 1024 ** 3;
/** How long a change of the tier is told as under way, in milliseconds. */
const tierTransitionMs = 60_000;

/** Get Share Properties. */
export function getShareProperties({ share, version, now }: ShareContext): Reply {
  const headers = modifiedHeaders(share.etag);
  writeMetadata(headers, share.metadata);
  if (version >= shareLeasesSince) writeLeaseHeaders(headers, share.lease, now);
  if (version >= immutabilitySince) {
    headers.set('x-ms-has-immutability-policy', 'false');
    headers.set('x-ms-has-legal-hold', 'false');
  }
  headers.set('x-ms-share-quota', String(share.quotaGiB));
  if (version >= tiersSince) {
    const tier = describeTier(share, now);
    headers.setOptional('x-ms-access-tier', tier.name);
    headers.setOptional('x-ms-access-tier-change-time', tier.changedAt);
    headers.setOptional('x-ms-access-tier-transition-state', tier.transition);
  }
  if (version >= shareLeasesSince) headers.setOptional('x-ms-enabled-protocols', share.protocols);
  return emptyReply(200, headers);
}

/** How properties and listings tell of the tier of a share. */
export function describeTier(share: ShareRecord, now: number) {
  const { accessTier: name, accessTierBefore: before, accessTierChangedAt: ticks } = share;
  const changedAt = ticks === undefined ? undefined : epochMsOf(ticks);
  const moving = before !== undefined && changedAt !== undefined && now < changedAt + tierTransitionMs;
  return {
    name,
    changedAt: changedAt === undefined ? undefined : formatRfc1123(changedAt),
    transition: moving ? `pending-from-${before.charAt(0).toLowerCase()}${before.slice(1)}` : undefined,
  };
}

/** Set Share Properties: what a request does not name stays as it is. */
export function setShareProperties(context: ShareContext): Reply {
  const { store, account, share } = context;
  const { quotaGiB = share.quotaGiB, accessTier = share.accessTier } = readShareSettings(context.headers);
  const etag = context.identity.nextTicks();
  const changed = { ...share, quotaGiB, accessTier, etag };
  const moved = { accessTierBefore: share.accessTier, accessTierChangedAt: etag };
  store.putShare(
    account,
    shareKey(share.name),
    accessTier === share.accessTier ? changed : { ...changed, ...moved },
  );
  return emptyReply(200, modifiedHeaders(etag));
}

/** Get Share Stats: how much its files take, by their lengths. */
export function getShareStats({ store, share, version }: ShareContext): Reply {
  const { fileBytes } = store.usage(share.volume);
  const usage =
    version >= usageBytesSince
      ? xmlElement('ShareUsageBytes', fileBytes)
      : xmlElement('ShareUsage', Math.ceil(fileBytes / bytesPerGiB));
  return xmlReply(`<ShareStats>${usage}</ShareStats>`);
}
