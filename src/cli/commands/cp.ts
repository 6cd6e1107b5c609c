import { stat } from 'node:fs/promises';
import { checksumFlag, checksumOf } from '../copying/checksum.js';
import { Copier } from '../copying/copier.js';
import { downloadSteps } from '../copying/download.js';
import { limitFlags, limitsOf } from '../copying/limits.js';
import type { MoveOptions } from '../copying/move-options.js';
import { notesFlag, notesOf } from '../copying/notes.js';
import { refuseFlags } from '../copying/refuse-flags.js';
import { remoteSteps } from '../copying/remote.js';
import type { Plan, Steps } from '../copying/step.js';
import { streamPlan } from '../copying/stream-plan.js';
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
      name: 'replace',
      kind: 'switch',
      about: 'with -r: copy files too that have the same size and time at both sides',
    },
    checksumFlag,
    ...limitFlags,
    notesFlag,
    leaseIdFlag,
  ],
  examples: [
    'azstore cp report.pdf files://team/reports/         into that directory',
    'azstore cp -r ./site files://team/www               becomes www, or goes into it when it is there',
    'azstore cp -r files://team/www/images ./backup',
    'azstore cp files://team/a.bin files://archive/a.bin  moved by the service itself',
    'pg_dump shop | gzip | azstore cp - files://team/shop.sql.gz',
    'azstore cp files://team/shop.sql.gz - | gunzip | psql shop',
    'AZSTORE_LEASE_ID=$id azstore cp config.json files://team/config.json  under a lease',
  ],
  async run(invocation) {
    const { args, flags, output, signal } = invocation;
    if (flags.on('no-clobber') && flags.on('replace'))
      throw new UsageError('only one of --no-clobber and --replace can be given');
    const [from, to] = [args.slice(0, -1), args.at(-1)];
    if (to === undefined || from.length === 0) throw new UsageError('cp needs a source and a destination');
    const plan = [...from, to].includes('-')
      ? await streamPlan(invocation, from, to)
      : await planOf(invocation, from.map(parseLocation), parseLocation(to));
    await new Copier({ output, signal, limits: limitsOf(flags), resumes: plan.resumes }).copy(plan.steps);
  },
};

async function planOf(
  invocation: Invocation,
  sources: readonly Location[],
  destination: Location,
): Promise<Plan> {
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
  return { steps: await toLocal(invocation, remote, destination), resumes: true };
}

interface Sources {
  readonly local: readonly LocalLocation[];
  readonly remote: readonly ShareLocation[];
}

async function toShare(
  invocation: Invocation,
  { local, remote }: Sources,
  destination: ShareLocation,
): Promise<Plan> {
  const { connections, flags, signal } = invocation;
  const client = connections.client(destination);
  if (remote.some((source) => connections.client(source) !== client)) {
    throw new UsageError(
      'source and destination belong to different accounts',
      'copy to a local directory first, and from there',
    );
  }
  if (local.length === 0) {
    const here = ['replace', 'checksum', 'memory-budget', 'bandwidth-limit', 'notes'];
    refuseFlags(invocation, here, 'within an account the service moves the bytes by itself, and all of them');
  }
  const present = destination.path === '' ? 'directory' : (await lookUp(client, destination, signal))?.kind;
  const into = checkDestination(present, {
    directory: destination.directory,
    sources: local.length + remote.length,
    recursive: flags.on('recursive'),
    name: displayLocation(destination),
  });
  const recursive = flags.on('recursive');
  const options = { client, destination, into, signal, recursive };
  if (local.length === 0) {
    const overwrite = !flags.on('no-clobber');
    return { steps: remoteSteps(remote, { ...options, overwrite }), resumes: false };
  }
  const leaseId = await uploadLease(invocation, local, { destination, into });
  const move = await moveOptions(invocation);
  return { steps: uploadSteps(local, { ...options, ...move, leaseId }), resumes: true };
}

async function toLocal(
  invocation: Invocation,
  sources: readonly ShareLocation[],
  { path }: LocalLocation,
): Promise<Steps> {
  const { connections, flags } = invocation;
  const recursive = flags.on('recursive');
  const into = checkDestination(await localKind(path), {
    directory: /[/\\]$/.test(path),
    sources: sources.length,
    recursive,
    name: path,
  });
  const clientOf = (location: ShareLocation) => connections.client(location);
  const move = await moveOptions(invocation);
  return downloadSteps(sources, { clientOf, destination: path, into, recursive, ...move });
}

async function moveOptions(invocation: Invocation): Promise<MoveOptions> {
  const { flags, signal } = invocation;
  const existing = flags.on('no-clobber') ? 'keep' : flags.on('replace') ? 'replace' : 'compare';
  return { existing, checksum: checksumOf(flags), notes: await notesOf(invocation), signal };
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
