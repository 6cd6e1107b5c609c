import type { PagedIterable } from '../core/pages.js';
import type {
  AbortCopyRequest,
  AppendFileRequest,
  CallOptions,
  ClearRangeRequest,
  CopyFileRequest,
  CopyFromUrlRequest,
  CreateFileIfNotExistsRequest,
  CreateFileRequest,
  DeleteFileRequest,
  FileChange,
  FileHttpHeaders,
  GetPropertiesRequest,
  GetSharePropertiesRequest,
  GetShareStatisticsRequest,
  LeaseScope,
  ListRangesRequest,
  ListSharesRequest,
  LockPatience,
  ReadFileRequest,
  RenameFileRequest,
  ResizeFileRequest,
  SetMetadataRequest,
  SetPropertiesRequest,
  UpdateFileRequest,
  WaitForCopyRequest,
  WriteFileRequest,
  WriteIfMatchRequest,
} from './requests.js';
import type {
  AppendResult,
  ByteRange,
  ChangeResult,
  CopyStatus,
  FileContent,
  FileInfo,
  FileProperties,
  FileRanges,
  FileUpdate,
  FileVersion,
  Metadata,
  RenameResult,
  ShareItem,
  ShareListing,
  ShareProperties,
  ShareStatistics,
} from './types.js';

/**
 * Files of a share. Every call may throw, beside what it says itself: `ConfigurationError` before anything is sent,
 * `AuthenticationError`, `NetworkError`, `ServerError`, and `FileError` with `ShareNotFound`.
 */
export interface FileService {
  /**
   * Creates a file of a fixed length that reads as zeros. **Overwrites an existing file**: its content, metadata and
   * headers are lost; see {@link createIfNotExists} for a file that must not be there yet.
   *
   * @throws {FileError} `FileLocked`, `FileTooLarge` (over 4 TiB), `ReadOnly`, `ResourceTypeMismatch` (a directory has the name).
   * @throws {DirectoryError} `ParentNotFound`: directories are not made on the way, see `directories.ensure`.
   * @see https://learn.microsoft.com/rest/api/storageservices/create-file
   */
  create(request: CreateFileRequest): Promise<FileInfo>;

  /**
   * Creates a file only if nothing has its name, atomically: it is written under a temporary name (`.azstore-GUID.tmp`) in
   * the same directory and renamed without replacing, so that it appears whole or not at all. Needs service version 2021-04-10.
   *
   * @throws {FileError} `FileAlreadyExists`.
   * @throws {DirectoryError} `ParentNotFound`.
   */
  createIfNotExists(request: CreateFileIfNotExistsRequest): Promise<FileInfo>;

  /**
   * Reads a file, or a range of it, into memory. What is longer than one range is read in parallel; every part is checked
   * to be of the same version of the file. Use `streaming` for what does not fit into memory.
   *
   * @throws {FileError} `FileNotFound`; `InvalidRange` when the range begins behind the end; `FileChanged` when the file was
   * written to meanwhile; `FileTooLarge` when it does not fit into memory.
   * @see https://learn.microsoft.com/rest/api/storageservices/get-file
   */
  read(request: ReadFileRequest): Promise<FileContent>;

  /**
   * Writes. Without `offset` the data becomes the whole content: an existing file is resized and keeps its metadata and
   * headers, a missing one is created. With `offset` only these bytes are written; the file never grows by it.
   *
   * Not atomic unless `atomic` is set: a reader may see the new length before the new bytes, and a failure leaves a part
   * written.
   *
   * @throws {FileError} `FileLocked`; `InvalidRange` when the data would end behind the end of the file; `FileNotFound` with `offset`.
   * @throws {DirectoryError} `ParentNotFound`.
   * @see https://learn.microsoft.com/rest/api/storageservices/put-range
   */
  write(request: WriteFileRequest): Promise<void>;

