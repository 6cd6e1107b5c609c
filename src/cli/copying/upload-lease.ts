import { leaseIdFlag } from '../leases/lease-flags.js';
import { leaseIdOf } from '../leases/lease-id.js';
import type { LocalLocation, Location } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Invocation } from '../verb.js';
import { type UploadOptions, uploadTarget } from './upload.js';

/**
 * The id of the lease under which one file is replaced.
 * @returns `undefined` where none was given, or what is copied is more than a file.
 */
export async function uploadLease(
  invocation: Invocation,
  [only, ...others]: readonly LocalLocation[],
  to: Pick<UploadOptions, 'destination' | 'into'>,
): Promise<string | undefined> {
  if (only === undefined || others.length > 0 || !replacesOne(invocation)) return undefined;
  return leaseIdOf(invocation, uploadTarget(only.path, to));
}

/** @throws {UsageError} for `--lease-id` where it could not be used. From the environment it may be meant for others. */
export function refuseLeaseId(
  invocation: Invocation,
  { local, to }: { readonly local: number; readonly to: Location },
): void {
  if (invocation.flags.origin(leaseIdFlag.name) !== 'flag') return;
  if (local === 1 && to.kind === 'share' && replacesOne(invocation)) return;
  throw new UsageError('--lease-id is for the upload of one file, which it may replace: without -r and -n');
}

function replacesOne({ flags }: Invocation): boolean {
  return !flags.on('recursive') && !flags.on('no-clobber');
}
