import { listenForAbort } from '../../core/abort-listener.js';
import { MarkerTrail } from '../../core/pages.js';
import type { FilesContext } from '../context.js';
import { hasCode } from '../failure.js';
import { isRecordEntry } from '../locks/lease-record.js';
import { checkInteger } from '../request-checks.js';
import type { WalkDirectoryRequest } from '../requests.js';
import type { DirectoryEntry, DirectoryListing } from '../types.js';
import { listDirectory } from './list-directory.js';

const maxConcurrency = 256;

/** A directory that is still to be walked, and its first page where that has been asked for. */
interface Pending {
  readonly path: string;
  page?: Promise<DirectoryListing>;
}

/** One page of one directory. */
export interface WalkedPage {
  readonly path: string;
  readonly entries: readonly DirectoryEntry[];
}

type WalkPagesRequest = Omit<WalkDirectoryRequest, 'includeLeaseRecords'>;

/** See `DirectoryService.walk`. */
export async function* walkDirectory(
  context: FilesContext,
  request: WalkDirectoryRequest,
): AsyncGenerator<DirectoryEntry, void, void> {
  const { includeLeaseRecords, ...walk } = request;
  for await (const { entries } of walkPages(context, walk)) {
    if (includeLeaseRecords === true) yield* entries;
    else for (const entry of entries) if (!isRecordEntry(entry)) yield entry;
  }
}

/** The same in pages, with lease records. */
export async function* walkPages(
  context: FilesContext,
  request: WalkPagesRequest,
): AsyncGenerator<WalkedPage, void, void> {
  checkInteger('concurrency', request.concurrency, { min: 1, max: maxConcurrency });
  const stop = new AbortController();
  const { signal } = request;
  const abort = () => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  const forget = signal && listenForAbort(signal, abort);
  try {
    yield* new Walk(context, { ...request, signal: stop.signal }).pages();
  } finally {
    forget?.();
    // Pages that were asked for ahead, and that nobody wants any more.
    stop.abort();
  }
}

/** Depth first, so that no more is pending than the directories beside the way to the present one. */
class Walk {
  readonly #context: FilesContext;
  readonly #request: WalkPagesRequest;
  readonly #ahead: number;
  readonly #pending: Pending[] = [];
  /** First pages that are asked for and not taken yet: these are what memory holds. */
  #started = 0;

  constructor(context: FilesContext, request: WalkPagesRequest) {
    this.#context = context;
    this.#request = request;
    this.#ahead = request.concurrency ?? context.pipeline.options.concurrency;
  }

  async *pages(): AsyncGenerator<WalkedPage, void, void> {
    const top = await this.#list(this.#request.path ?? '', undefined);
    yield* this.#pagesOf(this.#request.path ?? '', top);
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      const first = await this.#unlessGone(next.page);
      if (first !== undefined) yield* this.#pagesOf(next.path, first);
    }
  }

  async *#pagesOf(path: string, first: DirectoryListing): AsyncGenerator<WalkedPage, void, void> {
    const found: Pending[] = [];
    const trail = new MarkerTrail(undefined);
    for (let page: DirectoryListing | undefined = first; page !== undefined; ) {
      for (const entry of page.entries) if (entry.type === 'directory') found.push({ path: entry.path });
      yield { path, entries: page.entries };
      const marker: string | undefined = page.nextMarker;
      page =
        marker === undefined ? undefined : await this.#unlessGone(this.#list(path, trail.follow(marker)));
    }
    // Reversed, so that the first of them is taken first.
    this.#pending.push(...found.reverse());
  }

  /** The next directory, with its first page and those of the next few under way. */
  #take(): Required<Pending> | undefined {
    for (let index = this.#pending.length - 1; index >= 0 && this.#started < this.#ahead; index--) {
      const pending = this.#pending[index];
      if (pending !== undefined) pending.page ??= this.#listAhead(pending.path);
    }
    const next = this.#pending.pop();
    if (next === undefined) return undefined;
    const page = next.page ?? this.#listAhead(next.path);
    this.#started -= 1;
    return { path: next.path, page };
  }

  #listAhead(path: string): Promise<DirectoryListing> {
    this.#started += 1;
    const page = this.#list(path, undefined);
    // Whoever waits for the page gets the failure; until then it is no unhandled one.
    page.catch(() => {});
    return page;
  }

  #list(path: string, marker: string | undefined): Promise<DirectoryListing> {
    const { concurrency: _concurrency, ...request } = this.#request;
    return listDirectory(this.#context, { ...request, path, marker });
  }

  async #unlessGone(page: Promise<DirectoryListing>): Promise<DirectoryListing | undefined> {
    try {
      return await page;
    } catch (error) {
      if (hasCode(error, 'DirectoryNotFound')) return undefined;
      throw error;
    }
  }
}
