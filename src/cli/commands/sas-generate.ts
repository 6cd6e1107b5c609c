import type { GenerateSasRequest } from '../../files/index.js';
import type { Flags } from '../flags.js';
import { parseInShare, type ShareLocation } from '../locations.js';
import { makeSas } from '../sas/make-sas.js';
import { responseFlags, responseHeadersOf, termFlags, termsOf } from '../sas/sas-flags.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** Makes any SAS for a file or a share. */
export const sasGenerate: Verb = {
  name: 'sas generate',
  about: 'make a URL with any right on a file, or on a share with everything in it',
  args: '<location>',
  connects: true,
  flags: [
    {
      name: 'permissions',
      kind: 'text',
      placeholder: 'letters',
      about: 'r read, c create, w write, d delete, l list (l on a share only)',
    },
    {
      name: 'policy',
      kind: 'text',
      placeholder: 'id',
      about:
        'a stored access policy of the share, which has what is left out here; nothing has a default then',
    },
    ...termFlags,
    ...responseFlags,
    {
      name: 'delegated-user',
      kind: 'text',
      placeholder: 'object-id',
      about: 'the only user who may use it; only when it is signed with --auth-mode login',
    },
    {
      name: 'delegated-tenant',
      kind: 'text',
      placeholder: 'id',
      about: 'the tenant of that user, where it is another one',
    },
  ],
  examples: [
    'azstore sas generate files://team --permissions rl --expires 8h',
    'azstore sas generate files://team/reports/a.pdf --permissions rw --ip 10.0.0.1-10.0.0.9',
    'azstore sas generate files://team --policy partners --token',
  ],
  async run(invocation) {
    const location = parseFileOrShare(invocation.args[0] ?? '');
    const request = { ...requestOf(invocation.flags, location), signal: invocation.signal };
    await makeSas(invocation, { location, sign: (client) => client.sas.generate(request) });
  },
};

/** A slash at the end may be what is left of a path that was lost: it must not open the whole share. */
function parseFileOrShare(text: string): ShareLocation {
  const location = parseInShare(text);
  if (!location.directory) return location;
  throw new UsageError(
    'there is no SAS for a directory',
    `name a file, or the whole share without a slash at its end: files://${location.share}`,
  );
}

function requestOf(flags: Flags, { share, path }: ShareLocation): GenerateSasRequest {
  const permissions = flags.text('permissions');
  const policyId = flags.text('policy');
  if (permissions === undefined && policyId === undefined) {
    throw new UsageError(
      '--permissions must be given, such as --permissions r, unless --policy names a stored policy',
    );
  }
  return {
    ...termsOf(flags),
    share,
    ...(path !== '' && { path }),
    permissions,
    policyId,
    responseHeaders: responseHeadersOf(flags),
    delegatedUserObjectId: flags.text('delegated-user'),
    delegatedUserTenantId: flags.text('delegated-tenant'),
  };
}
