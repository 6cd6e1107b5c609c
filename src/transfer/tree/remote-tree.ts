import type { ProgressListener } from '../progress.js';
import type { TransferSettings } from '../settings.js';
import type { LocalFile } from './local-directory.js';

/** What a file is for that is none of the user's. */
export type OwnRole = 'lock-record' | 'unfinished-transfer';

/** One name in a directory of the service. */
export interface RemoteEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory';
  readonly size: number;
  readonly modifiedMs: number;
  /** Whether an upload has created it, and has never come to write it. */
  readonly isUnwritten: boolean;
  readonly role: OwnRole | undefined;
}

/** One file to move. */
export interface FileMove {
  /** In the service, from the top of the tree. */
  readonly path: string;
  readonly localPath: string;
  /** For what it may use; told of its bytes. */
  readonly settings: TransferSettings;
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
}

/** One that was looked at. */
export interface FileUpload extends FileMove {
  readonly file: LocalFile;
}

/** One that was listed. */
export interface FileDownload extends FileMove {
  readonly size: number;
  readonly modifiedMs: number;
}

/** A tree of directories in a service. Paths are from its top, which is `''`. */
export interface RemoteTree {
  /** Makes names alike that are one name there; also of whole paths. */
  fold(name: string): string;
  /** What a local file of that name is for. @param size - `undefined` where only the name is known: whether it may be. */
  roleOf(name: string, size: number | undefined): OwnRole | undefined;
  /** Pages of a directory. */
  list(path: string, signal: AbortSignal): AsyncGenerator<readonly RemoteEntry[], void, void>;
  /** Whether listing failed because there is no such directory. */
  isMissing(error: unknown): boolean;
  /** Makes a directory; the one that it is in is there. The top may need more than that. */
  makeDirectory(path: string, signal: AbortSignal): Promise<void>;
  /** @returns whether it was there. */
  removeFile(path: string, signal: AbortSignal): Promise<boolean>;
  removeDirectory(path: string, signal: AbortSignal): Promise<boolean>;
  /** @returns how many bytes it has. */
  upload(move: FileUpload): Promise<number>;
  download(move: FileDownload): Promise<number>;
  /** MD5 in base64 of what a file holds. */
  md5(path: string, move: Pick<FileMove, 'settings' | 'signal'>): Promise<string>;
  /** That a file stands where a directory should be, or the other way round. */
  inTheWay(path: string, present: 'file' | 'directory'): Error;
  /** Whether after a failure all others would fail as well; `perhaps` after several of the kind. */
  endsAll(error: unknown): boolean | 'perhaps';
}
