import { AzureStorageError } from '../core/errors.js';

/**
 * - `SourceChanged`: the local file was written to while it was being sent.
 * - `SourceLengthMismatch`: a stream gave fewer or more bytes than were announced.
 * - `LocalNotAFile`: the local path names a directory, a pipe or a device.
 * - `LocalFileExists`: the local file is there, and was not to be replaced.
 * - `ChecksumMismatch`: the MD5 of what came, or of what arrived, is not the one that it should have.
 */
export type TransferErrorCode =
  | 'SourceChanged'
  | 'SourceLengthMismatch'
  | 'LocalNotAFile'
  | 'LocalFileExists'
  | 'ChecksumMismatch';

/** The local end of a transfer is not as it should be. Failures of the file system itself (`ENOENT`, `ENOSPC`) pass as they are. */
export class TransferError extends AzureStorageError<TransferErrorCode> {}
