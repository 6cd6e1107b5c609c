import type { AzureFilesClient } from '../../files/index.js';
import { leaseIdFlag } from '../leases/lease-flags.js';
import { leaseIdOf } from '../leases/lease-id.js';
import {
  baseName,
  childOf,
  displayLocation,
  type Location,
  parseLocation,
  type ShareLocation,
} from '../locations.js';
import { type Found, lookUp, mustFind, noDirectory } from '../lookup.js';
import { UsageError } from '../usage-error.js';
import type { Verb } from '../verb.js';

/** Renames a file or a directory inside its share, in one step. */
export const mv: Verb = {
  name: 'mv',
  about: 'rename a file or a directory inside its share, in one step',
  args: '<source> <destination>',
  connects: true,
  flags: [
    { name: 'no-clobber', short: 'n', kind: 'switch', about: 'fail when there is a file of the new name' },
    leaseIdFlag,
  ],
  examples: [
    'azstore mv files://team/draft.txt files://team/final.txt',
    'azstore mv files://team/final.txt files://team/archive/   into that directory',
  ],
  async run(invocation) {
    const { args, connections, flags, output, signal } = invocation;
    const [source, destination] = pair(parseLocation(args[0] ?? ''), parseLocation(args[1] ?? ''));
    const client = connections.client(source);
    const found = await mustFind(client, source, signal);
    const target = await targetOf(client, { source, destination, signal });
    const { share, path } = source;
    const { path: newPath } = target;
    if (found.kind === 'file') {
      const leaseId = await leaseIdOf(invocation, source);
      const replace = !flags.on('no-clobber');
      await client.files.rename({ share, path, newPath, leaseId, replace, signal });
    } else {
      if (flags.origin(leaseIdFlag.name) === 'flag') throw new UsageError('a directory cannot be leased');
      refuseInto(source, target);
      await client.directories.rename({ share, path, newPath, signal });
    }
    if (output.mode.json)
      await output.values([{ status: 'renamed', type: found.kind, share, path, newPath }]);
    else output.note(`${displayLocation(source)} -> ${displayLocation(target)}`);
  },
};

function pair(source: Location, destination: Location): [ShareLocation, ShareLocation] {
  if (source.kind !== 'share' || destination.kind !== 'share') {
    throw new UsageError(
      'mv renames inside a share: both places must be in one',
      'use azstore cp, then remove the source',
    );
  }
  if (source.share !== destination.share || source.account?.endpoint !== destination.account?.endpoint) {
    throw new UsageError('mv renames inside one share, not across shares', 'use azstore cp, then azstore rm');
  }
  if (source.path === '') throw new UsageError('the root of a share cannot be renamed');
  return [source, destination];
}

interface Move {
  readonly source: ShareLocation;
  readonly destination: ShareLocation;
  readonly signal: AbortSignal;
}

/** The new name; what is moved to a directory that is there goes into it. */
async function targetOf(
  client: AzureFilesClient,
  { source, destination, signal }: Move,
): Promise<ShareLocation> {
  // Names of a share ignore case: a new spelling of the same name would find itself.
  if (sameName(source.path, destination.path)) {
    if (source.path !== destination.path) return destination;
    throw new UsageError('source and destination are the same');
  }
  const present: Found | undefined =
    destination.path === '' ? undefined : await lookUp(client, destination, signal);
  if (destination.path === '' || present?.kind === 'directory') {
    const target = childOf(destination, baseName(source.path));
    if (target.path === source.path) throw new UsageError('source and destination are the same');
    return target;
  }
  if (!destination.directory) return destination;
  throw noDirectory(destination);
}

function refuseInto(source: ShareLocation, target: ShareLocation): void {
  if (target.path.toLowerCase().startsWith(`${source.path.toLowerCase()}/`)) {
    throw new UsageError('a directory cannot be moved into itself');
  }
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
