import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { type AzureFilesClient, TransferError } from '../../files/index.js';
import { LocalError } from '../failures.js';
import { childOf, copySource, displayLocation, type ShareLocation } from '../locations.js';
import { mustFind } from '../lookup.js';
import { type MoveOptions, treeOptions } from './move-options.js';
import type { FileStep, Steps, TreePlaces, TreeStep } from './step.js';

export interface DownloadOptions extends MoveOptions {
  readonly clientOf: (location: ShareLocation) => AzureFilesClient;
  /** A local path. */
  readonly destination: string;
  /** Whether the destination is a directory that is there, so that things go into it under their own names. */
  readonly into: boolean;
  readonly recursive: boolean;
}

/** The steps that bring files and directories of a share to this machine. */
export async function* downloadSteps(sources: readonly ShareLocation[], options: DownloadOptions): Steps {
  for (const source of sources) {
    try {
      yield* sourceSteps(source, options);
    } catch (error) {
      options.signal.throwIfAborted();
      yield { kind: 'failed', source: displayLocation(source), error };
    }
  }
}

/** Below a directory: the client, and where things go. */
interface Context extends DownloadOptions {
  readonly client: AzureFilesClient;
}

async function* sourceSteps(location: ShareLocation, options: DownloadOptions): Steps {
  const { destination, into, signal } = options;
  const context = { ...options, client: options.clientOf(location) };
  const { source, name } = copySource(location);
  const target = into && name !== '' ? localChild(destination, name) : destination;
  const found = await mustFind(context.client, source, signal);
  if (found.kind === 'file') yield fileStep(source, { target, size: found.properties.size }, context);
  else if (options.recursive) {
    await refuseLink(target, options);
    yield treeStep(source, target, context);
  } else
    throw new LocalError('NotSupported', `${displayLocation(source)} is a directory: give -r to copy it`);
}

function treeStep(source: ShareLocation, target: string, options: Context): TreeStep {
  const { share, path } = source;
  const how = treeOptions(options);
  return {
    kind: 'tree',
    source: displayLocation(source),
    places: downloadPlaces(source, target),
    run: (context) => options.client.streaming.downloadDirectory({ share, path, ...context, ...how }, target),
  };
}

/** How paths of a download are shown. */
export function downloadPlaces(from: ShareLocation, to: string): TreePlaces {
  return {
    source: (path) => displayLocation(path === '' ? from : childOf(from, path)),
    target: (path) => (path === '' ? to : join(to, path)),
  };
}

/**
 * The local path for a name that came from a service, which may not be a name at all.
 * @throws {LocalError} `NotSupported` when it would lead out of the directory.
 */
export function localChild(directory: string, name: string): string {
  // A colon leads to another drive or stream on Windows, and is part of a name elsewhere.
  const elsewhere = process.platform === 'win32' ? /[/\\\0:]/ : /[/\\\0]/;
  if (name === '' || name === '.' || name === '..' || elsewhere.test(name)) {
    throw new LocalError(
      'NotSupported',
      `the service lists a name that leads elsewhere: ${JSON.stringify(name)}`,
    );
  }
  return join(directory, name);
}

/** A symbolic link would lead out of the destination; only the destination itself may be one, as the user named it. */
async function refuseLink(target: string, { destination }: DownloadOptions): Promise<void> {
  if (target === destination) return;
  const present = await lstat(target).catch(() => undefined);
  if (present === undefined || present.isDirectory()) return;
  throw new LocalError('Exists', `${target} is there already and is no directory`);
}

interface Target {
  readonly target: string;
  readonly size: number;
}

function fileStep(
  source: ShareLocation,
  { target, size }: Target,
  { client, existing, checksum, notes: resume }: Context,
): FileStep {
  const overwrite = existing !== 'keep';
  return {
    kind: 'file',
    source: displayLocation(source),
    target,
    size,
    async run(context) {
      const { share, path } = source;
      try {
        const how = { overwrite, checksum, resume, preserveTimes: true };
        await client.streaming.downloadTo({ share, path, ...context, ...how }, target);
        return 'copied';
      } catch (error) {
        if (!overwrite && error instanceof TransferError && error.code === 'LocalFileExists')
          return 'skipped';
        throw error;
      }
    },
  };
}
