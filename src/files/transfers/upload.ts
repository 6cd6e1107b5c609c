import { ConfigurationError } from '../../core/errors.js';
import type { TransferSettings } from '../../transfer/settings.js';
import type { Source } from '../../transfer/source.js';
import { TemporaryFile, versionOf } from '../content/temporary-file.js';
import { type FilesContext, type Location, locateFile, send } from '../context.js';
import { FileError } from '../errors.js';
import { hasCode } from '../failure.js';
import type { FileInfo, FileVersion } from '../types.js';
import { createdFile, createFileRequest, getPropertiesRequest } from '../wire/file-wire.js';
import { httpHeadersOf } from '../wire/http-headers-wire.js';
import type { StoredTimes } from './local-times.js';
import type { UploadFields } from './streaming-service.js';
import { UploadRun } from './upload-run.js';

/** What is uploaded, and how. */
export interface Upload {
  readonly source: Source;
  readonly settings: TransferSettings;
  /** What the file gets in place of the times of its upload. */
  readonly times?: StoredTimes | undefined;
}

/** Uploads a source, in place or under a temporary name. The source is closed by the caller. */
export async function upload(context: FilesContext, request: UploadFields, what: Upload): Promise<FileInfo> {
  const to = locateFile(context, request.share, request.path);
  if (isAtomic(request)) return uploadWhole(context, request, { to, ...what });
  const { info, version } = await fill(context, request, { to, ...what });
  return { ...info, ...(version ?? (await versionOf(context, to, request))) };
}

interface Way extends Upload {
  readonly to: Location;
}

/** Under a temporary name, which becomes the final one when everything is there. */
async function uploadWhole(context: FilesContext, request: UploadFields, way: Way): Promise<FileInfo> {
  const { to } = way;
  await checkTarget(context, request, to);
  const temporary = new TemporaryFile(context, to);
  try {
    const { leaseId, ...unlocked } = request;
    const { info } = await fill(context, unlocked, { ...way, to: temporary.at });
    return { ...info, ...(await temporary.publish(publicationOf(request, way.times), request)) };
  } catch (error) {
    await temporary.remove(error);
    throw error;
  }
}

/** How the temporary file of an upload gets its name, and the time of its last write with it. */
export function publicationOf(
  { overwrite, leaseId }: Pick<UploadFields, 'overwrite' | 'leaseId'>,
  times: StoredTimes | undefined,
) {
  const replace = overwrite === false ? 'keep' : 'replace';
  const smb = times && { lastWriteTime: times.lastWriteTime };
  return { replace, smb, lock: leaseId === undefined ? undefined : { id: leaseId } } as const;
}

/** What a file is created with; what writes to it sets the time of the last write anew. */
export function creationOf(times: StoredTimes | undefined) {
  return { smb: times && { creationTime: times.creationTime } };
}

/** Asked before the transfer, which may take long; decided by the rename. */
export async function checkTarget(context: FilesContext, request: UploadFields, to: Location): Promise<void> {
  if (request.overwrite === false) await refuseExisting(context, request, to);
  else if (request.leaseId !== undefined) await versionOf(context, to, request);
}

interface Filled {
  readonly info: FileInfo;
  readonly version: FileVersion | undefined;
}

/** Creates the file and writes its ranges. */
async function fill(
  context: FilesContext,
  request: UploadFields,
  { to, source, settings, times }: Way,
): Promise<Filled> {
  const { signal, timeoutMs, leaseId } = request;
  const file = { ...request, ...creationOf(times), size: source.size ?? 0 };
  const created = createdFile(to, file, await send(context, createFileRequest(to, file), request));
  const job = { source, settings, call: { signal, timeoutMs, leaseId }, httpHeaders: httpHeadersOf(request) };
  const lastWriteTime = isAtomic(request) ? undefined : times?.lastWriteTime;
  const { size, version } = await new UploadRun(context, to, { ...job, lastWriteTime }).run();
  const { etag, lastModified } = created;
  return {
    info: { ...created, size },
    version: version ?? (size === 0 ? { etag, lastModified } : undefined),
  };
}

async function refuseExisting(context: FilesContext, request: UploadFields, to: Location): Promise<void> {
  try {
    await send(context, getPropertiesRequest(to, request), request);
  } catch (error) {
    if (hasCode(error, 'FileNotFound')) return;
    throw error;
  }
  const { share, path } = to;
  throw new FileError('FileAlreadyExists', `${share}/${path}: exists already, and was not to be replaced`, {
    share,
    path,
  });
}

/** @throws {ConfigurationError} `InvalidRequest` when options contradict each other. */
export function isAtomic({ atomic, overwrite, leaseId }: UploadFields): boolean {
  if (overwrite === false && leaseId !== undefined) {
    const message = 'leaseId and overwrite: false exclude each other: what is leased exists';
    throw new ConfigurationError('InvalidRequest', message);
  }
  if (overwrite === false && atomic === false) {
    const message = 'overwrite: false is always atomic: whether the name is free is decided at the end';
    throw new ConfigurationError('InvalidRequest', message);
  }
  return atomic === true || overwrite === false;
}
