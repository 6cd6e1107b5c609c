import { pagedIterable } from '../core/pages.js';
import { type FilesContext, locateShare, send } from './context.js';
import { shareFields } from './request-fields.js';
import type { GetSharePropertiesRequest, GetShareStatisticsRequest, ListSharesRequest } from './requests.js';
import { iterating, method } from './service-method.js';
import type { ShareService } from './services.js';
import type { ShareListing, ShareProperties, ShareStatistics } from './types.js';
import {
  getSharePropertiesRequest,
  getShareStatisticsRequest,
  listedShares,
  listSharesRequest,
  sharePropertiesOf,
  shareStatisticsOf,
} from './wire/share-wire.js';

/** The service behind `client.shares`. */
export function createShareService(context: FilesContext): ShareService {
  const list = iterating(shareFields.list, (request: ListSharesRequest) =>
    pagedIterable({
      start: request.marker,
      fetch: (marker) => listShares(context, { ...request, marker }),
      items: (page) => page.shares,
      next: (page) => page.nextMarker,
    }),
  );
  const properties = method(shareFields.getProperties, (request: GetSharePropertiesRequest) =>
    getProperties(context, request),
  );
  const statistics = method(shareFields.getStatistics, (request: GetShareStatisticsRequest) =>
    getStatistics(context, request),
  );
  return {
    list: (request = {}) => list(request),
    getProperties: (request = {}) => properties(request),
    getStatistics: (request = {}) => statistics(request),
  };
}

async function listShares(context: FilesContext, request: ListSharesRequest): Promise<ShareListing> {
  const wire = listSharesRequest(context.pipeline.endpoint.basePath, request);
  return listedShares(await send(context, wire, request));
}

async function getProperties(
  context: FilesContext,
  request: GetSharePropertiesRequest,
): Promise<ShareProperties> {
  const at = locateShare(context, request);
  return sharePropertiesOf(await send(context, getSharePropertiesRequest(at, request), request));
}

async function getStatistics(
  context: FilesContext,
  request: GetShareStatisticsRequest,
): Promise<ShareStatistics> {
  const at = locateShare(context, request);
  return shareStatisticsOf(await send(context, getShareStatisticsRequest(at, request), request));
}
