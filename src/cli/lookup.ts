import {
  type AzureFilesClient,
  AzureFilesError,
  type DirectoryProperties,
  type FileProperties,
} from '../files/index.js';
import { LocalError } from './failures.js';
import { displayLocation, type ShareLocation } from './locations.js';

/** What is at a place in a share. */
export type Found =
  | { readonly kind: 'file'; readonly properties: FileProperties }
  | { readonly kind: 'directory'; readonly properties: DirectoryProperties };

const absentCodes = new Set(['FileNotFound', 'DirectoryNotFound', 'ParentNotFound']);

/** Whether the failure says that there is nothing of that name; a missing share is another matter. */
export function saysAbsent(error: unknown): boolean {
  return error instanceof AzureFilesError && absentCodes.has(error.code);
}

/** Looks for a file, then for a directory. `undefined` when there is neither. */
export async function lookUp(
  client: AzureFilesClient,
  location: ShareLocation,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const { share, path } = location;
  if (path !== '' && !location.directory) {
    const properties = await unlessAbsent(client.files.getProperties({ share, path, signal }));
    if (properties !== undefined) return { kind: 'file', properties };
  }
  const properties = await unlessAbsent(client.directories.getProperties({ share, path, signal }));
  return properties === undefined ? undefined : { kind: 'directory', properties };
}

/** The same, where there has to be something. */
export async function mustFind(
  client: AzureFilesClient,
  location: ShareLocation,
  signal: AbortSignal,
): Promise<Found> {
  const found = await lookUp(client, location, signal);
  if (found !== undefined) return found;
  const what = location.directory ? 'directory' : 'file or directory';
  throw new LocalError('NotFound', `there is no ${what} ${displayLocation(location)}`);
}

/** Where only a directory could have been meant. */
export function noDirectory(location: ShareLocation): LocalError {
  return new LocalError('NotFound', `there is no directory ${displayLocation(location)}`);
}

async function unlessAbsent<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (saysAbsent(error)) return undefined;
    throw error;
  }
}
