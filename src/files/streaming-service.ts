import type { ProgressListener } from '../transfer/progress.js';
import type { ByteStream } from '../transfer/stream-source.js';
import type { FileHttpHeaders, FileScope, LeaseScope } from './requests.js';
import type { FileInfo, FileProperties } from './types.js';

/** What every transfer may carry. */
export interface TransferOptions {
  /**
   * How many ranges are under way at a time, 1 to 256. The memory held is this times the client's `rangeSize`.
   * @defaultValue the client's `concurrency`
   */
  concurrency?: number | undefined;
  onProgress?: ProgressListener | undefined;
}

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

interface UploadFields extends FileScope, LeaseScope, FileHttpHeaders, TransferOptions, PublishOptions {
  metadata?: Readonly<Record<string, string>> | undefined;
}

export interface UploadStreamRequest extends UploadFields {
  /** Bytes that the stream will give, exactly; 0 to 4 TiB. */
  totalSize: number;
}

export interface UploadFileRequest extends UploadFields {}

interface DownloadFields extends FileScope, LeaseScope {
  /** Reads the file as it was in a snapshot of the share. */
  snapshot?: string | undefined;
}

export interface DownloadStreamRequest extends DownloadFields {
  /**
   * How many bytes are fetched ahead and held at most. Less than the client's `rangeSize` makes the ranges smaller.
   * @defaultValue 12,582,912 (12 MiB)
   */
  bufferSize?: number | undefined;
  /** `start` in bytes, inclusive; `end` exclusive. @defaultValue the whole file; without `end` its rest */
  range?: { readonly start: number; readonly end?: number | undefined } | undefined;
}

export interface DownloadRangeRequest extends DownloadFields {
  /** First byte. */
  start: number;
  /** The byte after the last one. What lies beyond the end of the file is left out. */
  end: number;
}

export interface DownloadFileRequest extends DownloadFields, TransferOptions {
  /** False: a local file of that name is left alone, and the download fails with `LocalFileExists`. @defaultValue true */
  overwrite?: boolean | undefined;
}

/**
 * Moves files of any size in bounded memory. Every call may throw what the calls of `FileService` throw, and rejects with the
 * signal's reason when it is aborted; it then leaves no request, file handle, temporary file or listener behind.
 */
export interface StreamingService {
  /**
   * Uploads a stream of known length: web streams, Node's `Readable`, or anything that is iterated asynchronously. The stream
   * is read no faster than the service takes it; a part is kept until it is acknowledged, and a retry sends the same bytes. The
   * stream is used up in any case: after a failure it is cancelled.
   *
   * @throws {TransferError} `SourceLengthMismatch` when the stream is not of the length that was announced.
   * @throws {FileError} `FileLocked`; `FileAlreadyExists` with `overwrite: false`.
   * @throws {DirectoryError} `ParentNotFound`: directories are not made on the way.
   */
  uploadStream(request: UploadStreamRequest, stream: ByteStream): Promise<FileInfo>;

  /**
   * Downloads as a stream: ranges are fetched side by side and come in order. Every part is checked to be of the same version of
   * the file. Cancelling the stream ends the requests under way.
   *
   * @throws {FileError} `FileNotFound`; the stream fails with `FileChanged` when the file was written to meanwhile.
   */
  downloadStream(request: DownloadStreamRequest): Promise<ReadableStream<Uint8Array>>;

  /**
   * Reads a range into memory.
   * @throws {FileError} `FileNotFound`; `InvalidRange` when the range begins behind the end.
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
   * @throws {TransferError} `LocalFileExists` with `overwrite: false`; `LocalNotAFile` when the name is a directory's.
   * @throws {Error} of the file system, such as `ENOSPC`, as it is.
   * @returns the properties of the version that was downloaded.
   */
  downloadTo(request: DownloadFileRequest, localPath: string): Promise<FileProperties>;
}
