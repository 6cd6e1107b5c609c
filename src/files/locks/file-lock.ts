import { listenForAbort } from '../../core/abort-listener.js';
import { harmless } from '../../core/telemetry-layers.js';
import { acquireLock } from '../../lease/acquire.js';
import { AutoRenewingLease } from '../../lease/auto-renewing-lease.js';
import { mayHaveBeenDone } from '../../lease/failures.js';
import { HeldLease, type HeldStart } from '../../lease/held-lease.js';
import { LockUpkeep } from '../../lease/lock-upkeep.js';
import { type FilesContext, type Location, send } from '../context.js';
import type { CallOptions, LeaseScope, LockPatience } from '../requests.js';
import type { FileProperties } from '../types.js';
import { filePropertiesOf, getPropertiesRequest } from '../wire/file-wire.js';
import { committedSize, repairAppend } from './append-mark.js';
import { FileLockOperations } from './file-lock-operations.js';
import { refuseRecord } from './lease-record.js';
import { type ResolvedAcquire, resolveAcquire } from './lease-requests.js';

/** Long enough to replace a holder that died, whatever its duration. */
export const lockWaitMs = 120_000;
/** How often a lock is taken anew because nobody knows what a repair did. */
const maxRepairs = 3;

/** A lock that was just taken. */
export interface TakenLock {
  readonly held: HeldLease;
  /** The file as it is under the lock. */
  readonly file: FileProperties;
}

/**
 * Takes the lock on a file. What its last holder left half done is put right before anybody sees it.
 * @throws {LeaseError} `LeaseAlreadyPresent`.
 * @throws {ConfigurationError} `InvalidPath` for a record, which cannot be locked itself.
 */
export async function takeFileLock(
  context: FilesContext,
  at: Location,
  wish: ResolvedAcquire & Pick<HeldStart, 'expiry'>,
): Promise<TakenLock> {
  refuseRecord(at.path);
  const { clock } = context.pipeline.options;
  let { proposedId } = wish;
  for (let round = 1; ; round++) {
    const operations = new FileLockOperations(context, at);
    const grant = await acquireLock(operations, clock, { ...wish, proposedId });
    const start = { ...grant, durationSeconds: wish.durationSeconds, expiry: wish.expiry };
    const held = rememberLease(context, new LockUpkeep(operations, wish), start);
    const file = operations.seen();
    if (committedSize(file) === undefined) return { held, file };
    try {
      return { held, file: await repairAppend(context, at, { file, lock: held, signal: wish.signal }) };
    } catch (error) {
      const released = held.release().catch(() => {});
      if (wish.signal?.aborted === true) throw error;
      await released;
      // Whatever may still come of it comes under an id that has ended.
      if (!mayHaveBeenDone(error) || round === maxRepairs) throw error;
      proposedId = undefined;
    }
  }
}

/** A lease that this client knows by its id until it has ended. */
export function rememberLease(
  context: FilesContext,
  upkeep: ConstructorParameters<typeof HeldLease>[0],
  start: HeldStart,
): HeldLease {
  const { telemetry, clock } = context.pipeline.options;
  const { share } = upkeep.resource;
  const count = (change: number): void => {
    if (telemetry !== undefined) harmless(telemetry).adjust('azure_files_active_leases', change, { share });
  };
  const held = new HeldLease(upkeep, clock, { ...start, onEnd: () => count(-1) });
  count(1);
  held.watchDeadline();
  context.leases?.add(start.id, held);
  return held;
}

/** The lock of this client on a file, if the id is that of one. */
export function lockOn(context: FilesContext, at: Location, leaseId: string): HeldLease | undefined {
  const held = context.leases?.find(leaseId);
  const { share, path } = held?.resource ?? {};
  // The service does not tell names by case.
  return share === at.share && path?.toLowerCase() === at.path.toLowerCase() ? held : undefined;
}

/** What is done under a lock works with. */
export interface FileLock {
  /** @throws {LeaseError} `LeaseLost` once it is lost. */
  readonly id: string;
  /** Aborted by the user, or when the lock is lost. Not for a request whose outcome must be known. */
  readonly signal: AbortSignal | undefined;
  /** The file as it was when the lock was taken; nobody else changes it. */
  readonly file: FileProperties;
}

export interface LockedCall extends CallOptions, LeaseScope, LockPatience {}

/** Runs `work` under a lock of the caller's, or else under one of its own, which is given back. */
export async function underFileLock<T>(
  context: FilesContext,
  at: Location,
  { call, work }: { call: LockedCall; work: (lock: FileLock) => Promise<T> },
): Promise<T> {
  const { leaseId, signal } = call;
  if (leaseId !== undefined) {
    const wire = getPropertiesRequest(at, { path: at.path, leaseId });
    return work({ id: leaseId, signal, file: filePropertiesOf(await send(context, wire, call)) });
  }
  const wish = resolveAcquire({ signal, waitMs: call.waitMs }, lockWaitMs);
  const { held, file } = await takeFileLock(context, at, { ...wish, expiry: 'LeaseLost' });
  const { clock } = context.pipeline.options;
  const lease = new AutoRenewingLease(held, new Date(clock.now()), clock);
  const either = new AbortController();
  const forget = [signal, lease.signal].map((each) =>
    each === undefined ? undefined : listenForAbort(each, () => either.abort(each.reason)),
  );
  try {
    return await work({
      get id() {
        return lease.id;
      },
      signal: either.signal,
      file,
    });
  } finally {
    for (const each of forget) each?.();
    const released = AutoRenewingLease.giveBack(lease).catch(() => {});
    // Not reachable: it ends by itself. Whoever gave up does not wait for it.
    if (signal?.aborted !== true) await released;
  }
}
