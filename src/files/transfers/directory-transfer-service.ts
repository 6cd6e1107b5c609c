import type { TransferOptions } from '../../transfer/settings.js';
import type { DirectoryProgressListener } from '../../transfer/tree/tree-progress.js';
import type { DirectoryEventListener, DirectoryTransferReport } from '../../transfer/tree/tree-report.js';
import type { CallOptions, LockPatience, ShareScope } from '../requests.js';

/** What every transfer of directories may be told. `concurrency`, `memoryBudget` and `bandwidthLimit` are for all files together. */
export interface DirectoryTransferOptions
  extends CallOptions,
    LockPatience,
    Omit<TransferOptions, 'onProgress'> {
  /**
   * What becomes of a file that the target has already.
   * - `compare`: replaced where it differs from that of the source.
   * - `replace`: replaced in any case.
   * - `keep`: left alone.
   * @defaultValue `compare`
   */
  existing?: 'compare' | 'replace' | 'keep' | undefined;
  /**
   * How files are compared.
   * - `time`: by size and time of the last write, which listings tell.
   * - `md5`: by size and MD5. Local files are read for it; of files in the share the stored MD5 counts, which the service does not
   *   keep up to date, and a file without one is read as well. Transfers then store it: `checksum` is `md5` unless given.
   * @defaultValue `time`
   */
  compare?: 'time' | 'md5' | undefined;
  /**
   * How far two times may be apart and count as the same, in milliseconds: 0 to 3,600,000. For local file systems that know
   * whole seconds only. @defaultValue 1
   */
  timeToleranceMs?: number | undefined;
  /**
   * Patterns of files that take part; what is in a directory that matches does, too. `*` stands for any characters of a name,
   * `?` for one, `**` as a whole name for any number of names. A pattern with a slash is for paths from the top, one without
   * for names anywhere; a slash at its end means directories only. Upper and lower case are the same.
   * @defaultValue everything, also empty directories
   */
  include?: readonly string[] | undefined;
  /** Patterns of what takes no part, at either side: it is not transferred, and not deleted either. Stronger than `include`. */
  exclude?: readonly string[] | undefined;
  /** Changes nothing, and tells what would be done. @defaultValue false */
  dryRun?: boolean | undefined;
  /**
   * Transfers of files that are larger than a range go on after a failure or the end of the process when the same is asked
   * for again, as with `uploadFrom` and `downloadTo`. A text names the directory for notes.
   * @defaultValue false: a file that is broken off begins anew; whole ones are not moved again in any case
   */
  resume?: boolean | string | undefined;
  /** Told what becomes of each path. */
  onEntry?: DirectoryEventListener | undefined;
  onProgress?: DirectoryProgressListener | undefined;
}

/** What belongs to uploads. */
export interface DirectoryUploadOptions {
  /**
   * Writes every file under a temporary name and renames it, so that readers see the old file or the new one, whole.
   * @defaultValue false: files that fit into one range are written in place, by two requests instead of three; should the second
   * one never come, the next run knows. Larger ones appear as a whole in any case
   */
  atomic?: boolean | undefined;
  /**
   * `refuse`: symbolic links are left out and told of. `follow`: what they lead to is uploaded in their place; one that leads
   * back to a directory that it is in is a failure. @defaultValue `refuse`
   */
  symlinks?: 'refuse' | 'follow' | undefined;
}

/** A directory of a share. */
export interface ShareDirectory {
  /** @defaultValue the client's `defaultShare` */
  readonly share?: string | undefined;
  /** @defaultValue `''`, the root of the share */
  readonly path?: string | undefined;
}

export interface UploadDirectoryRequest
  extends ShareScope,
    ShareDirectory,
    DirectoryTransferOptions,
    DirectoryUploadOptions {
  readonly share?: string | undefined;
}

export interface DownloadDirectoryRequest extends ShareScope, ShareDirectory, DirectoryTransferOptions {
  readonly share?: string | undefined;
  /** Downloads what was in the share when this snapshot was made. */
  snapshot?: string | undefined;
}

export interface SyncRequest extends DirectoryTransferOptions, DirectoryUploadOptions {
  /** The source: the path of a local directory, or a directory of a share. One of the two is local. */
  from: string | ShareDirectory;
  /** The target, which is made like the source. It is made if it is missing. */
  to: string | ShareDirectory;
  /**
   * Deletes from the target what the source does not have, and what is in the way: a file where the source has a directory, or
   * the other way round. Last, and only if everything could be listed. What is excluded, records of locks and temporary
   * files of transfers stay. @defaultValue false
   */
  delete?: boolean | undefined;
}

/**
 * Moves directories with all that they hold, between this machine and a share. What is the same already is not moved: a second
 * call moves what the first one could not, or what has changed. Files get the time of the last write that their source has;
 * in a share also the time of creation, where the platform knows it.
 *
 * Each directory is listed once at either side. Memory holds the names of some directories and what is moved at a time.
 */
export interface DirectoryTransfers {
  /**
   * Uploads what is in a local directory. The directory of the share is made if it is missing, with those that it is in.
   *
   * @param localPath - A local directory.
   * @throws {DirectoryTransferError} `TransferIncomplete`, with `report.failures`, when some paths failed; the others are done.
   * @throws {DirectoryError} `ShareNotFound`. What would fail for every path ends the transfer.
   * @throws {Error} of the file system, such as `ENOENT`, when there is no such directory.
   */
  uploadDirectory(request: UploadDirectoryRequest, localPath: string): Promise<DirectoryTransferReport>;

  /**
   * Downloads what is in a directory of a share; the counterpart of {@link uploadDirectory}. Each local file appears whole or not
   * at all. Symbolic links below the local directory are not followed. A name that would lead elsewhere, or that this
   * machine cannot have, is a failure of that path.
   *
   * @param localPath - Made if it is missing.
   * @throws {DirectoryError} `DirectoryNotFound`, `ShareNotFound`.
   */
  downloadDirectory(request: DownloadDirectoryRequest, localPath: string): Promise<DirectoryTransferReport>;

  /**
   * Makes one directory like another one: a local one like one of a share, or the other way round.
   * @throws as {@link uploadDirectory} and {@link downloadDirectory} do.
   */
  sync(request: SyncRequest): Promise<DirectoryTransferReport>;
}
