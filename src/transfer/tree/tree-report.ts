import { TransferError } from '../transfer-error.js';

/**
 * Why something takes no part in a transfer of directories:
 * - `symbolic-link`, `special-file`: what is neither a file nor a directory, unless links are followed.
 * - `unfinished-transfer`: a temporary file (`.azstore-GUID.tmp`) of a transfer that is under way, or that nobody has finished.
 * - `lock-record`: stands beside a file that was ever locked (`.NAME.lease`, empty).
 * - `exists`: it is there, and what is there was to be kept.
 * - `not-empty`: a directory that was to be deleted holds something that was not.
 */
export type DirectorySkipReason =
  | 'symbolic-link'
  | 'special-file'
  | 'unfinished-transfer'
  | 'lock-record'
  | 'exists'
  | 'not-empty';

/**
 * What became of one path: relative to both directories, with slashes; `''` is the directory itself. In a dry run the same
 * is told of what would be.
 */
export type DirectoryTransferEvent =
  | { readonly type: 'copied'; readonly path: string; readonly bytes: number }
  | { readonly type: 'created'; readonly path: string }
  | { readonly type: 'unchanged'; readonly path: string; readonly bytes: number }
  | { readonly type: 'deleted'; readonly path: string; readonly kind: 'file' | 'directory' }
  | { readonly type: 'skipped'; readonly path: string; readonly reason: DirectorySkipReason }
  | { readonly type: 'failed'; readonly path: string; readonly error: Error };

/** Told of every path. The transfer waits for what it returns; what it throws ends the transfer. */
export type DirectoryEventListener = (event: DirectoryTransferEvent) => void | Promise<void>;

/** Why one path could not be transferred. */
export interface DirectoryTransferFailure {
  readonly path: string;
  readonly error: Error;
}

/** What a transfer of directories did, or would do. */
export interface DirectoryTransferReport {
  readonly filesCopied: number;
  /** Of these files. */
  readonly bytesCopied: number;
  readonly filesUnchanged: number;
  readonly directoriesCreated: number;
  readonly filesDeleted: number;
  readonly directoriesDeleted: number;
  /** Paths that take no part; `onEntry` is told which. */
  readonly skipped: number;
  readonly failed: number;
  /** The first thousand of what failed; `onEntry` is told of all. */
  readonly failures: readonly DirectoryTransferFailure[];
  /** Whether nothing was deleted because not everything could be listed. */
  readonly deletionsWithheld: boolean;
}

/** Some paths could not be transferred; the others were. The same call again finishes the rest. */
export class DirectoryTransferError extends TransferError {
  readonly report: DirectoryTransferReport;

  constructor(report: DirectoryTransferReport) {
    const [first] = report.failures;
    const count = report.failed === 1 ? 'one path' : `${report.failed} paths`;
    const withheld = report.deletionsWithheld
      ? '; nothing was deleted, as not everything could be listed'
      : '';
    const example =
      first === undefined ? '' : `; ${first.path === '' ? '.' : first.path}: ${first.error.message}`;
    const cause = first?.error;
    super('TransferIncomplete', `${count} could not be transferred${withheld}${example}`, { cause });
    this.report = report;
  }
}

const maxFailuresKept = 1_000;

/** Counts what becomes of the paths, and tells of it. */
export class TreeAccount {
  readonly #listener: DirectoryEventListener | undefined;
  readonly #failures: DirectoryTransferFailure[] = [];
  readonly #counts = {
    filesCopied: 0,
    bytesCopied: 0,
    filesUnchanged: 0,
    directoriesCreated: 0,
    filesDeleted: 0,
    directoriesDeleted: 0,
    skipped: 0,
    failed: 0,
  };
  deletionsWithheld = false;

  constructor(listener: DirectoryEventListener | undefined) {
    this.#listener = listener;
  }

  get report(): DirectoryTransferReport {
    return { ...this.#counts, failures: this.#failures, deletionsWithheld: this.deletionsWithheld };
  }

  async tell(event: DirectoryTransferEvent): Promise<void> {
    this.#count(event);
    await this.#listener?.(event);
  }

  #count(event: DirectoryTransferEvent): void {
    const counts = this.#counts;
    switch (event.type) {
      case 'copied':
        counts.filesCopied += 1;
        counts.bytesCopied += event.bytes;
        return;
      case 'created':
        counts.directoriesCreated += 1;
        return;
      case 'unchanged':
        counts.filesUnchanged += 1;
        return;
      case 'deleted':
        if (event.kind === 'file') counts.filesDeleted += 1;
        else counts.directoriesDeleted += 1;
        return;
      case 'skipped':
        counts.skipped += 1;
        return;
      case 'failed':
        counts.failed += 1;
        if (this.#failures.length < maxFailuresKept)
          this.#failures.push({ path: event.path, error: event.error });
    }
  }
}
