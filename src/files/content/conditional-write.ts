import { ConfigurationError, LeaseError } from '../../core/errors.js';
import { type FilesContext, type Location, locateFile } from '../context.js';
import { FileError } from '../errors.js';
import { hasCode } from '../failure.js';
import { type LockedCall, underFileLock } from '../locks/file-lock.js';
import { checkData } from '../request-checks.js';
import type { FileChange, UpdateFileRequest, WriteIfMatchRequest } from '../requests.js';
import type { FileContent, FileUpdate, FileVersion } from '../types.js';
import { readFile } from './read-file.js';
import { replaceFile } from './replace-file.js';

/** How often an update is tried: once without a lock before, then under it, which only its loss can disturb. */
const maxAttempts = 5;

/** See `FileService.writeIfMatch`. */
export async function writeIfMatch(
  context: FilesContext,
  request: WriteIfMatchRequest,
  etag: string,
): Promise<FileVersion> {
  const at = locateFile(context, request.share, request.path);
  checkData(request.data);
  checkEtag(etag);
  return replaceVersion(context, at, { data: request.data, etag, call: callOf(request) });
}

/** See `FileService.updateIfMatch`. */
export async function updateIfMatch(
  context: FilesContext,
  request: UpdateFileRequest,
  change: FileChange,
): Promise<FileUpdate> {
  const at = locateFile(context, request.share, request.path);
  if (typeof change !== 'function') throw invalid('the change must be a function');
  const update = { at, call: callOf(request), change };
  for (let attempt = 1; ; attempt++) {
    try {
      return await (attempt === 1 && request.leaseId === undefined ? updateFreely : updateUnderLock)(
        context,
        update,
      );
    } catch (error) {
      if (error instanceof ChangeFailed) throw error.cause;
      // Of a lease of the caller's, nobody else can take a new one.
      if (!mayBeRepeated(error) || request.leaseId !== undefined || attempt === maxAttempts) throw error;
    }
  }
}

interface Update {
  readonly at: Location;
  readonly call: LockedCall;
  readonly change: FileChange;
}

/** Reads without a lock: where nobody else writes, the change may take its time without keeping anybody waiting. */
async function updateFreely(context: FilesContext, { at, call, change }: Update): Promise<FileUpdate> {
  const content = await readFile(context, { ...at, ...readOf(call) });
  const data = await changed(change, content);
  if (data === undefined) return unchanged(content);
  const { etag } = content;
  return { updated: true, data, ...(await replaceVersion(context, at, { data, etag, call })) };
}

function updateUnderLock(context: FilesContext, { at, call, change }: Update): Promise<FileUpdate> {
  return underFileLock(context, at, {
    call,
    work: async (lock) => {
      const content = await readFile(context, {
        ...at,
        ...readOf(call),
        leaseId: lock.id,
        signal: lock.signal,
      });
      const data = await changed(change, content);
      if (data === undefined) return unchanged(content);
      const replacement = { data, before: content.properties, lock, preparation: lock.signal };
      return { updated: true, data, ...(await replaceFile(context, at, { replacement, call })) };
    },
  });
}

function replaceVersion(
  context: FilesContext,
  at: Location,
  { data, etag, call }: { data: Uint8Array; etag: string; call: LockedCall },
): Promise<FileVersion> {
  return underFileLock(context, at, {
    call,
    work: async (lock) => {
      const { file } = lock;
      if (bare(file.etag) !== bare(etag)) throw preconditionFailed(at, { expected: etag, actual: file.etag });
      const replacement = { data, before: file, lock, preparation: lock.signal };
      return replaceFile(context, at, { replacement, call });
    },
  });
}

/** Whether the file was certainly not written, and a new attempt may succeed. */
function mayBeRepeated(error: unknown): boolean {
  if (hasCode(error, 'PreconditionFailed') || hasCode(error, 'FileChanged')) return true;
  return error instanceof LeaseError && error.code !== 'LeaseAlreadyPresent';
}

/** What the user's own function threw, which is passed on, whatever it is. */
class ChangeFailed extends Error {}

async function changed(change: FileChange, content: FileContent): Promise<Uint8Array | undefined> {
  let data: unknown;
  try {
    data = await change(content);
  } catch (cause) {
    throw new ChangeFailed('the change failed', { cause });
  }
  if (data === undefined || data instanceof Uint8Array) return data;
  throw invalid('the change must give a Uint8Array, or undefined to leave the file');
}

function unchanged({ data, properties }: FileContent): FileUpdate {
  return { updated: false, data, etag: properties.etag, lastModified: properties.lastModified };
}

function callOf({ leaseId, waitMs, signal, timeoutMs }: LockedCall): LockedCall {
  return { leaseId, waitMs, signal, timeoutMs };
}

function readOf({ signal, timeoutMs }: LockedCall): Pick<LockedCall, 'signal' | 'timeoutMs'> {
  return { signal, timeoutMs };
}

/** Listings of some versions give ETags without quotes. */
function bare(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1');
}

function checkEtag(etag: unknown): asserts etag is string {
  if (typeof etag === 'string' && bare(etag) !== '' && etag !== '*') return;
  throw invalid('the ETag must be that of a version of the file, as read or getProperties gives it');
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('InvalidRequest', message);
}

function preconditionFailed(at: Location, tags: { expected: string; actual: string }): FileError {
  const { share, path } = at;
  const message = `${share}/${path}: was changed: it has the ETag ${tags.actual}, expected was ${tags.expected}`;
  return new FileError('PreconditionFailed', message, { share, path, operation: 'WriteIfMatch', ...tags });
}
