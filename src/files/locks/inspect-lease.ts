import { infinite, type SeenRecord } from '../../lease/lock-operations.js';
import { timing } from '../../lease/timing.js';
import { type FilesContext, type Location, send } from '../context.js';
import { checkRequest, leaseFields } from '../request-fields.js';
import type { LeaseProperties } from '../types.js';
import { leaseProperties, unexpected } from '../wire/answers.js';
import { getPropertiesRequest } from '../wire/file-wire.js';
import { getSharePropertiesRequest } from '../wire/share-wire.js';
import { FileLockOperations } from './file-lock-operations.js';
import { locateLeased } from './lease-requests.js';
import type { InspectLeaseRequest, LeaseInspection, LeaseRecordInfo } from './lease-service.js';

/** See `LeaseService.inspect`. */
export async function inspectLease(
  context: FilesContext,
  request: InspectLeaseRequest,
): Promise<LeaseInspection> {
  checkRequest(request, leaseFields.inspect);
  const { signal } = request;
  const { kind, at } = locateLeased(context, request);
  const { share, path } = at;
  if (kind === 'share') return { share, path, ...(await leaseOfShare(context, at, signal)), stale: false };
  const lease = await leaseOfFile(context, at, signal);
  const record = await new FileLockOperations(context, at).readRecord({ limitMs: timing.requestMs, signal });
  const stale = lease.status === 'locked' && record !== undefined && isOld(record);
  return { share, path, ...lease, ...(record !== undefined && { record: infoOf(record) }), stale };
}

async function leaseOfShare(
  context: FilesContext,
  at: Location,
  signal: AbortSignal | undefined,
): Promise<LeaseProperties> {
  const response = await send(context, getSharePropertiesRequest(at, {}), { signal });
  return leaseProperties(response.headers) ?? missing();
}

async function leaseOfFile(
  context: FilesContext,
  at: Location,
  signal: AbortSignal | undefined,
): Promise<LeaseProperties> {
  const response = await send(context, getPropertiesRequest(at, { path: at.path }), { signal });
  return leaseProperties(response.headers) ?? missing();
}

function missing(): never {
  throw unexpected('the headers x-ms-lease-state and x-ms-lease-status are missing or unknown');
}

function isOld({ ageMs, durationSeconds }: SeenRecord): boolean {
  if (durationSeconds === infinite || ageMs === undefined) return false;
  return ageMs >= durationSeconds * 1000 + timing.ageMarginMs;
}

function infoOf({ durationSeconds, holder, renewed, ageMs }: SeenRecord): LeaseRecordInfo {
  return { durationSeconds, holder, renewed, ...(ageMs !== undefined && { ageMs }) };
}
