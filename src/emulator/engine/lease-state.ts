import type { LeaseRecord } from '../store/store.js';
import type { ServiceErrorCode } from './service-errors.js';

/** What a lease is at a given time. */
export type LeaseState = 'available' | 'leased' | 'breaking' | 'broken' | 'expired';

/** What a request asks of a lease. Ids are normalized, see {@link parseGuid}. */
export interface LeaseRequest {
  readonly action: 'acquire' | 'renew' | 'change' | 'release' | 'break';
  /** The id the caller claims to hold: for acquire the one it proposes, else the one of `x-ms-lease-id`. */
  readonly id?: string | undefined;
  /** The id the lease is to have: that of acquire (made up when none was proposed) or of change. */
  readonly newId?: string | undefined;
  /** For acquire; `undefined` = for ever. */
  readonly durationSeconds?: number | undefined;
  /** For break; `undefined` = as long as the lease lasts anyway. */
  readonly breakSeconds?: number | undefined;
}

/** What becomes of the lease (`undefined` = available), or why not. */
export type LeaseDecision =
  | { readonly refused: ServiceErrorCode }
  | { readonly refused?: undefined; readonly lease: LeaseRecord | undefined };

type Next = (lease: LeaseRecord | undefined, request: LeaseRequest, now: number) => LeaseRecord | undefined;
/** What happens: a refusal, or the next record. */
type Cell = ServiceErrorCode | Next;
/** With the lease's own id, and with another id or none. */
type Cells = readonly [own: Cell, other: Cell];

const mismatch = 'LeaseIdMismatchWithLeaseOperation';
const notPresent = 'LeaseNotPresentWithLeaseOperation';
const unrenewable = 'LeaseIsBrokenAndCannotBeRenewed';

const take: Next = (_lease, request, now) => leased(request.newId ?? '', request.durationSeconds, now);
const restart: Next = (lease, _request, now) => lease && leased(lease.id, lease.durationSeconds, now);
const rename: Next = (lease, request) => lease && { ...lease, id: request.newId ?? lease.id };
const free: Next = () => undefined;
const end: Next = (lease) => lease && { ...lease, state: 'broken', endsAt: undefined };
const shorten: Next = (lease, request, now) => {
  if (lease === undefined) return undefined;
  // Without a period a fixed lease runs out when it would have anyway, and an infinite one is over at once.
  const asked =
    request.breakSeconds === undefined ? (lease.endsAt ?? now) : now + request.breakSeconds * 1000;
  const endsAt = Math.min(asked, lease.endsAt ?? asked);
  return endsAt > now
    ? { ...lease, state: 'breaking', endsAt }
    : { ...lease, state: 'broken', endsAt: undefined };
};

/**
 * Every lease action in every state. One table for files and shares: a file lease is never fixed, so it never breaks
 * slowly nor expires, and a file knows no renew.
 */
const table: Readonly<Record<LeaseRequest['action'], Readonly<Record<LeaseState, Cells>>>> = {
  acquire: {
    available: [take, take],
    leased: [take, 'LeaseAlreadyPresent'],
    breaking: ['LeaseIsBreakingAndCannotBeAcquired', 'LeaseAlreadyPresent'],
    broken: [take, take],
    expired: [take, take],
  },
  renew: {
    available: [mismatch, mismatch],
    leased: [restart, mismatch],
    breaking: [unrenewable, mismatch],
    broken: [unrenewable, mismatch],
    expired: [restart, mismatch],
  },
  change: {
    available: [notPresent, notPresent],
    leased: [rename, mismatch],
    breaking: ['LeaseIsBreakingAndCannotBeChanged', mismatch],
    broken: [notPresent, notPresent],
    expired: [notPresent, notPresent],
  },
  release: {
    available: [mismatch, mismatch],
    leased: [free, mismatch],
    breaking: [free, mismatch],
    broken: [free, mismatch],
    expired: [free, mismatch],
  },
  break: {
    available: [notPresent, notPresent],
    leased: [shorten, shorten],
    breaking: [shorten, shorten],
    broken: [end, end],
    expired: [end, end],
  },
};

/**
 * Decides a lease action.
 * @param lease - the record as stored; `undefined` = available.
 * @param now - milliseconds since 1970.
 */
export function decideLease(
  lease: LeaseRecord | undefined,
  request: LeaseRequest,
  now: number,
): LeaseDecision {
  const [own, other] = table[request.action][leaseStateOf(lease, now)];
  const cell = isOwn(lease, request) ? own : other;
  return typeof cell === 'string' ? { refused: cell } : { lease: cell(lease, request, now) };
}

/** A change to the id the lease has already is the repetition of one whose answer was lost. */
function isOwn(lease: LeaseRecord | undefined, request: LeaseRequest): boolean {
  if (lease === undefined) return false;
  return request.id === lease.id || (request.action === 'change' && request.newId === lease.id);
}

function leased(id: string, durationSeconds: number | undefined, now: number): LeaseRecord {
  const endsAt = durationSeconds === undefined ? undefined : now + durationSeconds * 1000;
  return { state: 'leased', id, durationSeconds, endsAt };
}

/** The state of a lease at `now`: the clock ends what has an end. */
export function leaseStateOf(lease: LeaseRecord | undefined, now: number): LeaseState {
  if (lease === undefined) return 'available';
  if (lease.endsAt === undefined || lease.endsAt > now) return lease.state;
  return lease.state === 'leased' ? 'expired' : 'broken';
}

/** Whether a lease keeps others out: it does while leased and while breaking. */
export function isLocked(lease: LeaseRecord | undefined, now: number): boolean {
  const state = leaseStateOf(lease, now);
  return state === 'leased' || state === 'breaking';
}

/** Whole seconds until a lease ends; 0 when it is over, and for one without end. */
export function secondsLeft(lease: LeaseRecord | undefined, now: number): number {
  return lease?.endsAt === undefined ? 0 : Math.max(0, Math.floor((lease.endsAt - now) / 1000));
}

/** What an operation on data wants: `write` needs the id of a lease that locks, `read` only must not name a wrong one. */
export interface LeaseUse {
  readonly of: 'file' | 'share';
  readonly use: 'read' | 'write';
  /** The id in the request, normalized. */
  readonly id: string | undefined;
}

/** Why a lease forbids an operation on data; `undefined` when it does not. */
export function leaseObstacle(
  lease: LeaseRecord | undefined,
  { of, use, id }: LeaseUse,
  now: number,
): ServiceErrorCode | undefined {
  const locked = isLocked(lease, now);
  if (id === undefined) return locked && use === 'write' ? 'LeaseIdMissing' : undefined;
  if (lease === undefined) {
    return of === 'file' ? 'LeaseNotPresentWithFileOperation' : 'LeaseNotPresentWithContainerOperation';
  }
  if (id !== lease.id) {
    return of === 'file' ? 'LeaseIdMismatchWithFileOperation' : 'LeaseIdMismatchWithContainerOperation';
  }
  return locked ? undefined : 'LeaseLost';
}
