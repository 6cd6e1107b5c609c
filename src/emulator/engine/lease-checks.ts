import type { HttpHeaders } from '../../core/http/headers.js';
import type { LeaseRecord } from '../store/store.js';
import { parseGuid } from './lease-ids.js';
import { isLocked, leaseObstacle, leaseStateOf } from './lease-state.js';
import { invalidHeader, Refusal, type ServiceErrorCode } from './service-errors.js';

/** What a lease is on. */
export type Leasable = 'file' | 'share';

const called: Readonly<Record<Leasable, string>> = { file: 'file', share: 'file share' };

/** Codes whose message names what the lease is on. */
const messages: Readonly<Partial<Record<ServiceErrorCode, (resource: string) => string>>> = {
  LeaseIdMissing: (resource) =>
    `There is currently a lease on the ${resource} and no lease ID was specified in the request.`,
  LeaseNotPresentWithLeaseOperation: (resource) => `There is currently no lease on the ${resource}.`,
  LeaseLost: (resource) => `A lease ID was specified, but the lease for the ${resource} has expired.`,
};

/** The refusal of a request because of a lease, in the words for that resource. */
export function leaseRefusal(code: ServiceErrorCode, of: Leasable): Refusal {
  const message = messages[code]?.(called[of]);
  return new Refusal(code, message === undefined ? {} : { message });
}

/** The lease id in a header, normalized. @throws {Refusal} `InvalidHeaderValue` when it is no GUID. */
export function readLeaseId(headers: HttpHeaders, name = 'x-ms-lease-id'): string | undefined {
  const text = headers.get(name);
  if (text === undefined) return undefined;
  const id = parseGuid(text);
  if (id === undefined) throw invalidHeader(name, text);
  return id;
}

/** An operation on data that is about to happen. */
export interface LeasedOperation {
  readonly of: Leasable;
  readonly use: 'read' | 'write';
  readonly headers: HttpHeaders;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The header that names the lease. @defaultValue `x-ms-lease-id` */
  readonly header?: string;
}

/**
 * Lets an operation pass or refuses it: writing a leased resource needs the id of the lease, and an id that is given
 * must be the one of a lease in force, for reading too.
 * @throws {Refusal} `LeaseIdMissing`, `LeaseLost`, `LeaseNotPresentWith...`, `LeaseIdMismatchWith...`.
 */
export function checkLease(lease: LeaseRecord | undefined, operation: LeasedOperation): void {
  const { of, use, headers, now, header } = operation;
  const code = leaseObstacle(lease, { of, use, id: readLeaseId(headers, header) }, now);
  if (code !== undefined) throw leaseRefusal(code, of);
}

/** Adds state, status and (while leased) duration of a lease to an answer about properties. */
export function writeLeaseHeaders(headers: HttpHeaders, lease: LeaseRecord | undefined, now: number): void {
  const { status, state, duration } = describeLease(lease, now);
  headers.set('x-ms-lease-status', status);
  headers.set('x-ms-lease-state', state);
  headers.setOptional('x-ms-lease-duration', duration);
}

/** How properties and listings tell of a lease. */
export function describeLease(lease: LeaseRecord | undefined, now: number) {
  const state = leaseStateOf(lease, now);
  const duration = lease?.durationSeconds === undefined ? 'infinite' : 'fixed';
  return {
    status: isLocked(lease, now) ? 'locked' : 'unlocked',
    state,
    duration: state === 'leased' ? duration : undefined,
  } as const;
}
