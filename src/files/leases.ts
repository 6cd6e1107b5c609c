import { ConfigurationError, LeaseError } from '../core/errors.js';
import { acquireLock } from '../lease/acquire.js';
import { AutoRenewingLease } from '../lease/auto-renewing-lease.js';
import { HeldLease, type HeldStart, type LeaseUpkeep } from '../lease/held-lease.js';
import { heldOf, Lease, type LeaseFacts } from '../lease/lease.js';
import { LockUpkeep } from '../lease/lock-upkeep.js';
import type { Grant } from '../lease/single-lease.js';
import { acquireTimed, TimedUpkeep } from '../lease/timed-lease.js';
import { momentOf } from '../lease/timing.js';
import { runUnderLock } from '../lease/with-lock.js';
import { type FilesContext, send } from './context.js';
import { FileLockOperations } from './file-lock-operations.js';
import { inspectLease } from './inspect-lease.js';
import { type LeasedLocation, locateLeased, type ResolvedAcquire, resolveAcquire } from './lease-requests.js';
import type {
  AcquireLeaseRequest,
  BreakLeaseRequest,
  LeaseCallOptions,
  LeaseReference,
  LeaseService,
} from './lease-service.js';
import { leaseFileRequest, leaseShareRequest, secondsLeft } from './lease-wire.js';
import { checkInteger, checkLeaseId, checkLeaseSeconds } from './request-checks.js';
import { checkRequest, leaseFields } from './request-fields.js';
import { ShareLeaseOperations } from './share-lease-operations.js';

/** Long enough to replace a holder that died, whatever its duration. */
const lockWaitMs = 120_000;

/** The service behind `client.leases`. */
export function createLeaseService(context: FilesContext): LeaseService {
  const acquire = async (request: AcquireLeaseRequest) => {
    const { held, facts } = await hold(context, request, { defaultWaitMs: 0, expiry: 'LeaseExpired' });
    return new Lease(held, facts);
  };
  const acquireAutoRenewing = async (request: AcquireLeaseRequest, defaultWaitMs = 0) => {
    const { held, facts } = await hold(context, request, { defaultWaitMs, expiry: 'LeaseLost' });
    return new AutoRenewingLease(held, facts, context.pipeline.options.clock);
  };
  return {
    acquire,
    tryAcquire: (request) => undefinedOnConflict(acquire(request)),
    acquireAutoRenewing: (request) => acquireAutoRenewing(request),
    async renew(lease, options = {}) {
      await heldBy(context, lease).renew(options.signal);
    },
    change: (lease, proposedLeaseId, options = {}) => change(context, { lease, proposedLeaseId, options }),
    async release(lease, options = {}) {
      await heldBy(context, lease).release(options.signal);
    },
    breakLease: (request) => breakLease(context, request),
    inspect: (request) => inspectLease(context, request),
    async withLock(request, fn) {
      return runUnderLock(await acquireAutoRenewing(request, lockWaitMs), fn);
    },
  };
}

interface Held {
  readonly held: HeldLease;
  readonly facts: LeaseFacts;
}

/** Takes a lease. */
async function hold(
  context: FilesContext,
  request: AcquireLeaseRequest,
  { defaultWaitMs, expiry }: { defaultWaitMs: number; expiry: HeldStart['expiry'] },
): Promise<Held> {
  const { clock } = context.pipeline.options;
  checkRequest(request, leaseFields.acquire);
  const wish = resolveAcquire(request, defaultWaitMs);
  const place = locateLeased(context, request);
  const { durationSeconds } = wish;
  const grant = await (place.kind === 'file' ? lockFile : leaseShare)(context, place, wish);
  const held = new HeldLease(upkeepOf(context, place, wish), clock, { ...grant, durationSeconds, expiry });
  const { share, path } = place.at;
  return { held, facts: { share, path, durationSeconds, acquiredAt: new Date(grant.confirmedAt.wall) } };
}

