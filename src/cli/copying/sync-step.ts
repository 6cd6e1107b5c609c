import { lstat, stat } from 'node:fs/promises';
import type { AzureFilesClient, SyncRequest } from '../../files/index.js';
import { LocalError } from '../failures.js';
import { displayLocation, type LocalLocation, type ShareLocation } from '../locations.js';
import { lookUp, mustFind } from '../lookup.js';
import { downloadPlaces } from './download.js';
import type { Steps, TreeContext } from './step.js';
import { uploadPlaces } from './upload.js';

/** How two directories are made the same. */
export type SyncOptions = Omit<SyncRequest, 'from' | 'to' | 'signal' | 'onEntry' | 'onProgress'>;

export interface SyncContext {
  readonly client: AzureFilesClient;
  readonly options: SyncOptions;
  readonly signal: AbortSignal;
}

/** The step that makes a directory of a share like a local one. */
export async function* syncUp(from: LocalLocation, to: ShareLocation, context: SyncContext): Steps {
  await requireLocalDirectory(from.path);
  const { share, path } = to;
  yield {
    kind: 'tree',
    source: from.path,
    places: uploadPlaces(from.path, to),
    run: (limits) => sync(context, limits, { from: from.path, to: { share, path } }),
  };
}

/** The same the other way round. */
export async function* syncDown(from: ShareLocation, to: LocalLocation, context: SyncContext): Steps {
  await requireDirectory(from, context);
  await refuseFile(to.path);
  const { share, path } = from;
  yield {
    kind: 'tree',
    source: displayLocation(from),
    places: downloadPlaces(from, to.path),
    run: (limits) => sync(context, limits, { from: { share, path }, to: to.path }),
  };
}

function sync(
  { client, options }: SyncContext,
  limits: TreeContext,
  ends: Pick<SyncRequest, 'from' | 'to'>,
): Promise<unknown> {
  return client.streaming.sync({ ...ends, ...options, ...limits });
}

async function requireLocalDirectory(path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) throw isFile(path);
}

async function requireDirectory(from: ShareLocation, { client, signal }: SyncContext): Promise<void> {
  if ((await lookUp(client, { ...from, directory: true }, signal)) !== undefined) return;
  await mustFind(client, from, signal);
  throw isFile(displayLocation(from));
}

function isFile(place: string): LocalError {
  return new LocalError('NotSupported', `${place} is no directory: azstore cp copies a file`);
}

async function refuseFile(path: string): Promise<void> {
  const present = await lstat(path).catch(() => undefined);
  if (present === undefined || present.isDirectory() || present.isSymbolicLink()) return;
  throw new LocalError('Exists', `${path} is there already and is no directory`);
}
