import { AzureStorageError, ConfigurationError, NetworkError, ServerError } from '../core/errors.js';
import { type FilesContext, type Location, locateFile, send } from './context.js';
import { hasCode } from './failure.js';
import {
  createdFile,
  createFileRequest,
  deleteFileRequest,
  filePropertiesOf,
  getPropertiesRequest,
} from './file-wire.js';
import { joinPath, parentOf } from './paths.js';
import { renamed, renameFileRequest } from './rename-wire.js';
import { checkData } from './request-checks.js';
import type { CreateFileIfNotExistsRequest, CreateFileRequest } from './requests.js';
import type { FileInfo } from './types.js';
import { putBytes } from './write-file.js';

/** How often a rename is sent whose answer was lost and which was not carried out. */
const maxRenames = 3;
/** How long the removal of a temporary file may take, in milliseconds: it is a favour, not the call. */
const cleanUpMs = 10_000;

/** See `FileService.createIfNotExists`. */
export async function createFileIfNotExists(
  context: FilesContext,
  request: CreateFileIfNotExistsRequest,
): Promise<FileInfo> {
  const creation = new Creation(context, request);
  try {
    return await creation.run();
  } catch (error) {
    const cleaned = creation.cleanUp();
    // Whoever gave up, or has no connection, does not wait for it.
    if (error instanceof AzureStorageError && error.status !== undefined) await cleaned;
    throw error;
  }
}

class Creation {
  readonly #context: FilesContext;
  readonly #request: CreateFileIfNotExistsRequest;
  readonly #file: CreateFileRequest;
  readonly #to: Location;
  /** Called by the final name in errors; only its URL is another. */
  readonly #temporary: Location;
  #started = false;

  constructor(context: FilesContext, request: CreateFileIfNotExistsRequest) {
    this.#context = context;
    this.#request = request;
    this.#to = locateFile(context, request.share, request.path);
    const { path, share } = this.#to;
    const name = `.azstore-${context.pipeline.options.clock.uuid()}.tmp`;
    const temporary = locateFile(context, share, joinPath(parentOf(path), name));
    this.#temporary = { ...temporary, path };
    const { path: _path, smb: _smb, data: _data, ...rest } = request;
    this.#file = { ...rest, path, size: sizeOf(request) };
  }

  async run(): Promise<FileInfo> {
    const { data, signal, timeoutMs } = this.#request;
    const wire = createFileRequest(this.#temporary, this.#file);
    this.#started = true;
    const response = await send(this.#context, wire, this.#request);
    if (data !== undefined) {
      await putBytes(this.#context, this.#temporary, { data, offset: 0, signal, timeoutMs });
    }
    return { ...createdFile(this.#to, this.#file, response), ...(await this.#publish()) };
  }

  /** Removes what may be left under the temporary name; never throws. */
  async cleanUp(): Promise<void> {
    if (!this.#started) return;
    try {
      await send(this.#context, deleteFileRequest(this.#temporary, {}), { totalTimeoutMs: cleanUpMs });
    } catch {
      // Not there, or not reachable: the name tells that it may be swept.
    }
  }

  /** Gives the file its name. When no answer came, the temporary name tells whether it has been done. */
  async #publish(): Promise<Pick<FileInfo, 'etag' | 'lastModified'>> {
    let inDoubt = false;
    for (let round = 1; ; round++) {
      try {
        return await this.#rename();
      } catch (error) {
        const unanswered = mayHaveBeenDone(error);
        inDoubt ||= unanswered;
        if (inDoubt && (await this.#isTemporaryGone())) return this.#look();
        if (!unanswered || round === maxRenames) throw error;
      }
    }
  }

  async #rename(): Promise<Pick<FileInfo, 'etag' | 'lastModified'>> {
    const { origin } = this.#context.pipeline.endpoint;
    const at = { from: this.#temporary, to: this.#to, origin };
    // Attributes come last: into a file that is read-only nothing could be written.
    const { smb } = this.#request;
    const wire = renameFileRequest(at, { path: this.#temporary.path, newPath: this.#to.path, smb });
    const { etag, lastModified } = renamed(this.#to, await send(this.#context, wire, this.#request));
    return { etag, lastModified };
  }

  async #isTemporaryGone(): Promise<boolean> {
    try {
      await send(this.#context, getPropertiesRequest(this.#temporary, this.#file), this.#request);
      return false;
    } catch (error) {
      if (hasCode(error, 'FileNotFound')) return true;
      throw error;
    }
  }

  async #look(): Promise<Pick<FileInfo, 'etag' | 'lastModified'>> {
    const wire = getPropertiesRequest(this.#to, this.#file);
    const { etag, lastModified } = filePropertiesOf(await send(this.#context, wire, this.#request));
    return { etag, lastModified };
  }
}

function sizeOf({ size, data }: CreateFileIfNotExistsRequest): number {
  if (data === undefined) return size ?? 0;
  checkData(data);
  if (size === undefined || size >= data.length) return size ?? data.length;
  const message = `size must be at least the length of data, ${data.length}, got ${size}`;
  throw new ConfigurationError('InvalidRequest', message);
}

/** Whether a request may have been carried out although it failed. */
function mayHaveBeenDone(error: unknown): boolean {
  if (error instanceof NetworkError) return error.mayHaveBeenSent;
  return error instanceof ServerError && error.code !== 'ServerBusy';
}
