import { parseRfc1123 } from '../../core/wire/dates.js';
import { transferLimits } from '../../transfer/settings.js';
import { runWindow } from '../../transfer/window.js';
import { isTemporaryName } from '../content/temporary-file.js';
import { type FilesContext, locateFile, send } from '../context.js';
import { listAllEntries } from '../directories/list-directory.js';
import { walkPages } from '../directories/walk.js';
import { hasCode } from '../failure.js';
import { isRefusedLease } from '../locks/file-lock-operations.js';
import { checkInteger } from '../request-checks.js';
import type { DirectoryEntry, FileEntry, FileProperties } from '../types.js';
import { deleteFileRequest, filePropertiesOf, getPropertiesRequest } from '../wire/file-wire.js';
import { leaseFileRequest } from '../wire/lease-wire.js';
import type { SweepReport, SweepRequest } from './streaming-service.js';

const defaultAgeMs = 7 * 24 * 3_600_000;
const leastAgeMs = 60_000;
const longestAgeMs = 100 * 365 * 24 * 3_600_000;
/** As many paths as a report names. */
const maxPaths = 1_000;

/** See `StreamingService.sweep`. */
export async function sweep(context: FilesContext, request: SweepRequest): Promise<SweepReport> {
  const { concurrency = context.pipeline.options.concurrency, signal } = request;
  checkInteger('olderThanMs', request.olderThanMs, { min: leastAgeMs, max: longestAgeMs });
  checkInteger('concurrency', concurrency, {
    min: transferLimits.concurrency.least,
    max: transferLimits.concurrency.most,
  });
  const broom = new Broom(context, request);
  for await (const entries of pages(context, request)) {
    const left = entries.filter(isLeft);
    await runWindow(left, { concurrency, signal }, (entry, windowSignal) => broom.visit(entry, windowSignal));
  }
  return broom.report;
}

async function* pages(
  context: FilesContext,
  request: SweepRequest,
): AsyncGenerator<readonly DirectoryEntry[], void, void> {
  const { share, path, signal, timeoutMs, recursive } = request;
  const place = { share, path, signal, timeoutMs };
  if (recursive === false) {
    for await (const { entries } of listAllEntries(context, place).byPage()) yield entries;
  } else {
    for await (const { entries } of walkPages(context, place)) yield entries;
  }
}

function isLeft(entry: DirectoryEntry): entry is FileEntry {
  return entry.type === 'file' && isTemporaryName(entry.name);
}

class Broom {
  readonly #context: FilesContext;
  readonly #request: SweepRequest;
  readonly #paths: string[] = [];
  #filesDeleted = 0;
  #bytesDeleted = 0;
  #filesKept = 0;

  constructor(context: FilesContext, request: SweepRequest) {
    this.#context = context;
    this.#request = request;
  }

  get report(): SweepReport {
    return {
      paths: this.#paths,
      filesDeleted: this.#filesDeleted,
      bytesDeleted: this.#bytesDeleted,
      filesKept: this.#filesKept,
    };
  }

  /** Looks at a file again before it is deleted: a listing may be older than the last write. */
  async visit(entry: FileEntry, signal: AbortSignal): Promise<void> {
    const { olderThanMs = defaultAgeMs, dryRun } = this.#request;
    try {
      const { properties, ageMs } = await this.#look(entry, signal);
      if (ageMs < olderThanMs) {
        this.#filesKept += 1;
        return;
      }
      if (dryRun !== true) await this.#delete(entry, properties, signal);
    } catch (error) {
      // Somebody has finished it, or swept it.
      if (hasCode(error, 'FileNotFound')) return;
      if (!hasCode(error, 'FileLocked')) throw error;
      this.#filesKept += 1;
      return;
    }
    this.#filesDeleted += 1;
    this.#bytesDeleted += entry.size;
    if (this.#paths.length < maxPaths) this.#paths.push(entry.path);
  }

  /** How long nobody has written to it, by the clock of the service alone. */
  async #look(
    { share, path }: FileEntry,
    signal: AbortSignal,
  ): Promise<{ properties: FileProperties; ageMs: number }> {
    const at = locateFile(this.#context, share, path);
    const { timeoutMs } = this.#request;
    const response = await send(this.#context, getPropertiesRequest(at, { path }), { signal, timeoutMs });
    const properties = filePropertiesOf(response);
    const answered = parseRfc1123(response.headers.get('date') ?? '');
    const now = answered ?? this.#context.pipeline.options.clock.now();
    return { properties, ageMs: now - properties.lastModified.getTime() };
  }

  async #delete({ share, path }: FileEntry, { lease }: FileProperties, signal: AbortSignal): Promise<void> {
    const at = locateFile(this.#context, share, path);
    const { timeoutMs } = this.#request;
    const call = { signal, timeoutMs };
    if (lease?.status === 'locked') {
      await send(this.#context, leaseFileRequest(at, { action: 'break' }), call).catch((error: unknown) => {
        // It has ended by itself.
        if (!isRefusedLease(error)) throw error;
      });
    }
    await send(this.#context, deleteFileRequest(at, {}), { ...call, maxAttempts: { FileLocked: 1 } });
  }
}
