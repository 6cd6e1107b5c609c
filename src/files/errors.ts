import { AzureStorageError, type LeaseErrorCode, type ResourceErrorDetails } from '../core/errors.js';

export type FileErrorCode =
  | 'FileNotFound'
  | 'FileAlreadyExists'
  | 'FileLocked'
  | 'InvalidRange'
  | 'FileTooLarge'
  | 'PreconditionFailed'
  | 'FileChanged'
  | 'ReadOnly'
  | 'ResourceTypeMismatch'
  | 'CopyPending'
  | 'CopyNotPending'
  | 'CopySourceUnreadable'
  | 'ShareNotFound'
  | 'ShareSnapshotNotFound'
  | 'ShareBeingDeleted'
  | 'ShareSizeLimitReached'
  | 'Conflict';

export interface FileErrorDetails extends ResourceErrorDetails {
  /** First byte of the range in question. */
  readonly start?: number | undefined;
  /** End of the range in question, exclusive. */
  readonly end?: number | undefined;
  /** Size of the file in bytes, or the size that was asked for. */
  readonly size?: number | undefined;
  /** What the file had to be, such as an ETag. */
  readonly expected?: string | undefined;
  /** What it was instead. */
  readonly actual?: string | undefined;
}

/** Refused for a reason of a file: `code` tells which. */
export class FileError extends AzureStorageError<FileErrorCode> {
  readonly share: string | undefined;
  readonly path: string | undefined;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly size: number | undefined;
  readonly expected: string | undefined;
  readonly actual: string | undefined;

  constructor(code: FileErrorCode, message: string, details: FileErrorDetails = {}) {
    super(code, message, details);
    this.share = details.share;
    this.path = details.path;
    this.start = details.start;
    this.end = details.end;
    this.size = details.size;
    this.expected = details.expected;
    this.actual = details.actual;
  }
}

export type DirectoryErrorCode =
  | 'DirectoryNotFound'
  | 'DirectoryAlreadyExists'
  | 'DirectoryNotEmpty'
  | 'ParentNotFound'
  | 'ReadOnly'
  | 'ResourceTypeMismatch'
  | 'ShareNotFound'
  | 'ShareSnapshotNotFound'
  | 'ShareBeingDeleted'
  | 'ShareSizeLimitReached'
  | 'PreconditionFailed'
  | 'Conflict';

/** One entry that a recursive delete had to leave. */
export interface DeleteFailure {
  readonly path: string;
  readonly error: AzureStorageError;
}

export interface DirectoryErrorDetails extends ResourceErrorDetails {
  /** What a recursive delete had to leave, the first hundred entries. */
  readonly failures?: readonly DeleteFailure[] | undefined;
}

/** Refused for a reason of a directory or a share: `code` tells which. */
export class DirectoryError extends AzureStorageError<DirectoryErrorCode> {
  readonly share: string | undefined;
  readonly path: string | undefined;
  readonly failures: readonly DeleteFailure[];

  constructor(code: DirectoryErrorCode, message: string, details: DirectoryErrorDetails = {}) {
    super(code, message, details);
    this.share = details.share;
    this.path = details.path;
    this.failures = details.failures ?? [];
  }
}

/** What an operation addresses; the class of an error follows it. */
export type Addressed = 'account' | 'share' | 'directory' | 'file';

/** What a code of the service becomes. Class and code follow the addressed resource where both `file` and `directory` are given. */
export interface ErrorRow {
  readonly file?: FileErrorCode;
  readonly directory?: DirectoryErrorCode;
  readonly lease?: LeaseErrorCode;
  /** The start of the message. */
  readonly what: string;
  readonly retryable?: boolean;
  /** Said of the source of a copy or rename, where there is one. */
  readonly ofSource?: boolean;
}

const locked = { file: 'FileLocked', retryable: true } as const;
const notFound = {
  file: 'FileNotFound',
  directory: 'DirectoryNotFound',
  what: 'not found',
  ofSource: true,
} as const;

