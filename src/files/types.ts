import type { ByteRange } from '../core/wire/byte-range.js';

export type { ByteRange };

/** Names and values that users attach to a file, a directory or a share. Results have no prototype, and keep the case of names. */
export type Metadata = Record<string, string>;

/**
 * A time as the service gives it: ISO 8601, UTC, with up to seven decimals (100 ns), for example
 * `2019-07-07T01:19:34.9839930Z`. `new Date(time)` cuts it to the millisecond.
 */
export type IsoTime = string;

/** What SMB knows of a file or a directory. The service leaves out what it does not have, such as ids before their version. */
export interface SmbProperties {
  /** Such as `Archive` or `ReadOnly | Hidden`. */
  attributes?: string;
  creationTime?: IsoTime;
  lastWriteTime?: IsoTime;
  changeTime?: IsoTime;
  permissionKey?: string;
  /** A 64-bit number as text; unique inside one share; stays through overwriting and renaming. */
  fileId?: string;
  parentId?: string;
}

/** Whether a file or a share is leased. The lease id is never part of it: the service tells it to its holder alone. */
export interface LeaseProperties {
  state: 'available' | 'leased' | 'breaking' | 'broken' | 'expired';
  status: 'locked' | 'unlocked';
  /** Only while there is a lease. */
  duration?: 'infinite' | 'fixed';
}

/** A file that was created. */
export interface FileInfo {
  share: string;
  path: string;
  /** Bytes. */
  size: number;
  /** Opaque; compare it, do not read it. */
  etag: string;
  lastModified: Date;
  contentType?: string;
  metadata: Metadata;
}

/** What identifies a state of a file. */
export interface FileVersion {
  /** Opaque; compare it, do not read it. */
  etag: string;
  lastModified: Date;
}

/** What an update made of a file. */
export interface FileUpdate extends FileVersion {
  /** False where the change left the file as it was. */
  updated: boolean;
  /** The content that the file has now. */
  data: Uint8Array;
}

/** Where an append went. */
export interface AppendResult extends FileVersion {
  /** Of the first byte that was appended. */
  offset: number;
  /** Of the whole file, in bytes. */
  size: number;
}

/** The bytes of a file, or of a range of it. */
export interface FileContent {
  data: Uint8Array;
  /** Of the whole file; `size` is the file's, also when a range was read. */
  properties: FileProperties;
  /** The same as `properties.etag`: of every byte in `data`. */
  etag: string;
}

/** Everything that the service tells of a file beside its bytes. */
export interface FileProperties {
  /** Bytes. */
  size: number;
  contentType?: string;
  contentEncoding?: string;
  contentLanguage?: string;
  contentDisposition?: string;
  cacheControl?: string;
  /** Base64, as it was stored with the file. The service neither computes nor checks it: it says nothing of later writes. */
  contentMd5?: string;
  lastModified: Date;
  etag: string;
  metadata: Metadata;
  smb: SmbProperties;
  lease?: LeaseProperties;
  /** The last copy that had this file as its destination, until the file is changed otherwise. */
  copy?: FileCopyState;
  serverEncrypted: boolean;
}

/** How far a copy is. `bytesCopied` and `bytesTotal` are there while the service tells them. */
export type CopyStatus =
  | { status: 'success'; copyId: string; bytesCopied?: number; bytesTotal?: number }
  | { status: 'pending'; copyId: string; bytesCopied?: number; bytesTotal?: number }
  | { status: 'aborted'; copyId: string }
  | { status: 'failed'; copyId: string; reason: string };

/** The copy of which a file is the destination. */
export type FileCopyState = CopyStatus & {
  /** URL of the source, without signature. */
  source?: string;
  completedAt?: Date;
};

/** What a change of a file or directory gives back: the new version, and what SMB knows where the service tells it. */
export interface ChangeResult {
  etag: string;
  lastModified: Date;
  smb: SmbProperties;
}

/** A file or directory under its new name. */
export interface RenameResult extends ChangeResult {
  share: string;
  path: string;
}

/** The parts of a file that hold data. */
export interface FileRanges {
  /** Of the whole file, in bytes. */
  size: number;
  etag: string;
  lastModified: Date;
  /** Allocated parts, ascending, in whole blocks of 512 bytes but for the end. Everything between them reads as zeros. */
  ranges: ByteRange[];
  /** With `previousSnapshot`: parts that were cleared since. Empty otherwise. */
  clearedRanges: ByteRange[];
}

/** A directory that was created. */
export interface DirectoryInfo {
  share: string;
  path: string;
  etag: string;
  lastModified: Date;
  metadata: Metadata;
}

/** Everything that the service tells of a directory. */
export interface DirectoryProperties {
  etag: string;
  lastModified: Date;
  metadata: Metadata;
  smb: SmbProperties;
  serverEncrypted: boolean;
}

/** One page of a directory's entries. */
export interface DirectoryListing {
  entries: DirectoryEntry[];
  /** Where the next page begins; absent after the last page. A page may be empty and yet have a next one. */
  nextMarker?: string;
}

/** A file or a directory in a listing. Listings carry no metadata and no content type: ask for the properties of the one you need. */
export type DirectoryEntry = FileEntry | SubdirectoryEntry;

export interface EntryFields {
  name: string;
  share: string;
  /** From the root of the share, `name` included. */
  path: string;
  etag: string;
  lastModified: Date;
  /** Times and file id are always there; `attributes` and `permissionKey` where the listing was asked to include them. */
  smb: SmbProperties;
}

export interface FileEntry extends EntryFields {
  type: 'file';
  /** Bytes. */
  size: number;
}

export interface SubdirectoryEntry extends EntryFields {
  type: 'directory';
  size?: never;
}

/** What a recursive delete did. */
export interface DeleteRecursiveReport {
  filesDeleted: number;
  directoriesDeleted: number;
  /** How many entries somebody else had removed between being listed and being deleted. */
  alreadyGone: number;
}

/** Whether a call that makes something if it is missing has made it. */
export interface EnsureResult {
  /**
   * False when it was there already. Also when the answer to its creation was lost and the request was sent again: nobody can
   * tell then who made it, so it is no lock.
   */
  created: boolean;
}

/** One page of an account's shares. */
export interface ShareListing {
  shares: ShareItem[];
  nextMarker?: string;
}

/** A share, or a snapshot of one, in a listing. */
export interface ShareItem {
  name: string;
  /** When the entry is a snapshot: its id, a time. */
  snapshot?: string;
  deleted: boolean;
  etag: string;
  lastModified: Date;
  /** GiB. */
  quotaGiB: number;
  accessTier?: string;
  enabledProtocols?: string;
  lease?: LeaseProperties;
  /** Empty unless the listing was asked to include it. */
  metadata: Metadata;
}

/** Everything that the service tells of a share. */
export interface ShareProperties {
  etag: string;
  lastModified: Date;
  /** GiB. */
  quotaGiB: number;
  accessTier?: string;
  enabledProtocols?: string;
  rootSquash?: string;
  lease?: LeaseProperties;
  metadata: Metadata;
  provisionedIops?: number;
  provisionedIngressMiBps?: number;
  provisionedEgressMiBps?: number;
  provisionedBandwidthMiBps?: number;
}

export interface ShareStatistics {
  /** Bytes that the share holds, as the service counts them. */
  usageBytes: number;
}
