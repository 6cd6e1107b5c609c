import type { ByteRange, FileContent, IsoTime } from './types.js';

/** What every request may carry. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Limit of one attempt in milliseconds. @defaultValue by kind of operation, see the client's `timeoutMs` */
  timeoutMs?: number | undefined;
}

/** The share that a request is about. */
export interface ShareScope extends CallOptions {
  /** @defaultValue the client's `defaultShare`; without one it must be given */
  share?: string | undefined;
}

/** A file, by its path from the root of its share, not encoded: `directory/file`. An entry of a listing can be given as it is. */
export interface FileScope extends ShareScope {
  path: string;
}

/** A request that a leased file answers only to its holder. */
export interface LeaseScope {
  leaseId?: string | undefined;
}

/** A request that has to wait where somebody else has locked the file. */
export interface LockPatience {
  /**
   * How long to wait for a file that somebody else has locked, in milliseconds; 0 = not at all, 86,400,000 (a day) at most.
   * @defaultValue as the client's `retryConfig` says of `FileLocked`: five attempts, about 8 seconds
   */
  waitMs?: number | undefined;
}

/** What changes a file that somebody may have locked. */
export interface ChangeScope extends FileScope, LeaseScope, LockPatience {}

/** HTTP headers that are stored with a file and come back when it is read. Printable ASCII. */
export interface FileHttpHeaders {
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
  contentLanguage?: string | undefined;
  contentDisposition?: string | undefined;
  cacheControl?: string | undefined;
  /** Base64 of 16 bytes. Stored as it is; the service does not check it. */
  contentMd5?: string | undefined;
}

/** A time to set: a `Date`, an {@link IsoTime} (which keeps 100 ns), or the moment of the request. */
export type SmbTime = Date | IsoTime | 'now';

/** What SMB knows of a file or a directory, to be set. What is absent stays as it is, or gets the service's default on creation. */
export interface SmbSettings {
  /** Names joined by a bar: `ReadOnly | Hidden`; `None` for none. */
  attributes?: string | undefined;
  creationTime?: SmbTime | undefined;
  lastWriteTime?: SmbTime | undefined;
  /** Needs service version 2021-06-08. */
  changeTime?: SmbTime | undefined;
  /** A security descriptor in SDDL, at most 8 KiB; not together with `permissionKey`. */
  permission?: string | undefined;
  permissionKey?: string | undefined;
}

export interface CreateFileRequest extends ChangeScope, FileHttpHeaders {
  /** Bytes, 0 to 4 TiB. The file reads as zeros until it is written. */
  size: number;
  metadata?: Readonly<Record<string, string>> | undefined;
  smb?: SmbSettings | undefined;
}

export interface CreateFileIfNotExistsRequest extends FileScope, FileHttpHeaders {
  /** Bytes. @defaultValue the length of `data`, or 0 */
  size?: number | undefined;
  /** What the file begins with; it appears together with the file. */
  data?: Uint8Array | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  smb?: SmbSettings | undefined;
}

export interface ReadFileRequest extends FileScope, LeaseScope {
  /** `start` inclusive, `end` exclusive. What lies beyond the end of the file is left out. @defaultValue the whole file */
  range?: Readonly<ByteRange> | undefined;
  /** Reads the file as it was in a snapshot of the share. */
  snapshot?: string | undefined;
}

export interface WriteFileRequest extends ChangeScope {
  data: Uint8Array;
  /**
   * Where the data goes. Only these bytes are written then; the file must be there and long enough.
   * @defaultValue absent: the data becomes the whole content
   */
  offset?: number | undefined;
  /** The content type of a file that this write creates; an existing file keeps its own. */
  contentType?: string | undefined;
  /**
   * Writes under a temporary name (`.azstore-GUID.tmp`) in the same directory and renames it over the old file, so that
   * readers see the old content or the new one, whole, and a failure leaves the old one. The file keeps its metadata, HTTP
   * headers, attributes and permission; its file id and its times are new. With `leaseId` the lock stays on it. Not
   * together with `offset`. Needs service version 2021-04-10. @defaultValue false
   */
  atomic?: boolean | undefined;
}

