import type { AzureFilesClient, DirectoryEntry } from '../../files/index.js';
import { formatCount } from '../format.js';
import { includeLeaseRecords, withoutRecords } from '../lease-records.js';
import { displayLocation, parseInShare } from '../locations.js';
import type { Output } from '../output.js';
import type { Verb } from '../verb.js';

/** Draws a directory with everything below it. */
export const tree: Verb = {
  name: 'tree',
  about: 'draw a directory with everything below it',
  args: '<location>',
  connects: true,
  flags: [
    { name: 'depth', kind: 'integer', placeholder: 'levels', min: 1, about: 'go no deeper than this' },
    includeLeaseRecords,
  ],
  examples: ['azstore tree files://team', 'azstore tree --depth 2 files://team/reports'],
  async run({ args, connections, flags, output, signal }) {
    const location = parseInShare(args[0] ?? '');
    const client = connections.client(location);
    const { share } = location;
    const records = flags.on(includeLeaseRecords.name);
    const drawing = new Drawing(client, output, { share, records, signal });
    if (!output.mode.json) await output.lines([displayLocation(location)]);
    await drawing.draw({
      path: location.path,
      indent: '',
      depth: 1,
      limit: flags.integer('depth') ?? Infinity,
    });
    output.note(
      `${formatCount(drawing.directories, 'directory', 'directories')}, ${formatCount(drawing.files, 'file')}`,
    );
  },
};

interface Level {
  readonly path: string;
  /** What stands before the branches of this level. */
  readonly indent: string;
  readonly depth: number;
  readonly limit: number;
}

interface Scope {
  readonly share: string;
  /** Whether lease records are drawn too. */
  readonly records: boolean;
  readonly signal: AbortSignal;
}

class Drawing {
  readonly #client: AzureFilesClient;
  readonly #output: Output;
  readonly #scope: Scope;
  files = 0;
  directories = 0;

  constructor(client: AzureFilesClient, output: Output, scope: Scope) {
    this.#client = client;
    this.#output = output;
    this.#scope = scope;
  }

  async draw(level: Level): Promise<void> {
    const { share, records, signal } = this.#scope;
    const all = this.#client.directories.listAll({ share, path: level.path, signal });
    let before: DirectoryEntry | undefined;
    // One entry behind: the last one is drawn with another branch.
    for await (const entry of records ? all : withoutRecords(all)) {
      if (before !== undefined) await this.#entry(before, level, 'middle');
      before = entry;
    }
    if (before !== undefined) await this.#entry(before, level, 'last');
  }

  async #entry(entry: DirectoryEntry, level: Level, place: 'middle' | 'last'): Promise<void> {
    const isDirectory = entry.type === 'directory';
    const last = place === 'last';
    if (isDirectory) this.directories += 1;
    else this.files += 1;
    if (this.#output.mode.json) await this.#output.values([{ ...entry, depth: level.depth }]);
    else {
      const branch = last ? '└── ' : '├── ';
      await this.#output.lines([`${level.indent}${branch}${entry.name}${isDirectory ? '/' : ''}`]);
    }
    if (!isDirectory || level.depth >= level.limit) return;
    const indent = `${level.indent}${last ? '    ' : '│   '}`;
    await this.draw({ ...level, path: entry.path, indent, depth: level.depth + 1 });
  }
}
