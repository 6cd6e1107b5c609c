import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AzureFilesClient } from '../../files/index.js';
import { LocalError } from '../failures.js';
import {
  copySource,
  displayLocation,
  type LocalLocation,
  type Location,
  type ShareLocation,
} from '../locations.js';
import { lookUp } from '../lookup.js';
import { UsageError } from '../usage-error.js';
import type { Invocation } from '../verb.js';
import { goOn } from './beginning.js';
import { checksumOf } from './checksum.js';
import { downloadSteps } from './download.js';
import type { MoveOptions } from './move-options.js';
import { notesOf } from './notes.js';
import { refuseFlags } from './refuse-flags.js';
import { remoteSteps } from './remote.js';
import type { Plan } from './step.js';
import { uploadSteps } from './upload.js';
import { refuseLeaseId, uploadLease } from './upload-lease.js';

/** @throws {UsageError} for places that cannot be copied from or to. */
export async function copyPlan(
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
  if (destination.kind === 'share') {
    return toShare(invocation, { local, remote }, copySource(destination).source);
  }
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
  const begun = await goOn({
    into,
    mayBecome: recursive && local.length === 1,
    notes: move.notes,
    key: ['upload', ...local.map(({ path }) => resolve(path)), ...keyOf(client, destination)],
  });
  return begun.plan(uploadSteps(local, { ...options, ...move, leaseId, into: begun.into }));
}

/** Tells a place of a share from all others. */
function keyOf(client: AzureFilesClient, { share, path }: ShareLocation): string[] {
  return [String(client.toJSON().endpoint), share, path];
}

async function toLocal(
  invocation: Invocation,
  sources: readonly ShareLocation[],
  { path }: LocalLocation,
): Promise<Plan> {
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
  const begun = await goOn({
    into,
    mayBecome: recursive && sources.length === 1,
    notes: move.notes,
    key: ['download', ...sources.flatMap((source) => keyOf(clientOf(source), source)), resolve(path)],
  });
  return begun.plan(
    downloadSteps(sources, { clientOf, destination: path, into: begun.into, recursive, ...move }),
  );
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
