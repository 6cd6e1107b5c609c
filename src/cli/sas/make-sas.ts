import { type AzureFilesClient, ConfigurationError, type ResourceSas } from '../../files/index.js';
import { CommandFailure, exitCodes } from '../failures.js';
import { formatTime } from '../format.js';
import type { RemoteLocation } from '../locations.js';
import type { Output } from '../output.js';
import { UsageError } from '../usage-error.js';
import type { Invocation } from '../verb.js';

/** What is to be made. */
export interface SasTask {
  readonly location: RemoteLocation;
  /** What people should know of it beside its limits. */
  readonly remark?: string | undefined;
  sign(client: AzureFilesClient): Promise<ResourceSas>;
}

/** Makes a SAS and prints it: on standard output, as it is what was asked for. */
export async function makeSas(invocation: Invocation, { location, remark, sign }: SasTask): Promise<void> {
  const { connections, flags, output } = invocation;
  const client = connections.open(location, { telemetry: { log: concernsTo(output) } });
  const sas = await signed(client, sign);
  output.redactor.hide(sas.token);
  const { token, url } = sas;
  if (output.mode.json) {
    await output.values([{ ...sas.toJSON(), token, ...(!flags.on('token') && { url }) }]);
  } else {
    await output.lines([flags.on('token') ? token : url]);
  }
  output.note(`azstore: ${describe(sas)}`);
  if (remark !== undefined) output.note(`azstore: ${remark}`);
}

/** What the library finds broad or long, people have to know whatever the mode. */
function concernsTo(output: Output) {
  return (level: string, _message: string, { concerns }: { readonly concerns?: unknown }): void => {
    if (level !== 'warn' || concerns === undefined) return;
    output.warn(`azstore: WARNING: a broad or long SAS, which whoever has it can use: ${concerns}`);
  };
}

async function signed(client: AzureFilesClient, sign: SasTask['sign']): Promise<ResourceSas> {
  try {
    return await sign(client);
  } catch (error) {
    // What the service says has a status, and is no mistake of the command line.
    if (!(error instanceof ConfigurationError) || error.status !== undefined) throw error;
    if (error.code === 'InvalidOption' || error.code === 'InvalidRequest') {
      throw new UsageError(inFlags(error.message));
    }
    // Without an attempt it is the client that cannot sign; else an identity is not there.
    if (error.code !== 'MissingCredentials' || error.attempts > 0) throw error;
    const hint = 'a SAS is signed with --account-key, or for shares and files with --auth-mode login';
    throw new CommandFailure(error.code, exitCodes.usage, { message: error.message, cause: error, hint });
  }
}

const flagNames: readonly (readonly [RegExp, string])[] = [
  [/\bexpires(On|InSeconds)\b/g, '--expires'],
  [/\bstartsOn\b/g, '--starts'],
  [/\bipRange\b/g, '--ip'],
  [/\bpolicyId\b/g, '--policy'],
  [/\bresourceTypes\b/g, '--resource-types'],
  [/\bdelegatedUserObjectId\b/g, '--delegated-user'],
  [/\bdelegatedUserTenantId\b/g, '--delegated-tenant'],
  [/\bapiVersion\b/g, '--api-version'],
  [/^(permissions|services)\b/g, '--$1'],
  [/^version\b/g, '--api-version'],
  [/\bresponseHeaders\.(cache|content)([A-Z])(\w+)/g, '--$1-$2$3'],
];

/** The same message with the names that the command line has for the fields. */
function inFlags(message: string): string {
  const text = flagNames.reduce((before, [name, flag]) => before.replace(name, flag), message);
  return text.replace(/--(?:cache|content)-[A-Z]/g, (flag) => flag.toLowerCase());
}

function describe(sas: ResourceSas): string {
  const { permissions, policyId, resource, ipRange, protocol, kind } = sas;
  const rights = permissions === '' ? `what the policy ${policyId} says` : `'${permissions}'`;
  const parts = [
    `allows ${rights} on ${resource}`,
    timeOf(sas),
    ipRange === undefined ? '' : `for ${ipRange} alone`,
    protocol === 'https' ? 'over https' : 'over https and http',
    userOf(sas),
    kind === 'user_delegation' ? 'as far as the identity that signed it may' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Others would be refused, and whoever hands it out must know that. */
function userOf({ token }: ResourceSas): string {
  const user = new URLSearchParams(token).get('sduoid');
  return user === null ? '' : `for the user ${user} alone, with a token of theirs beside it`;
}

function timeOf({ startsOn, expiresOn }: ResourceSas): string {
  const end = expiresOn === undefined ? '' : `until ${formatTime(expiresOn)} UTC`;
  return startsOn === undefined ? end : `from ${formatTime(startsOn)} ${end}`.trim();
}
