import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TransferError } from './transfer-error.js';

/**
 * Makes a directory with those that it is in, unless it is there. Some file systems (`/proc`, mounts on demand) can make
 * nothing in a directory that is there, and say that it is missing: `mkdir` with `recursive` then never ends.
 *
 * @throws {TransferError} `LocalNotADirectory` when something else has its name. @throws errors of the file system as they are.
 */
export async function makeDirectories(path: string, mode?: number): Promise<void> {
  const present = await kindOf(path);
  if (present === 'directory') return;
  if (present === 'other') throw notADirectory(path);
  const parent = dirname(path);
  if (parent !== path && (await kindOf(parent)) === 'nothing') await makeDirectories(parent, mode);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Somebody else may have been faster.
    if ((await kindOf(path)) !== 'directory') throw error;
  }
}

async function kindOf(path: string): Promise<'directory' | 'other' | 'nothing'> {
  return stat(path).then(
    (stats) => (stats.isDirectory() ? 'directory' : 'other'),
    () => 'nothing',
  );
}

export function notADirectory(path: string): TransferError {
  return new TransferError('LocalNotADirectory', `${path} is there already and is no directory`);
}
