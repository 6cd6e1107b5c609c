import { randomUUID } from 'node:crypto';
import { type AzureFilesClient, type CopyStatus, FileError } from '../../files/index.js';
import { LocalError } from '../failures.js';
import { withoutRecords } from '../lease-records.js';
import {
  childOf,
  copySource,
  displayLocation,
  joinPath,
  parentPath,
  type ShareLocation,
} from '../locations.js';
import { mustFind, noDirectory } from '../lookup.js';
import { UsageError } from '../usage-error.js';
import { type FileStep, isUnfinished, type StepContext, type Steps } from './step.js';

export interface RemoteCopyOptions {
  readonly client: AzureFilesClient;
  readonly destination: ShareLocation;
  /** Whether the destination is a directory that is there, so that things go into it under their own names. */
  readonly into: boolean;
  readonly recursive: boolean;
  /** Whether files may be replaced. */
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
}

/** A day: longer than any copy inside an account should take. */
const waitMs = 24 * 3_600_000;

/** The steps that copy inside an account; the service moves the bytes. */
export async function* remoteSteps(sources: readonly ShareLocation[], options: RemoteCopyOptions): Steps {
  for (const source of sources) {
    try {
      yield* sourceSteps(source, options);
    } catch (error) {
      options.signal.throwIfAborted();
      yield { kind: 'failed', source: displayLocation(source), error };
    }
  }
}

async function* sourceSteps(location: ShareLocation, options: RemoteCopyOptions): Steps {
  const { client, destination, into, signal } = options;
  const { source, name } = copySource(location);
  const target = into && name !== '' ? childOf(destination, name) : destination;
  const found = await mustFind(client, source, signal);
  refuseItself(source, target);
  if (found.kind === 'file' && target.directory) throw noDirectory(target);
  if (found.kind === 'file') yield fileStep(source, { target, size: found.properties.size }, options);
  else if (options.recursive) yield* directorySteps(source, target, options);
  else throw new LocalError('NotSupported', `${displayLocation(source)} is a directory: give -r to copy it`);
}

/** A directory copied into itself would never end; a file copied onto itself would be renamed away. */
function refuseItself(source: ShareLocation, target: ShareLocation): void {
  const [from, to] = [source, target].map(({ path }) => `${path.toLowerCase()}/`);
  if (source.share !== target.share || from === undefined) return;
  if (source.path === '' || to?.startsWith(from)) {
    throw new UsageError(`${displayLocation(source)} cannot be copied onto or into itself`);
  }
}

async function* directorySteps(
  source: ShareLocation,
  target: ShareLocation,
  options: RemoteCopyOptions,
): Steps {
  const { client, signal } = options;
  if (target.path !== '') {
    await client.directories.createIfNotExists({ share: target.share, path: target.path, signal });
  }
  yield { kind: 'directory', source: displayLocation(source), target: displayLocation(target) };
  const { share, path } = source;
  for await (const entry of withoutRecords(client.directories.listAll({ share, path, signal }))) {
    const place = childOf(source, entry.name);
    const goal = childOf(target, entry.name);
    if (isUnfinished(entry.name)) {
      yield { kind: 'skipped', source: displayLocation(place), reason: 'an unfinished transfer' };
    } else if (entry.type === 'file') yield fileStep(place, { target: goal, size: entry.size }, options);
    else yield* guarded(place, directorySteps(place, goal, options), signal);
  }
}

/** A directory that fails does not end those beside it. */
async function* guarded(source: ShareLocation, steps: Steps, signal: AbortSignal): Steps {
  try {
    yield* steps;
  } catch (error) {
    signal.throwIfAborted();
    yield { kind: 'failed', source: displayLocation(source), error };
  }
}

interface Target {
  readonly target: ShareLocation;
  readonly size: number;
}

function fileStep(source: ShareLocation, { target, size }: Target, options: RemoteCopyOptions): FileStep {
  return {
    kind: 'file',
    source: displayLocation(source),
    target: displayLocation(target),
    size,
    byService: true,
    async run(context) {
      const { client, overwrite } = options;
      if (!overwrite && (await exists(client, target, context.signal))) return 'skipped';
      const outcome = await copyWhole(client, { source, target, overwrite, context });
      context.onProgress({ loadedBytes: size, totalBytes: size });
      return outcome;
    },
  };
}

function exists(
  client: AzureFilesClient,
  { share, path }: ShareLocation,
  signal: AbortSignal,
): Promise<boolean> {
  return client.files.exists({ share, path, signal });
}

interface Copy {
  readonly source: ShareLocation;
  readonly target: ShareLocation;
  readonly overwrite: boolean;
  readonly context: StepContext;
}

/** Copies to a temporary name and renames: while a copy is pending, its destination is full of zeros. */
async function copyWhole(client: AzureFilesClient, copy: Copy): Promise<'copied' | 'skipped'> {
  const { source, target, overwrite, context } = copy;
  const { signal } = context;
  const { share } = target;
  const path = joinPath(parentPath(target.path), `.azstore-${randomUUID()}.tmp`);
  try {
    const from = { sourceShare: source.share, sourcePath: source.path };
    const started = await client.files.copy({ ...from, destShare: share, destPath: path, signal });
    checkEnd(await ended(client, { share, path, signal }, started), source);
    await client.files.rename({ share, path, newPath: target.path, replace: overwrite, signal });
    return 'copied';
  } catch (error) {
    await discard(client, share, path);
    if (!overwrite && error instanceof FileError && error.code === 'FileAlreadyExists') return 'skipped';
    throw error;
  }
}

interface Scope {
  readonly share: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

async function ended(client: AzureFilesClient, scope: Scope, status: CopyStatus): Promise<CopyStatus> {
  if (status.status !== 'pending') return status;
  return client.files.waitForCopy({ ...scope, copyId: status.copyId, waitMs });
}

function checkEnd(status: CopyStatus, source: ShareLocation): void {
  if (status.status === 'success') return;
  const why = status.status === 'failed' ? `: ${status.reason}` : '';
  throw new LocalError(
    'NotSupported',
    `the service ended the copy of ${displayLocation(source)} as ${status.status}${why}`,
  );
}

/** How long the removal may take, in milliseconds: it is a favour, not the copy. */
const discardMs = 5_000;

/** Removes what is left, also after an interruption: first the copy that may still be under way, then the file. */
async function discard(client: AzureFilesClient, share: string, path: string): Promise<void> {
  const scope = { share, path, signal: AbortSignal.timeout(discardMs) };
  try {
    const { copy } = await client.files.getProperties(scope);
    if (copy?.status === 'pending') await client.files.abortCopy({ ...scope, copyId: copy.copyId });
  } catch {
    // There is no file, or the copy has just ended.
  }
  await client.files.deleteIfExists(scope).catch(() => false);
}
