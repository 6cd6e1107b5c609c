import type { Clock } from '../core/clock.js';
import {
  AzureStorageError,
  LeaseError,
  type LeaseErrorCode,
  NetworkError,
  ServerError,
} from '../core/errors.js';
import type { LockedResource } from './lock-operations.js';
import { elapsedMs, type Moment } from './timing.js';

/** Whether a request may have been carried out, or may still be, although it failed. */
export function mayHaveBeenDone(error: unknown): boolean {
  if (error instanceof NetworkError) return error.mayHaveBeenSent;
  return error instanceof ServerError && error.code !== 'ServerBusy';
}

/** Whether a failure says nothing of the lock: the same request may well succeed a little later. */
export function isTransient(error: unknown): error is AzureStorageError {
  return error instanceof AzureStorageError && error.retryable && !(error instanceof LeaseError);
}

const told: Readonly<Record<LeaseErrorCode, string>> = {
  LeaseAlreadyPresent: 'leased by somebody else',
  LeaseExpired: 'the time of the lease is over, and it counts as lost',
  LeaseLost: 'the lease is lost',
  LeaseIdMismatch: 'leased under another id',
  LeaseNotPresent: 'not leased',
};
/** What a new call can cure. */
const retryable: ReadonlySet<LeaseErrorCode> = new Set(['LeaseAlreadyPresent', 'LeaseLost', 'LeaseExpired']);

/** Throws {@link tooLate} when a moment is longer ago than that. */
export function checkElapsed(
  clock: Clock,
  since: Moment,
  limit: { mostMs: number; resource: LockedResource },
): void {
  if (elapsedMs(clock, since) > limit.mostMs) throw tooLate(limit.resource);
}

/** An answer that came so late, or found this process asleep for so long, that nothing can be built on it any more. */
function tooLate({ share, path }: LockedResource): NetworkError {
  const message = `${share}/${path}: an answer about its lease came too late to rely on`;
  return new NetworkError('Timeout', message, { retryable: true, phase: 'attempt' });
}

/** An error about a lease that this side found out. Never names an id. */
export function leaseError(
  code: LeaseErrorCode,
  { share, path }: LockedResource,
  more: { readonly why?: string; readonly cause?: unknown } = {},
): LeaseError {
  const place = path === '' ? share : `${share}/${path}`;
  const why = more.why === undefined ? '' : `: ${more.why}`;
  const details = { share, path, cause: more.cause, retryable: retryable.has(code) };
  return new LeaseError(code, `${place}: ${told[code]}${why}`, details);
}