function lockFile(context: FilesContext, { at }: LeasedLocation, wish: ResolvedAcquire): Promise<Grant> {
  return acquireLock(new FileLockOperations(context, at), context.pipeline.options.clock, wish);
}

function leaseShare(context: FilesContext, { at }: LeasedLocation, wish: ResolvedAcquire): Promise<Grant> {
  const { clock } = context.pipeline.options;
  const id = wish.proposedId ?? clock.uuid();
  return acquireTimed(new ShareLeaseOperations(context, at), clock, { ...wish, id });
}

function upkeepOf(
  context: FilesContext,
  { kind, at }: LeasedLocation,
  facts: { durationSeconds: number; holder: string },
): LeaseUpkeep {
  if (kind === 'share') return new TimedUpkeep(new ShareLeaseOperations(context, at));
  return new LockUpkeep(new FileLockOperations(context, at), facts);
}

/** What is behind a lease; for one that is known by its id alone, a state that begins now. */
function heldBy(context: FilesContext, lease: Lease | LeaseReference): HeldLease {
  if (lease instanceof Lease) return heldOf(lease);
  checkRequest(lease, leaseFields.reference);
  const { clock } = context.pipeline.options;
  const { durationSeconds = -1 } = lease;
  checkLeaseId('id', lease.id);
  checkLeaseSeconds(durationSeconds);
  const { holder } = resolveAcquire({}, 0);
  const upkeep = upkeepOf(context, locateLeased(context, lease), { durationSeconds, holder });
  const start = {
    id: lease.id,
    durationSeconds,
    confirmedAt: momentOf(clock),
    expiry: 'LeaseExpired',
  } as const;
  return new HeldLease(upkeep, clock, start);
}

interface Change {
  readonly lease: Lease | LeaseReference;
  readonly proposedLeaseId: string;
  readonly options: LeaseCallOptions;
}

/** A change is repeated without harm: to the id that the lease has already, it succeeds too. */
async function change(context: FilesContext, { lease, proposedLeaseId, options }: Change): Promise<Lease> {
  checkLeaseId('proposedLeaseId', proposedLeaseId);
  const held = heldBy(context, lease);
  const { kind, at } = locateLeased(context, lease);
  const action = { action: 'change', id: held.id, proposedId: proposedLeaseId } as const;
  await send(
    context,
    kind === 'file' ? leaseFileRequest(at, action) : leaseShareRequest(at, action),
    options,
  );
  held.replaceId(proposedLeaseId);
  if (lease instanceof Lease) return lease;
  const { durationSeconds = -1 } = lease;
  const acquiredAt = new Date(context.pipeline.options.clock.now());
  return new Lease(held, { share: at.share, path: at.path, durationSeconds, acquiredAt });
}

async function breakLease(context: FilesContext, request: BreakLeaseRequest): Promise<number> {
  checkRequest(request, leaseFields.break);
  const { breakPeriodSeconds: periodSeconds, signal } = request;
  const { kind, at } = locateLeased(context, request);
  checkInteger('breakPeriodSeconds', periodSeconds, { min: 0, max: 60 });
  if (kind === 'share') {
    return secondsLeft(
      await send(context, leaseShareRequest(at, { action: 'break', periodSeconds }), { signal }),
    );
  }
  if (periodSeconds !== undefined && periodSeconds !== 0) {
    const message = `breakPeriodSeconds must be 0 on a file, whose lease ends at once, got ${periodSeconds}`;
    throw new ConfigurationError('InvalidRequest', message);
  }
  return secondsLeft(await send(context, leaseFileRequest(at, { action: 'break' }), { signal }));
}

async function undefinedOnConflict(lease: Promise<Lease>): Promise<Lease | undefined> {
  try {
    return await lease;
  } catch (error) {
    if (error instanceof LeaseError && error.code === 'LeaseAlreadyPresent') return undefined;
    throw error;
  }
}
