import { HttpHeaders } from '../../core/http/headers.js';
import type { HttpResponse } from '../../core/http/message.js';
import { headersFor, type Location, type WireRequest } from '../context.js';
import { operations } from '../operations.js';
import { checkInteger, checkLeaseSeconds, setLeaseId } from '../request-checks.js';
import { requiredNumber } from './answers.js';
import { resourceOf } from './file-wire.js';

/** One action on the lease of a file or a share. */
export type LeaseAction =
  | { readonly action: 'acquire'; readonly proposedId: string; readonly durationSeconds: number }
  | { readonly action: 'renew'; readonly id: string }
  | { readonly action: 'change'; readonly id: string; readonly proposedId: string }
  | { readonly action: 'release'; readonly id: string }
  | { readonly action: 'break'; readonly periodSeconds?: number | undefined };

/** Lease File. The service knows only leases without end, has no renew, and ends a lease at once. */
export function leaseFileRequest(
  at: Location,
  action: Exclude<LeaseAction, { action: 'renew' }>,
): WireRequest {
  const operation = {
    acquire: operations.acquireFileLease,
    change: operations.changeFileLease,
    release: operations.releaseFileLease,
    break: operations.breakFileLease,
  }[action.action];
  const headers = actionHeaders(headersFor(at), action);
  return { operation, method: 'PUT', target: `${at.target}?comp=lease`, headers, resource: resourceOf(at) };
}

/** Lease Share. */
export function leaseShareRequest(at: Location, action: LeaseAction): WireRequest {
  const operation = {
    acquire: operations.acquireShareLease,
    renew: operations.renewShareLease,
    change: operations.changeShareLease,
    release: operations.releaseShareLease,
    break: operations.breakShareLease,
  }[action.action];
  const headers = actionHeaders(new HttpHeaders(), action);
  return {
    operation,
    method: 'PUT',
    target: `${at.target}?restype=share&comp=lease`,
    headers,
    resource: { share: at.share },
  };
}

function actionHeaders(headers: HttpHeaders, action: LeaseAction): HttpHeaders {
  headers.set('x-ms-lease-action', action.action);
  switch (action.action) {
    case 'acquire':
      checkLeaseSeconds(action.durationSeconds);
      setLeaseId(headers, action.proposedId, 'x-ms-proposed-lease-id');
      return headers.set('x-ms-lease-duration', String(action.durationSeconds));
    case 'change':
      setLeaseId(headers, action.id);
      setLeaseId(headers, action.proposedId, 'x-ms-proposed-lease-id');
      return headers;
    case 'break':
      checkInteger('breakPeriodSeconds', action.periodSeconds, { min: 0, max: 60 });
      return headers.setOptional('x-ms-lease-break-period', action.periodSeconds?.toString());
    default:
      setLeaseId(headers, action.id);
      return headers;
  }
}

/** Seconds until a broken lease ends, in the answer to a break. */
export function secondsLeft(response: HttpResponse): number {
  return requiredNumber(response, 'x-ms-lease-time');
}
