import type { AzureFilesClient } from '../../files/index.js';
import { parseInShare, type ShareLocation } from '../locations.js';
import { mustFind } from '../lookup.js';
import type { Verb } from '../verb.js';

/** Shows everything that the service tells of a file, a directory or a share. */
export const stat: Verb = {
  name: 'stat',
  about: 'show everything that is known of a file, a directory or a share',
  args: '<location>',
  connects: true,
  flags: [],
  examples: ['azstore stat files://team/notes.txt', 'azstore stat --json files://team'],
  async run({ args, connections, output, signal }) {
    const location = parseInShare(args[0] ?? '');
    const value = await describe(connections.client(location), location, signal);
    if (output.mode.json) await output.values([value]);
    else await output.lines(linesOf(value, ''));
  },
};

async function describe(
  client: AzureFilesClient,
  location: ShareLocation,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { share, path } = location;
  if (path === '') return { type: 'share', share, ...(await client.shares.getProperties({ share, signal })) };
  const { kind, properties } = await mustFind(client, location, signal);
  return { type: kind, share, path, ...properties };
}

/** `name: value` on a line each, groups as `group.name`. */
function linesOf(value: Readonly<Record<string, unknown>>, prefix: string): string[] {
  return Object.entries(value).flatMap(([name, field]) => {
    if (field === undefined) return [];
    if (isGroup(field)) return linesOf(field, `${prefix}${name}.`);
    return [`${prefix}${name}: ${field instanceof Date ? field.toISOString() : String(field)}`];
  });
}

function isGroup(field: unknown): field is Readonly<Record<string, unknown>> {
  return typeof field === 'object' && field !== null && !(field instanceof Date);
}
