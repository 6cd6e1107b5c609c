import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { temporaryDirectory } from './temporary-directory.js';

/**
 * A command `az` in a directory of its own, which the PATH of the environment has alone, beside what a script needs.
 * @param script - Lines of `sh`.
 */
export async function fakeAz(script: string) {
  const directory = await temporaryDirectory();
  const log = join(directory, 'arguments');
  await writeFile(join(directory, 'az'), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\n${script}\n`);
  await chmod(join(directory, 'az'), 0o755);
  return {
    environment: { PATH: [directory, '/usr/bin', '/bin'].join(delimiter) },
    /** The arguments that it was called with, all calls together. */
    async arguments(): Promise<string[]> {
      return (await readFile(log, 'utf8')).split('\n').slice(0, -1);
    },
  };
}
