/** The record beside a locked file, as it is written. */
export interface RecordContent {
  /** Seconds after which a holder that shows no life may be replaced; {@link infinite} = never. */
  readonly durationSeconds: number;
  /** Who wrote it, for people. */
  readonly holder: string;
  /** Counts the renewals of one holder. */
  readonly renewed: number;
  /** Written by one that is about to replace a holder, not by a holder. */
  readonly taking?: boolean | undefined;
}

/** The record beside a locked file, as it was read. */
export interface SeenRecord extends RecordContent {
  readonly etag: string;
  /** How long ago it was written in milliseconds, by the service's clock alone; `undefined` when it did not tell. */
  readonly ageMs: number | undefined;
  /** Whether a fence stands around it: of one that is about to write it, or that gave that up without an answer. */
  readonly isFenced: boolean;
}

/** `durationSeconds` of a lease without end. */
export const infinite = -1;

/** How long one request may take, in milliseconds, and what ends it sooner. */
export interface RequestLimits {
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What is locked, for errors. */
export interface LockedResource {
  readonly share: string;
  readonly path: string;
}

/**
 * The single requests that a lock on one file is made of. Each sends at most one request and never repeats it: which
 * may be repeated, and when, is what the protocol is about. A request whose answer does not come rejects with
 * `NetworkError`, and may be carried out all the same, at any later time.
 */
export interface LockOperations {
  readonly resource: LockedResource;
  /** Reads the record; `undefined` when there is none. */
  readRecord(limits: RequestLimits): Promise<SeenRecord | undefined>;
  /**
   * Writes the record, in place of an earlier one.
   * @param fence - One that must still stand.
   * @returns its ETag.
   * @throws {LeaseError} when that fence does not stand any more.
   */
  writeRecord(content: RecordContent, limits: RequestLimits, fence?: string): Promise<string>;
  /**
   * Takes a lease on the record itself, for the moment of one write: a fence.
   * @returns its id; `undefined` when somebody has one, or there is no record.
   */
  fence(limits: RequestLimits): Promise<string | undefined>;
  /** Gives a fence back, or ends that of somebody else when no id is given. @returns false when there was none. */
  endFence(id: string | undefined, limits: RequestLimits): Promise<boolean>;
  /** Whether anybody has a lease on the file. @throws when the file is missing. */
  isLeased(limits: RequestLimits): Promise<boolean>;
  /** Takes the lease on the file. @returns false when somebody has it. @throws when the file is missing. */
  acquire(id: string, limits: RequestLimits): Promise<boolean>;
  /** Whether the file is there and this id has the lease on it. */
  holds(id: string, limits: RequestLimits): Promise<boolean>;
  /** Gives the lease back. @returns false when this id did not have it. */
  release(id: string, limits: RequestLimits): Promise<boolean>;
  /** Ends whatever lease is on the file. @returns false when there was none. */
  breakLease(limits: RequestLimits): Promise<boolean>;
}
