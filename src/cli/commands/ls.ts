import type { AzureFilesClient, DirectoryEntry } from '../../files/index.js';
import { inBatches } from '../batches.js';
import type { Flags } from '../flags.js';
import { formatTime } from '../format.js';
import { includeLeaseRecords, withoutRecords } from '../lease-records.js';
import { baseName, parseRemote, type ShareLocation } from '../locations.js';
import { mustFind, saysAbsent } from '../lookup.js';
import type { Invocation, Verb } from '../verb.js';

/** Lists a directory, or the shares of an account. */
export const ls: Verb = {
  name: 'ls',
  about: 'list a directory of a share, or the shares of an account',
  args: '[location]',
  connects: true,
  flags: [
    { name: 'long', short: 'l', kind: 'switch', about: 'with size in bytes and time of change (UTC)' },
    { name: 'recursive', short: 'r', kind: 'switch', about: 'with everything below it' },
    includeLeaseRecords,
  ],
  examples: [
    'azstore ls                                      the shares of the account',
    'azstore ls -l files://team/reports',
    'azstore ls --recursive --json files://team',
  ],
  async run(invocation) {
    const location = parseRemote(invocation.args[0] ?? 'files://');
    const client = invocation.connections.client(location);
    if (location.kind === 'account') await listShares(invocation, client);
    else await listDirectory(invocation, client, location);
  },
};

/** What is printed of an entry. */
interface Row {
  readonly type: string;
  readonly name: string;
  readonly size?: number | undefined;
  readonly lastModified: Date;
}

async function listShares({ flags, output, signal }: Invocation, client: AzureFilesClient): Promise<void> {
  for await (const shares of inBatches(client.shares.list({ signal }))) {
    if (output.mode.json) await output.values(shares.map((share) => ({ type: 'share', ...share })));
    else await output.lines(shares.map((share) => textOf({ ...share, type: 'share' }, styleOf(flags))));
  }
}

async function listDirectory(
  invocation: Invocation,
  client: AzureFilesClient,
  location: ShareLocation,
): Promise<void> {
  const { flags, signal } = invocation;
  const { share, path } = location;
  const scope = { share, path, signal };
  const all = flags.on('recursive')
    ? client.directories.walk({ ...scope, includeLeaseRecords: true })
    : client.directories.listAll(scope);
  const entries = flags.on(includeLeaseRecords.name) ? all : withoutRecords(all);
  try {
    for await (const batch of inBatches(entries)) await printEntries(invocation, batch, path);
  } catch (error) {
    // A file was named, or nothing: a list of a directory is the usual case, and takes one request.
    if (!saysAbsent(error) || path === '') throw error;
    await printFile(invocation, client, location);
  }
}

async function printFile(
  invocation: Invocation,
  client: AzureFilesClient,
  location: ShareLocation,
): Promise<void> {
  const found = await mustFind(client, location, invocation.signal);
  const { share, path } = location;
  const { output, flags } = invocation;
  const name = baseName(path);
  const { etag, lastModified } = found.properties;
  const size = found.kind === 'file' ? found.properties.size : undefined;
  const row = { type: found.kind, name, share, path, size, etag, lastModified };
  if (output.mode.json) await output.values([row]);
  else await output.lines([textOf(row, styleOf(flags))]);
}

async function printEntries(
  { flags, output }: Invocation,
  entries: readonly DirectoryEntry[],
  below: string,
): Promise<void> {
  if (output.mode.json) return output.values(entries);
  const start = below === '' ? 0 : below.length + 1;
  const style = styleOf(flags);
  await output.lines(entries.map((entry) => textOf({ ...entry, name: entry.path.slice(start) }, style)));
}

type Style = 'long' | 'short';

function styleOf(flags: Flags): Style {
  return flags.on('long') ? 'long' : 'short';
}

function textOf({ type, name, size, lastModified }: Row, style: Style): string {
  const shown = type === 'file' ? name : `${name}/`;
  if (style === 'short') return shown;
  return `${String(size ?? '-').padStart(15)}  ${formatTime(lastModified)}  ${shown}`;
}
