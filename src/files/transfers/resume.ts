import { resolve } from 'node:path';
import { AzureStorageError, ConfigurationError } from '../../core/errors.js';
import { Journal } from '../../transfer/journal.js';
import type { Facts, TransferRecord } from '../../transfer/journal-record.js';
import { RangeSet } from '../../transfer/range-set.js';
import { stateDirectory } from '../../transfer/state-directory.js';
import type { FilesContext, Location } from '../context.js';
import type { ByteRange } from '../types.js';

/**
 * Where the notes of a transfer go; `undefined` where none are wanted.
 * @throws {ConfigurationError} `InvalidRequest`.
 */
export function notesDirectory(resume: unknown): string | undefined {
  if (resume === undefined || resume === false) return undefined;
  if (resume === true) return stateDirectory();
  if (typeof resume === 'string' && resume !== '' && !resume.includes('\0')) return resolve(resume);
  throw new ConfigurationError('InvalidRequest', 'resume must be true, false, or the path of a directory');
}

/** The note of a transfer between a file of a share and a local one, whoever carries it out. */
export function journalOf(
  context: FilesContext,
  directory: string,
  transfer: { way: 'upload' | 'download'; at: Location; snapshot?: string | undefined; localPath: string },
): Journal {
  const { endpoint, options } = context.pipeline;
  const { way, at, snapshot = '', localPath } = transfer;
  const origin = endpoint.origin + endpoint.basePath;
  return new Journal(
    directory,
    [way, origin, at.share, at.path, snapshot, resolve(localPath)],
    options.clock,
  );
}

/** A transfer that is written down while it moves. */
export class NotedTransfer {
  readonly done: RangeSet;
  readonly #journal: Journal;
  #record: Omit<TransferRecord, 'done'>;
  /** Whether there is a note. */
  #begun: boolean;

  /** @param isNoted - Whether the record comes from the journal; else nothing is written down before {@link begin}. */
  constructor(journal: Journal, { done, ...record }: TransferRecord, { isNoted }: { isNoted: boolean }) {
    this.#begun = isNoted;
    this.#journal = journal;
    this.#record = record;
    this.done = new RangeSet(done);
  }

  /** What both ends say of themselves. */
  get record(): Pick<TransferRecord, 'id' | 'size' | 'remote'> {
    return this.#record;
  }

  get id(): string {
    return this.#record.id;
  }

  /** Notes what both ends say of themselves; without that, nothing is written down. */
  begin(facts: Pick<TransferRecord, 'size' | 'remote'>): Promise<void> {
    this.#record = { ...this.#record, ...facts };
    this.#begun = true;
    return this.#save();
  }

  /** Notes a range that has been moved. */
  async moved(range: ByteRange): Promise<void> {
    if (!this.#begun) return;
    this.done.add(range);
    await this.#save();
  }

  /** Notes that everything is there. @param local - What tells the file when it has its name. */
  async publishing(local: Facts = {}): Promise<void> {
    if (!this.#begun) return;
    this.#record = { ...this.#record, phase: 'publishing', local: { ...this.#record.local, ...local } };
    await this.#save();
  }

  /** Removes the note. */
  forget(): Promise<void> {
    return this.#journal.remove(this.id);
  }

  #save(): Promise<void> {
    return this.#journal.save({ ...this.#record, done: this.done.ranges });
  }

  /** Whether it is worth going on after a failure. */
  canGoOn(error: unknown): boolean {
    if (this.done.bytes === 0) return false;
    return !(error instanceof AzureStorageError && hopeless.has(error.code));
  }
}

/** After these the next run would begin anew, or fail as well. */
const hopeless: ReadonlySet<string> = new Set([
  'SourceChanged',
  'FileChanged',
  'ChecksumMismatch',
  'FileAlreadyExists',
  'LocalFileExists',
  'LocalNotAFile',
  'FileNotFound',
  'ParentNotFound',
  'ShareNotFound',
  'InvalidRequest',
]);
