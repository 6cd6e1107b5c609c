import { ConfigurationError, LeaseError } from '../../core/errors.js';
import { AutoRenewingLease } from '../../lease/auto-renewing-lease.js';
import { HeldLease, type HeldStart, type LeaseUpkeep } from '../../lease/held-lease.js';
import { heldOf, Lease } from '../../lease/lease.js';
import { LockUpkeep } from '../../lease/lock-upkeep.js';
import { endEndless } from '../../lease/record.js';
import { acquireTimed, TimedUpkeep } from '../../lease/timed-lease.js';
import { momentOf, timing } from '../../lease/timing.js';
import { runUnderLock } from '../../lease/with-lock.js';
import { type FilesContext, type Location, send, sendUnchecked } from '../context.js';
import { checkInteger, checkLeaseId, checkLeaseSeconds } from '../request-checks.js';
import { checkCallOptions, checkRequest, leaseFields } from '../request-fields.js';
import { leaseFileRequest, leaseShareRequest, secondsLeft } from '../wire/lease-wire.js';
import { lockWaitMs, rememberLease, takeFileLock } from './file-lock.js';
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
import { ShareLeaseOperations } from './share-lease-operations.js';

/** The service behind `client.leases`. */
export function createLeaseService(context: FilesContext): LeaseService {
  const { clock } = context.pipeline.options;
  const acquire = async (request: AcquireLeaseRequest) => {
    const held = await hold(context, request, { defaultWaitMs: 0, expiry: 'LeaseExpired' });
    return new Lease(held, new Date(clock.now() - held.unconfirmedMs));
  };
  const acquireAutoRenewing = async (request: AcquireLeaseRequest, defaultWaitMs = 0) => {
    const held = await hold(context, request, { defaultWaitMs, expiry: 'LeaseLost' });
    return new AutoRenewingLease(held, new Date(clock.now() - held.unconfirmedMs), clock);
  };
  return {
    acquire,
    tryAcquire: (request) => undefinedOnConflict(acquire(request)),
    acquireAutoRenewing: (request) => acquireAutoRenewing(request),
    async renew(lease, options = {}) {
      checkCallOptions(options, leaseFields.options);
      await heldBy(context, await asRecorded(context, lease, options.signal)).renew(options.signal);
    },
    async change(lease, proposedLeaseId, options = {}) {
      checkCallOptions(options, leaseFields.options);
      return change(context, { lease, proposedLeaseId, options });
    },
    async release(lease, options = {}) {
      checkCallOptions(options, leaseFields.options);
      await heldBy(context, lease).release(options.signal);
    },
    breakLease: (request) => breakLease(context, request),
    inspect: (request) => inspectLease(context, request),
    async withLock(request, fn) {
      if (typeof fn !== 'function') {
        throw new ConfigurationError('InvalidRequest', 'what is to be run under the lock must be a function');
      }
      const lease = await acquireAutoRenewing(request, lockWaitMs);
      return runUnderLock(lease, async (guard) => {
        const result = await fn(guard);
        // A lease that was broken, and that nobody has taken since, can be given back as if nothing had been.
        await heldOf(lease).look();
        return result;
      });
    },
  };
}

/** Takes a lease. */
async function hold(
  context: FilesContext,
  request: AcquireLeaseRequest,
  { defaultWaitMs, expiry }: { defaultWaitMs: number; expiry: HeldStart['expiry'] },
): Promise<HeldLease> {
  checkRequest(request, leaseFields.acquire);
  const wish = { ...resolveAcquire(request, defaultWaitMs), expiry };
  const { kind, at } = locateLeased(context, request);
  return kind === 'file' ? (await takeFileLock(context, at, wish)).held : leaseShare(context, at, wish);
}

async function leaseShare(
  context: FilesContext,
  at: Location,
  wish: ResolvedAcquire & Pick<HeldStart, 'expiry'>,
): Promise<HeldLease> {
  const { clock } = context.pipeline.options;
  const operations = new ShareLeaseOperations(context, at);
  const id = wish.proposedId ?? clock.uuid();
  const grant = await acquireTimed(operations, clock, { ...wish, id });
  const { durationSeconds, expiry } = wish;
  return rememberLease(context, new TimedUpkeep(operations), { ...grant, durationSeconds, expiry });
}

function upkeepOf(
  context: FilesContext,
  { kind, at }: LeasedLocation,
  facts: { durationSeconds: number; holder: string },
): LeaseUpkeep {
  if (kind === 'share') return new TimedUpkeep(new ShareLeaseOperations(context, at));
  return new LockUpkeep(new FileLockOperations(context, at), facts);
}

/** A lease on a file that is known by its id alone, with the duration that others count by: else they would not be told. */
async function asRecorded(
  context: FilesContext,
  lease: Lease | LeaseReference,
  signal: AbortSignal | undefined,
): Promise<Lease | LeaseReference> {
  if (lease instanceof Lease) return lease;
  checkRequest(lease, leaseFields.reference);
  checkLeaseId('id', lease.id);
  const { kind, at } = locateLeased(context, lease);
  if (kind === 'share' || lease.durationSeconds !== undefined) return lease;
  const record = await new FileLockOperations(context, at).readRecord({ limitMs: timing.requestMs, signal });
  return record === undefined ? lease : { ...lease, durationSeconds: record.durationSeconds };
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
  await sendUnchecked(
    context,
    kind === 'file' ? leaseFileRequest(at, action) : leaseShareRequest(at, action),
    options,
  );
  held.replaceId(proposedLeaseId);
  context.leases?.add(proposedLeaseId, held);
  return lease instanceof Lease ? lease : new Lease(held, new Date(context.pipeline.options.clock.now()));
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
  const { holder } = resolveAcquire({}, 0);
  await endEndless(new FileLockOperations(context, at), { holder, ifStill: async () => true }, signal);
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
