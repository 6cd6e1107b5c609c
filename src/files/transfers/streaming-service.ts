import type { UploadInput } from '../../transfer/any-source.js';
import type { TransferOptions } from '../../transfer/settings.js';
import type { FileHttpHeaders, FileScope, LeaseScope, ShareScope } from '../requests.js';
import type { FileInfo, FileProperties } from '../types.js';
import type { DirectoryTransfers } from './directory-transfer-service.js';

export type { TransferOptions };

/** How the target of an upload comes to be. */
export interface PublishOptions {
  /**
   * Writes under a temporary name (`.azstore-GUID.tmp`) in the same directory and renames it at the end, so that readers see
   * the old file or the new one, whole. The new file has its own file id, times and permission. With `leaseId` the lock stays
   * on it. Needs service version 2021-04-10.
   * @defaultValue false: written in place; after a failure the file has its full length, and zeros where nothing was written
   */
  atomic?: boolean | undefined;
  /** False: a file of that name is left alone, and the upload fails with `FileAlreadyExists`. Implies `atomic`. @defaultValue true */
  overwrite?: boolean | undefined;
}

/** What a transfer between a share and a local file may be told. */
export interface ResumeOptions {
  /**
   * Writes down what has been moved, and goes on from there when the same transfer is asked for again: after a failure, an
   * abort, or the end of the process, by any process of the same user. What was written down is believed only as far as
   * both ends agree with it; where the file that is read has changed, the transfer begins anew. A text names the directory
   * for these notes; they hold no credentials, and one is removed when its transfer is done.
   *
   * Implies `atomic`; after a failure the temporary file stays, until the transfer is finished or it is swept.
   * @defaultValue false; true: notes in the state directory of the user, such as `~/.local/state/azstore/transfers`
   */
  resume?: boolean | string | undefined;
}

export interface UploadFields
  extends FileScope,
    LeaseScope,
    FileHttpHeaders,
    TransferOptions,
    PublishOptions {
  metadata?: Readonly<Record<string, string>> | undefined;
}

export interface UploadStreamRequest extends UploadFields {
  /**
   * Bytes that come, exactly; 0 to 4 TiB. A stream must give just so many; one that has given them and then neither ends nor
   * gives more within 5 seconds counts as ended.
   * @defaultValue those of a `Blob` or of bytes; for a stream as many as it gives: the file grows as they come, each time to
   * twice its length but by 1 GiB at most, and is cut to its length at the end
   */
  totalSize?: number | undefined;
}

export interface UploadFileRequest extends UploadFields, ResumeOptions {
  /**
   * Gives the file in the share the time of the last write of the local one, and its time of creation where the platform knows
   * it. @defaultValue false: the times of the upload
   */
  preserveTimes?: boolean | undefined;
}

export interface DownloadFields extends FileScope, LeaseScope {
  /** Reads the file as it was in a snapshot of the share. */
  snapshot?: string | undefined;
}

export interface DownloadStreamRequest extends DownloadFields, TransferOptions {
  /** Another name of `memoryBudget`; not both. */
  bufferSize?: number | undefined;
  /**
   * How many ranges are fetched side by side.
   * @defaultValue 1: one request, whose body is handed on as it comes; where `memoryBudget`, `bandwidthLimit` or `checksum`
   * asks for ranges, as many as the budget holds
   */
  concurrency?: number | undefined;
  /** `start` in bytes, inclusive; `end` exclusive. @defaultValue the whole file; without `end` its rest */
  range?: { readonly start: number; readonly end?: number | undefined } | undefined;
}

export interface DownloadRangeRequest extends DownloadFields, Omit<TransferOptions, 'memoryBudget'> {
  /** First byte. */
  start: number;
  /** The byte after the last one. What lies beyond the end of the file is left out. */
  end: number;
  /** Where the bytes go; long enough for them. After a failure it has some of them. @defaultValue new memory */
  into?: Uint8Array | undefined;
}

export interface DownloadFileRequest extends DownloadFields, TransferOptions, ResumeOptions {
  /** False: a local file of that name is left alone, and the download fails with `LocalFileExists`. @defaultValue true */
  overwrite?: boolean | undefined;
  /** Gives the local file the time of the last write of the file in the share. @defaultValue false: the time of the download */
  preserveTimes?: boolean | undefined;
}

