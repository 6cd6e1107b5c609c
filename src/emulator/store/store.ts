/** Bytes are allocated in blocks of this size, and spans are told in multiples of it. */
export const blockBytes = 512;

/** Bytes of a file: `start` inclusive, `end` exclusive. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/** What was touched since a snapshot: spans that hold bytes now, and spans that were given back. */
export interface ContentChanges {
  readonly changed: readonly ByteSpan[];
  readonly cleared: readonly ByteSpan[];
}

/**
 * The bytes of one file: sparse and immutable. Every change gives a new value that shares what stayed the same,
 * so a copy, a snapshot and a reader in the middle of the file cost nothing and never see a later write.
 * What was never written reads as zero. The length of the file is kept beside it, in {@link FileRecord.size}.
 * Every change is stamped with the share's epoch ({@link ShareRecord.epoch}), which is how snapshots are compared.
 */
export interface Content {
  /** The content with `bytes` at `start`. The bytes are copied. */
  write(start: number, bytes: Uint8Array, epoch: number): Content;
  /** The content with zeros in `range`: whole blocks within are given back, the ends of blocks are written with zeros. */
  clear(range: ByteSpan, epoch: number): Content;
  /** The content without anything at or after `size`, so that growing again shows zeros. */
  truncate(size: number, epoch: number): Content;
  /** The same bytes with every stamp set to `epoch`, for a file that comes from elsewhere. */
  restamped(epoch: number): Content;
  /** Spans of allocated blocks, merged and ascending, cut to `range`. */
  allocated(range: ByteSpan): ByteSpan[];
  /** What was touched after `epoch`, cut to `range`. */
  changesSince(epoch: number, range: ByteSpan): ContentChanges;
  /** The bytes of `range` in order, in pieces of at most 64 KiB. The pieces belong to the content: never write to them. */
  read(range: ByteSpan): Iterable<Uint8Array>;
}

/** User metadata in the order it was given; names keep their case. */
export type Metadata = readonly (readonly [name: string, value: string])[];

/** A lease as it is stored; absent = available. What it means at a given time is decided by the lease table. */
export interface LeaseRecord {
  readonly state: 'leased' | 'breaking' | 'broken';
  readonly id: string;
  /** How long it was asked for; `undefined` = for ever. */
  readonly durationSeconds: number | undefined;
  /** When the lease (or its break period) ends, in milliseconds since 1970; `undefined` = never. */
  readonly endsAt: number | undefined;
}

/** One stored access policy. Times as they were given. */
export interface AccessPolicyRecord {
  readonly id: string;
  readonly start: string | undefined;
  readonly expiry: string | undefined;
  readonly permission: string | undefined;
}

export interface ShareRecord {
  readonly name: string;
  /** Set for a snapshot: its time, which is its name. */
  readonly snapshot: string | undefined;
  /** The tree of directories and files. */
  readonly volume: string;
  /**
   * How many snapshots were taken before. A snapshot keeps the number it was taken at and the share goes on with the
   * next one, so what carries a greater stamp was changed after the snapshot.
   */
  readonly epoch: number;
  /** Ticks of the last modification: the ETag, and cut to the second Last-Modified. */
  readonly etag: bigint;
  readonly metadata: Metadata;
  readonly quotaGiB: number;
  readonly accessTier: string | undefined;
  /** Ticks of the last change of the tier. */
  readonly accessTierChangedAt: bigint | undefined;
  /** The tier before the last change; absent = it was never changed. */
  readonly accessTierBefore?: string | undefined;
  readonly protocols: string | undefined;
  readonly rootSquash: string | undefined;
  readonly policies: readonly AccessPolicyRecord[];
  readonly lease: LeaseRecord | undefined;
  /** Set once it was deleted. */
  readonly deleted: ShareDeletion | undefined;
}

export interface ShareDeletion {
  /** Names this deletion among those of the same share. */
  readonly version: string;
  /** Ticks. */
  readonly at: bigint;
  /** Until then its name cannot be used again; milliseconds since 1970. */
  readonly busyUntil: number;
  /** Until then it can be restored; milliseconds since 1970; `undefined` = it cannot. */
  readonly retainedUntil: number | undefined;
}

/** What directories and files have in common. Times are ticks: 100 ns since year 1. */
export interface EntryCommon {
  /** Unique within the share; unsigned 64-bit decimal. */
  readonly id: string;
  readonly parentId: string;
  /** As it was spelled when created. */
  readonly name: string;
  /** The name folded for comparison: the place in the directory. */
  readonly key: string;
  /** Ticks of the last modification: the ETag, and cut to the second Last-Modified. */
  readonly etag: bigint;
  readonly metadata: Metadata;
  /** Bits of the SMB file attributes. */
  readonly attributes: number;
  readonly createdAt: bigint;
  readonly writtenAt: bigint;
  readonly changedAt: bigint;
  readonly accessedAt: bigint;
  readonly permissionKey: string;
}

