import type { Dirent, Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type AzureFilesClient, FileError, isLeaseRecord } from '../../files/index.js';
import { LocalError } from '../failures.js';
import { childOf, displayLocation, type LocalLocation, type ShareLocation } from '../locations.js';
import { noDirectory } from '../lookup.js';
import { type FileStep, isUnfinished, type Steps } from './step.js';

export interface UploadOptions {
  readonly client: AzureFilesClient;
  readonly destination: ShareLocation;
  /** Whether the destination is a directory that is there, so that things go into it under their own names. */
  readonly into: boolean;
  readonly recursive: boolean;
  /** Whether files of the share may be replaced. */
  readonly overwrite: boolean;
  /** Of the lease on the one file that is written. */
  readonly leaseId: string | undefined;
  readonly signal: AbortSignal;
}

/** The steps that bring local files and directories into a share. */
export async function* uploadSteps(sources: readonly LocalLocation[], options: UploadOptions): Steps {
  for (const { path } of sources) yield* stepsOf(path, uploadTarget(path, options), options);
}

/** What a local file or directory becomes. */
export function uploadTarget(
  path: string,
  { destination, into }: Pick<UploadOptions, 'destination' | 'into'>,
): ShareLocation {
  const name = nameOf(path);
  return into && name !== '' ? childOf(destination, name) : destination;
}

/** `.` and `..` stand for what is in a directory, not for a directory of that name. */
function nameOf(path: string): string {
  const name = basename(path);
  return name === '.' || name === '..' ? '' : basename(resolve(path));
}

async function* stepsOf(path: string, target: ShareLocation, options: UploadOptions): Steps {
  let stats: Stats;
  try {
    stats = await lstat(path);
  } catch (error) {
    yield { kind: 'failed', source: path, error };
    return;
  }
  if (stats.isFile() && target.directory) yield { kind: 'failed', source: path, error: noDirectory(target) };
  else if (stats.isFile()) yield fileStep(path, { target, size: stats.size }, options);
  else if (!stats.isDirectory()) yield { kind: 'failed', source: path, error: refusal(path, stats) };
  else if (options.recursive) yield* directorySteps(path, target, options);
  else {
    const error = new LocalError('NotSupported', `${path} is a directory: give -r to copy it`);
    yield { kind: 'failed', source: path, error };
  }
}

async function* directorySteps(path: string, target: ShareLocation, options: UploadOptions): Steps {
  try {
    await makeDirectory(target, options);
    yield { kind: 'directory', source: path, target: displayLocation(target) };
    for await (const entry of await opendir(path)) yield* entrySteps(path, entry, { target, options });
  } catch (error) {
    options.signal.throwIfAborted();
    yield { kind: 'failed', source: path, error };
  }
}

interface Place {
  readonly target: ShareLocation;
  readonly options: UploadOptions;
}

async function* entrySteps(directory: string, entry: Dirent, { target, options }: Place): Steps {
  const path = join(directory, entry.name);
  const reason = reasonToSkip(entry) ?? (await recordReason(path, entry));
  if (reason === undefined) yield* stepsOf(path, childOf(target, entry.name), options);
  else yield { kind: 'skipped', source: path, reason };
}

function reasonToSkip(entry: Dirent): string | undefined {
  if (entry.isSymbolicLink()) return 'a symbolic link, which is not followed';
  if (isUnfinished(entry.name)) return 'an unfinished transfer';
  return entry.isFile() || entry.isDirectory() ? undefined : 'neither a file nor a directory';
}

/** As a file of the share it would be hidden, and say of another file how long its leases last. */
async function recordReason(path: string, { name }: Dirent): Promise<string | undefined> {
  // Few names are such, so that few files are looked at twice.
  if (!isLeaseRecord({ type: 'file', name, size: 0 }) || (await lstat(path)).size > 0) return undefined;
  return 'a record of a lock';
}

function refusal(path: string, stats: Stats): LocalError {
  const what = stats.isSymbolicLink()
    ? 'a symbolic link, which is not followed: name its target'
    : 'not a regular file';
  return new LocalError('NotSupported', `${path} is ${what}`);
}

async function makeDirectory(target: ShareLocation, { client, signal }: UploadOptions): Promise<void> {
  const { share, path } = target;
  if (path !== '') await client.directories.createIfNotExists({ share, path, signal });
}

interface Target {
  readonly target: ShareLocation;
  readonly size: number;
}

function fileStep(source: string, { target, size }: Target, options: UploadOptions): FileStep {
  const { client, overwrite, leaseId } = options;
  return {
    kind: 'file',
    source,
    target: displayLocation(target),
    size,
    async run(context) {
      const { share, path } = target;
      try {
        const request = { share, path, ...context, atomic: true, overwrite, leaseId };
        await client.streaming.uploadFrom(request, source);
        return 'copied';
      } catch (error) {
        if (!overwrite && error instanceof FileError && error.code === 'FileAlreadyExists') return 'skipped';
        throw error;
      }
    },
  };
}
