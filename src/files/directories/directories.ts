import { ConfigurationError } from '../../core/errors.js';
import { renameDirectory } from '../content/rename.js';
import { type FilesContext, locateDirectory, send } from '../context.js';
import { hasCode, ifThere } from '../failure.js';
import { directoryFields } from '../request-fields.js';
import type {
  CreateDirectoryRequest,
  DeleteDirectoryRequest,
  DeleteRecursiveRequest,
  GetDirectoryPropertiesRequest,
  ListDirectoryRequest,
  SetDirectoryMetadataRequest,
  SetDirectoryPropertiesRequest,
  WalkDirectoryRequest,
} from '../requests.js';
import { iterating, method } from '../service-method.js';
import type { ChangeResult, DeleteRecursiveReport, DirectoryInfo, DirectoryProperties } from '../types.js';
import { changeResult } from '../wire/answers.js';
import {
  createDirectoryRequest,
  createdDirectory,
  deleteDirectoryRequest,
  directoryPropertiesOf,
  getDirectoryPropertiesRequest,
  setDirectoryMetadataRequest,
  setDirectoryPropertiesRequest,
} from '../wire/directory-wire.js';
import { deleteRecursive, type MaybeDeleteRecursiveRequest } from './delete-recursive.js';
import type { DirectoryService } from './directory-service.js';
import { createDirectoryIfNotExists, ensureDirectory } from './ensure-directory.js';
import { listAllEntries, listDirectory } from './list-directory.js';
import { walkDirectory } from './walk.js';

/** The service behind `client.directories`. */
export function createDirectoryService(context: FilesContext): DirectoryService {
  function remove(request: DeleteRecursiveRequest): Promise<DeleteRecursiveReport>;
  function remove(share: string, path: string): Promise<DeleteRecursiveReport>;
  function remove(
    request: MaybeDeleteRecursiveRequest | string,
    path?: string,
  ): Promise<DeleteRecursiveReport> {
    return removeAll(typeof request === 'string' ? { share: request, path } : request);
  }
  const removeAll = method(directoryFields.deleteRecursive, (request: MaybeDeleteRecursiveRequest) =>
    deleteRecursive(context, request),
  );
  const fields = directoryFields;
  const list = method(fields.list, (request: ListDirectoryRequest) => listDirectory(context, request));
  const listAll = iterating(fields.list, (request: ListDirectoryRequest) => listAllEntries(context, request));
  const walk = iterating(fields.walk, (request: WalkDirectoryRequest) => walkDirectory(context, request));
  return {
    create: method(fields.create, (request) => createDirectory(context, request)),
    createIfNotExists: method(fields.create, (request) => createDirectoryIfNotExists(context, request)),
    ensure: method(fields.ensure, (request) => ensureDirectory(context, request)),
    delete: method(fields.delete, (request) => deleteDirectory(context, request)),
    deleteIfExists: method(fields.delete, (request) => ifThere(() => deleteDirectory(context, request))),
    exists: method(fields.getProperties, (request) => ifThere(() => getProperties(context, request))),
    list: (request = {}) => list(request),
    listAll: (request = {}) => listAll(request),
    walk: (request = {}) => walk(request),
    deleteRecursive: remove,
    rename: method(fields.rename, (request) => renameDirectory(context, request)),
    getProperties: method(fields.getProperties, (request) => getProperties(context, request)),
    setProperties: method(fields.setProperties, (request) => setProperties(context, request)),
    setMetadata: method(fields.setMetadata, (request) => setMetadata(context, request)),
  };
}

async function createDirectory(
  context: FilesContext,
  request: CreateDirectoryRequest,
): Promise<DirectoryInfo> {
  const at = locateDirectory(context, request.share, request.path);
  return createdDirectory(at, request, await send(context, createDirectoryRequest(at, request), request));
}

async function deleteDirectory(context: FilesContext, request: DeleteDirectoryRequest): Promise<void> {
  const at = locateDirectory(context, request.share, request.path);
  if (at.path === '') {
    throw new ConfigurationError('InvalidPath', 'the root of a share cannot be deleted without the share');
  }
  try {
    await send(context, deleteDirectoryRequest(at), request);
  } catch (error) {
    // Sent more than once: the first one may well have deleted it.
    if (!hasCode(error, 'DirectoryNotFound') || error.attempts < 2) throw error;
  }
}

async function getProperties(
  context: FilesContext,
  request: GetDirectoryPropertiesRequest,
): Promise<DirectoryProperties> {
  const at = locateDirectory(context, request.share, request.path);
  return directoryPropertiesOf(await send(context, getDirectoryPropertiesRequest(at, request), request));
}

async function setProperties(
  context: FilesContext,
  request: SetDirectoryPropertiesRequest,
): Promise<ChangeResult> {
  const at = locateDirectory(context, request.share, request.path);
  if (request.smb === undefined) throw new ConfigurationError('InvalidRequest', 'setProperties needs smb');
  return changeResult(await send(context, setDirectoryPropertiesRequest(at, request), request));
}

async function setMetadata(context: FilesContext, request: SetDirectoryMetadataRequest): Promise<void> {
  const at = locateDirectory(context, request.share, request.path);
  await send(context, setDirectoryMetadataRequest(at, request), request);
}