export interface DirectoryRecord extends EntryCommon {
  readonly kind: 'directory';
}

/** Stored HTTP properties; absent ones are not told to readers. */
export interface HttpProperties {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly contentLanguage?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentMd5?: string | undefined;
  readonly contentDisposition?: string | undefined;
}

/** The copy that made a file what it is. */
export interface CopyRecord {
  readonly id: string;
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly completedAt: number;
  readonly bytes: number;
}

export interface FileRecord extends EntryCommon {
  readonly kind: 'file';
  readonly size: number;
  readonly content: Content;
  readonly http: HttpProperties;
  readonly lease: LeaseRecord | undefined;
  readonly copy: CopyRecord | undefined;
}

export type EntryRecord = DirectoryRecord | FileRecord;

/** What a share looks like beside its records: how many bytes its files have, by their lengths. */
export interface VolumeUsage {
  readonly fileBytes: number;
}

export interface CorsRule {
  readonly allowedOrigins: string;
  readonly allowedMethods: string;
  readonly allowedHeaders: string;
  readonly exposedHeaders: string;
  readonly maxAgeInSeconds: number;
}

export interface MetricsRecord {
  readonly version: string;
  readonly enabled: boolean;
  readonly includeApis: boolean | undefined;
  readonly retentionDays: number | undefined;
}

/** Properties of the File service of one account. */
export interface ServiceRecord {
  readonly hourMetrics: MetricsRecord;
  readonly minuteMetrics: MetricsRecord;
  readonly cors: readonly CorsRule[];
  readonly smbMultichannel: boolean | undefined;
  /** Whether SMB and NFS clients must encrypt; absent = never set. */
  readonly smbEncryption?: boolean | undefined;
  readonly nfsEncryption?: boolean | undefined;
}

/** The place of a share, a snapshot of it, or a deletion of it: ascending keys are the order of List Shares. */
export function shareKey(name: string, edition?: string): string {
  // A snapshot's time begins with a digit, a deletion carries a tilde: snapshots precede their share, deletions follow it.
  return `${name}\u0000${edition ?? '~'}`;
}

/** The edition of a deleted share, for {@link shareKey}. */
export function deletedEdition(version: string): string {
  return `~~${version}`;
}

/** What one request can read. */
export interface StoreReader {
  /** The content that a new file begins with. */
  readonly emptyContent: Content;
  service(account: string): ServiceRecord | undefined;
  /** @param key - from {@link shareKey}. */
  share(account: string, key: string): ShareRecord | undefined;
  /** Records whose key is at or after `from`, in the order of their keys. */
  shares(account: string, from: string): Iterable<ShareRecord>;
  root(volume: string): DirectoryRecord;
  entry(volume: string, directoryId: string, key: string): EntryRecord | undefined;
  /** Entries whose key is at or after `from`, in the order of their keys (UTF-16 code units). */
  entries(volume: string, directoryId: string, from: string): Iterable<EntryRecord>;
  /** Whether a directory has no entry. */
  isEmpty(volume: string, directoryId: string): boolean;
  usage(volume: string): VolumeUsage;
  /** The security descriptor (SDDL) with this key. */
  permission(volume: string, permissionKey: string): string | undefined;
}

/** What one request can change. Records are replaced, never changed in place. */
export interface StoreWriter extends StoreReader {
  putService(account: string, record: ServiceRecord): void;
  putShare(account: string, key: string, record: ShareRecord): void;
  removeShare(account: string, key: string): void;
  /** A new tree with nothing but this root; gives its name. */
  createVolume(root: DirectoryRecord): string;
  /** A copy of a tree as it is now, sharing its structure; gives the copy's name. */
  snapshotVolume(volume: string): string;
  removeVolume(volume: string): void;
  putRoot(volume: string, root: DirectoryRecord): void;
  /** Puts an entry at its `parentId` and `key`, replacing what is there. */
  putEntry(volume: string, entry: EntryRecord): void;
  /** Removes an entry; the entries below a directory stay reachable by its id, which is what renaming needs. */
  removeEntry(volume: string, directoryId: string, key: string): void;
  /** Counts the items that were ever made in a tree, from 1. */
  nextNumber(volume: string): number;
  putPermission(volume: string, permissionKey: string, descriptor: string): void;
}

/** Where the emulator keeps names, properties and bytes. Everything is synchronous: one request is one step. */
export interface Store {
  /** Runs `work` on a consistent view. */
  read<Result>(work: (view: StoreReader) => Result): Result;
  /** Runs `work` as one step: when it throws, nothing of it remains. */
  write<Result>(work: (transaction: StoreWriter) => Result): Result;
  /** Waits until everything is kept and gives up its resources. */
  close(): Promise<void>;
}
