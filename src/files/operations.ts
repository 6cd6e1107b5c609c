import type { Operation } from '../core/call.js';
import type { Addressed } from './errors.js';

/** An operation of the File service. */
export interface FilesOperation extends Operation {
  readonly addresses: Addressed;
  /** It gives something a name, so the directory for it must be there: only then does `ParentNotFound` mean just that. */
  readonly placesName?: true;
}

/** A token is understood by file and directory operations from here on. */
const dataToken = { token: '2022-11-02' } as const;
/** A token is understood by share and account operations from here on. */
const managementToken = { token: '2024-11-04' } as const;
/** The first version that renames. */
const rename = { any: '2021-04-10', ...dataToken } as const;

const buffered = { answer: 'buffered', success: [200], idempotent: true } as const;

/** Where no bytes of a file move, the limit of directory operations holds: half a minute. */
const ofFile = { ...buffered, addresses: 'file', timeout: 'directory', leastVersion: dataToken } as const;
const ofDirectory = {
  ...buffered,
  addresses: 'directory',
  timeout: 'directory',
  leastVersion: dataToken,
} as const;
const ofShare = {
  ...buffered,
  addresses: 'share',
  timeout: 'directory',
  leastVersion: managementToken,
} as const;

const fileOperations = {
  createFile: {
    ...ofFile,
    name: 'CreateFile',
    verb: 'create',
    success: [201],
    timeout: 'write',
    placesName: true,
  },
  getFile: { ...ofFile, name: 'GetFile', verb: 'read', success: [200, 206], timeout: 'smallRead' },
  getLargeFile: { ...ofFile, name: 'GetFile', verb: 'read', success: [200, 206], timeout: 'largeRead' },
  // Only the headers must come within the attempt: the body takes its time.
  openFile: {
    ...ofFile,
    name: 'GetFile',
    verb: 'read',
    success: [200, 206],
    timeout: 'smallRead',
    answer: 'stream',
  },
  getFileProperties: { ...ofFile, name: 'GetFileProperties', verb: 'properties' },
  setFileProperties: { ...ofFile, name: 'SetFileProperties', verb: 'properties' },
  getFileMetadata: { ...ofFile, name: 'GetFileMetadata', verb: 'properties' },
  setFileMetadata: { ...ofFile, name: 'SetFileMetadata', verb: 'properties' },
  deleteFile: { ...ofFile, name: 'DeleteFile', verb: 'delete', success: [202] },
  putRange: { ...ofFile, name: 'PutRange', verb: 'write', success: [201], timeout: 'write' },
  listRanges: { ...ofFile, name: 'ListRanges', verb: 'list' },
  listRangesSinceSnapshot: {
    ...ofFile,
    name: 'ListRanges',
    verb: 'list',
    leastVersion: { any: '2020-02-10', ...dataToken },
  },
  // A second copy gets a second id, so a repeat is not the same.
  copyFile: {
    ...ofFile,
    name: 'CopyFile',
    verb: 'copy',
    success: [202],
    idempotent: false,
    placesName: true,
  },
  abortCopyFile: { ...ofFile, name: 'AbortCopyFile', verb: 'copy', success: [204] },
  renameFile: {
    ...ofFile,
    name: 'RenameFile',
    verb: 'rename',
    idempotent: false,
    placesName: true,
    leastVersion: rename,
  },
} as const;

const directoryOperations = {
  // A repeat of a creation that was carried out is refused as "exists already".
  createDirectory: {
    ...ofDirectory,
    name: 'CreateDirectory',
    verb: 'create',
    success: [201],
    idempotent: false,
    placesName: true,
  },
  getDirectoryProperties: { ...ofDirectory, name: 'GetDirectoryProperties', verb: 'properties' },
  setDirectoryProperties: { ...ofDirectory, name: 'SetDirectoryProperties', verb: 'properties' },
  setDirectoryMetadata: {
    ...ofDirectory,
    name: 'SetDirectoryMetadata',
    verb: 'properties',
    // Documented as 202, recorded as 200.
    success: [200, 202],
  },
  deleteDirectory: { ...ofDirectory, name: 'DeleteDirectory', verb: 'delete', success: [202] },
  listDirectory: {
    ...ofDirectory,
    name: 'ListDirectoriesAndFiles',
    verb: 'list',
    // Times and ETags in listings.
    leastVersion: { any: '2020-04-08', ...dataToken },
  },
  renameDirectory: {
    ...ofDirectory,
    name: 'RenameDirectory',
    verb: 'rename',
    idempotent: false,
    placesName: true,
    leastVersion: rename,
  },
} as const;

const shareOperations = {
  listShares: { ...ofShare, name: 'ListShares', verb: 'list', addresses: 'account' },
  getShareProperties: { ...ofShare, name: 'GetShareProperties', verb: 'properties' },
  getUserDelegationKey: {
    ...ofShare,
    name: 'GetUserDelegationKey',
    verb: 'properties',
    addresses: 'account',
    leastVersion: { any: '2025-07-05', token: '2025-07-05' },
    withoutIntent: true,
  },
  getShareStatistics: { ...ofShare, name: 'GetShareStats', verb: 'properties' },
} as const;

const fileLease = {
  ...ofFile,
  name: 'LeaseFile',
  verb: 'lease',
  timeout: 'lease',
  leastVersion: { any: '2019-02-02', ...dataToken },
} as const;
const shareLease = {
  ...ofShare,
  name: 'LeaseShare',
  verb: 'lease',
  timeout: 'lease',
  leastVersion: { any: '2020-02-10', ...managementToken },
} as const;

const leaseOperations = {
  // What takes or ends somebody's lease is never repeated by itself: a second one may meet another holder.
  acquireFileLease: { ...fileLease, success: [201], idempotent: false },
  changeFileLease: fileLease,
  releaseFileLease: fileLease,
  breakFileLease: { ...fileLease, success: [202], idempotent: false },
  // The same id again is granted again.
  acquireShareLease: { ...shareLease, success: [201] },
  renewShareLease: shareLease,
  changeShareLease: shareLease,
  releaseShareLease: shareLease,
  breakShareLease: { ...shareLease, success: [202], idempotent: false },
} as const;

/** The operations of the File service that the client uses, as data. */
export const operations = {
  ...fileOperations,
  ...directoryOperations,
  ...shareOperations,
  ...leaseOperations,
} as const satisfies Readonly<Record<string, FilesOperation>>;

const byName = new Map<string, FilesOperation>(
  Object.values(operations).map((operation) => [operation.name, operation]),
);

/** What an operation is about, by its name; one that is not known is about a file. */
export function operationNamed(name: string): Pick<FilesOperation, 'addresses' | 'placesName'> {
  return byName.get(name) ?? { addresses: 'file' };
}
