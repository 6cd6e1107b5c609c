import { leaseIdFlag, refuseDirectory } from '../leases/lease-flags.js';
import { leaseIdOf, leaseIdVariable } from '../leases/lease-id.js';
import { displayLocation, parseInShare } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** Gives a lease back. */
export const leaseRelease: Verb = {
  name: 'lease release',
  about: 'give a lease back',
  args: '<location>',
  connects: true,
  flags: [leaseIdFlag],
  examples: [
    'AZSTORE_LEASE_ID=$id azstore lease release files://team/config.json',
    'azstore lease release files://team/config.json --lease-id - < id.txt',
  ],
  async run(invocation) {
    const { args, connections, output, signal } = invocation;
    const location = parseInShare(args[0] ?? '');
    refuseDirectory(location);
    const id = await leaseIdOf(invocation, location);
    if (id === undefined) {
      throw new UsageError(
        'a lease is given back by its id, and none was given for this location',
        `set ${leaseIdVariable}, or give --lease-id - and the id on standard input; azstore lease break needs none`,
      );
    }
    const { files, leases, shares } = connections.client(location);
    const { share, path } = location;
    // A release under a wrong id would say nothing, as it does for a lease that has ended.
    if (path === '') await shares.getProperties({ share, leaseId: id, signal });
    else await files.getProperties({ share, path, leaseId: id, signal });
    await leases.release({ share, path, id }, { signal });
    if (output.mode.json) await output.values([{ status: 'released', share, path }]);
    else output.note(`released ${displayLocation(location)}`);
  },
};
