import { access, constants, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
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
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK | constants.X_OK);
    return directory;
  } catch (error) {
    if (given !== undefined) throw error;
    output.note(`${directory} cannot be written to: a file that is broken off begins anew (--notes)`);
    return false;
  }
}

function usualPlace(environment: Invocation['io']['env']): string {
  return defaultNotesDirectory({
    platform: process.platform,
    environment,
    home: environment.HOME ?? homedir(),
  });
}