/** What is written only over a version of the file that is known. */
export interface WriteIfMatchRequest extends FileScope, LeaseScope {
  /** The whole new content. */
  data: Uint8Array;
  /**
   * How long to wait for the lock on the file, in milliseconds; a holder that is found dead is replaced even when that
   * takes longer. @defaultValue 120,000
   */
  waitMs?: number | undefined;
}

export interface UpdateFileRequest extends FileScope, LeaseScope {
  /** How long to wait for the lock on the file, in milliseconds, for each attempt. @defaultValue 120,000 */
  waitMs?: number | undefined;
}

/** Makes the new content of a file from the present one; `undefined` leaves the file as it is. */
export type FileChange = (content: FileContent) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

export interface AppendFileRequest extends FileScope {
  /** Goes behind what the file has. */
  data: Uint8Array;
  /** The content type of a file that this append creates. */
  contentType?: string | undefined;
  /** How long to wait for the lock on the file, in milliseconds. @defaultValue 120,000 */
  waitMs?: number | undefined;
}

export interface ClearRangeRequest extends ChangeScope {
  range: Readonly<ByteRange>;
}

export interface ListRangesRequest extends FileScope, LeaseScope {
  /** @defaultValue the whole file */
  range?: Readonly<ByteRange> | undefined;
  snapshot?: string | undefined;
  /** Lists what changed since this snapshot, instead of all. Needs service version 2020-02-10. */
  previousSnapshot?: string | undefined;
}

export interface ResizeFileRequest extends ChangeScope {
  /** Bytes, 0 to 4 TiB. What lies beyond is lost; what is added reads as zeros. */
  size: number;
}

export interface DeleteFileRequest extends ChangeScope {}

export interface GetPropertiesRequest extends FileScope, LeaseScope {
  snapshot?: string | undefined;
}

export interface SetPropertiesRequest extends ChangeScope {
  /**
   * HTTP headers to change. The service clears every header that is not sent along, also when only `smb` is to change, so
   * the client reads the present ones first and sends them again: what is not named here stays. `null` clears one.
   */
  httpHeaders?: { readonly [Name in keyof FileHttpHeaders]?: string | null | undefined } | undefined;
  /** Sends what is given alone, without reading first: every HTTP header not named is cleared. @defaultValue false */
  replaceHttpHeaders?: boolean | undefined;
  smb?: SmbSettings | undefined;
}

export interface SetMetadataRequest extends ChangeScope {
  /** Replaces all metadata; an empty object clears it. */
  metadata: Readonly<Record<string, string>>;
}

export interface CopyDestination extends CallOptions, LeaseScope, LockPatience {
  /** @defaultValue the client's `defaultShare` */
  destShare?: string | undefined;
  destPath: string;
  /** Replaces the source's metadata as a whole. @defaultValue absent: copied from the source */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** Gives the copy the attributes, times and permission of the source. @defaultValue false: new ones, as the service does */
  keepSmbProperties?: boolean | undefined;
  /** Overwrites a destination that has the attribute ReadOnly. @defaultValue false */
  ignoreReadOnly?: boolean | undefined;
}

/** `leaseId` is the destination's. */
export interface CopyFileRequest extends CopyDestination {
  /** @defaultValue the client's `defaultShare` */
  sourceShare?: string | undefined;
  sourcePath: string;
  /** Copies the source as it was in a snapshot of its share. */
  sourceSnapshot?: string | undefined;
}

/** `leaseId` is the destination's. */
export interface CopyFromUrlRequest extends CopyDestination {
  /** A file or blob of any account, percent-encoded, with a SAS unless it is public or in this account; at most 2 KiB. */
  sourceUrl: string;
}

export interface WaitForCopyRequest extends FileScope, LeaseScope {
  /** The copy to wait for; another one in its place is `FileChanged`. @defaultValue whichever the file tells of */
  copyId?: string | undefined;
  /** How long to wait in milliseconds; then the status is given as it is, `pending`. @defaultValue 3,600,000 (one hour) */
  waitMs?: number | undefined;
  /** The longest pause between two looks, in milliseconds; the first is 100. @defaultValue 5,000 */
  pollMs?: number | undefined;
}

