import { type FilesContext, locateFile, send, type WireRequest } from '../context.js';
import { hasCode, ifThere } from '../failure.js';
import { lockOn } from '../locks/file-lock.js';
import { FileLockOperations } from '../locks/file-lock-operations.js';
import { checkShareName } from '../paths.js';
import { fileFields } from '../request-fields.js';
import type {
  ClearRangeRequest,
  CreateFileRequest,
  DeleteFileRequest,
  FileChange,
  GetPropertiesRequest,
  ListRangesRequest,
  ResizeFileRequest,
  SetMetadataRequest,
  UpdateFileRequest,
  WriteIfMatchRequest,
} from '../requests.js';
import { method } from '../service-method.js';
import type { FileService } from '../services.js';
import { bindToShare } from '../share-bound.js';
import type { ChangeResult, FileInfo, FileProperties, FileRanges, Metadata } from '../types.js';
import { bufferedText, changeResult } from '../wire/answers.js';
import {
  createdFile,
  createFileRequest,
  deleteFileRequest,
  filePropertiesOf,
  getMetadataRequest,
  getPropertiesRequest,
  resizeFileRequest,
  setMetadataRequest,
} from '../wire/file-wire.js';
import { metadataOf } from '../wire/metadata.js';
import { clearRangeRequest, listedRanges, listRangesRequest } from '../wire/range-wire.js';
import { appendToFile } from './append.js';
import { updateIfMatch, writeIfMatch } from './conditional-write.js';
import { abortCopy, copyFile, copyFromUrl, waitForCopy } from './copy.js';
import { createFileIfNotExists } from './create-if-not-exists.js';
import { readFile } from './read-file.js';
import { renameFile } from './rename.js';
import { setFileProperties } from './set-properties.js';
import { writeFile } from './write-file.js';

/** The service behind `client.files`. */
export function createFileService(context: FilesContext): FileService {
  const files: FileService = {
    create: method(fileFields.create, (request) => createFile(context, request)),
    createIfNotExists: method(fileFields.createIfNotExists, (request) =>
      createFileIfNotExists(context, request),
    ),
    read: method(fileFields.read, (request) => readFile(context, request)),
    write: method(fileFields.write, (request) => writeFile(context, request)),
    writeIfMatch: method(fileFields.writeIfMatch, (request: WriteIfMatchRequest, etag: string) =>
      writeIfMatch(context, request, etag),
    ),
    updateIfMatch: method(fileFields.updateIfMatch, (request: UpdateFileRequest, change: FileChange) =>
      updateIfMatch(context, request, change),
    ),
    append: method(fileFields.append, (request) => appendToFile(context, request)),
    clearRange: method(fileFields.clearRange, (request) => clearRange(context, request)),
    listRanges: method(fileFields.listRanges, (request) => listRanges(context, request)),
    resize: method(fileFields.resize, (request) => resizeFile(context, request)),
    delete: method(fileFields.delete, (request) => deleteFile(context, request)),
    deleteIfExists: method(fileFields.delete, (request) => ifThere(() => deleteFile(context, request))),
    exists: method(fileFields.getProperties, (request) => ifThere(() => getProperties(context, request))),
    getProperties: method(fileFields.getProperties, (request) => getProperties(context, request)),
    setProperties: method(fileFields.setProperties, (request) => setFileProperties(context, request)),
    getMetadata: method(fileFields.getProperties, (request) => getMetadata(context, request)),
    setMetadata: method(fileFields.setMetadata, (request) => setMetadata(context, request)),
    copy: method(fileFields.copy, (request) => copyFile(context, request)),
    copyFromUrl: method(fileFields.copyFromUrl, (request) => copyFromUrl(context, request)),
    waitForCopy: method(fileFields.waitForCopy, (request) => waitForCopy(context, request)),
    abortCopy: method(fileFields.abortCopy, (request) => abortCopy(context, request)),
    rename: method(fileFields.rename, (request) => renameFile(context, request)),
    inShare(share) {
      checkShareName(share);
      return bindToShare(files, share);
    },
  };
  return files;
}

async function createFile(context: FilesContext, request: CreateFileRequest): Promise<FileInfo> {
  const at = locateFile(context, request.share, request.path);
  return createdFile(at, request, await send(context, createFileRequest(at, request), request));
}

async function getProperties(context: FilesContext, request: GetPropertiesRequest): Promise<FileProperties> {
  const at = locateFile(context, request.share, request.path);
  return filePropertiesOf(await send(context, getPropertiesRequest(at, request), request));
}

async function getMetadata(context: FilesContext, request: GetPropertiesRequest): Promise<Metadata> {
  const at = locateFile(context, request.share, request.path);
  return metadataOf((await send(context, getMetadataRequest(at, request), request)).headers);
}

async function setMetadata(context: FilesContext, request: SetMetadataRequest): Promise<void> {
  const at = locateFile(context, request.share, request.path);
  await send(context, setMetadataRequest(at, request), request);
}

async function resizeFile(context: FilesContext, request: ResizeFileRequest): Promise<ChangeResult> {
  const at = locateFile(context, request.share, request.path);
  return changeResult(await send(context, resizeFileRequest(at, request), request));
}

async function clearRange(context: FilesContext, request: ClearRangeRequest): Promise<void> {
  const at = locateFile(context, request.share, request.path);
  await send(context, clearRangeRequest(at, request), request);
}

async function listRanges(context: FilesContext, request: ListRangesRequest): Promise<FileRanges> {
  const at = locateFile(context, request.share, request.path);
  const response = await send(context, listRangesRequest(at, request), request);
  return listedRanges(response, bufferedText(response));
}

async function deleteFile(context: FilesContext, request: DeleteFileRequest): Promise<void> {
  const at = locateFile(context, request.share, request.path);
  const wire = deleteFileRequest(at, request);
  const { leaseId, signal } = request;
  const once = () => removeFile(context, wire, request);
  if (leaseId === undefined) return once();
  context.leases?.check(leaseId);
  const held = lockOn(context, at, leaseId);
  const remove = held === undefined ? once : () => held.deleting(once);
  await new FileLockOperations(context, at).removingRecord(remove, signal);
}

async function removeFile(
  context: FilesContext,
  wire: WireRequest,
  request: DeleteFileRequest,
): Promise<void> {
  try {
    await send(context, wire, request);
  } catch (error) {
    // Sent more than once: the first one may well have deleted it.
    if (!hasCode(error, 'FileNotFound') || error.attempts < 2) throw error;
  }
}
