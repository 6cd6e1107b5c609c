import { access, constants, mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { defaultNotesDirectory } from '../../files/index.js';
import type { Flag } from '../flags.js';
import type { Invocation } from '../verb.js';

export const notesFlag: Flag = {
  name: 'notes',
  kind: 'text',
  placeholder: 'directory',
  about: 'where unfinished transfers of large files are written down, so that the same command goes on',
};

/**
 * Where unfinished transfers are written down; `false` where no place can be written to: then a file that is broken off begins
 * anew.
 * @throws {Error} of the file system when it was the user who named the place.
 */
export async function notesOf({ flags, io, output }: Invocation): Promise<string | false> {
  const given = flags.text(notesFlag.name);
  const directory = given ?? usualPlace(io.env);
  try {
    await makeDirectories(directory);
    await access(directory, constants.W_OK | constants.X_OK);
    return directory;
  } catch (error) {
    if (given !== undefined) throw error;
    output.note(`${directory} cannot be written to: a file that is broken off begins anew (--notes)`);
    return false;
  }
}

/** Not `recursive`, which never ends where a file system (`/proc`, mounts on demand) can make nothing in what is there. */
async function makeDirectories(directory: string): Promise<void> {
  if ((await kindOf(directory)) === 'directory') return;
  const parent = dirname(directory);
  if (parent !== directory && (await kindOf(parent)) === 'nothing') await makeDirectories(parent);
  await mkdir(directory, { mode: 0o700 }).catch(async (error: unknown) => {
    // Somebody else may have been faster.
    if ((await kindOf(directory)) !== 'directory') throw error;
  });
}

async function kindOf(path: string): Promise<'directory' | 'other' | 'nothing'> {
  return stat(path).then(
    (stats) => (stats.isDirectory() ? 'directory' : 'other'),
    () => 'nothing',
  );
}

function usualPlace(environment: Invocation['io']['env']): string {
  return defaultNotesDirectory({
    platform: process.platform,
    environment,
    home: environment.HOME ?? homedir(),
  });
}
