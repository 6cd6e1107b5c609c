import { infinite, type LockOperations, type RequestLimits } from './lock-operations.js';
import { endEndless } from './record.js';

/** A lease on a file, as its holder gives it back. */
export interface Returned {
  readonly id: string;
  readonly durationSeconds: number;
  readonly holder: string;
  /** ETag of the record that tells of this lease, where it is known. */
  readonly record?: string | undefined;
}

/**
 * Gives the lease on a file back.
 * @returns false when this id did not have it.
 */
export async function giveBackLease(
  operations: LockOperations,
  { id, durationSeconds, holder, record }: Returned,
  limits: RequestLimits,
): Promise<boolean> {
  if (durationSeconds === infinite) {
    // Somebody may have ended the lease, and the record be that of another one.
    const ifStill = async (each: RequestLimits) =>
      (await operations.holds(id, each)) || (await isRecord(operations, record, each));
    await endEndless(operations, { holder, ifStill }, limits.signal);
  }
  return operations.release(id, limits);
}

/** Whoever has the file may be dead before it has told of itself: beside it must not stand what another one told. */
async function isRecord(
  operations: LockOperations,
  etag: string | undefined,
  limits: RequestLimits,
): Promise<boolean> {
  return etag !== undefined && (await operations.readRecord(limits))?.etag === etag;
}
