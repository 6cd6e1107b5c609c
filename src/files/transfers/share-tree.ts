import { createHash } from 'node:crypto';
import { AuthenticationError, ConfigurationError, NetworkError } from '../../core/errors.js';
import { FileSource } from '../../transfer/file-source.js';
import type {
  FileDownload,
  FileMove,
  FileUpload,
  OwnRole,
  RemoteEntry,
  RemoteTree,
} from '../../transfer/tree/remote-tree.js';
import { isTemporaryName } from '../content/temporary-file.js';
import { type FilesContext, type Location, locateDirectory, locateFile, send } from '../context.js';
import { createDirectoryIfNotExists, ensureDirectory } from '../directories/ensure-directory.js';
import { foldName } from '../directories/fold-name.js';
import { listAllEntries } from '../directories/list-directory.js';
import { FileError } from '../errors.js';
import { hasCode, isAbsent } from '../failure.js';
import { isRecordEntry, isRecordName } from '../locks/lease-record.js';
import { joinPath } from '../paths.js';
import type { CallOptions, LockPatience } from '../requests.js';
import type { DirectoryEntry } from '../types.js';
import { deleteDirectoryRequest } from '../wire/directory-wire.js';
import { deleteFileRequest, filePropertiesOf, getPropertiesRequest } from '../wire/file-wire.js';
import { downloadFile } from './download-file.js';
import { downloadSmall, smallBytes } from './download-small.js';
import { openStream } from './download-stream.js';
import { lastWriteMs, storedTimes } from './local-times.js';
import { downloadResumably } from './resume-download.js';
import { uploadResumably } from './resume-upload.js';
import type { DownloadFileRequest } from './streaming-service.js';
import { upload } from './upload.js';
import { isUnwritten, uploadSmall } from './upload-small.js';

/** A directory of a share, and how its files are moved. */
export interface ShareTreeOptions extends Pick<CallOptions, 'timeoutMs'>, LockPatience {
  readonly share: string;
  readonly path: string;
  readonly snapshot?: string | undefined;
  readonly atomic: boolean;
  /** Where transfers that can be continued are written down. */
  readonly notes: string | undefined;
  readonly links: 'refuse' | 'follow';
}

/** After these every further path would fail as well. */
const finalCodes: ReadonlySet<string> = new Set([
  'ShareNotFound',
  'ShareSnapshotNotFound',
  'ShareSizeLimitReached',
  'ShareBeingDeleted',
  'ShareDisabled',
  'CircuitOpen',
  'DnsResolutionFailed',
  'CertificateInvalid',
  'ENOSPC',
  'EDQUOT',
  'EROFS',
]);
/** What is wrong with one name alone. */
const nameCodes: ReadonlySet<string> = new Set(['InvalidPath', 'UnsupportedVersion']);

/** The side of a directory transfer that is in a share. */
export class ShareTree implements RemoteTree {
  readonly #context: FilesContext;
  readonly #options: ShareTreeOptions;

  constructor(context: FilesContext, options: ShareTreeOptions) {
    this.#context = context;
    this.#options = options;
  }

  fold(name: string): string {
    return foldName(name);
  }

  roleOf(name: string, size: number | undefined): OwnRole | undefined {
    if (isTemporaryName(name)) return 'unfinished-transfer';
    return isRecordName(name) && (size ?? 0) === 0 ? 'lock-record' : undefined;
  }

