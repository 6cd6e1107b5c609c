import { stat } from 'node:fs/promises';
import { Copier } from '../copying/copier.js';
import { downloadSteps } from '../copying/download.js';
import { remoteSteps } from '../copying/remote.js';
import type { Steps } from '../copying/step.js';
import { uploadSteps } from '../copying/upload.js';
import { refuseLeaseId, uploadLease } from '../copying/upload-lease.js';
import { LocalError } from '../failures.js';
import { leaseIdFlag } from '../leases/lease-flags.js';
import {
  displayLocation,
  type LocalLocation,
  type Location,
  parseLocation,
  type ShareLocation,
} from '../locations.js';
import { lookUp } from '../lookup.js';
import { UsageError } from '../usage-error.js';
import type { Invocation, Verb } from '../verb.js';

const defaultConcurrency = 8;

/** Copies files and directories to, from and within shares. */
export const cp: Verb = {
  name: 'cp',
  about: 'copy files and directories to, from and within shares',
  args: '<locations...>',
  connects: true,
  flags: [
    { name: 'recursive', short: 'r', kind: 'switch', about: 'directories too, with all that they hold' },
    { name: 'no-clobber', short: 'n', kind: 'switch', about: 'leave files alone that are there already' },
    {
      name: 'concurrency',
      kind: 'integer',
      placeholder: 'ranges',
      min: 1,
      max: 256,
      about: `ranges of 4 MiB under way at a time, over all files (default ${defaultConcurrency})`,
    },
    leaseIdFlag,
  ],
  examples: [
    'azstore cp report.pdf files://team/reports/         into that directory',
    'azstore cp -r ./site files://team/www               becomes www, or goes into it when it is there',
    'azstore cp -r files://team/www/images ./backup',
    'azstore cp files://team/a.bin files://archive/a.bin  moved by the service itself',
    'AZSTORE_LEASE_ID=$id azstore cp config.json files://team/config.json  under a lease',
  ],
  async run(invocation) {
    const { args, flags, output, signal } = invocation;
    const locations = args.map(parseLocation);
    const destination = locations.pop();
    if (destination === undefined || locations.length === 0) {
      throw new UsageError('cp needs a source and a destination');
    }
    const steps = await stepsOf(invocation, locations, destination);
    const concurrency = flags.integer('concurrency') ?? defaultConcurrency;
    await new Copier({ output, signal, concurrency }).copy(steps);
  },
};

async function stepsOf(
  invocation: Invocation,
  sources: readonly Location[],
  destination: Location,
): Promise<Steps> {
  const local = sources.filter((location) => location.kind === 'local');
  const remote = sources.filter((location) => location.kind === 'share');
  if (local.length + remote.length < sources.length || destination.kind === 'account') {
    throw new UsageError('an account cannot be copied; name a share', 'files://share/path');
  }
  if (local.length > 0 && remote.length > 0) {
    throw new UsageError('sources must be all local or all in shares');
  }
  refuseLeaseId(invocation, { local: local.length, to: destination });
  if (destination.kind === 'share') return toShare(invocation, { local, remote }, destination);
  if (local.length > 0) {
    throw new UsageError(
      'source and destination are both local',
      'a place in a share is written files://share/path',
    );
  }
  return toLocal(invocation, remote, destination);
}

interface Sources {
  readonly local: readonly LocalLocation[];
  readonly remote: readonly ShareLocation[];
}

async function toShare(
  invocation: Invocation,
  { local, remote }: Sources,
  destination: ShareLocation,
): Promise<Steps> {
  const { connections, flags, signal } = invocation;
  const client = connections.client(destination);
  if (remote.some((source) => connections.client(source) !== client)) {
    throw new UsageError(
      'source and destination belong to different accounts',
      'copy to a local directory first, and from there',
    );
  }
  const present = destination.path === '' ? 'directory' : (await lookUp(client, destination, signal))?.kind;
  const into = checkDestination(present, {
    directory: destination.directory,
    sources: local.length + remote.length,
    recursive: flags.on('recursive'),
    name: displayLocation(destination),
  });
  const options = { client, destination, into, signal, ...switchesOf(flags) };
  if (local.length === 0) return remoteSteps(remote, options);
  const leaseId = await uploadLease(invocation, local, { destination, into });
  return uploadSteps(local, { ...options, leaseId });
}

async function toLocal(
  { connections, flags, signal }: Invocation,
  sources: readonly ShareLocation[],
  { path }: LocalLocation,
): Promise<Steps> {
  const into = checkDestination(await localKind(path), {
    directory: /[/\\]$/.test(path),
    sources: sources.length,
    recursive: flags.on('recursive'),
    name: path,
  });
  const clientOf = (location: ShareLocation) => connections.client(location);
  return downloadSteps(sources, { clientOf, destination: path, into, signal, ...switchesOf(flags) });
}

function switchesOf(flags: Invocation['flags']): { recursive: boolean; overwrite: boolean } {
  return { recursive: flags.on('recursive'), overwrite: !flags.on('no-clobber') };
}

async function localKind(path: string): Promise<'file' | 'directory' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

interface Destination {
  /** Whether it was written with a slash at its end. */
  readonly directory: boolean;
  readonly sources: number;
  readonly recursive: boolean;
  readonly name: string;
}

/** Whether things go into the destination; otherwise the one source becomes it. */
function checkDestination(present: 'file' | 'directory' | undefined, destination: Destination): boolean {
  const { directory, sources, recursive, name } = destination;
  if (present === 'directory') return true;
  if (sources > 1) {
    if (present === 'file')
      throw new UsageError(`${name} is a file: several sources need a directory to go to`);
    throw new LocalError('NotFound', `there is no directory ${name}: several sources need one to go to`);
  }
  if (directory && !(recursive && present === undefined)) {
    throw new LocalError('NotFound', `there is no directory ${name}`);
  }
  return false;
}
