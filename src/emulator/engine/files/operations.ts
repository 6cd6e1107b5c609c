import type { OperationName } from '../authority/rights.js';
import type { OperationRow } from '../context.js';
import { abortCopy, copyFile } from './copy.js';
import {
  createDirectory,
  deleteDirectory,
  getDirectoryMetadata,
  getDirectoryProperties,
  setDirectoryMetadata,
  setDirectoryProperties,
} from './directories.js';
import {
  createFile,
  deleteFile,
  getFileMetadata,
  getFileProperties,
  setFileMetadata,
  setFileProperties,
} from './files.js';
import { forceCloseHandles, listHandles } from './handles.js';
import { leaseFile } from './leases.js';
import { rangeLimit } from './limits.js';
import { listEntries } from './listing.js';
import { putRangeFromUrl } from './range-from-url.js';
import { listRanges } from './range-list.js';
import { getFile, putRange } from './ranges.js';
import { renameDirectory, renameFile } from './rename.js';
import { accountOperations, shareOperations } from './share-operations.js';

type Rows = Readonly<Record<string, OperationRow>>;

const directory = { scope: 'directory', comp: '' } as const;
const file = { scope: 'file', comp: '' } as const;

const put = { methods: ['PUT'], access: 'write' } as const;
const remove = { methods: ['DELETE'], access: 'write' } as const;
const get = { methods: ['GET'], access: 'read', snapshots: true } as const;
const getOrHead = { methods: ['GET', 'HEAD'], access: 'read', snapshots: true } as const;

const directoryOperations = {
  CreateDirectory: { ...directory, ...put, needs: 'place', handle: createDirectory },
  GetDirectoryProperties: { ...directory, ...getOrHead, needs: 'directory', handle: getDirectoryProperties },
  SetDirectoryProperties: {
    ...directory,
    ...put,
    comp: 'properties',
    needs: 'directory',
    handle: setDirectoryProperties,
  },
  GetDirectoryMetadata: {
    ...directory,
    ...getOrHead,
    comp: 'metadata',
    needs: 'directory',
    handle: getDirectoryMetadata,
  },
  SetDirectoryMetadata: {
    ...directory,
    ...put,
    comp: 'metadata',
    needs: 'directory',
    handle: setDirectoryMetadata,
  },
  DeleteDirectory: { ...directory, ...remove, needs: 'directory', handle: deleteDirectory },
  RenameDirectory: { ...directory, ...put, comp: 'rename', needs: 'place', handle: renameDirectory },
  ListDirectoriesAndFiles: { ...directory, ...get, comp: 'list', needs: 'directory', handle: listEntries },
} satisfies Rows;

const fileOperations = {
  CreateFile: {
    ...file,
    ...put,
    lease: 'write',
    bodyLimit: rangeLimit,
    needs: 'place',
    handle: createFile,
  },
  GetFile: { ...file, ...get, lease: 'read', needs: 'file', handle: getFile },
  GetFileProperties: {
    ...file,
    ...get,
    methods: ['HEAD'],
    lease: 'read',
    needs: 'file',
    handle: getFileProperties,
  },
  DeleteFile: { ...file, ...remove, lease: 'write', needs: 'file', handle: deleteFile },
  SetFileProperties: {
    ...file,
    ...put,
    comp: 'properties',
    lease: 'write',
    needs: 'file',
    handle: setFileProperties,
  },
  GetFileMetadata: {
    ...file,
    ...getOrHead,
    comp: 'metadata',
    lease: 'read',
    needs: 'file',
    handle: getFileMetadata,
  },
  SetFileMetadata: {
    ...file,
    ...put,
    comp: 'metadata',
    lease: 'write',
    needs: 'file',
    handle: setFileMetadata,
  },
  PutRange: {
    ...file,
    ...put,
    comp: 'range',
    lease: 'write',
    bodyLimit: rangeLimit,
    needs: 'file',
    handle: putRange,
  },
  PutRangeFromURL: {
    ...file,
    ...put,
    comp: 'range',
    withHeader: 'x-ms-copy-source',
    lease: 'write',
    needs: 'file',
    handle: putRangeFromUrl,
  },
  ListRanges: { ...file, ...get, comp: 'rangelist', lease: 'read', needs: 'file', handle: listRanges },
  CopyFile: {
    ...file,
    ...put,
    withHeader: 'x-ms-copy-source',
    lease: 'write',
    needs: 'place',
    handle: copyFile,
  },
  AbortCopyFile: { ...file, ...put, comp: 'copy', lease: 'write', needs: 'file', handle: abortCopy },
  LeaseFile: {
    ...file,
    ...put,
    comp: 'lease',
    lease: 'own',
    since: '2019-02-02',
    needs: 'file',
    handle: leaseFile,
  },
  RenameFile: { ...file, ...put, comp: 'rename', needs: 'place', handle: renameFile },
} satisfies Rows;

/** Handles are asked for without saying whether the path is a directory or a file. */
const handleOperations = {
  ListHandles: {
    ...get,
    scope: 'entry',
    comp: 'listhandles',
    since: '2018-11-09',
    needs: 'entry',
    handle: listHandles,
  },
  ForceCloseHandles: {
    ...put,
    scope: 'entry',
    comp: 'forceclosehandles',
    snapshots: true,
    since: '2018-11-09',
    needs: 'entry',
    handle: forceCloseHandles,
  },
} satisfies Rows;

/**
 * Every operation of the File service by its REST name: what the router, the body reader and the preconditions need
 * to know of it, and its handler.
 */
export const operations: Rows = {
  ...accountOperations,
  ...shareOperations,
  ...directoryOperations,
  ...fileOperations,
  ...handleOperations,
} satisfies Readonly<Record<OperationName, OperationRow>>;
