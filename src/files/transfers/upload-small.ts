import { createHash } from 'node:crypto';
import { TransferError } from '../../transfer/transfer-error.js';
import type { FileUpload } from '../../transfer/tree/remote-tree.js';
import { readSmallFile } from '../../transfer/tree/small-file.js';
import { TemporaryFile } from '../content/temporary-file.js';
import { type FilesContext, type Location, send, sendUnchecked, type WireRequest } from '../context.js';
import type { CallOptions, LockPatience } from '../requests.js';
import { createFileRequest, deleteFileRequest } from '../wire/file-wire.js';
import { putRangeRequest } from '../wire/range-wire.js';
import { storedTimes } from './local-times.js';
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

interface Content {
  readonly data: Uint8Array;
  /** Base64, where it is to be checked and stored. */
  readonly md5: string | undefined;
}

/**
 * Uploads a local file that fits into one range: by two requests, or three where it appears under its name as a whole. Before
 * its bytes are there, the file can be told from one that is finished.
 */
export async function uploadSmall(context: FilesContext, upload: SmallUpload): Promise<void> {
  const { move, links } = upload;
  const data = await readSmallFile(move.file, links);
  const md5 = move.settings.verify ? createHash('md5').update(data).digest('base64') : undefined;
  if (upload.atomic) await uploadWhole(context, upload, { data, md5 });
  else await uploadInPlace(context, upload, { data, md5 });
  move.onProgress({ loadedBytes: data.length, totalBytes: data.length });
}

async function uploadInPlace(context: FilesContext, upload: SmallUpload, content: Content): Promise<void> {
  const { to, move, call } = upload;
  const { lastWriteTime, creationTime } = storedTimes(move.file);
  const changeTime = content.data.length > 0 ? unwritten : undefined;
  await send(context, createRequest(to, content, { lastWriteTime, creationTime, changeTime }), call);
  try {
    await put(context, to, { ...content, upload, keepsTime: true });
  } catch (error) {
    const gone = sendUnchecked(context, deleteFileRequest(to, {}), { totalTimeoutMs: removalMs });
    await gone.catch(() => {});
    throw error;
  }
}

async function uploadWhole(context: FilesContext, upload: SmallUpload, content: Content): Promise<void> {
  const { to, move, call } = upload;
  const { lastWriteTime, creationTime } = storedTimes(move.file);
  const temporary = new TemporaryFile(context, to);
  try {
    await send(context, createRequest(temporary.at, content, { creationTime }), call);
    await put(context, temporary.at, { ...content, upload, keepsTime: false });
    await temporary.publish({ replace: 'replace', smb: { lastWriteTime } }, call);
  } catch (error) {
    await temporary.remove(error);
    throw error;
  }
}

interface Times {
  readonly lastWriteTime?: string | undefined;
  readonly creationTime?: string | undefined;
  readonly changeTime?: string | undefined;
}

function createRequest(at: Location, { data, md5 }: Content, times: Times): WireRequest {
  const wire = createFileRequest(at, { path: at.path, size: data.length, contentMd5: md5 });
  // Made here, and so known to be times: to look at them again would be a good part of what a small file costs.
  wire.headers
    .setOptional('x-ms-file-creation-time', times.creationTime)
    .setOptional('x-ms-file-last-write-time', times.lastWriteTime)
    .setOptional('x-ms-file-change-time', times.changeTime);
  return wire;
}

interface Put extends Content {
  readonly upload: SmallUpload;
  /** Whether the time of the last write stays. */
  readonly keepsTime: boolean;
}

async function put(
  context: FilesContext,
  at: Location,
  { data, md5, upload, keepsTime }: Put,
): Promise<void> {
  if (data.length === 0) return;
  const { call, move } = upload;
  for (let attempt = 1; ; attempt++) {
    await move.settings.pacer?.take(data.length, call.signal);
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
