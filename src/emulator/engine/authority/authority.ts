import type { HttpHeaders } from '../../../core/http/headers.js';
import { authenticationFailed, invalidHeader, missingHeader, Refusal } from '../service-errors.js';
import { type Letters, modifyPermissions, type OperationRights } from './rights.js';
import { isGranted, type Principal, type RoleScope, type RoleTable } from './roles.js';

/** Who signs with a key of the account. */
export interface KeyAuthority {
  readonly by: 'key';
}

/** Who has an account SAS. */
export interface AccountSasAuthority {
  readonly by: 'account-sas';
  readonly services: string;
  readonly resourceTypes: string;
  readonly permissions: string;
}

/** Who has a SAS for a share or a file, signed with a key of the account or with a user delegation key. */
export interface ServiceSasAuthority {
  readonly by: 'service-sas';
  readonly resource: 's' | 'f';
  readonly permissions: string;
  /** Headers that answers get instead of their own. */
  readonly overrides: readonly (readonly [header: string, value: string])[];
  /** Who asked for the user delegation key: the signature cannot do more than they may. */
  readonly owner: Principal | undefined;
}

/** Who has a token. */
export interface TokenAuthority {
  readonly by: 'token';
  readonly principal: Principal;
}

/** What the credentials of a request make of its sender. */
export type Authority = KeyAuthority | AccountSasAuthority | ServiceSasAuthority | TokenAuthority;

/** The account's owner. */
export const ownerAuthority: KeyAuthority = Object.freeze({ by: 'key' });

/** An operation that somebody wants to carry out. */
export interface Wish {
  readonly rights: OperationRights;
  readonly headers: HttpHeaders;
  /** Account, share and path after the rule for trailing dots. */
  readonly scope: RoleScope;
}

/**
 * Lets an operation pass.
 * @throws {Refusal} `AuthorizationServiceMismatch`, `AuthorizationResourceTypeMismatch`,
 * `AuthorizationPermissionMismatch`, `AuthorizationFailure` for what no such signature can do; with a token
 * `MissingRequiredHeader` for the header of its intent.
 */
export function permit(authority: Authority, wish: Wish, roles: RoleTable): void {
  const { rights } = wish;
  if (rights.tokensOnly === true && authority.by !== 'token') {
    throw authenticationFailed('Only authorization with a token of Microsoft Entra ID is supported.');
  }
  switch (authority.by) {
    case 'key':
      return;
    case 'account-sas':
      permitAccountSas(authority, rights);
      return;
    case 'service-sas':
      requireLetters(authority.resource === 's' ? rights.share : rights.file, authority.permissions);
      if (authority.owner !== undefined) requireRole(authority.owner, wish, roles);
      return;
    case 'token':
      if (rights.tokensOnly !== true) checkIntent(wish.headers);
      requireRole(authority.principal, wish, roles);
  }
}

/** Whether an existing file may be replaced by an operation that may be carried out. */
export function mayReplace(authority: Authority, { overwrites }: OperationRights): boolean {
  if (overwrites !== true || authority.by === 'key' || authority.by === 'token') return true;
  return authority.permissions.includes('w');
}

function permitAccountSas(sas: AccountSasAuthority, { account, resourceType }: OperationRights): void {
  if (!sas.services.includes('f')) throw new Refusal('AuthorizationServiceMismatch');
  if (account.length === 0) throw new Refusal('AuthorizationFailure');
  if (!sas.resourceTypes.includes(resourceType)) throw new Refusal('AuthorizationResourceTypeMismatch');
  requireLetters(account, sas.permissions);
}

function requireLetters(alternatives: Letters, permissions: string): void {
  if (alternatives.length === 0) throw new Refusal('AuthorizationFailure');
  const isMet = alternatives.some((letters) => [...letters].every((letter) => permissions.includes(letter)));
  if (!isMet) throw new Refusal('AuthorizationPermissionMismatch');
}

function requireRole(principal: Principal, { rights, headers, scope }: Wish, roles: RoleTable): void {
  const namesPermission = headers.has('x-ms-file-permission') || headers.has('x-ms-file-permission-key');
  const more = rights.setsPermission === true && namesPermission ? [modifyPermissions] : [];
  for (const action of [...rights.actions, ...more]) {
    if (!isGranted(roles, principal, { ...scope, action }))
      throw new Refusal('AuthorizationPermissionMismatch');
  }
}

const intentHeader = 'x-ms-file-request-intent';

/** A token acts past the permissions of the files, so whoever sends it must say that this is meant. */
export function checkIntent(headers: HttpHeaders): void {
  const intent = headers.get(intentHeader);
  if (intent === undefined) throw missingHeader(intentHeader);
  if (intent.toLowerCase() !== 'backup') throw invalidHeader(intentHeader, intent);
}
