import { hostname } from 'node:os';
import { pid } from 'node:process';
import { type FilesContext, type Location, locateFile, locateShare } from '../context.js';
import { checkLeaseId, checkLeaseSeconds, checkWait } from '../request-checks.js';
import { refuseRecord } from './lease-record.js';
import type { AcquireLeaseRequest, LeaseTarget } from './lease-service.js';

const defaultSeconds = 30;

/** An {@link AcquireLeaseRequest} that has been checked. */
export interface ResolvedAcquire {
  readonly durationSeconds: number;
  readonly proposedId: string | undefined;
  readonly waitMs: number;
  readonly holder: string;
  readonly signal: AbortSignal | undefined;
}

/** @throws {ConfigurationError} `InvalidRequest` that tells the rule. */
export function resolveAcquire(request: AcquireLeaseRequest, defaultWaitMs: number): ResolvedAcquire {
  const { durationSeconds = defaultSeconds, proposedLeaseId, waitMs = defaultWaitMs } = request;
  checkLeaseSeconds(durationSeconds);
  if (proposedLeaseId !== undefined) checkLeaseId('proposedLeaseId', proposedLeaseId);
  checkWait(waitMs);
  const holder = [hostname(), pid, request.reason].filter((part) => part !== undefined).join(' ');
  return { durationSeconds, proposedId: proposedLeaseId, waitMs, holder, signal: request.signal };
}

/** Where the leased thing is. */
export interface LeasedLocation {
  readonly kind: 'file' | 'share';
  readonly at: Location;
}

/** @throws {ConfigurationError} `InvalidPath` for a record, which cannot be leased itself. */
export function locateLeased(context: FilesContext, { share, path }: LeaseTarget): LeasedLocation {
  if (path === undefined || path === '') return { kind: 'share', at: locateShare(context, { share }) };
  const at = locateFile(context, share, path);
  refuseRecord(at.path);
  return { kind: 'file', at };
}
