import { createHash } from 'node:crypto';
import { AzureStorageError } from '../../core/errors.js';
import type { ClientBody } from '../../core/http/message.js';
import { BufferPool } from '../../transfer/buffer-pool.js';
import { chunksOf } from '../../transfer/chunk-plan.js';
import { HashedSource } from '../../transfer/hashed-source.js';
import { ProgressCounter } from '../../transfer/progress.js';
import { RangeSet } from '../../transfer/range-set.js';
import { lanesFor, type TransferSettings } from '../../transfer/settings.js';
import type { Source } from '../../transfer/source.js';
import { TransferError } from '../../transfer/transfer-error.js';
import { runWindow } from '../../transfer/window.js';
import { type FilesContext, type Location, send } from '../context.js';
import { checkSize, maxFileBytes } from '../request-checks.js';
import type { CallOptions, FileHttpHeaders, LeaseScope } from '../requests.js';
import type { ByteRange, FileVersion } from '../types.js';
import { changeResult, etagOf, lastModifiedOf } from '../wire/answers.js';
import { changeFileRequest, defaultContentType } from '../wire/file-wire.js';
import { putRangeRequest } from '../wire/range-wire.js';
import { GrowingFile } from './growing-file.js';

/** What is read of a file at a time, at least. */
const leastPieceBytes = 256 * 1024;
/** How often a range is sent that arrives with another MD5. */
const maxMismatches = 3;
/** What a file of unknown length gets at first, in ranges. */
const firstRanges = 4;

/** What an upload writes, where the file is there already. */
export interface UploadJob {
  readonly source: Source;
  readonly settings: TransferSettings;
  readonly call: CallOptions & LeaseScope;
  readonly httpHeaders: FileHttpHeaders;
  /** What is set when everything is there. */
  readonly lastWriteTime?: string | undefined;
  /** What is there from an earlier run. */
  readonly done?: RangeSet | undefined;
  /** Told of every range that has been written; the next one waits for it. */
  readonly onWritten?: ((range: ByteRange) => Promise<void>) | undefined;
}

/** What became of it. */
export interface Written {
  readonly size: number;
  /** The version of the file, where no further request is needed to know it. */
  readonly version: FileVersion | undefined;
}

/**
 * Writes the bytes of a source into a file that has been created: with the length of the source, or with length 0 where
 * nobody knows it.
 */
export class UploadRun {
  readonly #context: FilesContext;
  readonly #at: Location;
  readonly #job: UploadJob;
  readonly #source: Source;
  readonly #hashed: HashedSource | undefined;
  readonly #growing: GrowingFile | undefined;
  readonly #progress: ProgressCounter;
  readonly #done: RangeSet;
  /** End of the last byte that the source gave. */
  #end = 0;
  #ended = false;
  #requests = 0;
  #version: FileVersion | undefined;

  constructor(context: FilesContext, at: Location, job: UploadJob) {
    const { source, settings, call } = job;
    const { size } = source;
    this.#context = context;
    this.#at = at;
    this.#job = job;
    this.#hashed = settings.verify ? new HashedSource(source) : undefined;
    this.#source = this.#hashed ?? source;
    this.#done = job.done ?? new RangeSet();
    const firstStep = firstRanges * settings.rangeBytes;
    this.#growing = size === undefined ? new GrowingFile(context, at, { ...call, firstStep }) : undefined;
    const { clock, onProgress } = settings;
    this.#progress = new ProgressCounter(size, onProgress, { clock, resumedBytes: this.#done.bytes });
  }

