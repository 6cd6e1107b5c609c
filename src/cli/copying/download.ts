import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AzureFilesClient, type DirectoryEntry, TransferError } from '../../files/index.js';
import { LocalError } from '../failures.js';
import { withoutRecords } from '../lease-records.js';
import { baseName, childOf, displayLocation, type ShareLocation } from '../locations.js';
import { mustFind } from '../lookup.js';
import { type FileStep, isUnfinished, type Steps } from './step.js';

export interface DownloadOptions {
  readonly clientOf: (location: ShareLocation) => AzureFilesClient;
  /** A local path. */
  readonly destination: string;
  /** Whether the destination is a directory that is there, so that things go into it under their own names. */
  readonly into: boolean;
  readonly recursive: boolean;
  /** Whether local files may be replaced. */
  readonly overwrite: boolean;
  readonly signal: AbortSignal;
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

async function* sourceSteps(source: ShareLocation, options: DownloadOptions): Steps {
  const { destination, into, signal } = options;
  const context = { ...options, client: options.clientOf(source) };
  const name = baseName(source.path);
  const target = into && name !== '' ? localChild(destination, name) : destination;
  const found = await mustFind(context.client, source, signal);
  if (found.kind === 'file') yield fileStep(source, { target, size: found.properties.size }, context);
  else if (options.recursive) yield* directorySteps(source, target, context);
  else throw new LocalError('NotSupported', `${displayLocation(source)} is a directory: give -r to copy it`);
}

async function* directorySteps(source: ShareLocation, target: string, context: Context): Steps {
  const { client, signal } = context;
  const { share, path } = source;
  await makeDirectory(target, target === context.destination ? 'may be a link' : 'no link');
  yield { kind: 'directory', source: displayLocation(source), target };
  for await (const entry of withoutRecords(client.directories.listAll({ share, path, signal }))) {
    const place = childOf(source, entry.name);
    try {
      yield* entrySteps(entry, place, { target, context });
    } catch (error) {
      signal.throwIfAborted();
      yield { kind: 'failed', source: displayLocation(place), error };
    }
  }
}

interface Place {
  readonly target: string;
  readonly context: Context;
}

async function* entrySteps(entry: DirectoryEntry, source: ShareLocation, { target, context }: Place): Steps {
  if (isUnfinished(entry.name)) {
    yield { kind: 'skipped', source: displayLocation(source), reason: 'an unfinished transfer' };
    return;
  }
  const local = localChild(target, entry.name);
  if (entry.type === 'directory') yield* directorySteps(source, local, context);
  else yield fileStep(source, { target: local, size: entry.size }, context);
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
async function makeDirectory(path: string, link: 'may be a link' | 'no link'): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const present = await lstat(path);
    if (present.isDirectory() || (link === 'may be a link' && present.isSymbolicLink())) return;
    throw new LocalError('Exists', `${path} is there already and is no directory`);
  }
}

interface Target {
  readonly target: string;
  readonly size: number;
}

function fileStep(source: ShareLocation, { target, size }: Target, { client, overwrite }: Context): FileStep {
  return {
    kind: 'file',
    source: displayLocation(source),
    target,
    size,
    async run(context) {
      const { share, path } = source;
      try {
        await client.streaming.downloadTo({ share, path, ...context, overwrite }, target);
        return 'copied';
      } catch (error) {
        if (!overwrite && error instanceof TransferError && error.code === 'LocalFileExists')
          return 'skipped';
        throw error;
      }
    },
  };
}
