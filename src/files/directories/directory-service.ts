import type { PagedIterable } from '../../core/pages.js';
import type {
  CreateDirectoryRequest,
  DeleteDirectoryRequest,
  DeleteRecursiveRequest,
  EnsureDirectoryRequest,
  GetDirectoryPropertiesRequest,
  ListDirectoryRequest,
  RenameDirectoryRequest,
  SetDirectoryMetadataRequest,
  SetDirectoryPropertiesRequest,
  WalkDirectoryRequest,
} from '../requests.js';
import type {
  ChangeResult,
  DeleteRecursiveReport,
  DirectoryEntry,
  DirectoryInfo,
  DirectoryListing,
  DirectoryProperties,
  EnsureResult,
  RenameResult,
} from '../types.js';

/**
 * Directories of a share. Every call may throw, beside what it says itself: `ConfigurationError` before anything is sent,
 * `AuthenticationError`, `NetworkError`, `ServerError`, and `DirectoryError` with `ShareNotFound`.
 */
export interface DirectoryService {
  /**
   * Creates one directory; the one that it is in must exist.
   * @throws {DirectoryError} `DirectoryAlreadyExists`; `ParentNotFound`; `ResourceTypeMismatch` when a file has the name.
   * @see https://learn.microsoft.com/rest/api/storageservices/create-directory
   */
  create(request: CreateDirectoryRequest): Promise<DirectoryInfo>;

  /** Creates one directory unless it is there. @throws {DirectoryError} `ParentNotFound`, `ResourceTypeMismatch`. */
  createIfNotExists(request: CreateDirectoryRequest): Promise<EnsureResult>;

  /**
   * Creates a directory and those that it is in, as far as they are missing (`mkdir -p`). Others may do the same at the same time.
   * @returns whether the directory itself was created by this call.
   */
  ensure(request: EnsureDirectoryRequest): Promise<EnsureResult>;

  /**
   * Deletes an empty directory. When the request had to be sent again and the answer is then that it is not there, the
   * delete counts as done.
   * @throws {DirectoryError} `DirectoryNotFound`, `DirectoryNotEmpty`.
   */
  delete(request: DeleteDirectoryRequest): Promise<void>;

  /** Deletes an empty directory if it is there. @returns whether it was. */
  deleteIfExists(request: DeleteDirectoryRequest): Promise<boolean>;

  /** Whether there is a directory of this name; false also when the share is missing. */
  exists(request: GetDirectoryPropertiesRequest): Promise<boolean>;

  /**
   * One page of a directory's entries, sorted by name.
   * @throws {DirectoryError} `DirectoryNotFound`.
   * @see https://learn.microsoft.com/rest/api/storageservices/list-directories-and-files
   */
  list(request?: ListDirectoryRequest): Promise<DirectoryListing>;

  /** All entries of a directory, fetched page by page as they are asked for; `byPage()` gives the pages. */
  listAll(request?: ListDirectoryRequest): PagedIterable<DirectoryEntry, DirectoryListing>;

  /**
   * All entries of a directory and of those in it. A directory comes before what it holds. Directories are listed ahead,
   * `concurrency` at a time; one that vanishes meanwhile is passed over.
   */
  walk(request?: WalkDirectoryRequest): AsyncIterable<DirectoryEntry>;

  /**
   * Deletes a directory with all that it holds, `concurrency` deletes at a time. What vanishes meanwhile is passed over; what
   * cannot be deleted (locked, read-only) is left, the rest is deleted, and an error tells of it at the end.
   * @throws {DirectoryError} `DirectoryNotFound` when there is no such directory; `DirectoryNotEmpty` with `failures` when something stayed.
   */
  deleteRecursive(request: DeleteRecursiveRequest): Promise<DeleteRecursiveReport>;
  deleteRecursive(share: string, path: string): Promise<DeleteRecursiveReport>;

  /**
   * Renames a directory with all that it holds, inside its share, in one step. Needs service version 2021-04-10.
   * @throws {DirectoryError} `DirectoryNotFound`, `DirectoryAlreadyExists`, `ParentNotFound`.
   * @see https://learn.microsoft.com/rest/api/storageservices/rename-directory
   */
  rename(request: RenameDirectoryRequest): Promise<RenameResult>;

  /** @throws {DirectoryError} `DirectoryNotFound`. */
  getProperties(request: GetDirectoryPropertiesRequest): Promise<DirectoryProperties>;

  /** Sets SMB attributes and times; what is not named stays. */
  setProperties(request: SetDirectoryPropertiesRequest): Promise<ChangeResult>;

  /** Replaces all metadata. */
  setMetadata(request: SetDirectoryMetadataRequest): Promise<void>;
}