  async *list(path: string, signal: AbortSignal): AsyncGenerator<readonly RemoteEntry[], void, void> {
    const { share, snapshot, timeoutMs } = this.#options;
    const request = { share, path: this.#pathOf(path), snapshot, timeoutMs, signal };
    for await (const { entries } of listAllEntries(this.#context, request).byPage()) {
      yield entries.map(remoteEntry);
    }
  }

  isMissing(error: unknown): boolean {
    return hasCode(error, 'DirectoryNotFound') || hasCode(error, 'ParentNotFound');
  }

  async makeDirectory(path: string, signal: AbortSignal): Promise<void> {
    const request = { ...this.#call(signal), path: this.#pathOf(path) };
    // Those that the top is in may be missing, too.
    await (path === '' ? ensureDirectory : createDirectoryIfNotExists)(this.#context, request);
  }

  removeFile(path: string, signal: AbortSignal): Promise<boolean> {
    const { waitMs } = this.#options;
    const wire = deleteFileRequest(this.#fileAt(path), {});
    return this.#remove(wire, { ...this.#call(signal), waitMs });
  }

  removeDirectory(path: string, signal: AbortSignal): Promise<boolean> {
    const at = locateDirectory(this.#context, this.#options.share, this.#pathOf(path));
    return this.#remove(deleteDirectoryRequest(at), this.#call(signal));
  }

  async upload(move: FileUpload): Promise<number> {
    const { links, atomic, waitMs } = this.#options;
    const { settings, signal, localPath, file } = move;
    const to = this.#fileAt(move.path);
    const call = { ...this.#call(signal), waitMs };
    if (file.size <= settings.rangeBytes) {
      await uploadSmall(this.#context, { to, move, links, atomic, call });
      return file.size;
    }
    const source = await FileSource.open(localPath);
    try {
      return await this.#uploadLarge(source, { to, move, request: { ...call, path: to.path } });
    } finally {
      await source.close();
    }
  }

  /** Under a temporary name, which costs no request more than to set the time of the last write at the end. */
  async #uploadLarge(
    source: FileSource,
    { to, move, request }: { to: Location; move: FileUpload; request: { path: string } & CallOptions },
  ): Promise<number> {
    const { notes } = this.#options;
    const { localPath, onProgress } = move;
    const settings = { ...move.settings, onProgress };
    const times = storedTimes(source.times);
    const what = { source, settings, times };
    const { size } = await (notes === undefined
      ? upload(this.#context, { ...request, atomic: true }, what)
      : uploadResumably(this.#context, request, { ...what, to, localPath, directory: notes }));
    return size;
  }

  async download(move: FileDownload): Promise<number> {
    const { snapshot } = this.#options;
    const { signal, size, settings } = move;
    const request = { ...this.#call(signal), path: this.#pathOf(move.path), snapshot, preserveTimes: true };
    const isSmall = size <= Math.min(smallBytes, settings.rangeBytes);
    const bytes = isSmall ? await downloadSmall(this.#context, move, request) : undefined;
    return bytes ?? this.#downloadLarge(move, request);
  }

  async #downloadLarge(
    { localPath, settings: each, onProgress }: FileDownload,
    request: DownloadFileRequest,
  ): Promise<number> {
    const { notes } = this.#options;
    const settings = { ...each, onProgress };
    const where = { settings, localPath };
    const properties =
      notes === undefined
        ? await downloadFile(this.#context, request, where)
        : await downloadResumably(this.#context, request, { ...where, directory: notes });
    return properties.size;
  }

  async md5(path: string, { settings, signal }: Pick<FileMove, 'settings' | 'signal'>): Promise<string> {
    const { snapshot } = this.#options;
    const call = this.#call(signal);
    const at = this.#fileAt(path);
    const wire = getPropertiesRequest(at, { path: at.path, snapshot });
    const { contentMd5, size } = filePropertiesOf(await send(this.#context, wire, call));
    if (contentMd5 !== undefined) return contentMd5;
    const hash = createHash('md5');
    if (size === 0) return hash.digest('base64');
    const request = { ...call, path: at.path, snapshot };
    const stream = await openStream(this.#context, request, { settings, way: 'one request' });
    for await (const piece of stream) hash.update(piece);
    return hash.digest('base64');
  }

  inTheWay(path: string, present: 'file' | 'directory'): Error {
    const { share, path: at } = this.#fileAt(path);
    const message = `${share}/${at}: a ${present} of this name is in the way`;
    return new FileError('ResourceTypeMismatch', message, { share, path: at });
  }

  endsAll(error: unknown): boolean | 'perhaps' {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // What is neither ours nor the file system's was thrown by a listener, or is a defect.
    if (typeof code !== 'string' || finalCodes.has(code)) return true;
    if (error instanceof ConfigurationError) return !nameCodes.has(code);
    if (error instanceof AuthenticationError) return true;
    return error instanceof NetworkError ? 'perhaps' : false;
  }

  async #remove(
    wire: ReturnType<typeof deleteFileRequest>,
    call: CallOptions & LockPatience,
  ): Promise<boolean> {
    try {
      await send(this.#context, wire, call);
      return true;
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return false;
    }
  }

  #call(signal: AbortSignal): CallOptions & { readonly share: string } {
    const { share, timeoutMs } = this.#options;
    return { share, timeoutMs, signal };
  }

  #pathOf(path: string): string {
    return path === '' ? this.#options.path : joinPath(this.#options.path, path);
  }

  #fileAt(path: string): Location {
    return locateFile(this.#context, this.#options.share, this.#pathOf(path));
  }
}

function remoteEntry(entry: DirectoryEntry): RemoteEntry {
  const { name, type: kind, size = 0, smb } = entry;
  return {
    name,
    kind,
    size,
    modifiedMs: lastWriteMs(entry),
    isUnwritten: size > 0 && isUnwritten(smb.changeTime),
    role: roleOfEntry(entry),
  };
}

function roleOfEntry(entry: DirectoryEntry): OwnRole | undefined {
  if (entry.type === 'directory') return undefined;
  if (isTemporaryName(entry.name)) return 'unfinished-transfer';
  return isRecordEntry(entry) ? 'lock-record' : undefined;
}
