import type { PagedIterable } from '../core/pages.js';
import type {
  AbortCopyRequest,
  CallOptions,
  ClearRangeRequest,
  CopyFileRequest,
  CopyFromUrlRequest,
  CreateFileIfNotExistsRequest,
  CreateFileRequest,
  DeleteFileRequest,
  FileHttpHeaders,
  GetPropertiesRequest,
  GetSharePropertiesRequest,
  GetShareStatisticsRequest,
  LeaseScope,
  ListRangesRequest,
  ListSharesRequest,
  ReadFileRequest,
  RenameFileRequest,
  ResizeFileRequest,
  SetMetadataRequest,
  SetPropertiesRequest,
  WaitForCopyRequest,
  WriteFileRequest,
} from './requests.js';
import type {
  ByteRange,
  ChangeResult,
  CopyStatus,
  FileContent,
  FileInfo,
  FileProperties,
  FileRanges,
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
   * Not atomic: a reader may see the new length before the new bytes, and a failure leaves a part written.
   *
   * @throws {FileError} `FileLocked`; `InvalidRange` when the data would end behind the end of the file; `FileNotFound` with `offset`.
   * @throws {DirectoryError} `ParentNotFound`.
   * @see https://learn.microsoft.com/rest/api/storageservices/put-range
   */
  write(request: WriteFileRequest): Promise<void>;

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

export interface BoundCreateOptions extends BoundOptions, FileHttpHeaders {
  metadata?: Readonly<Record<string, string>> | undefined;
}

export interface BoundReadOptions extends BoundOptions {
  range?: Readonly<ByteRange> | undefined;
}

export interface BoundWriteOptions extends BoundOptions {
  offset?: number | undefined;
  contentType?: string | undefined;
}

/** {@link FileService} for one share. */
export interface ShareBoundFileService {
  readonly share: string;
  create(path: string, size: number, options?: BoundCreateOptions): Promise<FileInfo>;
  read(path: string, options?: BoundReadOptions): Promise<FileContent>;
  write(path: string, data: Uint8Array, options?: BoundWriteOptions): Promise<void>;
  delete(path: string, options?: BoundOptions): Promise<void>;
  deleteIfExists(path: string, options?: BoundOptions): Promise<boolean>;
  exists(path: string, options?: BoundOptions): Promise<boolean>;
  getProperties(path: string, options?: BoundOptions): Promise<FileProperties>;
  setMetadata(
    path: string,
    metadata: Readonly<Record<string, string>>,
    options?: BoundOptions,
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
