import type { DirectorySkipReason, DirectoryTransferEvent } from '../../files/index.js';
import { reportFailure } from '../each.js';
import type { Output } from '../output.js';
import type { TreePlaces } from './step.js';
import { Tally } from './tally.js';

export interface TellerOptions {
  readonly output: Output;
  /** Whether nothing is done, and every line says what would be. */
  readonly dryRun: boolean;
}

type Copied = { readonly source: string; readonly target: string; readonly bytes: number };
type Created = { readonly source: string; readonly target: string };

const reasons: Readonly<Record<DirectorySkipReason, string>> = {
  'symbolic-link': 'a symbolic link, which is not followed',
  'special-file': 'neither a file nor a directory',
  'unfinished-transfer': 'an unfinished transfer',
  'lock-record': 'a record of a lock',
  exists: 'it is there already',
  'not-empty': 'it holds something that takes no part',
};

/** Counts what becomes of each thing, and says so. */
export class Teller {
  readonly tally = new Tally();
  readonly #options: TellerOptions;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  copied({ source, target, bytes }: Copied): Promise<void> {
    this.tally.files += 1;
    this.tally.bytes += bytes;
    return this.#say({ status: 'copied', source, target, bytes }, `copy ${target}`);
  }

  created({ source, target }: Created): Promise<void> {
    this.tally.directories += 1;
    return this.#say({ status: 'created', source, target }, `make ${target}`);
  }

  /** What is left out on purpose, which people should know. */
  skipped(source: string, reason: string): Promise<void> {
    this.tally.skipped += 1;
    const { output } = this.#options;
    if (!output.mode.json) output.warn(`azstore: not copied: ${source}: ${reason}`);
    return this.#say({ status: 'skipped', source, reason });
  }

  /** What was to be left alone. */
  kept(source: string, target: string): Promise<void> {
    this.tally.skipped += 1;
    this.#options.output.note(`not copied: ${target} is there already`);
    return this.#say({ status: 'skipped', source, reason: `${target} is there already` });
  }

  failed(source: string, error: unknown): Promise<void> {
    return reportFailure(this.#options.output, source, error);
  }

  /** What became of a path of a transfer of directories. */
  entry(event: DirectoryTransferEvent, places: TreePlaces): Promise<void> {
    const [source, target] = [places.source(event.path), places.target(event.path)];
    switch (event.type) {
      case 'copied':
        return this.copied({ source, target, bytes: event.bytes });
      case 'created':
        return this.created({ source, target });
      case 'unchanged':
        this.tally.unchanged += 1;
        return Promise.resolve();
      case 'deleted':
        this.tally.deleted += 1;
        return this.#say({ status: 'deleted', target, kind: event.kind }, `delete ${target}`);
      case 'skipped':
        if (event.reason === 'exists') return this.kept(source, target);
        return this.skipped(event.reason === 'not-empty' ? target : source, reasons[event.reason]);
      case 'failed':
        this.tally.failed += 1;
        return this.failed(source, event.error);
    }
  }

  /** As data; what a dry run would do, as text too. */
  async #say(value: Readonly<Record<string, unknown>>, plan?: string): Promise<void> {
    const { output, dryRun } = this.#options;
    if (output.mode.json) await output.values([dryRun ? { ...value, dryRun } : value]);
    else if (dryRun && plan !== undefined) await output.lines([plan]);
  }
}
