import { refuseDirectory } from '../leases/lease-flags.js';
import { displayLocation, parseInShare } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** Ends a lease of somebody else. */
export const leaseBreak: Verb = {
  name: 'lease break',
  about: 'end the lease of somebody else, whose next write is then refused',
  args: '<location>',
  connects: true,
  flags: [
    {
      name: 'break-period',
      kind: 'time',
      placeholder: 'time',
      max: 60_000,
      wholeSeconds: true,
      about:
        'on a share, how long it lasts yet: 0s to 60s (default: as long as it does anyway; on a file 0s)',
    },
  ],
  examples: [
    'azstore lease break files://team/config.json',
    'azstore lease break files://team --break-period 10s',
  ],
  async run({ args, connections, flags, output, signal }) {
    const location = parseInShare(args[0] ?? '');
    refuseDirectory(location);
    const { share, path } = location;
    const ms = flags.milliseconds('break-period');
    if (path !== '' && ms !== undefined && ms > 0) {
      throw new UsageError('--break-period is for leases on shares: that on a file always ends at once');
    }
    const breakPeriodSeconds = ms === undefined ? undefined : ms / 1000;
    const { leases } = connections.client(location);
    const secondsLeft = await leases.breakLease({ share, path, breakPeriodSeconds, signal });
    if (output.mode.json) return output.values([{ status: 'broken', share, path, secondsLeft }]);
    const end = secondsLeft > 0 ? `ends in ${secondsLeft} s` : 'has ended';
    output.note(`the lease on ${displayLocation(location)} ${end}`);
  },
};
