import { AzureStorageError } from '../core/errors.js';

/**
 * - `SourceChanged`: the local file was written to while it was being sent.
 * - `SourceLengthMismatch`: a stream gave fewer or more bytes than were announced.
 * - `LocalNotAFile`: the local path names a directory, a pipe or a device.
 * - `LocalNotADirectory`: something that is none stands where a local directory should be.
 * - `LocalFileExists`: the local file is there, and was not to be replaced.
 * - `ChecksumMismatch`: the MD5 of what came, or of what arrived, is not the one that it should have.
 * - `CaseCollision`: names that differ only in case; in a share they are one.
 * - `UnusableName`: a name that cannot be one at the other side.
 * - `LinkCycle`: a symbolic link that is followed leads back to a directory that it is in.
 * - `TransferIncomplete`: some paths of a directory could not be transferred.
 */
export type TransferErrorCode =
  | 'SourceChanged'
  | 'SourceLengthMismatch'
  | 'LocalNotAFile'
  | 'LocalNotADirectory'
  | 'LocalFileExists'
  | 'ChecksumMismatch'
  | 'CaseCollision'
  | 'UnusableName'
  | 'LinkCycle'
  | 'TransferIncomplete';

/** The local end of a transfer is not as it should be. Failures of the file system itself (`ENOENT`, `ENOSPC`) pass as they are. */
export class TransferError extends AzureStorageError<TransferErrorCode> {}