/** The service's codes, row by row. What is not here is left to the status, then to core (authentication, 400, 5xx). */
export const errorRows: Readonly<Record<string, ErrorRow>> = {
  ResourceNotFound: notFound,
  ParentNotFound: { directory: 'ParentNotFound', what: 'the directory that it should be in is missing' },
  ShareNotFound: { file: 'ShareNotFound', directory: 'ShareNotFound', what: 'the share is missing' },
  ShareSnapshotNotFound: {
    file: 'ShareSnapshotNotFound',
    directory: 'ShareSnapshotNotFound',
    what: 'the share has no such snapshot',
  },
  PreviousSnapshotNotFound: {
    file: 'ShareSnapshotNotFound',
    directory: 'ShareSnapshotNotFound',
    what: 'the share has no such earlier snapshot',
  },
  ShareBeingDeleted: {
    file: 'ShareBeingDeleted',
    directory: 'ShareBeingDeleted',
    what: 'the share is being deleted',
    retryable: true,
  },
  ShareSizeLimitReached: {
    file: 'ShareSizeLimitReached',
    directory: 'ShareSizeLimitReached',
    what: 'the share is full',
  },
  ResourceAlreadyExists: {
    file: 'FileAlreadyExists',
    directory: 'DirectoryAlreadyExists',
    what: 'exists already',
  },
  ResourceTypeMismatch: {
    file: 'ResourceTypeMismatch',
    directory: 'ResourceTypeMismatch',
    what: 'is a file where a directory was meant, or the reverse',
  },
  DirectoryNotEmpty: { directory: 'DirectoryNotEmpty', what: 'the directory is not empty' },
  ReadOnlyAttribute: { file: 'ReadOnly', directory: 'ReadOnly', what: 'has the attribute ReadOnly' },
  LeaseIdMissing: { ...locked, what: 'locked by a lease' },
  SharingViolation: { ...locked, what: 'open elsewhere, in a way that forbids this' },
  FileLockConflict: { ...locked, what: 'a range of bytes is locked by an SMB client' },
  DeletePending: { ...locked, what: 'is being deleted, and still open elsewhere' },
  CannotDeleteFileOrDirectory: { ...locked, what: 'open elsewhere, and cannot be deleted now' },
  FileOpenBySmbClient: { ...locked, what: 'open by an SMB client' },
  InvalidRange: { file: 'InvalidRange', what: 'the range is not inside the file' },
  RequestBodyTooLarge: { file: 'FileTooLarge', what: 'more bytes than the service takes at once' },
  FileGenerationMismatch: { file: 'FileChanged', what: 'was made anew since that snapshot' },
  PendingCopyOperation: {
    file: 'CopyPending',
    what: 'is the destination of a copy that has not ended',
    retryable: true,
  },
  NoPendingCopyOperation: { file: 'CopyNotPending', what: 'no copy to it is pending' },
  CopyIdMismatch: { file: 'CopyNotPending', what: 'the pending copy to it is another one' },
  CannotVerifyCopySource: {
    file: 'CopySourceUnreadable',
    what: 'the service could not read the source of the copy',
  },
  LeaseAlreadyPresent: { lease: 'LeaseAlreadyPresent', what: 'leased already', retryable: true },
  LeaseIsBreakingAndCannotBeAcquired: {
    lease: 'LeaseAlreadyPresent',
    what: 'its lease has not ended yet',
    retryable: true,
  },
  LeaseIdMismatchWithFileOperation: { lease: 'LeaseIdMismatch', what: 'leased under another id' },
  LeaseIdMismatchWithContainerOperation: { lease: 'LeaseIdMismatch', what: 'leased under another id' },
  LeaseIdMismatchWithLeaseOperation: { lease: 'LeaseIdMismatch', what: 'leased under another id' },
  LeaseNotPresentWithFileOperation: { lease: 'LeaseNotPresent', what: 'not leased, yet a lease id was sent' },
  LeaseNotPresentWithContainerOperation: {
    lease: 'LeaseNotPresent',
    what: 'not leased, yet a lease id was sent',
  },
  LeaseNotPresentWithLeaseOperation: { lease: 'LeaseNotPresent', what: 'not leased' },
  // The specification counts a lost lease among what a new call can cure: it acquires anew.
  LeaseLost: { lease: 'LeaseLost', what: 'the lease is lost', retryable: true },
  LeaseIsBrokenAndCannotBeRenewed: { lease: 'LeaseLost', what: 'the lease was broken', retryable: true },
  LeaseIsBrokenAndCannotBeChanged: { lease: 'LeaseLost', what: 'the lease was broken', retryable: true },
  LeaseIsBreakingAndCannotBeChanged: {
    lease: 'LeaseLost',
    what: 'the lease is being broken',
    retryable: true,
  },
};

/** For codes that have no row. */
export const statusRows: Readonly<Record<number, ErrorRow>> = {
  404: notFound,
  409: { file: 'Conflict', directory: 'Conflict', what: 'in a state that forbids this' },
  412: {
    file: 'PreconditionFailed',
    directory: 'PreconditionFailed',
    what: 'not in the state that was asked for',
  },
  413: { file: 'FileTooLarge', what: 'more bytes than the service takes' },
  416: { file: 'InvalidRange', what: 'the range is not inside the file' },
};
