import type { Lease } from '../../files/index.js';
import { acquireFlags, leaseIdFlag, leaseWish, refuseDirectory, waitFlag } from '../leases/lease-flags.js';
import { leaseIdOf, leaseLocationVariable } from '../leases/lease-id.js';
import { acquirePatiently } from '../leases/patience.js';
import { displayLocation, parseInShare, type ShareLocation } from '../locations.js';
import type { Invocation, Verb } from '../verb.js';

/** Takes a lease and prints its id. */
export const leaseAcquire: Verb = {
  name: 'lease acquire',
  about: 'take a lease on a file or a share and print its id; nobody renews it',
  args: '<location>',
  connects: true,
  flags: [
    acquireFlags.duration,
    waitFlag('0s'),
    acquireFlags.reason,
    {
      ...leaseIdFlag,
      about: 'the id to take at the first try, a GUID never used before; - reads it from standard input',
    },
  ],
  examples: [
    'id=$(azstore lease acquire files://team/config.json --duration infinite --reason maintenance)',
    'AZSTORE_LEASE_ID=$id azstore lease release files://team/config.json',
    'azstore lease acquire files://team --wait 1m      keeps the share from being deleted',
  ],
  async run(invocation) {
    const location = parseInShare(invocation.args[0] ?? '');
    refuseDirectory(location);
    const { client, lease } = await acquire(invocation, location);
    try {
      await print(invocation, location, lease);
    } catch (error) {
      // Nobody would ever know its id.
      await client.leases.release(lease).catch(() => {});
      throw error;
    }
  },
};

async function acquire(invocation: Invocation, location: ShareLocation) {
  const { connections, flags, io, signal } = invocation;
  const wish = leaseWish(invocation);
  const waitMs = flags.milliseconds('wait') ?? 0;
  // The id in the environment of a locked command is that of its lock, which must not be taken twice.
  const isOfLock =
    flags.origin(leaseIdFlag.name) === 'environment' && (io.env[leaseLocationVariable] ?? '') !== '';
  const proposedLeaseId = isOfLock ? undefined : await leaseIdOf(invocation, location);
  const client = connections.client(location);
  const { share, path } = location;
  const wait = { client, location, waitMs, proposedLeaseId };
  const lease = await acquirePatiently(invocation, wait, (attempt) =>
    client.leases.acquire({ share, path, ...wish, ...attempt, signal }),
  );
  return { client, lease };
}

async function print({ output }: Invocation, location: ShareLocation, lease: Lease): Promise<void> {
  const { id, share, path, durationSeconds, acquiredAt } = lease;
  if (output.mode.json) {
    await output.values([{ status: 'acquired', share, path, leaseId: id, durationSeconds, acquiredAt }]);
  } else await output.lines([id]);
  const end =
    durationSeconds < 0
      ? 'it lasts until it is given back or broken'
      : `nobody renews it: it ends in ${durationSeconds} s`;
  output.note(`azstore: ${displayLocation(location)} is leased; ${end}`);
}
