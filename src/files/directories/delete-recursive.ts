import { type AzureStorageError, ConfigurationError, LeaseError } from '../../core/errors.js';
import { runWindow } from '../../transfer/window.js';
import { isTemporaryName } from '../content/temporary-file.js';
import { type FilesContext, type Location, locateDirectory, locateFile, send } from '../context.js';
import { type DeleteFailure, DirectoryError, FileError } from '../errors.js';
import { isAbsent } from '../failure.js';
import { isRecordEntry, recordPathOf } from '../locks/lease-record.js';
import { nameOf, parentOf } from '../paths.js';
import type { DeleteRecursiveRequest } from '../requests.js';
import type { DeleteRecursiveReport } from '../types.js';
import { deleteDirectoryRequest } from '../wire/directory-wire.js';
import { deleteFileRequest } from '../wire/file-wire.js';
import { leaseFileRequest } from '../wire/lease-wire.js';
import { walkPages } from './walk.js';

/** Files are deleted in batches of this many, across directories. */
const batchSize = 256;
const maxFailuresKept = 100;

/** What a caller without types may give. */
export type MaybeDeleteRecursiveRequest = Omit<DeleteRecursiveRequest, 'path'> & {
  path?: string | undefined;
};

/** See `DirectoryService.deleteRecursive`. */
export async function deleteRecursive(
  context: FilesContext,
  request: MaybeDeleteRecursiveRequest,
): Promise<DeleteRecursiveReport> {
  const { path } = request;
  // Left out by mistake it must not mean everything.
  if (path === undefined) {
    const message = "deleteRecursive needs a path; '' stands for everything in the share";
    throw new ConfigurationError('InvalidPath', message);
  }
  return new Deletion(context, { ...request, path }).run();
}

class Deletion {
  readonly #context: FilesContext;
  readonly #request: DeleteRecursiveRequest;
  readonly #share: string;
  readonly #top: string;
  readonly #concurrency: number;
  readonly #report = { filesDeleted: 0, directoriesDeleted: 0, alreadyGone: 0 };
  readonly #failures: DeleteFailure[] = [];
  #failureCount = 0;
  /** Directories that keep something; deleting them would only be refused. */
  readonly #kept = new Set<string>();
  /** Where the records of files that stay are, in lower case. */
  readonly #keptRecords = new Set<string>();

  constructor(context: FilesContext, request: DeleteRecursiveRequest) {
    const at = locateDirectory(context, request.share, request.path);
    this.#context = context;
    this.#request = request;
    this.#share = at.share;
    this.#top = at.path;
    this.#concurrency = request.concurrency ?? context.pipeline.options.concurrency;
  }

  async run(): Promise<DeleteRecursiveReport> {
    const levels = await this.#deleteFiles();
    for (const level of levels.reverse()) await this.#deleteDirectories(level);
    if (this.#top !== '') await this.#deleteDirectories([this.#top]);
    if (this.#failureCount > 0) throw this.#leftovers();
    return this.#report;
  }

  /** Deletes the files of the whole tree. @returns its directories, by depth. */
  async #deleteFiles(): Promise<string[][]> {
    const levels: string[][] = [];
    const records: string[] = [];
    let batch: string[] = [];
    for await (const { entries } of walkPages(this.#context, { ...this.#request, path: this.#top })) {
      for (const entry of entries) {
        if (entry.type === 'directory') levelOf(levels, entry.path).push(entry.path);
        else (isRecordEntry(entry) ? records : batch).push(entry.path);
      }
      if (batch.length < batchSize) continue;
      await this.#each(batch, (path, signal) => this.#deleteFile(path, signal));
      batch = [];
    }
    await this.#each(batch, (path, signal) => this.#deleteFile(path, signal));
    // Without its record, the lease on a file that stays would be one without end.
    const free = records.filter((path) => !this.#keptRecords.has(path.toLowerCase()));
    await this.#each(free, async (path, signal) => {
      await this.#free(locateFile(this.#context, this.#share, path), signal);
      await this.#deleteFile(path, signal);
    });
    return levels;
  }

  async #deleteDirectories(paths: readonly string[]): Promise<void> {
    const emptied = paths.filter((path) => !this.#kept.has(path));
    await this.#each(emptied, (path, signal) => this.#deleteDirectory(path, signal));
  }

  #each(paths: readonly string[], work: (path: string, signal: AbortSignal) => Promise<void>): Promise<void> {
    return runWindow(paths, { concurrency: this.#concurrency, signal: this.#request.signal }, work);
  }

  async #deleteFile(path: string, signal: AbortSignal): Promise<void> {
    const at = locateFile(this.#context, this.#share, path);
    if (isTemporaryName(nameOf(path))) await this.#free(at, signal);
    if (await this.#attempt(deleteFileRequest(at, {}), path, signal)) this.#report.filesDeleted += 1;
  }

  /** A file whose writer died before it got its name may have been leased for it already; so may a record while it is written. */
  async #free(at: Location, signal: AbortSignal): Promise<void> {
    try {
      await send(this.#context, leaseFileRequest(at, { action: 'break' }), { signal });
    } catch (error) {
      // Mostly it has no lease. What else is wrong with it, the delete tells.
      if (!isOfOneEntry(error)) throw error;
    }
  }

  async #deleteDirectory(path: string, signal: AbortSignal): Promise<void> {
    const wire = deleteDirectoryRequest(locateDirectory(this.#context, this.#share, path));
    if (await this.#attempt(wire, path, signal)) this.#report.directoriesDeleted += 1;
  }

  /** @returns whether it was deleted here. */
  async #attempt(
    wire: ReturnType<typeof deleteFileRequest>,
    path: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await send(this.#context, wire, { signal, timeoutMs: this.#request.timeoutMs });
      return true;
    } catch (error) {
      if (!isOfOneEntry(error)) throw error;
      const gone = isAbsent(error);
      // Sent more than once: the first one may well have deleted it.
      if (gone && error.attempts > 1) return true;
      if (gone) this.#report.alreadyGone += 1;
      else this.#keep(path, error);
      return false;
    }
  }

  #keep(path: string, error: AzureStorageError): void {
    this.#failureCount += 1;
    this.#keptRecords.add(recordPathOf(path).toLowerCase());
    if (this.#failures.length < maxFailuresKept) this.#failures.push({ path, error });
    for (let kept = parentOf(path); kept !== ''; kept = parentOf(kept)) this.#kept.add(kept);
  }

  #leftovers(): DirectoryError {
    const [first] = this.#failures;
    const count = this.#failureCount === 1 ? 'one entry' : `${this.#failureCount} entries`;
    const place = [this.#share, this.#top].filter(Boolean).join('/');
    const message = `${place}: ${count} could not be deleted; ${first?.error.message ?? ''}`;
    return new DirectoryError('DirectoryNotEmpty', message, {
      share: this.#share,
      path: this.#top,
      operation: 'DeleteDirectory',
      failures: this.#failures,
      cause: first?.error,
    });
  }
}

function levelOf(levels: string[][], path: string): string[] {
  const depth = path.split('/').length;
  while (levels.length <= depth) levels.push([]);
  return levels[depth] ?? [];
}

/** Whether an error concerns one entry; the others may well be deleted. */
function isOfOneEntry(error: unknown): error is AzureStorageError {
  return error instanceof FileError || error instanceof DirectoryError || error instanceof LeaseError;
}