  /**
   * Replaces the content of a file if it still is the version that was read, in one step: under the lock of the file (its own,
   * or the one of `leaseId`) the versions are compared and the file is replaced as by an atomic {@link write}. The service
   * itself knows no conditions.
   *
   * @param etag - As a read, `getProperties` or an earlier write gave it.
   * @throws {FileError} `PreconditionFailed` with `expected` and `actual` when the file has changed; `FileNotFound`; `ReadOnly`.
   * @throws {LeaseError} `LeaseAlreadyPresent` when somebody else has the lock and `waitMs` is over.
   */
  writeIfMatch(request: WriteIfMatchRequest, etag: string): Promise<FileVersion>;

  /**
   * Reads a file, lets `change` make new content of it, and writes that if the file has not changed meanwhile. Else it begins
   * again, this time under the lock of the file, so that nobody can come between. No update is lost, whoever makes it:
   * others that use this call, {@link writeIfMatch}, {@link append} or a lock, and programs that only write.
   *
   * @param change - Given the present content. `undefined` leaves the file. It may be called up to five times, once for each
   * attempt; what it throws ends the update and is passed on.
   * @throws {FileError} `FileNotFound`; `PreconditionFailed` or a `LeaseError` when five attempts were in vain.
   * @throws {NetworkError} when nobody can tell whether it was written.
   */
  updateIfMatch(request: UpdateFileRequest, change: FileChange): Promise<FileUpdate>;

  /**
   * Appends to a file, under its lock; a missing one is created. Several at a time come one after the other, each as a whole.
   * One that fails or whose process dies leaves nothing behind for the next who takes the lock; until then, readers without a
   * lock may see a part of it. While it runs, the metadata of the file have the name `azstore_append`. Takes a lock of its own:
   * under a lock of yours, use {@link resize} and {@link write} with `offset`.
   *
   * @throws {LeaseError} `LeaseAlreadyPresent` when somebody else has the lock and `waitMs` is over.
   * @throws {FileError} `FileTooLarge`, `ReadOnly`. @throws {DirectoryError} `ParentNotFound`.
   * @throws {NetworkError} when nobody can tell whether it was done.
   */
  append(request: AppendFileRequest): Promise<AppendResult>;

  /** Sets bytes to zero, and frees the whole blocks of 512 bytes among them. The length stays. */
  clearRange(request: ClearRangeRequest): Promise<void>;

  /**
   * Lists the parts of a file that hold data.
   * @see https://learn.microsoft.com/rest/api/storageservices/list-ranges
   */
  listRanges(request: ListRangesRequest): Promise<FileRanges>;

  /** Sets the length. */
  resize(request: ResizeFileRequest): Promise<ChangeResult>;

  /**
   * Deletes a file. When the request had to be sent again and the answer is then that the file is not there, the delete
   * counts as done: most likely the first one was carried out.
   * @throws {FileError} `FileNotFound`, `FileLocked`, `ReadOnly`.
   */
  delete(request: DeleteFileRequest): Promise<void>;

  /** Deletes a file if it is there. @returns whether it was. */
  deleteIfExists(request: DeleteFileRequest): Promise<boolean>;

  /** Whether there is a file of this name; false also when its directory or its share is missing. */
  exists(request: GetPropertiesRequest): Promise<boolean>;

  /** @throws {FileError} `FileNotFound`. */
  getProperties(request: GetPropertiesRequest): Promise<FileProperties>;

  /**
   * Sets HTTP headers, SMB attributes and times; what is not named stays. That takes a read before the write, as the
   * service clears all HTTP headers that are not sent: of two callers at the same time the later one wins.
   */
  setProperties(request: SetPropertiesRequest): Promise<ChangeResult>;

  getMetadata(request: GetPropertiesRequest): Promise<Metadata>;

  /** Replaces all metadata. @throws {FileError} `FileNotFound`, `FileLocked`. */
  setMetadata(request: SetMetadataRequest): Promise<void>;

  /**
   * Starts a copy inside the service, over an existing destination if there is one. Small files of one account are mostly
   * done when it returns (`success`); else the status is `pending`, and {@link waitForCopy} waits for the end.
   *
   * @throws {FileError} `FileNotFound` (the source), `FileLocked` (the destination), `ReadOnly`.
   * @throws {DirectoryError} `ParentNotFound` (of the destination).
   * @see https://learn.microsoft.com/rest/api/storageservices/copy-file
   */
  copy(request: CopyFileRequest): Promise<CopyStatus>;