/** What is to be swept. */
export interface SweepRequest extends ShareScope {
  /** The directory to begin with. @defaultValue `''`, the root of the share */
  path?: string | undefined;
  /** Also what is in the directories below. @defaultValue true */
  recursive?: boolean | undefined;
  /**
   * How long nobody must have written to a file before it counts as left behind, in milliseconds, by the clock of the
   * service: 60,000 (a minute) or more. A transfer that pauses for longer, to be resumed, begins anew.
   * @defaultValue 604,800,000 (a week)
   */
  olderThanMs?: number | undefined;
  /** How many files are looked at and deleted at a time. @defaultValue the client's `concurrency` */
  concurrency?: number | undefined;
  /** Deletes nothing and tells what it would. @defaultValue false */
  dryRun?: boolean | undefined;
}

/** What a sweep did. */
export interface SweepReport {
  /** Paths of the temporary files that were deleted, or would be; the first thousand. */
  readonly paths: readonly string[];
  readonly filesDeleted: number;
  /** Their length, which is not what they took: they are full of holes. */
  readonly bytesDeleted: number;
  /** Temporary files that are younger. */
  readonly filesKept: number;
}

/**
 * Moves files of any size in bounded memory. Every call may throw what the calls of `FileService` throw, and rejects with the
 * signal's reason when it is aborted; it then leaves no request, file handle, temporary file or listener behind (with `resume`
 * the temporary file and the note of it stay).
 */
export interface StreamingService extends DirectoryTransfers {
  /**
   * Uploads a stream, a `Blob` or bytes: web streams, Node's `Readable`, or anything that is iterated asynchronously. A stream is
   * read no faster than the service takes it; a part is kept until it is acknowledged, and a retry sends the same bytes. It is
   * used up in any case: after a failure it is cancelled. Bytes are sent from where they are and must not be changed meanwhile.
   *
   * @throws {TransferError} `SourceLengthMismatch` when there are not as many bytes as were announced; `ChecksumMismatch`.
   * @throws {FileError} `FileLocked`; `FileAlreadyExists` with `overwrite: false`; `ShareSizeLimitReached`.
   * @throws {DirectoryError} `ParentNotFound`: directories are not made on the way.
   */
  uploadStream(request: UploadStreamRequest, input: UploadInput): Promise<FileInfo>;

  /**
   * Downloads as a stream: by one request whose body is handed on, or by ranges side by side that come in order. After a break
   * it goes on with the next byte. Every answer is checked to be of the same version of the file, and so is the file itself
   * when all has come that takes more than one range. Cancelling the stream ends the requests under way; a stream that is
   * neither read nor cancelled keeps its connection. `Readable.fromWeb(stream)` makes a Node stream of it.
   *
   * @throws {FileError} `FileNotFound`; the stream fails with `FileChanged` when the file was written to meanwhile.
   * @throws {TransferError} the stream fails with `ChecksumMismatch` in place of its end.
   */
  downloadStream(request: DownloadStreamRequest): Promise<ReadableStream<Uint8Array>>;

  /**
   * Reads a range into memory, its parts side by side.
   * @throws {FileError} `FileNotFound`; `InvalidRange` when the range begins behind the end; `FileChanged` when the file was
   * written to meanwhile; `FileTooLarge` when it does not fit into memory, or into `into`.
   */
  downloadRange(request: DownloadRangeRequest): Promise<Uint8Array>;

  /**
   * Uploads a local file, its ranges side by side.
   *
   * @param localPath - A regular file; symbolic links to one are followed.
   * @throws {TransferError} `SourceChanged` when size or time of change of the local file moved meanwhile; `LocalNotAFile`.
   * @throws {Error} of the file system, such as `ENOENT`, as it is.
   */
  uploadFrom(request: UploadFileRequest, localPath: string): Promise<FileInfo>;

  /**
   * Downloads to a local file, its ranges side by side. The file is written under a temporary name (`.azstore-GUID.tmp`) in the
   * same directory and renamed when it is whole.
   *
   * @param localPath - Its directory must exist. A file of that name is replaced.
   * @throws {FileError} `FileNotFound`; `FileChanged` when the file was written to meanwhile.
   * @throws {TransferError} `LocalFileExists` with `overwrite: false`; `LocalNotAFile` for a directory, device or pipe.
   * @throws {Error} of the file system, such as `ENOSPC`, as it is.
   * @returns the properties of the version that was downloaded.
   */
  downloadTo(request: DownloadFileRequest, localPath: string): Promise<FileProperties>;

  /**
   * Deletes what transfers and atomic writes have left behind in a share: files named `.azstore-GUID.tmp` to which nobody has
   * written for a while. A lease that one of them still has is broken.
   *
   * @throws {DirectoryError} `DirectoryNotFound`, `ShareNotFound`.
   */
  sweep(request?: SweepRequest): Promise<SweepReport>;
}
