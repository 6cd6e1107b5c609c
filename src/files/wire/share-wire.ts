import { HttpHeaders } from '../../core/http/headers.js';
import type { HttpResponse } from '../../core/http/message.js';
import { shown } from '../../core/option-checks.js';
import { parseRfc1123 } from '../../core/wire/dates.js';
import { type XmlElement, xmlChild, xmlText } from '../../core/wire/xml.js';
import type { Location, WireRequest } from '../context.js';
import { operations } from '../operations.js';
import { checkInteger, chosen, query, setLeaseId } from '../request-checks.js';
import type {
  GetSharePropertiesRequest,
  GetShareStatisticsRequest,
  ListSharesRequest,
  ShareInclude,
} from '../requests.js';
import type { Metadata, ShareItem, ShareListing, ShareProperties, ShareStatistics } from '../types.js';
import {
  documentOf,
  etagOf,
  integerOf,
  lastModifiedOf,
  leaseOf,
  leaseProperties,
  requiredNumber,
  unexpected,
} from './answers.js';
import { maxPageSize } from './directory-wire.js';
import { emptyMetadata, metadataOf } from './metadata.js';

const includeNames = {
  metadata: 'metadata',
  snapshots: 'snapshots',
  deleted: 'deleted',
} as const satisfies Record<ShareInclude, string>;

export function listSharesRequest(basePath: string, request: ListSharesRequest): WireRequest {
  checkInteger('pageSize', request.pageSize, { min: 1, max: maxPageSize });
  const include = request.include?.map((name) => chosen(includeNames, name)).join(',');
  const parameters = query({
    comp: 'list',
    prefix: request.prefix,
    marker: request.marker,
    maxresults: request.pageSize,
    include: include === '' ? undefined : include,
  });
  return {
    operation: operations.listShares,
    method: 'GET',
    target: `${basePath}/${parameters}`,
    headers: new HttpHeaders(),
    resource: {},
  };
}

export function listedShares(response: HttpResponse): ShareListing {
  const root = documentOf(response, 'EnumerationResults');
  const list = xmlChild(root, 'Shares');
  if (list === undefined) throw unexpected('the list of shares has no shares element', response);
  const shares = list.children
    .filter(({ name }) => name === 'Share')
    .map((share) => shareItem(share, response));
  const nextMarker = xmlText(root, 'NextMarker');
  return nextMarker === undefined || nextMarker === '' ? { shares } : { shares, nextMarker };
}

function shareItem(element: XmlElement, response: HttpResponse): ShareItem {
  const name = xmlText(element, 'Name');
  const properties = xmlChild(element, 'Properties');
  if (name === undefined || properties === undefined)
    throw unexpected('a listed share is incomplete', response);
  const text = (key: string) => xmlText(properties, key);
  const time = parseRfc1123(text('Last-Modified') ?? '');
  const quotaGiB = integerOf(text('Quota'));
  const etag = text('Etag');
  if (time === undefined || quotaGiB === undefined || etag === undefined) {
    throw unexpected(`the listed share ${shown(name)} has no Last-Modified, Quota or Etag`, response);
  }
  const lease = leaseOf({
    state: text('LeaseState'),
    status: text('LeaseStatus'),
    duration: text('LeaseDuration'),
  });
  return {
    name,
    ...optional({ snapshot: xmlText(element, 'Snapshot') }),
    deleted: xmlText(element, 'Deleted') === 'true',
    etag,
    lastModified: new Date(time),
    quotaGiB,
    ...optional({ accessTier: text('AccessTier'), enabledProtocols: text('EnabledProtocols') }),
    ...(lease !== undefined && { lease }),
    metadata: listedMetadata(xmlChild(element, 'Metadata')),
  };
}

function listedMetadata(element: XmlElement | undefined): Metadata {
  const metadata = emptyMetadata();
  for (const { name, text } of element?.children ?? []) metadata[name] = text;
  return metadata;
}

export function getSharePropertiesRequest(at: Location, request: GetSharePropertiesRequest): WireRequest {
  return shareRequest(at, request.leaseId, {
    operation: operations.getShareProperties,
    target: at.target + query({ restype: 'share', sharesnapshot: request.snapshot }),
  });
}

export function sharePropertiesOf(response: HttpResponse): ShareProperties {
  const { headers } = response;
  const lease = leaseProperties(headers);
  const number = (name: string) => integerOf(headers.get(name));
  return {
    etag: etagOf(response),
    lastModified: lastModifiedOf(response),
    quotaGiB: requiredNumber(response, 'x-ms-share-quota'),
    ...optional({
      accessTier: headers.get('x-ms-access-tier'),
      enabledProtocols: headers.get('x-ms-enabled-protocols'),
      rootSquash: headers.get('x-ms-root-squash'),
      provisionedIops: number('x-ms-share-provisioned-iops'),
      provisionedIngressMiBps: number('x-ms-share-provisioned-ingress-mbps'),
      provisionedEgressMiBps: number('x-ms-share-provisioned-egress-mbps'),
      provisionedBandwidthMiBps: number('x-ms-share-provisioned-bandwidth-mibps'),
    }),
    ...(lease !== undefined && { lease }),
    metadata: metadataOf(headers),
  };
}

export function getShareStatisticsRequest(at: Location, request: GetShareStatisticsRequest): WireRequest {
  return shareRequest(at, request.leaseId, {
    operation: operations.getShareStatistics,
    target: `${at.target}?restype=share&comp=stats`,
  });
}

export function shareStatisticsOf(response: HttpResponse): ShareStatistics {
  const usageBytes = integerOf(xmlText(documentOf(response, 'ShareStats'), 'ShareUsageBytes'));
  if (usageBytes === undefined) throw unexpected('the statistics have no ShareUsageBytes', response);
  return { usageBytes };
}

function shareRequest(
  at: Location,
  leaseId: string | undefined,
  parts: Pick<WireRequest, 'operation' | 'target'>,
): WireRequest {
  const headers = new HttpHeaders();
  setLeaseId(headers, leaseId);
  return { ...parts, method: 'GET', headers, resource: { share: at.share } };
}

/** The fields that have a value. */
function optional<Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const present: { [Name in keyof Fields]?: NonNullable<Fields[Name]> } = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && value !== null) present[name] = value;
  }
  return present;
}
