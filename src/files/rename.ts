import { ConfigurationError } from '../core/errors.js';
import { type FilesContext, locateDirectory, locateFile, send } from './context.js';
import { type RenameLocations, renameDirectoryRequest, renamed, renameFileRequest } from './rename-wire.js';
import type { RenameDirectoryRequest, RenameFileRequest } from './requests.js';
import type { RenameResult } from './types.js';

/** See `FileService.rename`. */
export async function renameFile(context: FilesContext, request: RenameFileRequest): Promise<RenameResult> {
  const at: RenameLocations = {
    from: locateFile(context, request.share, request.path),
    to: locateFile(context, request.share, request.newPath),
    origin: context.pipeline.endpoint.origin,
  };
  return renamed(at.to, await send(context, renameFileRequest(at, request), request));
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
