/**
 * Letters of a signature that allow an operation: any one of these texts, and of a text every letter.
 * None = no signature of that kind ever allows it.
 */
export type Letters = readonly string[];

/** What an operation asks of each kind of credentials; who signs with the account's key may do everything. */
export interface OperationRights {
  /** The resource type that an account SAS must name: service, container (a share) or object. */
  readonly resourceType: 's' | 'c' | 'o';
  /** Letters of an account SAS. */
  readonly account: Letters;
  /** Letters of a service SAS or user delegation SAS for the share. */
  readonly share: Letters;
  /** Letters of one for the file itself. */
  readonly file: Letters;
  /** A file that is there already is replaced with `w` only; `c` makes new ones. */
  readonly overwrites?: boolean;
  /** Actions that a role must grant to the bearer of a token, below `Microsoft.Storage/storageAccounts/fileServices/`. */
  readonly actions: readonly string[];
  /** Whether a file permission in the headers needs an action more. */
  readonly setsPermission?: boolean;
  /** Least `x-ms-version` with tokens. */
  readonly tokensSince: string;
  /** Neither a key nor a signature will do. */
  readonly tokensOnly?: boolean;
}

/** Since when files and directories are open to tokens, and since when shares and the service are. */
const dataTokensSince = '2022-11-02';
const managementTokensSince = '2024-11-04';

const never: Letters = [];
const read: Letters = ['r'];
const write: Letters = ['w'];
const create: Letters = ['c', 'w'];
const remove: Letters = ['d'];
const list: Letters = ['l'];
/** A permission is written, and read, by who may both write and delete in the whole share. */
const writeAndDelete: Letters = ['wd'];

const reading = ['fileShares/files/read', 'readFileBackupSemantics/action'];
const writing = ['fileShares/files/write', 'writeFileBackupSemantics/action'];
/** Asked for as well where the headers name a file permission. */
export const modifyPermissions = 'fileShares/files/modifypermissions/action';

/** An operation on the service or on a share as such: no service SAS reaches it. */
function managing(resourceType: 's' | 'c', account: Letters, action: string): OperationRights {
  return {
    resourceType,
    account,
    share: never,
    file: never,
    actions: [action],
    tokensSince: managementTokensSince,
  };
}

/** An operation on a directory: a SAS of a file does not reach it. */
function onDirectory(letters: Letters, actions: readonly string[]): OperationRights {
  return {
    resourceType: 'o',
    account: letters,
    share: letters,
    file: never,
    actions,
    tokensSince: dataTokensSince,
  };
}

function onFile(letters: Letters, actions: readonly string[]): OperationRights {
  return { ...onDirectory(letters, actions), file: letters };
}

/** Handles are the business of the account's owner alone. */
function onHandles(actions: readonly string[]): OperationRights {
  return onDirectory(never, actions);
}

function onPermission(actions: readonly string[]): OperationRights {
  return { ...onDirectory(writeAndDelete, actions), resourceType: 'c' };
}

/**
 * The rights that each operation needs, by its REST name.
 * @see https://learn.microsoft.com/rest/api/storageservices/create-account-sas
 * @see https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory
 */
export const operationRights = {
  ListShares: managing('s', list, 'shares/read'),
  GetFileServiceProperties: managing('s', read, 'read'),
  SetFileServiceProperties: managing('s', write, 'write'),
  GetUserDelegationKey: {
    ...managing('s', never, 'generateUserDelegationKey/action'),
    // Older than the operation itself: that it was not there yet is the better answer.
    tokensSince: dataTokensSince,
    tokensOnly: true,
  },

  CreateShare: managing('c', create, 'shares/write'),
  GetShareProperties: managing('c', read, 'shares/read'),
  SetShareProperties: managing('c', write, 'shares/write'),
  DeleteShare: managing('c', remove, 'shares/delete'),
  UndeleteShare: managing('c', write, 'shares/restore/action'),
  GetShareMetadata: managing('c', read, 'shares/read'),
  SetShareMetadata: managing('c', write, 'shares/write'),
  GetShareACL: managing('c', never, 'shares/read'),
  SetShareACL: managing('c', never, 'shares/write'),
  GetShareStats: managing('c', read, 'shares/read'),
  SnapshotShare: managing('c', create, 'shares/write'),
  LeaseShare: managing('c', write, 'shares/lease/action'),
  CreatePermission: onPermission([modifyPermissions, 'writeFileBackupSemantics/action']),
  GetPermission: onPermission(reading),

  CreateDirectory: onDirectory(create, writing),
  GetDirectoryProperties: onDirectory(read, reading),
  SetDirectoryProperties: { ...onDirectory(write, writing), setsPermission: true },
  GetDirectoryMetadata: onDirectory(read, reading),
  SetDirectoryMetadata: onDirectory(write, writing),
  DeleteDirectory: onDirectory(remove, writing),
  RenameDirectory: onDirectory(write, writing),
  ListDirectoriesAndFiles: { ...onDirectory(list, reading), resourceType: 'c' },

  CreateFile: { ...onFile(create, writing), overwrites: true },
  GetFile: onFile(read, reading),
  GetFileProperties: onFile(read, reading),
  DeleteFile: onFile(remove, writing),
  SetFileProperties: { ...onFile(write, writing), setsPermission: true },
  GetFileMetadata: onFile(read, reading),
  SetFileMetadata: onFile(write, writing),
  PutRange: onFile(write, writing),
  PutRangeFromURL: onFile(write, writing),
  ListRanges: onFile(read, reading),
  CopyFile: { ...onFile(create, writing), overwrites: true, setsPermission: true },
  AbortCopyFile: onFile(write, writing),
  LeaseFile: onFile(write, writing),
  RenameFile: onFile(write, writing),

  ListHandles: onHandles(reading),
  ForceCloseHandles: onHandles(writing),
} as const satisfies Readonly<Record<string, OperationRights>>;

/** An operation of the File service by its REST name. */
export type OperationName = keyof typeof operationRights;
