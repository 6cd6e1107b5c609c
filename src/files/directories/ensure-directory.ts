import { type FilesContext, type Location, locateDirectory, send } from '../context.js';
import { hasCode } from '../failure.js';
import { parentOf } from '../paths.js';
import type { CallOptions, CreateDirectoryRequest, EnsureDirectoryRequest } from '../requests.js';
import type { EnsureResult } from '../types.js';
import { createDirectoryRequest } from '../wire/directory-wire.js';

/** How often somebody else may delete on the way what was just created. */
const maxRounds = 10;

/** See `DirectoryService.createIfNotExists`. */
export async function createDirectoryIfNotExists(
  context: FilesContext,
  request: CreateDirectoryRequest,
): Promise<EnsureResult> {
  const at = locateDirectory(context, request.share, request.path);
  return { created: await createUnlessThere(context, at, request) };
}

/** See `DirectoryService.ensure`. */
export async function ensureDirectory(
  context: FilesContext,
  request: EnsureDirectoryRequest,
): Promise<EnsureResult> {
  const at = locateDirectory(context, request.share, request.path);
  if (at.path === '') return { created: false };
  for (let round = 1; ; round++) {
    try {
      return { created: await ensure(context, at, request) };
    } catch (error) {
      if (!hasCode(error, 'ParentNotFound') || round === maxRounds) throw error;
    }
  }
}

/** Goes up from the directory itself until something is there, then down again: mostly one request is enough. */
async function ensure(context: FilesContext, at: Location, options: CallOptions): Promise<boolean> {
  const missing: string[] = [];
  let path = at.path;
  for (;;) {
    try {
      const created = await createUnlessThere(context, locateDirectory(context, at.share, path), options);
      if (missing.length === 0) return created;
      break;
    } catch (error) {
      if (!hasCode(error, 'ParentNotFound') || parentOf(path) === '') throw error;
      missing.push(path);
      path = parentOf(path);
    }
  }
  let created = false;
  for (const next of missing.reverse()) {
    created = await createUnlessThere(context, locateDirectory(context, at.share, next), options);
  }
  return created;
}

/** @returns false when it was there already. As that is no failure, the request may be repeated. */
async function createUnlessThere(
  context: FilesContext,
  at: Location,
  request: Omit<CreateDirectoryRequest, 'path'>,
): Promise<boolean> {
  const { signal, timeoutMs } = request;
  const wire = createDirectoryRequest(at, { ...request, path: at.path });
  try {
    await send(context, wire, { signal, timeoutMs, idempotent: true });
    return true;
  } catch (error) {
    if (hasCode(error, 'DirectoryAlreadyExists')) return false;
    throw error;
  }
}
