import type { Flags } from '../flags.js';
import { parseRemote, type RemoteLocation } from '../locations.js';
import { makeSas } from '../sas/make-sas.js';
import { termFlags, termsOf } from '../sas/sas-flags.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** Makes a SAS for a whole account. */
export const sasAccount: Verb = {
  name: 'sas account',
  about: 'make a URL with a right on a whole account; it cannot be narrowed to a share',
  args: '[location]',
  connects: true,
  flags: [
    {
      name: 'permissions',
      kind: 'text',
      placeholder: 'letters',
      about: 'r read, w write, d delete, l list, c create; further ones mean something for other services',
    },
    {
      name: 'resource-types',
      kind: 'text',
      placeholder: 'letters',
      about: 's the service itself, c shares, o files and directories',
    },
    {
      name: 'services',
      kind: 'text',
      placeholder: 'letters',
      about: 'f files, b blobs, q queues, t tables (default f)',
    },
    ...termFlags,
  ],
  examples: [
    'azstore sas account --resource-types sco --permissions rl --expires 2h',
    'azstore sas account --services fb --resource-types o --permissions r --token',
  ],
  async run(invocation) {
    const { flags, signal } = invocation;
    const location = parseAccount(invocation.args[0] ?? 'files://');
    const request = {
      ...termsOf(flags),
      permissions: needed(flags, 'permissions', 'rl'),
      resourceTypes: needed(flags, 'resource-types', 'co'),
      services: flags.text('services') ?? 'f',
      signal,
    };
    await makeSas(invocation, { location, sign: (client) => client.sas.generateAccount(request) });
  },
};

function parseAccount(text: string): RemoteLocation {
  const location = parseRemote(text);
  if (location.kind === 'account') return location;
  throw new UsageError(
    'a SAS for an account cannot be narrowed to a share',
    'leave the location out, or use `azstore sas generate` for a share or a file',
  );
}

function needed(flags: Flags, name: string, example: string): string {
  const text = flags.text(name);
  if (text !== undefined) return text;
  throw new UsageError(`--${name} must be given, such as --${name} ${example}`);
}
