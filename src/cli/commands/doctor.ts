import { examine } from '../doctor/examination.js';
import { deadline, limitsOf } from '../doctor/limits.js';
import { report } from '../doctor/report.js';
import { WatchedTransport } from '../doctor/watched-transport.js';
import { parseRemote } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** Tells what is in the way of using an account. */
export const doctor: Verb = {
  name: 'doctor',
  about: 'check credentials, network, clock and rights, and say what to do about what is wrong',
  args: '[location]',
  connects: true,
  flags: [
    {
      name: 'write',
      kind: 'switch',
      about: 'also make and remove an empty file, and lock one, beside what is there',
    },
  ],
  examples: [
    'azstore doctor',
    'azstore doctor files://team/reports --auth-mode login',
    'azstore doctor --write files://team --json | jq \'.[] | select(.status != "ok")\'',
  ],
  async run(invocation) {
    const { args, flags, output } = invocation;
    const named = args[0] !== undefined;
    const location = parseRemote(args[0] ?? 'files://');
    if (flags.on('write') && location.kind === 'account') {
      throw new UsageError(
        '--write needs a place in a share',
        'azstore doctor --write files://share/directory',
      );
    }
    const limits = limitsOf(flags);
    const { signal, stop } = deadline(limits.totalMs, invocation.signal);
    const transport = new WatchedTransport(limits.stepMs);
    try {
      const asked = { invocation, location, transport, limits, signal };
      return await report(output, examine(asked, named));
    } finally {
      stop();
      await transport.close();
    }
  },
};