  async run(): Promise<Written> {
    if (this.#done.bytes > 0) this.#progress.add(0);
    await this.#writeAll();
    await this.#checkEnd();
    const size = this.#source.size ?? this.#end;
    if (size === 0) this.#progress.add(0);
    await this.#growing?.verify(size);
    const version = (await this.#finish(size)) ?? (this.#requests === 1 ? this.#version : undefined);
    return { size, version };
  }

  async #writeAll(): Promise<void> {
    const { settings, call } = this.#job;
    const { size = maxFileBytes, inMemory } = this.#source;
    const inPieces = this.#context.pipeline.takesRepeatable && this.#source.pieces !== undefined;
    const rangeBytes = inMemory || inPieces ? settings.rangeBytes : settings.heldRangeBytes;
    const heldEach = inMemory ? 0 : inPieces ? pieceBytesOf(settings) : rangeBytes;
    const concurrency = lanesFor(settings, heldEach);
    const pool = inMemory ? undefined : new BufferPool(Math.min(heldEach, size));
    const plan = this.#unlessEnded(chunksOf(this.#done.gaps({ start: 0, end: size }), rangeBytes));
    await runWindow(plan, { concurrency, signal: call.signal }, async (range, signal) => {
      try {
        const pieces = inPieces && pool !== undefined ? this.#source.pieces?.(range, pool) : undefined;
        if (pieces !== undefined) return await this.#write(range, pieces, signal);
        const buffer = pool?.take();
        await this.#write(range, await this.#source.slice(range, buffer), signal);
        if (buffer !== undefined) pool?.give(buffer);
      } catch (error) {
        // Other workers may be waiting for a stream that gives nothing; they would keep the window from ending.
        void this.#source.close(error);
        throw error;
      }
    });
  }

  async #checkEnd(): Promise<void> {
    await this.#source.verify();
    if (this.#source.size !== undefined || this.#ended) return;
    // As long as a file can be: there must not be anything more.
    const more = await this.#source.slice({ start: maxFileBytes, end: maxFileBytes + 1 });
    if (more.length > 0) checkSize(maxFileBytes + 1, this.#at);
  }

  *#unlessEnded(plan: Iterable<ByteRange>): Generator<ByteRange, void, void> {
    for (const range of plan) {
      if (this.#ended) return;
      yield range;
    }
  }

  async #write(planned: ByteRange, data: ClientBody, signal: AbortSignal): Promise<void> {
    const range = { start: planned.start, end: planned.start + data.length };
    if (range.end < planned.end) this.#ended = true;
    if (data.length === 0) return;
    this.#end = Math.max(this.#end, range.end);
    await this.#growing?.reach(range.end, !this.#ended, signal);
    await this.#job.settings.pacer?.take(data.length, signal);
    await this.#put(range, data, signal);
    await this.#job.onWritten?.(range);
    this.#progress.add(data.length);
  }

  async #put(range: ByteRange, data: ClientBody, signal: AbortSignal): Promise<void> {
    const { call, settings } = this.#job;
    const { leaseId, timeoutMs } = call;
    const held = data instanceof Uint8Array ? data : undefined;
    const md5 =
      settings.verify && held !== undefined ? createHash('md5').update(held).digest('base64') : undefined;
    this.#requests += 1;
    for (let attempt = 1; ; attempt++) {
      const wire = putRangeRequest(this.#at, { start: range.start, data, leaseId, md5 });
      try {
        const response = await send(this.#context, wire, { signal, timeoutMs });
        this.#version = { etag: etagOf(response), lastModified: lastModifiedOf(response) };
        return;
      } catch (error) {
        if (!arrivedOtherwise(error)) throw error;
        if (attempt === maxMismatches) throw this.#mismatch(range, error);
      }
    }
  }

  /** Sets what could not be known when the file was created. */
  async #finish(size: number): Promise<FileVersion | undefined> {
    const { call, httpHeaders } = this.#job;
    const contentMd5 = await this.#md5();
    const trimmed = this.#growing !== undefined && this.#growing.size !== size ? { size } : undefined;
    // All of them, as the service clears those that are left out.
    const stored = { ...httpHeaders, contentType: httpHeaders.contentType ?? defaultContentType };
    if (contentMd5 !== undefined) stored.contentMd5 = contentMd5;
    const { lastWriteTime } = this.#job;
    const changes = contentMd5 !== undefined || lastWriteTime !== undefined;
    const headers = changes ? { httpHeaders: stored, smb: { lastWriteTime } } : undefined;
    if (trimmed === undefined && headers === undefined) return undefined;
    const wire = changeFileRequest(this.#at, { leaseId: call.leaseId, ...trimmed, ...headers });
    const { etag, lastModified } = changeResult(await send(this.#context, wire, call));
    return { etag, lastModified };
  }

  /** The MD5 that is to be stored, unless it has been. */
  async #md5(): Promise<string | undefined> {
    const computed = await this.#hashed?.md5();
    const { contentMd5: told } = this.#job.httpHeaders;
    if (told === undefined || computed === undefined || computed === told) {
      return told === undefined ? computed : undefined;
    }
    const message = `${this.#place}: the MD5 of what was sent is ${computed}; contentMd5 says ${told}`;
    throw new TransferError('ChecksumMismatch', message);
  }

  #mismatch({ start, end }: ByteRange, cause: unknown): TransferError {
    const message = `${this.#place}: bytes ${start} to ${end} arrived with another MD5, ${maxMismatches} times`;
    return new TransferError('ChecksumMismatch', message, { cause, operation: 'PutRange', retryable: true });
  }

  get #place(): string {
    return `${this.#at.share}/${this.#at.path}`;
  }
}

/** As much of each range as the budget has for all that may be under way: the fewer the pieces, the less they cost. */
function pieceBytesOf({ memoryBudget, concurrency, rangeBytes }: TransferSettings): number {
  return Math.min(rangeBytes, Math.max(leastPieceBytes, Math.floor(memoryBudget / concurrency)));
}

/** Bytes were changed on the way: the service has stored nothing. */
export function arrivedOtherwise(error: unknown): boolean {
  return error instanceof AzureStorageError && error.serviceCode === 'Md5Mismatch';
}
