import { AzureStorageError, LeaseError } from '../core/errors.js';
import { infinite, type LockOperations, type RecordContent, type RequestLimits } from './lock-operations.js';
import { timing } from './timing.js';

/** What the service says of a write to a leased file that names no lease. */
const fenced = 'LeaseIdMissing';

/** A record that is written whatever fence stands around it. */
export interface TimelyWrite {
  readonly content: RecordContent;
  /** Asked right before each try: throws when it is too late for one, as this process may have slept since the last. */
  readonly check: () => void;
}

/**
 * Writes the record, whatever fence stands around it: to whoever set that up, the record has changed then, and its own
 * write is refused.
 * @returns its ETag.
 */
export async function writeRecord(
  operations: LockOperations,
  { content, check }: TimelyWrite,
  limits: RequestLimits,
): Promise<string> {
  check();
  try {
    return await operations.writeRecord(content, limits);
  } catch (error) {
    if (!(error instanceof AzureStorageError) || error.serviceCode !== fenced) throw error;
    await operations.endFence(undefined, limits);
    check();
    return operations.writeRecord(content, limits);
  }
}

/** A record that is only written as long as something is as it was. */
export interface ConditionalWrite {
  readonly content: RecordContent;
  /** Asked once nobody else can write the record unnoticed. */
  readonly ifStill: (limits: RequestLimits) => Promise<boolean>;
}

/**
 * Writes the record if nobody else has written it since `ifStill` was asked. The service has no condition for that, but
 * a lease on the record is one: who writes without it has to end it first. It also ends what was sent with it and comes
 * late, so that no such write lands when this has ended.
 * @returns its ETag; `undefined` when it is not as it was.
 */
export async function writeRecordIf(
  operations: LockOperations,
  { content, ifStill }: ConditionalWrite,
  limits: RequestLimits,
): Promise<string | undefined> {
  const fence = (await operations.fence(limits)) ?? (await fenceAnew(operations, limits));
  if (fence === undefined) return undefined;
  try {
    return (await ifStill(limits)) ? await operations.writeRecord(content, limits, fence) : undefined;
  } catch (error) {
    if (error instanceof LeaseError) return undefined;
    throw error;
  } finally {
    const ended = operations.endFence(fence, { limitMs: timing.favourMs }).catch(() => {});
    if (limits.signal?.aborted !== true) await ended;
  }
}

/** In place of the fence of somebody who is at it, or who died at it. */
async function fenceAnew(operations: LockOperations, limits: RequestLimits): Promise<string | undefined> {
  await operations.endFence(undefined, limits);
  return operations.fence(limits);
}

/** Seconds that a record may promise at the most. */
export const longestSeconds = 60;

/** How often it is tried to take back that a lease is without end. */
const tries = 3;

/**
 * Takes back that a lease is without end, before it ends: else a request of the past that takes the free file late, or a
 * holder that dies before it has told of itself, would hold it for ever. Never throws: that the lease ends matters more.
 * @param how - `holder`: who does it; `ifStill`: what must be so beside the record.
 */
export async function endEndless(
  operations: LockOperations,
  { holder, ifStill }: { readonly holder: string; readonly ifStill: ConditionalWrite['ifStill'] },
  signal: AbortSignal | undefined,
): Promise<void> {
  const limits = { limitMs: timing.favourMs, signal };
  const content = { durationSeconds: longestSeconds, holder, renewed: 0 };
  for (let round = 1; round <= tries && signal?.aborted !== true; round++) {
    try {
      const record = await operations.readRecord(limits);
      // Behind a fence that was not taken away, a write of the past may still come.
      if (record === undefined || !(record.durationSeconds === infinite || record.isFenced)) return;
      await writeRecordIf(operations, { content, ifStill }, limits);
    } catch {
      // Once more: the network, or somebody else who writes the record.
    }
  }
}