  /** The same from any URL: another account, or a blob. */
  copyFromUrl(request: CopyFromUrlRequest): Promise<CopyStatus>;

  /**
   * Waits until a copy has ended, well or not, looking at growing intervals.
   * @throws {FileError} `FileChanged` when the file is no longer the destination of that copy.
   */
  waitForCopy(request: WaitForCopyRequest): Promise<CopyStatus>;

  /** Ends a pending copy; the destination stays with length 0. @throws {FileError} `CopyNotPending`. */
  abortCopy(request: AbortCopyRequest): Promise<void>;

  /**
   * Renames a file inside its share, in one step. Its content, metadata, lease and file id go with it. It is sent again only
   * when it certainly was not carried out. Needs service version 2021-04-10.
   * @throws {FileError} `FileNotFound`, `FileAlreadyExists`, `FileLocked`, `ReadOnly`.
   * @throws {DirectoryError} `ParentNotFound`.
   * @see https://learn.microsoft.com/rest/api/storageservices/rename-file
   */
  rename(request: RenameFileRequest): Promise<RenameResult>;

  /** The same service with the share set, and paths as arguments. */
  inShare(share: string): ShareBoundFileService;
}

/** What may be added to a call of {@link ShareBoundFileService}. */
export interface BoundOptions extends CallOptions, LeaseScope {}

export interface BoundChangeOptions extends BoundOptions, LockPatience {}

export interface BoundAppendOptions extends CallOptions, LockPatience {
  contentType?: string | undefined;
}

export interface BoundCreateOptions extends BoundChangeOptions, FileHttpHeaders {
  metadata?: Readonly<Record<string, string>> | undefined;
}

export interface BoundReadOptions extends BoundOptions {
  range?: Readonly<ByteRange> | undefined;
}

export interface BoundWriteOptions extends BoundChangeOptions {
  offset?: number | undefined;
  contentType?: string | undefined;
  atomic?: boolean | undefined;
}

/** {@link FileService} for one share. */
export interface ShareBoundFileService {
  readonly share: string;
  create(path: string, size: number, options?: BoundCreateOptions): Promise<FileInfo>;
  read(path: string, options?: BoundReadOptions): Promise<FileContent>;
  write(path: string, data: Uint8Array, options?: BoundWriteOptions): Promise<void>;
  writeIfMatch(
    path: string,
    write: { data: Uint8Array; etag: string },
    options?: BoundChangeOptions,
  ): Promise<FileVersion>;
  updateIfMatch(path: string, change: FileChange, options?: BoundChangeOptions): Promise<FileUpdate>;
  append(path: string, data: Uint8Array, options?: BoundAppendOptions): Promise<AppendResult>;
  delete(path: string, options?: BoundChangeOptions): Promise<void>;
  deleteIfExists(path: string, options?: BoundChangeOptions): Promise<boolean>;
  exists(path: string, options?: BoundOptions): Promise<boolean>;
  getProperties(path: string, options?: BoundOptions): Promise<FileProperties>;
  setMetadata(
    path: string,
    metadata: Readonly<Record<string, string>>,
    options?: BoundChangeOptions,
  ): Promise<void>;
}

/** Shares of the account. They are made and deleted elsewhere: by the portal, by infrastructure code. */
export interface ShareService {
  /**
   * Lists the shares, page by page as they are asked for.
   * @see https://learn.microsoft.com/rest/api/storageservices/list-shares
   */
  list(request?: ListSharesRequest): PagedIterable<ShareItem, ShareListing>;
  /** @throws {DirectoryError} `ShareNotFound`. */
  getProperties(request?: GetSharePropertiesRequest): Promise<ShareProperties>;
  /** @throws {DirectoryError} `ShareNotFound`. */
  getStatistics(request?: GetShareStatisticsRequest): Promise<ShareStatistics>;
}
