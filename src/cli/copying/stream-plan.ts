import { leaseIdFlag } from '../leases/lease-flags.js';
import { leaseIdOf } from '../leases/lease-id.js';
import { displayLocation, parseLocation, type ShareLocation } from '../locations.js';
import { lookUp } from '../lookup.js';
import { UsageError } from '../usage-error.js';
import type { Invocation } from '../verb.js';
import { checksumOf } from './checksum.js';
import { givenLimits } from './limits.js';
import { refuseFlags } from './refuse-flags.js';
import { fromStandardInput, toStandardOutput } from './standard-streams.js';
import type { Plan, Steps } from './step.js';

/** With standard input or output at one side. */
export async function streamPlan(invocation: Invocation, from: readonly string[], to: string): Promise<Plan> {
  const { flags } = invocation;
  const [source = '-', ...others] = from;
  if (others.length > 0) throw new UsageError('with - there can only be one source');
  if (source === to) throw new UsageError('source and destination are both -');
  refuseFlags(
    invocation,
    ['recursive', 'replace', 'notes'],
    'with - there is one file, and it is moved at once',
  );
  const place = parseLocation(source === '-' ? to : source);
  if (place.kind !== 'share')
    throw new UsageError('with - the other side must be a file of a share', 'files://share/path');
  if (place.path === '' || place.directory)
    throw new UsageError('with - the other side needs the name of a file', 'files://share/path');
  const client = invocation.connections.client(place);
  const checksum = checksumOf(flags);
  if (source !== '-') {
    const { output, signal } = invocation;
    if (output.mode.json)
      throw new UsageError('--json and - both want standard output', 'azstore cat --json');
    refuseFlags(invocation, ['no-clobber', 'lease-id'], 'nothing is replaced on standard output');
    const options = { client, checksum, output, limits: givenLimits(flags), signal };
    return { steps: toStandardOutput(place, options), resumes: false };
  }
  return { steps: await fromInput(invocation, place), resumes: false };
}

async function fromInput(invocation: Invocation, target: ShareLocation): Promise<Steps> {
  const { connections, flags, io, signal } = invocation;
  if (flags.text(leaseIdFlag.name) === '-')
    throw new UsageError(
      'standard input cannot be both the file and the id of the lease',
      'set AZSTORE_LEASE_ID',
    );
  const client = connections.client(target);
  if ((await lookUp(client, { ...target, directory: true }, signal)) !== undefined)
    throw new UsageError(`${displayLocation(target)} is a directory: with - the file needs a name`);
  const overwrite = !flags.on('no-clobber');
  const leaseId = overwrite ? await leaseIdOf(invocation, target) : undefined;
  return fromStandardInput(target, {
    client,
    stdin: io.stdin,
    overwrite,
    leaseId,
    checksum: checksumOf(flags),
  });
}
