import type { AzureFilesClient, DirectoryEntry } from '../../files/index.js';
import { formatCount } from '../format.js';
import { displayLocation, parseInShare, type ShareLocation } from '../locations.js';
import type { Output } from '../output.js';
import type { Verb } from '../verb.js';

/** Draws a directory with everything below it. */
export const tree: Verb = {
  name: 'tree',
  about: 'draw a directory with everything below it',
  args: '<location>',
  connects: true,
  flags: [{ name: 'depth', kind: 'integer', placeholder: 'levels', min: 1, about: 'go no deeper than this' }],
  examples: ['azstore tree files://team', 'azstore tree --depth 2 files://team/reports'],
  async run({ args, connections, flags, output, signal }) {
    const location = parseInShare(args[0] ?? '');
    const client = connections.client(location);
    const drawing = new Drawing(client, output, { share: location.share, signal });
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

class Drawing {
  readonly #client: AzureFilesClient;
  readonly #output: Output;
  readonly #scope: { readonly share: string; readonly signal: AbortSignal };
  files = 0;
  directories = 0;

  constructor(
    client: AzureFilesClient,
    output: Output,
    scope: { readonly share: ShareLocation['share']; readonly signal: AbortSignal },
  ) {
    this.#client = client;
    this.#output = output;
    this.#scope = scope;
  }

  async draw(level: Level): Promise<void> {
    const entries = this.#client.directories.listAll({ ...this.#scope, path: level.path });
    let before: DirectoryEntry | undefined;
    // One entry behind: the last one is drawn with another branch.
    for await (const entry of entries) {
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
