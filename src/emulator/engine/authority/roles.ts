import { foldName } from '../files/names.js';

/** Below this stand the actions of the File service. */
const prefix = 'microsoft.storage/storageaccounts/fileservices/';

const dataActions = [
  'fileshares/files/read',
  'fileshares/files/write',
  'fileshares/files/delete',
  'fileshares/files/modifypermissions/action',
  'readfilebackupsemantics/action',
  'writefilebackupsemantics/action',
];
const management = ['read', 'write', 'shares/*', 'generateuserdelegationkey/action'];

/**
 * Roles of Azure and what they grant in the File service. The ones for SMB grant nothing over REST, which asks for the
 * privilege of backups as well.
 * @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage
 */
export const builtInRoles = {
  Owner: management,
  Contributor: management,
  Reader: ['read', 'shares/read'],
  'Storage Account Contributor': management,
  'Storage File Data Privileged Contributor': dataActions,
  'Storage File Data Privileged Reader': ['fileshares/files/read', 'readfilebackupsemantics/action'],
  'Storage File Data SMB Share Contributor': dataActions.slice(0, 3),
  'Storage File Data SMB Share Elevated Contributor': dataActions.slice(0, 4),
  'Storage File Data SMB Share Reader': dataActions.slice(0, 1),
  'Storage File Delegator': ['generateuserdelegationkey/action'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type BuiltInRole = keyof typeof builtInRoles;

/** Who does something: the ids by which a token or a user delegation key names them. */
export interface Principal {
  /** Object id, application id and subject, as far as they are known. */
  readonly ids: readonly string[];
  readonly objectId: string;
  readonly tenantId: string;
}

/** Grants actions to one principal, or to all. */
export interface Grant {
  /** An id of a principal, in lower case; `*` = everyone. */
  readonly principal: string;
  /** Lower-cased actions below those of the File service; `*` stands for any characters. */
  readonly actions: readonly string[];
  readonly account: string | undefined;
  readonly share: string | undefined;
  /** Names below the share, folded as those of files; the grant holds for what they name and everything below. */
  readonly path: readonly string[];
}

/** What an action is done to. */
export interface RoleScope {
  readonly account: string;
  readonly shareName: string;
  readonly path: readonly string[];
}

/** Who may do what; `undefined` = everyone who has a token may do everything. */
export type RoleTable = readonly Grant[] | undefined;

/** An action by its full name, or the part of it that tells actions of the File service apart; in lower case. */
export function shortAction(action: string): string {
  const lower = action.toLowerCase();
  return lower.startsWith(prefix) ? lower.slice(prefix.length) : lower;
}

/** Whether some grant of the principal covers an action. */
export function isGranted(
  table: RoleTable,
  principal: Principal,
  wanted: RoleScope & { action: string },
): boolean {
  if (table === undefined) return true;
  const action = shortAction(wanted.action);
  return table.some(
    (grant) =>
      isFor(grant, principal) && covers(grant, wanted) && grant.actions.some((each) => matches(each, action)),
  );
}

function isFor(grant: Grant, { ids }: Principal): boolean {
  return grant.principal === '*' || ids.includes(grant.principal);
}

function covers({ account, share, path }: Grant, scope: RoleScope): boolean {
  if (account !== undefined && account !== scope.account) return false;
  if (share !== undefined && share !== scope.shareName) return false;
  return path.every((name, at) => name === foldName(scope.path[at] ?? ''));
}

/** Whether an action is meant by a pattern, which may be for its full name or for what stands behind the prefix. */
function matches(pattern: string, action: string): boolean {
  if (!pattern.includes('*')) return pattern === action;
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*');
  const form = new RegExp(`^${escaped}$`);
  return form.test(action) || form.test(prefix + action);
}
