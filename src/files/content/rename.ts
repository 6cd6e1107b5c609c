import { ConfigurationError } from '../../core/errors.js';
import type { HttpResponse } from '../../core/http/message.js';
import { checkElapsed, mayHaveBeenDone } from '../../lease/failures.js';
import type { HeldLease } from '../../lease/held-lease.js';
import { infinite, type RequestLimits } from '../../lease/lock-operations.js';
import { LockUpkeep } from '../../lease/lock-upkeep.js';
import { writeRecord, writeRecordIf } from '../../lease/record.js';
import { momentOf, timing } from '../../lease/timing.js';
import { type FilesContext, type Location, locateDirectory, locateFile, send } from '../context.js';
import { hasCode } from '../failure.js';
import { lockOn } from '../locks/file-lock.js';
import { FileLockOperations } from '../locks/file-lock-operations.js';
import { resolveAcquire } from '../locks/lease-requests.js';
import type { RenameDirectoryRequest, RenameFileRequest } from '../requests.js';
import type { RenameResult } from '../types.js';
import {
  type RenameLocations,
  renameDirectoryRequest,
  renamed,
  renameFileRequest,
} from '../wire/rename-wire.js';

/** See `FileService.rename`. */
export async function renameFile(context: FilesContext, request: RenameFileRequest): Promise<RenameResult> {
  const at: RenameLocations = {
    from: locateFile(context, request.share, request.path),
    to: locateFile(context, request.share, request.newPath),
    origin: context.pipeline.endpoint.origin,
  };
  const wire = renameFileRequest(at, request);
  const { signal, leaseId } = request;
  const rename = () => send(context, wire, request);
  if (leaseId === undefined) return renamed(at.to, await rename());
  const held = lockOn(context, at.from, leaseId);
  if (held !== undefined) return renamed(at.to, await renameLocked(context, { at, held, rename, signal }));
  await copyRecord(context, at, signal);
  return renamed(at.to, await rename());
}

/** The lock of another process: its lease goes with the file, and must not be one without end there. */
async function copyRecord(
  context: FilesContext,
  { from, to }: RenameLocations,
  signal: AbortSignal | undefined,
): Promise<void> {
  const record = await new FileLockOperations(context, from).readRecord({
    limitMs: timing.requestMs,
    signal,
  });
  if (record === undefined) return;
  const { durationSeconds, holder } = record;
  await prepareRecord(context, to, { durationSeconds, holder, signal });
}

interface LockedRename {
  readonly at: RenameLocations;
  readonly held: HeldLease;
  readonly rename: () => Promise<HttpResponse>;
  readonly signal: AbortSignal | undefined;
}

/**
 * The lease goes with the file, its record does not. So that the lease never stands without one, the record is written
 * under the new name first; and the holder looks under both names until it is clear which one the file has.
 */
async function renameLocked(
  context: FilesContext,
  { at, held, rename, signal }: LockedRename,
): Promise<HttpResponse> {
  const { durationSeconds } = held;
  const { holder } = resolveAcquire({}, 0);
  const target = new FileLockOperations(context, at.to);
  await prepareRecord(context, at.to, { durationSeconds, holder, signal });
  held.moving(new LockUpkeep(target, { durationSeconds, holder }));
  const move = async (): Promise<HttpResponse> => {
    let response: HttpResponse;
    try {
      response = await rename();
    } catch (error) {
      if (!mayHaveBeenDone(error)) held.moved('nowhere');
      throw error;
    }
    held.moved('there');
    // Tells of life under the new name at once.
    await held.renew(signal).catch(() => {});
    return response;
  };
  // The old record has no file any more.
  return new FileLockOperations(context, at.from).removingRecord(move, signal);
}

/** Where the new name is somebody's already, the record there is left alone: the rename may be refused. */
async function prepareRecord(
  context: FilesContext,
  to: Location,
  { signal, ...facts }: { durationSeconds: number; holder: string; signal: AbortSignal | undefined },
): Promise<void> {
  const target = new FileLockOperations(context, to);
  const limits = { limitMs: timing.requestMs, signal };
  const isThere = (await target.readRecord(limits)) !== undefined;
  const content = { ...facts, renewed: 0 };
  const isFree = () => hasNoLease(target, limits);
  if (facts.durationSeconds === infinite) {
    // Such a lease has none, but must not stand beside one that says otherwise.
    if (isThere) await writeRecordIf(target, { content, ifStill: isFree }, limits);
  } else if (!isThere) {
    const { clock } = context.pipeline.options;
    const lookedAt = momentOf(clock);
    const { resource } = target;
    const check = () => checkElapsed(clock, lookedAt, { mostMs: timing.decisionMs, resource });
    if (await isFree()) await writeRecord(target, { content, check }, limits);
  }
}

async function hasNoLease(file: FileLockOperations, limits: RequestLimits): Promise<boolean> {
  try {
    return !(await file.isLeased(limits));
  } catch (error) {
    if (hasCode(error, 'FileNotFound')) return true;
    throw error;
  }
}

/** See `DirectoryService.rename`. */
export async function renameDirectory(
  context: FilesContext,
  request: RenameDirectoryRequest,
): Promise<RenameResult> {
  const at: RenameLocations = {
    from: locateDirectory(context, request.share, request.path),
    to: locateDirectory(context, request.share, request.newPath),
    origin: context.pipeline.endpoint.origin,
  };
  if (at.from.path === '' || at.to.path === '') {
    throw new ConfigurationError('InvalidPath', 'the root of a share cannot be renamed, nor anything to it');
  }
  return renamed(at.to, await send(context, renameDirectoryRequest(at, request), request));
}
