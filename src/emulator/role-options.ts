import { ConfigurationError } from '../core/errors.js';
import { type BuiltInRole, builtInRoles, type Grant, shortAction } from './engine/authority/roles.js';
import { foldName } from './engine/files/names.js';

export type { BuiltInRole } from './engine/authority/roles.js';

/** Lets somebody who sends a token do something. */
export interface RoleAssignment {
  /** Who: the `oid`, `appid` (or `azp`) or `sub` of the token; `*` = everyone. */
  readonly principal: string;
  /** A role of Azure by its name; either this or {@link actions}. */
  readonly role?: BuiltInRole | undefined;
  /**
   * Actions by their names, whole or from behind `Microsoft.Storage/storageAccounts/fileServices/`; `*` stands for any
   * characters.
   */
  readonly actions?: readonly string[] | undefined;
  /** The account it holds for. @defaultValue all of them */
  readonly account?: string | undefined;
  /** The share it holds for. @defaultValue all of them, and the service itself */
  readonly share?: string | undefined;
  /** A path in the share; it holds for that and everything below. Azure has nothing that narrow. @defaultValue all */
  readonly path?: string | undefined;
}

/** Checks role assignments. @throws {ConfigurationError} `InvalidOption`. */
export function resolveRoles(
  assignments: readonly RoleAssignment[] | undefined,
  accounts: readonly string[],
): readonly Grant[] | undefined {
  return assignments?.map((assignment, index) => resolveRole(assignment, accounts, `roles[${index}]`));
}

function resolveRole(
  { principal, role, actions, account, share, path }: RoleAssignment,
  accounts: readonly string[],
  option: string,
): Grant {
  if (principal === '') throw invalid(`${option}.principal must name somebody, or be * for everyone`);
  if ((role === undefined) === (actions === undefined)) {
    throw invalid(`${option} must have either role or actions`);
  }
  if (role !== undefined && !Object.hasOwn(builtInRoles, role)) {
    throw invalid(
      `${option}.role must be one of ${Object.keys(builtInRoles).join(', ')}, got ${JSON.stringify(role)}`,
    );
  }
  if (account !== undefined && !accounts.includes(account)) {
    throw invalid(`${option}.account must be one of ${accounts.join(', ')}, got ${JSON.stringify(account)}`);
  }
  if (path !== undefined && share === undefined) throw invalid(`${option}.path needs a share as well`);
  const granted: readonly string[] = role === undefined ? (actions ?? []) : builtInRoles[role];
  return {
    principal: principal.toLowerCase(),
    actions: granted.map(shortAction),
    account,
    share,
    path: (path ?? '')
      .split('/')
      .filter((name) => name !== '')
      .map(foldName),
  };
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('InvalidOption', message);
}
