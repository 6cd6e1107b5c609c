import { type AcquireLeaseRequest, type AzureFilesClient, LeaseError } from '../../files/index.js';
import { displayLocation, type ShareLocation } from '../locations.js';
import { formatSpan } from '../times.js';
import type { Invocation } from '../verb.js';

/** What is wanted, and for how long it is waited for. */
export interface Wait {
  readonly client: AzureFilesClient;
  readonly location: ShareLocation;
  /** Milliseconds. */
  readonly waitMs: number;
  /** For the first try. */
  readonly proposedLeaseId?: string | undefined;
}

type Attempt = Pick<AcquireLeaseRequest, 'waitMs' | 'proposedLeaseId'>;

/**
 * Takes a lease: at once where it is free, so that a service that is not there is told of at once too; else people are
 * told who has it, and it is waited for.
 */
export async function acquirePatiently<T>(
  invocation: Invocation,
  wait: Wait,
  acquire: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const { waitMs, proposedLeaseId } = wait;
  try {
    return await acquire({ waitMs: 0, proposedLeaseId });
  } catch (error) {
    if (!(error instanceof LeaseError && error.code === 'LeaseAlreadyPresent') || waitMs === 0) throw error;
  }
  await tellOfHolder(invocation, wait);
  // An id is sent once: a request of the past must not look like another lease.
  return acquire({ waitMs });
}

async function tellOfHolder({ output, signal }: Invocation, wait: Wait): Promise<void> {
  const { client, location, waitMs } = wait;
  try {
    const { share, path } = location;
    const { record } = await client.leases.inspect({ share, path, signal });
    const holder = record === undefined ? '' : `, which ${record.holder} has`;
    output.note(`azstore: waiting up to ${formatSpan(waitMs)} for ${displayLocation(location)}${holder}`);
  } catch {
    // It is only a favour; what is wrong is told by what waits.
  }
}
