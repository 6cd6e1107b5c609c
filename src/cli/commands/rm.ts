import type { AzureFilesClient } from '../../files/index.js';
import { DirectoryError } from '../../files/index.js';
import { forEach, reportFailure } from '../each.js';
import { LocalError } from '../failures.js';
import { leaseIdFlag } from '../leases/lease-flags.js';
import { leaseIdOf } from '../leases/lease-id.js';
import { displayLocation, parseInShare, type ShareLocation } from '../locations.js';
import { lookUp, mustFind } from '../lookup.js';
import { UsageError } from '../usage-error.js';
import type { Invocation, Verb } from '../verb.js';

/** Removes files and directories. */
export const rm: Verb = {
  name: 'rm',
  about: 'remove files, and with -r directories',
  args: '<locations...>',
  connects: true,
  flags: [
    { name: 'recursive', short: 'r', kind: 'switch', about: 'directories too, with all that they hold' },
    { name: 'force', short: 'f', kind: 'switch', about: 'do not mind what is not there' },
    leaseIdFlag,
  ],
  examples: ['azstore rm files://team/notes.txt', 'azstore rm -rf files://team/reports/2025'],
  async run(invocation) {
    const { args, flags } = invocation;
    if (flags.origin(leaseIdFlag.name) === 'flag' && (args.length > 1 || flags.on('recursive'))) {
      throw new UsageError('--lease-id is for the removal of one file, without -r');
    }
    await forEach(invocation, invocation.args, (text) => remove(invocation, text));
  },
};

/** What was removed. */
interface Removal {
  readonly files: number;
  readonly directories: number;
}

async function remove(invocation: Invocation, text: string): Promise<void> {
  const { connections, flags, output } = invocation;
  const location = parseInShare(text);
  if (location.path === '') {
    throw new UsageError('the root of a share is not removed by this command', 'name what is in it');
  }
  const client = connections.client(location);
  const { files, directories } = flags.on('recursive')
    ? await removeAny(invocation, client, location)
    : await removeFile(invocation, client, location);
  const { share, path } = location;
  const status = files + directories > 0 ? 'removed' : 'absent';
  if (output.mode.json) await output.values([{ status, share, path, files, directories }]);
  else output.note(`${status === 'removed' ? 'removed' : 'is not there:'} ${displayLocation(location)}`);
}

async function removeFile(
  invocation: Invocation,
  client: AzureFilesClient,
  location: ShareLocation,
): Promise<Removal> {
  const { flags, signal } = invocation;
  const { share, path } = location;
  const leaseId = await leaseIdOf(invocation, location);
  if (!location.directory && (await client.files.deleteIfExists({ share, path, leaseId, signal }))) {
    return { files: 1, directories: 0 };
  }
  const found = flags.on('force')
    ? await lookUp(client, location, signal)
    : await mustFind(client, location, signal);
  if (found?.kind === 'directory') {
    throw new LocalError('NotSupported', `${displayLocation(location)} is a directory: give -r to remove it`);
  }
  return { files: 0, directories: 0 };
}

async function removeAny(
  invocation: Invocation,
  client: AzureFilesClient,
  location: ShareLocation,
): Promise<Removal> {
  const { flags, signal, output } = invocation;
  const { share, path } = location;
  const found = flags.on('force')
    ? await lookUp(client, location, signal)
    : await mustFind(client, location, signal);
  if (found === undefined) return { files: 0, directories: 0 };
  if (found.kind === 'file') return removeFile(invocation, client, location);
  try {
    const report = await client.directories.deleteRecursive({ share, path, signal });
    return { files: report.filesDeleted, directories: report.directoriesDeleted };
  } catch (error) {
    if (error instanceof DirectoryError) {
      for (const failure of error.failures) await reportFailure(output, failure.path, failure.error);
    }
    throw error;
  }
}
