import { AzureStorageError, NetworkError, ServerError } from '../core/errors.js';
import { type FilesContext, type Location, locateFile, send } from './context.js';
import { hasCode } from './failure.js';
import { deleteFileRequest, filePropertiesOf, getPropertiesRequest } from './file-wire.js';
import { joinPath, parentOf } from './paths.js';
import { renamed, renameFileRequest } from './rename-wire.js';
import { requireVersion } from './request-checks.js';
import type { CallOptions, RenameFileRequest, SmbSettings } from './requests.js';
import type { FileInfo } from './types.js';

/** How often a rename is sent whose answer was lost and which was not carried out. */
const maxRenames = 3;
/** How long the removal may take, in milliseconds: it is a favour, not the call. */
const removalMs = 5_000;

/** What identifies a state of a file. */
export type FileVersion = Pick<FileInfo, 'etag' | 'lastModified'>;

/** A file that is written under another name in the same directory until it is whole. */
export class TemporaryFile {
  readonly #context: FilesContext;
  readonly #to: Location;
  /** Where it is written to; called by the final name in errors, only its URL is another. */
  readonly at: Location;

  /** @throws {ConfigurationError} `UnsupportedVersion`, before anything is written that could not be renamed. */
  constructor(context: FilesContext, to: Location) {
    requireVersion(to.version, '2021-04-10', 'a file that appears as a whole');
    const name = `.azstore-${context.pipeline.options.clock.uuid()}.tmp`;
    const temporary = locateFile(context, to.share, joinPath(parentOf(to.path), name));
    this.#context = context;
    this.#to = to;
    this.at = { ...temporary, path: to.path };
  }

  /**
   * Gives the file its name. When no answer came, the temporary name tells whether it has been done.
   * @param smb - Set with the name: into a file that is read-only before, nothing could be written.
   * @throws {FileError} `FileAlreadyExists` where an existing file is to be kept.
   */
  async publish(replace: 'replace' | 'keep', call: CallOptions, smb?: SmbSettings): Promise<FileVersion> {
    let inDoubt = false;
    for (let round = 1; ; round++) {
      try {
        return await this.#rename({ replace: replace === 'replace', smb }, call);
      } catch (error) {
        const unanswered = mayHaveBeenDone(error);
        inDoubt ||= unanswered;
        if (inDoubt && (await this.#isGone(call))) return this.#look(call);
        if (!unanswered || round === maxRenames) throw error;
      }
    }
  }

  /** Removes it after `failure`, unless that tells that it cannot be there. Never throws. */
  async remove(failure: unknown): Promise<void> {
    if (wasRefused(failure)) return;
    try {
      await send(this.#context, deleteFileRequest(this.at, {}), { totalTimeoutMs: removalMs });
    } catch {
      // Not there, or not reachable: the name tells what it is.
    }
  }

  async #rename(how: Pick<RenameFileRequest, 'replace' | 'smb'>, call: CallOptions): Promise<FileVersion> {
    const at = { from: this.at, to: this.#to, origin: this.#context.pipeline.endpoint.origin };
    const wire = renameFileRequest(at, { path: this.at.path, newPath: this.#to.path, ...how });
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

/** Whether a request may have been carried out although it failed. */
function mayHaveBeenDone(error: unknown): boolean {
  if (error instanceof NetworkError) return error.mayHaveBeenSent;
  return error instanceof ServerError && error.code !== 'ServerBusy';
}

/** Whether the creation was refused, or never sent. */
function wasRefused(error: unknown): boolean {
  if (!(error instanceof AzureStorageError) || error.operation !== 'CreateFile') return false;
  return error.attempts === 0 || (error.status !== undefined && error.status < 500);
}
