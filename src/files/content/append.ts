import { mayHaveBeenDone } from '../../lease/failures.js';
import { timing } from '../../lease/timing.js';
import { type FilesContext, type Location, locateFile, send } from '../context.js';
import { hasCode } from '../failure.js';
import { withMark, withoutMark } from '../locks/append-mark.js';
import { type FileLock, underFileLock } from '../locks/file-lock.js';
import { sendOnce } from '../locks/file-lock-operations.js';
import { checkData } from '../request-checks.js';
import type { AppendFileRequest } from '../requests.js';
import type { AppendResult } from '../types.js';
import { changeResult } from '../wire/answers.js';
import { resizeFileRequest, setMetadataRequest } from '../wire/file-wire.js';
import { createFileIfNotExists } from './create-if-not-exists.js';
import { putBytes } from './put-bytes.js';

/** How often an append begins that had changed nothing when it was given up. */
const maxRounds = 3;

/** See `FileService.append`. */
export async function appendToFile(context: FilesContext, request: AppendFileRequest): Promise<AppendResult> {
  const at = locateFile(context, request.share, request.path);
  checkData(request.data);
  const { signal, timeoutMs, waitMs } = request;
  const call = { signal, timeoutMs, waitMs };
  for (let round = 1; ; round++) {
    try {
      return await underFileLock(context, at, {
        call,
        work: (lock) => new Append(context, at, { request, lock }).run(),
      });
    } catch (error) {
      const failure = error instanceof NotBegun ? error.cause : error;
      if (round === maxRounds || signal?.aborted === true) throw failure;
      if (hasCode(failure, 'FileNotFound')) await createEmpty(context, request);
      else if (!(error instanceof NotBegun)) throw failure;
    }
  }
}

async function createEmpty(context: FilesContext, request: AppendFileRequest): Promise<void> {
  const { share, path, contentType, signal, timeoutMs } = request;
  try {
    await createFileIfNotExists(context, { share, path, contentType, signal, timeoutMs });
  } catch (error) {
    if (!hasCode(error, 'FileAlreadyExists')) throw error;
  }
}

/** Nothing has been changed that counts, but something may come late: it has to be begun anew, under another lock. */
class NotBegun extends Error {}

/** One append, under a lock whose id no other append has. */
class Append {
  readonly #context: FilesContext;
  readonly #at: Location;
  readonly #request: AppendFileRequest;
  readonly #lock: FileLock;

  constructor(
    context: FilesContext,
    at: Location,
    { request, lock }: { request: AppendFileRequest; lock: FileLock },
  ) {
    this.#context = context;
    this.#at = at;
    this.#request = request;
    this.#lock = lock;
  }

  /** It counts from the moment at which the mark is gone. */
  async run(): Promise<AppendResult> {
    const { data, timeoutMs } = this.#request;
    const { size: offset, etag, lastModified } = this.#lock.file;
    const size = offset + data.length;
    if (data.length === 0) return { offset, size, etag, lastModified };
    // Made before anything is changed: what is wrong with the size should be said first.
    const grow = resizeFileRequest(this.#at, { size, leaseId: this.#lock.id });
    await this.#mark({ committed: offset, target: size });
    try {
      const { signal } = this.#lock;
      await send(this.#context, grow, { signal, timeoutMs });
      await putBytes(this.#context, this.#at, { data, offset, leaseId: this.#lock.id, signal, timeoutMs });
    } catch (error) {
      await this.#undo(offset, error);
      throw error;
    }
    return { offset, size, ...(await this.#unmark()) };
  }

  async #mark(sizes: { committed: number; target: number }): Promise<void> {
    const metadata = withMark(this.#lock.file.metadata, sizes);
    const wire = setMetadataRequest(this.#at, { path: this.#at.path, metadata, leaseId: this.#lock.id });
    try {
      await sendOnce(this.#context, wire, { limitMs: timing.requestMs, signal: this.#lock.signal });
    } catch (error) {
      // A mark that comes late, when the append is over, would undo it. It is refused once this lock is given back.
      throw mayHaveBeenDone(error) ? new NotBegun('the mark was not answered', { cause: error }) : error;
    }
  }

  /** Sent again where no answer comes: then the append is whole, and whether it counts must be known. */
  async #unmark(): Promise<{ etag: string; lastModified: Date }> {
    const metadata = withoutMark(this.#lock.file.metadata);
    const wire = setMetadataRequest(this.#at, { path: this.#at.path, metadata, leaseId: this.#lock.id });
    const { signal, timeoutMs } = this.#request;
    const { etag, lastModified } = changeResult(await send(this.#context, wire, { signal, timeoutMs }));
    return { etag, lastModified };
  }

  /** As far as it can be done now; where the mark stays, the next who takes the lock does it. */
  async #undo(size: number, failure: unknown): Promise<void> {
    // Whoever gave up does not wait for it.
    if (this.#request.signal?.aborted === true) return;
    try {
      const wire = resizeFileRequest(this.#at, { size, leaseId: this.#lock.id });
      await sendOnce(this.#context, wire, { limitMs: timing.favourMs });
      // What may come late would make the file longer again, and without the mark nobody would know.
      if (!mayHaveBeenDone(failure)) await this.#unmark();
    } catch {
      // The failure itself is what the caller has to know.
    }
  }
}
