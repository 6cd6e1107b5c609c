import type { AzureFilesClient } from '../../files/index.js';
import { DirectoryError } from '../../files/index.js';
import { refuseFlags } from '../copying/refuse-flags.js';
import { forEach, reportFailure } from '../each.js';
import { LocalError } from '../failures.js';
import { formatCount } from '../format.js';
import { leaseIdFlag } from '../leases/lease-flags.js';
import { leaseIdOf } from '../leases/lease-id.js';
import { displayLocation, parseInShare, type ShareLocation } from '../locations.js';
import { lookUp, mustFind } from '../lookup.js';
import { UsageError } from '../usage-error.js';
import type { Invocation, Verb } from '../verb.js';

const dayMs = 24 * 3_600_000;

/** Removes files and directories. */
export const rm: Verb = {
  name: 'rm',
  about: 'remove files, and with -r directories',
  args: '<locations...>',
  connects: true,
  flags: [
    { name: 'recursive', short: 'r', kind: 'switch', about: 'directories too, with all that they hold' },
    { name: 'force', short: 'f', kind: 'switch', about: 'do not mind what is not there' },
    {
      name: 'unfinished',
      kind: 'switch',
      about:
        'what broken off uploads have left in a directory and below it (.azstore-GUID.tmp), and nothing else',
    },
    {
      name: 'older-than',
      kind: 'time',
      placeholder: 'time',
      min: 60_000,
      max: 3_650 * dayMs,
      about: 'with --unfinished: where nobody has written for so long (default 7d)',
    },
    leaseIdFlag,
  ],
  examples: [
    'azstore rm files://team/notes.txt',
    'azstore rm -rf files://team/reports/2025',
    'azstore rm --unfinished --older-than 1d files://team',
  ],
  async run(invocation) {
    const { args, flags } = invocation;
    if (flags.on('unfinished')) {
      refuseFlags(
        invocation,
        ['recursive', 'force', leaseIdFlag.name],
        'with --unfinished only leftovers go',
      );
      await forEach(invocation, args, (text) => removeUnfinished(invocation, text));
      return;
    }
    refuseFlags(invocation, ['older-than'], 'it is for --unfinished');
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

async function removeUnfinished(invocation: Invocation, text: string): Promise<void> {
  const { connections, flags, output, signal } = invocation;
  const location = parseInShare(text);
  const { share, path } = location;
  const olderThanMs = flags.milliseconds('older-than');
  const client = connections.client(location);
  const report = await client.streaming.sweep({ share, path, olderThanMs, signal });
  const { filesDeleted: files, filesKept: kept } = report;
  const places = report.paths.map((each) => displayLocation({ ...location, path: each }));
  if (output.mode.json) await output.values([{ status: 'swept', share, path, files, kept, paths: places }]);
  for (const place of places) output.note(`removed ${place}`);
  output.note(`${formatCount(files, 'unfinished upload')} removed${kept > 0 ? `; ${kept} younger` : ''}`);
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
