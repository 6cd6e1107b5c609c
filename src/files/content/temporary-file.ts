import { AzureStorageError } from '../../core/errors.js';
import { mayHaveBeenDone } from '../../lease/failures.js';
import { type FilesContext, type Location, locateFile, send, sendUnchecked } from '../context.js';
import { hasCode } from '../failure.js';
import { joinPath, parentOf } from '../paths.js';
import { requireVersion } from '../request-checks.js';
import type { CallOptions, LockPatience, SmbSettings } from '../requests.js';
import type { FileVersion } from '../types.js';
import { deleteFileRequest, filePropertiesOf, getPropertiesRequest } from '../wire/file-wire.js';
import { leaseFileRequest } from '../wire/lease-wire.js';
import { renamed, renameFileRequest } from '../wire/rename-wire.js';

/** How often a rename is sent whose answer was lost and which was not carried out. */
const maxRenames = 3;
/** How long the removal may take, in milliseconds: it is a favour, not the call. */
const removalMs = 5_000;

const temporaryName = /^\.azstore-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/i;

/** Whether a name is one of those that are written under until a file is whole. */
export function isTemporaryName(name: string): boolean {
  return temporaryName.test(name);
}

/** How a temporary file gets its name. */
export interface Publication {
  readonly replace: 'replace' | 'keep';
  /** Set with the name: into a file that is read-only before, nothing could be written. */
  readonly smb?: SmbSettings | undefined;
  /** The lock on the file that is replaced. */
  readonly lock?: { readonly id: string } | undefined;
}

interface PublishCall extends CallOptions, LockPatience {}

/** A file that is written under another name in the same directory until it is whole. */
export class TemporaryFile {
  readonly #context: FilesContext;
  readonly #to: Location;
  /** Under which id it is leased, so that the lock on the file that it replaces stays on it. */
  #leaseId: string | undefined;
  /** Where it is written to; called by the final name in errors, only its URL is another. */
  readonly at: Location;
  /** The GUID in its name. */
  readonly id: string;

  /**
   * @param id - The GUID in its name. @defaultValue a new one
   * @throws {ConfigurationError} `UnsupportedVersion`, before anything is written that could not be renamed.
   */
  constructor(context: FilesContext, to: Location, id = context.pipeline.options.clock.uuid()) {
    requireVersion(to.version, '2021-04-10', 'a file that appears as a whole');
    const name = `.azstore-${id}.tmp`;
    const temporary = locateFile(context, to.share, joinPath(parentOf(to.path), name));
    this.#context = context;
    this.#to = to;
    this.id = id;
    this.at = { ...temporary, path: to.path };
  }

  /**
   * Gives the file its name. When no answer came, the temporary name tells whether it has been done.
   * @throws {FileError} `FileAlreadyExists` where an existing file is to be kept.
   * @throws {LeaseError} when the lock under which it was to be done is lost: then it is certain that it was not done.
   */
  async publish(how: Publication, call: PublishCall): Promise<FileVersion> {
    let inDoubt = false;
    if (how.lock !== undefined) await this.#lease(how.lock.id, call);
    for (let round = 1; ; round++) {
      try {
        return await this.#rename(how, call);
      } catch (error) {
        const unanswered = mayHaveBeenDone(error);
        inDoubt ||= unanswered;
        if (inDoubt && (await this.#isGone(call))) return this.#look(call);
        if (!unanswered || round === maxRenames) throw error;
      }
    }
  }

  /**
   * Removes it after `failure`, unless that tells that it cannot be there. Never throws.
   * @returns whether it is certain that it is not there.
   */
  async remove(failure: unknown): Promise<boolean> {
    if (wasRefused(failure)) return true;
    // With the lease it may have, and then as it is if it turns out to have none.
    for (const leaseId of new Set([this.#leaseId, undefined])) {
      try {
        const wire = deleteFileRequest(this.at, { leaseId });
        await sendUnchecked(this.#context, wire, { totalTimeoutMs: removalMs });
        return true;
      } catch (error) {
        if (hasCode(error, 'FileNotFound')) return true;
        // Not reachable: the name tells what it is.
      }
    }
    return false;
  }

  /** The lease of a file that is replaced goes with it: this one takes its place, under the same id. */
  async #lease(id: string, call: CallOptions): Promise<void> {
    this.#leaseId = id;
    const wire = leaseFileRequest(this.at, { action: 'acquire', proposedId: id, durationSeconds: -1 });
    // Nobody else knows of the file, and the same id again is granted again.
    await send(this.#context, wire, { ...call, idempotent: true });
  }

  async #rename({ replace, smb, lock }: Publication, call: PublishCall): Promise<FileVersion> {
    const at = { from: this.at, to: this.#to, origin: this.#context.pipeline.endpoint.origin };
    const wire = renameFileRequest(at, {
      path: this.at.path,
      newPath: this.#to.path,
      replace: replace === 'replace',
      smb,
      leaseId: lock?.id,
      destinationLeaseId: lock?.id,
    });
    const { etag, lastModified } = renamed(this.#to, await send(this.#context, wire, call));
    return { etag, lastModified };
  }

  async #isGone(call: CallOptions): Promise<boolean> {
    try {
      await send(this.#context, getPropertiesRequest(this.at, this.at), call);
      return false;
    } catch (error) {
      if (hasCode(error, 'FileNotFound')) return true;
      throw error;
    }
  }

  async #look(call: CallOptions): Promise<FileVersion> {
    return versionOf(this.#context, this.#to, call);
  }
}

/** The present version of a file, which takes a request. */
export async function versionOf(
  context: FilesContext,
  at: Location,
  call: CallOptions & { readonly leaseId?: string | undefined },
): Promise<FileVersion> {
  const wire = getPropertiesRequest(at, { path: at.path, leaseId: call.leaseId });
  const { etag, lastModified } = filePropertiesOf(await send(context, wire, call));
  return { etag, lastModified };
}

/** Whether the creation was refused, or never sent. */
function wasRefused(error: unknown): boolean {
  if (!(error instanceof AzureStorageError) || error.operation !== 'CreateFile') return false;
  return error.attempts === 0 || (error.status !== undefined && error.status < 500);
}
