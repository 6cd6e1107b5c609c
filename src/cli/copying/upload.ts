import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type AzureFilesClient, FileError } from '../../files/index.js';
import { LocalError } from '../failures.js';
import { childOf, displayLocation, type LocalLocation, type ShareLocation } from '../locations.js';
import { noDirectory } from '../lookup.js';
import { type MoveOptions, treeOptions } from './move-options.js';
import type { FileStep, Steps, TreePlaces, TreeStep } from './step.js';

export interface UploadOptions extends MoveOptions {
  readonly client: AzureFilesClient;
  readonly destination: ShareLocation;
  /** Whether the destination is a directory that is there, so that things go into it under their own names. */
  readonly into: boolean;
  readonly recursive: boolean;
  /** Of the lease on the one file that is written. */
  readonly leaseId: string | undefined;
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
  else if (options.recursive) yield treeStep(path, target, options);
  else {
    const error = new LocalError('NotSupported', `${path} is a directory: give -r to copy it`);
    yield { kind: 'failed', source: path, error };
  }
}

function treeStep(path: string, target: ShareLocation, options: UploadOptions): TreeStep {
  const { client } = options;
  const { share } = target;
  const how = { ...treeOptions(options), atomic: true };
  return {
    kind: 'tree',
    source: path,
    places: uploadPlaces(path, target),
    run: (context) =>
      client.streaming.uploadDirectory({ share, path: target.path, ...context, ...how }, path),
  };
}

/** How paths of an upload are shown. */
export function uploadPlaces(from: string, to: ShareLocation): TreePlaces {
  return {
    source: (path) => (path === '' ? from : join(from, path)),
    target: (path) => displayLocation(path === '' ? to : childOf(to, path)),
  };
}

function refusal(path: string, stats: Stats): LocalError {
  const what = stats.isSymbolicLink()
    ? 'a symbolic link, which is not followed: name its target'
    : 'not a regular file';
  return new LocalError('NotSupported', `${path} is ${what}`);
}

interface Target {
  readonly target: ShareLocation;
  readonly size: number;
}

function fileStep(source: string, { target, size }: Target, options: UploadOptions): FileStep {
  const { client, leaseId, checksum, notes: resume } = options;
  const overwrite = options.existing !== 'keep';
  return {
    kind: 'file',
    source,
    target: displayLocation(target),
    size,
    async run(context) {
      const { share, path } = target;
      try {
        const how = { atomic: true, overwrite, leaseId, checksum, resume, preserveTimes: true };
        const request = { share, path, ...context, ...how };
        await client.streaming.uploadFrom(request, source);
        return 'copied';
      } catch (error) {
        if (!overwrite && error instanceof FileError && error.code === 'FileAlreadyExists') return 'skipped';
        throw error;
      }
    },
  };
}
