import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { TransferError } from '../transfer/transfer-error.js';
import type { LocalFile } from '../transfer/tree/local-directory.js';
import type { FileUpload } from '../transfer/tree/remote-tree.js';
import { type FilesContext, type Location, send, sendUnchecked } from './context.js';
import { createFileRequest, deleteFileRequest } from './file-wire.js';
import { storedTimes } from './local-times.js';
import { putRangeRequest } from './range-wire.js';
import type { CallOptions, LockPatience } from './requests.js';
import { TemporaryFile } from './temporary-file.js';
import { arrivedOtherwise } from './upload-run.js';

/** How often a range is sent that arrives with another MD5. */
const maxMismatches = 3;
/** How long the removal may take, in milliseconds: it is a favour, not the call. */
const removalMs = 5_000;
/** No file is changed at this time. What is written to gets another one. */
const unwritten = '1980-02-29T08:16:32.0000000Z';

/**
 * Whether a file was created by an upload that never came to write it: it has its length and its time, but only zeros.
 * @param changeTime - Of the file.
 */
export function isUnwritten(changeTime: string | undefined): boolean {
  // The service may leave zeros at the end away.
  return changeTime?.startsWith(unwritten.slice(0, 19)) === true;
}

export interface SmallUpload {
  readonly to: Location;
  readonly move: FileUpload;
  readonly links: 'refuse' | 'follow';
  readonly atomic: boolean;
  readonly call: CallOptions & LockPatience;
}

/**
 * Uploads a local file that fits into one range: by two requests, or three where it appears under its name as a whole. Before
 * its bytes are there, the file can be told from one that is finished.
 */
export async function uploadSmall(context: FilesContext, upload: SmallUpload): Promise<void> {
  const { move, links } = upload;
  const data = await readWhole(move.file, links);
  if (upload.atomic) await uploadWhole(context, upload, data);
  else await uploadInPlace(context, upload, data);
  move.onProgress({ loadedBytes: data.length, totalBytes: data.length });
}

async function uploadInPlace(context: FilesContext, upload: SmallUpload, data: Uint8Array): Promise<void> {
  const { to, move, call } = upload;
  const { lastWriteTime, creationTime } = storedTimes(move.file);
  const changeTime = data.length > 0 ? unwritten : undefined;
  const smb = { lastWriteTime, creationTime, changeTime };
  const file = { path: to.path, size: data.length, contentMd5: md5Of(data, move), smb };
  await send(context, createFileRequest(to, file), call);
  try {
    await put(context, to, { data, move, call, keepsTime: true });
  } catch (error) {
    const gone = sendUnchecked(context, deleteFileRequest(to, {}), { totalTimeoutMs: removalMs });
    await gone.catch(() => {});
    throw error;
  }
}

async function uploadWhole(context: FilesContext, upload: SmallUpload, data: Uint8Array): Promise<void> {
  const { to, move, call } = upload;
  const { lastWriteTime, creationTime } = storedTimes(move.file);
  const temporary = new TemporaryFile(context, to);
  const file = { path: to.path, size: data.length, contentMd5: md5Of(data, move), smb: { creationTime } };
  try {
    await send(context, createFileRequest(temporary.at, file), call);
    await put(context, temporary.at, { data, move, call, keepsTime: false });
    await temporary.publish({ replace: 'replace', smb: { lastWriteTime } }, call);
  } catch (error) {
    await temporary.remove(error);
    throw error;
  }
}

function md5Of(data: Uint8Array, { settings }: FileUpload): string | undefined {
  return settings.verify ? createHash('md5').update(data).digest('base64') : undefined;
}

interface Put {
  readonly data: Uint8Array;
  readonly move: FileUpload;
  readonly call: CallOptions & LockPatience;
  /** Whether the time of the last write stays. */
  readonly keepsTime: boolean;
}

async function put(context: FilesContext, at: Location, { data, move, call, keepsTime }: Put): Promise<void> {
  if (data.length === 0) return;
  const { pacer } = move.settings;
  const md5 = md5Of(data, move);
  for (let attempt = 1; ; attempt++) {
    await pacer?.take(data.length, call.signal);
    const wire = putRangeRequest(at, { start: 0, data, leaseId: undefined, md5 });
    if (keepsTime) wire.headers.set('x-ms-file-last-write-time', 'preserve');
    try {
      await send(context, wire, call);
      return;
    } catch (error) {
      if (!arrivedOtherwise(error)) throw error;
      if (attempt === maxMismatches) throw mismatch(at, error);
    }
  }
}

function mismatch({ share, path }: Location, cause: unknown): TransferError {
  const message = `${share}/${path}: its bytes arrived with another MD5, ${maxMismatches} times`;
  return new TransferError('ChecksumMismatch', message, { cause, operation: 'PutRange', retryable: true });
}

/** All bytes of a file that has been looked at. @throws {TransferError} `SourceChanged` when it was written to since. */
async function readWhole(file: LocalFile, links: 'refuse' | 'follow'): Promise<Uint8Array> {
  // Something else may have taken its place: a link leads elsewhere, and a pipe would never end.
  const flags = links === 'follow' ? 0 : (constants.O_NOFOLLOW ?? 0);
  const handle = await open(file.path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | flags);
  try {
    const data = Buffer.allocUnsafe(file.size);
    const filled = await readInto(handle, data);
    const { size, mtimeMs } = await handle.stat();
    if (filled === data.length && size === data.length && mtimeMs === file.modifiedMs) return data;
    const message = `${file.path} was written to while it was being sent`;
    throw new TransferError('SourceChanged', message, { retryable: true });
  } finally {
    await handle.close();
  }
}

async function readInto(handle: FileHandle, data: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < data.length) {
    const { bytesRead } = await handle.read(data, filled, data.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