export interface AbortCopyRequest extends ChangeScope {
  copyId: string;
}

export interface RenameFields extends ShareScope {
  path: string;
  /** In the same share. The directory that it is in must exist. */
  newPath: string;
  /** Replaces a file of that name; a directory is never replaced. @defaultValue false: `FileAlreadyExists` */
  replace?: boolean | undefined;
  /** With `replace`: also when the file to be replaced has the attribute ReadOnly. @defaultValue false */
  ignoreReadOnly?: boolean | undefined;
  /** Of the file that is replaced. */
  destinationLeaseId?: string | undefined;
  /** Replaces all metadata. @defaultValue absent: kept */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** What is absent is kept. */
  smb?: SmbSettings | undefined;
}

/** `leaseId` is that of the file that is renamed. */
export interface RenameFileRequest extends RenameFields, LeaseScope, LockPatience {
  contentType?: string | undefined;
}

export interface RenameDirectoryRequest extends RenameFields {}

export interface CreateDirectoryRequest extends ShareScope {
  path: string;
  metadata?: Readonly<Record<string, string>> | undefined;
  smb?: SmbSettings | undefined;
}

export interface EnsureDirectoryRequest extends ShareScope {
  path: string;
}

export interface DeleteDirectoryRequest extends ShareScope {
  path: string;
}

export interface DeleteRecursiveRequest extends ShareScope {
  /** The directory to delete. The root stays; `''` deletes everything in it. */
  path: string;
  /** How many deletes run at a time. @defaultValue the client's `concurrency` */
  concurrency?: number | undefined;
}

/** Details that a listing brings only when asked. */
export type ListingInclude = 'attributes' | 'permissionKey';

export interface ListDirectoryRequest extends ShareScope {
  /** @defaultValue `''`, the root of the share */
  path?: string | undefined;
  /** Only names that begin with it. */
  prefix?: string | undefined;
  /** `nextMarker` of the page before. */
  marker?: string | undefined;
  /** 1 to 5,000 entries. @defaultValue the service's: 5,000 */
  pageSize?: number | undefined;
  include?: readonly ListingInclude[] | undefined;
  snapshot?: string | undefined;
}

export interface WalkDirectoryRequest extends ShareScope {
  /** @defaultValue `''`, the root of the share */
  path?: string | undefined;
  /** How many directories are listed ahead at a time. @defaultValue the client's `concurrency` */
  concurrency?: number | undefined;
  pageSize?: number | undefined;
  include?: readonly ListingInclude[] | undefined;
  snapshot?: string | undefined;
  /** Gives also the records that stand beside files that were locked: empty files named `.NAME.lease`. @defaultValue false */
  includeLeaseRecords?: boolean | undefined;
}

export interface GetDirectoryPropertiesRequest extends ShareScope {
  /** `''` is the root of the share. */
  path: string;
  snapshot?: string | undefined;
}

export interface SetDirectoryPropertiesRequest extends ShareScope {
  path: string;
  smb: SmbSettings;
}

export interface SetDirectoryMetadataRequest extends ShareScope {
  path: string;
  /** Replaces all metadata; an empty object clears it. */
  metadata: Readonly<Record<string, string>>;
}

export type ShareInclude = 'metadata' | 'snapshots' | 'deleted';

export interface ListSharesRequest extends CallOptions {
  /** Only names that begin with it. */
  prefix?: string | undefined;
  marker?: string | undefined;
  /** 1 to 5,000. @defaultValue the service's: 5,000 */
  pageSize?: number | undefined;
  include?: readonly ShareInclude[] | undefined;
}

export interface GetSharePropertiesRequest extends ShareScope {
  snapshot?: string | undefined;
  leaseId?: string | undefined;
}

export interface GetShareStatisticsRequest extends ShareScope {
  leaseId?: string | undefined;
}
