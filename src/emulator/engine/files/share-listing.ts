import { epochMsOf, formatRfc1123 } from '../../../core/wire/dates.js';
import { escapeXml, optionalXmlElement, xmlElement } from '../../../core/wire/xml.js';
import { deletedEdition, type ShareRecord, shareKey } from '../../store/store.js';
import type { RequestContext } from '../context.js';
import { formatEtag } from '../identity.js';
import { describeLease } from '../lease-checks.js';
import { type Reply, xmlReply } from '../reply.js';
import { invalidQuery } from '../service-errors.js';
import { readMaxResults } from './listing.js';
import { isRestorable, remainingDays } from './share-deletion.js';
import { describeTier, shareLeasesSince, tiersSince } from './share-properties.js';

/** Stands for the share itself in a marker, where snapshots have their time. */
const noSnapshot = '9999-12-31T23:59:59.9999999Z';
/** Stands for a share that is not deleted in a marker. */
const noVersion = '0000000000000000';

const includable = ['metadata', 'snapshots', 'deleted'] as const;
type Included = ReadonlySet<(typeof includable)[number]>;

/** List Shares: one page, by name, snapshots before their share. */
export function listShares(context: RequestContext): Reply {
  const { query } = context;
  const limit = readMaxResults(context);
  const prefix = query.get('prefix') ?? '';
  const marker = query.get('marker') ?? '';
  const included = readIncluded(query.get('include'));
  const page = readPage(context, { prefix, marker, limit, included });
  const shares = page.shares.map((share) => shareXml(share, included, context)).join('');
  return xmlReply(
    `<EnumerationResults ServiceEndpoint="${escapeXml(context.serviceEndpoint)}">` +
      (prefix === '' ? '' : xmlElement('Prefix', prefix)) +
      (marker === '' ? '' : xmlElement('Marker', marker)) +
      optionalXmlElement('MaxResults', query.get('maxresults')) +
      (shares === '' ? '<Shares />' : `<Shares>${shares}</Shares>`) +
      xmlElement('NextMarker', page.next === undefined ? '' : formatMarker(context, page.next, included)) +
      '</EnumerationResults>',
  );
}

function readIncluded(text: string | undefined): Included {
  const included = new Set<(typeof includable)[number]>();
  for (const word of (text ?? '').toLowerCase().split(',')) {
    if (word === '') continue;
    const known = includable.find((each) => each === word);
    if (known === undefined) throw invalidQuery('include', text ?? '');
    included.add(known);
  }
  return included;
}

interface Asked {
  readonly prefix: string;
  readonly marker: string;
  readonly limit: number;
  readonly included: Included;
}

function readPage(context: RequestContext, { prefix, marker, limit, included }: Asked) {
  const { store, account, now } = context;
  const from = marker === '' ? prefix : parseMarker(context, marker);
  const shares: ShareRecord[] = [];
  for (const share of store.shares(account, from < prefix ? prefix : from)) {
    if (!share.name.startsWith(prefix)) break;
    if (!isShown(share, included, now)) continue;
    if (shares.length === limit) return { shares, next: share };
    shares.push(share);
  }
  return { shares, next: undefined };
}

function isShown(share: ShareRecord, included: Included, now: number): boolean {
  if (share.deleted !== undefined) {
    return included.has('deleted') && share.snapshot === undefined && isRestorable(share, now);
  }
  return share.snapshot === undefined || included.has('snapshots');
}

/** `/account/share`; where a share can be there more than once, also which one: `/account/share/version/snapshot`. */
function formatMarker({ account }: RequestContext, share: ShareRecord, included: Included): string {
  const short = `/${account}/${share.name}`;
  if (!included.has('snapshots') && !included.has('deleted')) return short;
  return `${short}/${share.deleted?.version ?? noVersion}/${share.snapshot ?? noSnapshot}`;
}

/** The place in the store that a marker means. */
function parseMarker({ account }: RequestContext, marker: string): string {
  const match = /^\/([^/]+)\/([^/]+)(?:\/([0-9A-F]{16})\/([0-9TZ:.-]+))?$/.exec(marker);
  const [, owner, name = '', version = noVersion, snapshot] = match ?? [];
  if (owner !== account) throw invalidQuery('marker', marker);
  if (snapshot === undefined) return shareKey(name, '');
  if (version !== noVersion) return shareKey(name, deletedEdition(version));
  return shareKey(name, snapshot === noSnapshot ? undefined : snapshot);
}

function shareXml(share: ShareRecord, included: Included, { version, now }: RequestContext): string {
  return (
    '<Share>' +
    xmlElement('Name', share.name) +
    optionalXmlElement('Snapshot', share.snapshot) +
    (share.deleted === undefined
      ? ''
      : `<Deleted>true</Deleted>${xmlElement('Version', share.deleted.version)}`) +
    `<Properties>${propertiesXml(share, version, now)}</Properties>` +
    (included.has('metadata') ? metadataXml(share) : '') +
    '</Share>'
  );
}

function propertiesXml(share: ShareRecord, version: string, now: number): string {
  const { deleted } = share;
  let xml =
    xmlElement('Last-Modified', formatRfc1123(epochMsOf(share.etag))) +
    // Quotes stay as they are in these documents.
    `<Etag>${formatEtag(share.etag)}</Etag>`;
  if (version >= shareLeasesSince && deleted === undefined) {
    const { status, state, duration } = describeLease(share.lease, now);
    xml += xmlElement('LeaseStatus', status) + xmlElement('LeaseState', state);
    xml += optionalXmlElement('LeaseDuration', duration);
  }
  xml += xmlElement('Quota', share.quotaGiB);
  if (version >= tiersSince && share.snapshot === undefined) xml += tierXml(share, now);
  if (deleted === undefined) return xml;
  xml += xmlElement('DeletedTime', formatRfc1123(epochMsOf(deleted.at)));
  return xml + xmlElement('RemainingRetentionDays', remainingDays(share, now));
}

function tierXml(share: ShareRecord, now: number): string {
  const { name, changedAt, transition } = describeTier(share, now);
  return (
    optionalXmlElement('AccessTier', name) +
    optionalXmlElement('AccessTierChangeTime', changedAt) +
    optionalXmlElement('AccessTierTransitionState', transition) +
    xmlElement('DefaultEncryptionScope', '$account-encryption-key') +
    xmlElement('DenyEncryptionScopeOverride', false) +
    optionalXmlElement('EnabledProtocols', share.protocols)
  );
}

function metadataXml({ metadata }: ShareRecord): string {
  const elements = metadata.map(([name, value]) => xmlElement(name, value)).join('');
  return elements === '' ? '<Metadata />' : `<Metadata>${elements}</Metadata>`;
}
