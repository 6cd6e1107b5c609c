import { infinite, type LockOperations, type RequestLimits } from './lock-operations.js';
import { endEndless } from './record.js';

/** A lease on a file, as its holder gives it back. */
export interface Returned {
  readonly id: string;
  readonly durationSeconds: number;
  readonly holder: string;
}

/**
 * Gives the lease on a file back.
 * @returns false when this id did not have it.
 */
export async function giveBackLease(
  operations: LockOperations,
  { id, durationSeconds, holder }: Returned,
  limits: RequestLimits,
): Promise<boolean> {
  if (durationSeconds === infinite) {
    // Somebody may have ended the lease, and the record be that of another one.
    const ifStill = (each: RequestLimits) => operations.holds(id, each);
    await endEndless(operations, { holder, ifStill }, limits.signal);
  }
  return operations.release(id, limits);
}
