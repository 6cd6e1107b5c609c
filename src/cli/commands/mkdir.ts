import { forEach } from '../each.js';
import { displayLocation, parseInShare } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Invocation, Verb } from '../verb.js';

/** Makes directories. */
export const mkdir: Verb = {
  name: 'mkdir',
  about: 'make directories',
  args: '<locations...>',
  connects: true,
  flags: [
    {
      name: 'parents',
      short: 'p',
      kind: 'switch',
      about: 'make those above it too, and do not mind one that is there',
    },
  ],
  examples: ['azstore mkdir files://team/reports', 'azstore mkdir -p files://team/reports/2026/01'],
  async run(invocation) {
    await forEach(invocation, invocation.args, (text) => make(invocation, text));
  },
};

async function make({ connections, flags, output, signal }: Invocation, text: string): Promise<void> {
  const location = parseInShare(text);
  const { share, path } = location;
  if (path === '')
    throw new UsageError('the root of a share is always there; shares are not made by this command');
  const { directories } = connections.client(location);
  let created = true;
  if (flags.on('parents')) ({ created } = await directories.ensure({ share, path, signal }));
  else await directories.create({ share, path, signal });
  if (output.mode.json) await output.values([{ status: created ? 'created' : 'present', share, path }]);
  else output.note(`${created ? 'created' : 'is there already:'} ${displayLocation(location)}`);
}
