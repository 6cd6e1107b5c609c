import type { HttpHeaders } from '../../../core/http/headers.js';
import type { HttpRequest } from '../../../core/http/message.js';
import { type AccessPolicyRecord, type Store, shareKey } from '../../store/store.js';
import { type AccountKeys, checkSharedKey } from '../authenticate.js';
import type { OperationRow } from '../context.js';
import type { Identity } from '../identity.js';
import type { Address } from '../route.js';
import { admit, type Peer } from './admission.js';
import { type Authority, mayReplace, ownerAuthority, permit } from './authority.js';
import { DelegationKeys } from './delegation.js';
import type { OperationRights } from './rights.js';
import type { RoleTable } from './roles.js';

/** What a gate knows of the emulator. */
export interface GateOptions {
  readonly store: Store;
  readonly accounts: AccountKeys;
  readonly identity: Identity;
  readonly roles: RoleTable;
}

/** A request that wants to pass. */
export interface Arrival {
  readonly request: HttpRequest;
  readonly address: Address;
  readonly row: OperationRow;
  readonly rights: OperationRights;
  /** The path after the rule for trailing dots. */
  readonly path: readonly string[];
  readonly peer: Peer;
}

/** A request that passed. */
export interface Entry {
  readonly authority: Authority;
  /** Whether a file that is there already may be replaced. */
  readonly mayReplace: boolean;
}

const ownerEntry: Entry = Object.freeze({ authority: ownerAuthority, mayReplace: true });

/** Decides who comes in and may do what they ask for. */
export class Gate {
  readonly delegation: DelegationKeys;
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
    this.delegation = new DelegationKeys(options.identity);
  }

  /**
   * Lets a request pass that is signed with a key of the account, as most are: they should pay nothing for what others
   * can be. `undefined` for any other request.
   * @throws {Refusal} `AuthenticationFailed`, `InvalidAuthenticationInfo`.
   */
  enterByKey(request: HttpRequest, address: Address, rights: OperationRights): Entry | undefined {
    const isSigned = request.headers.get('authorization')?.startsWith('SharedKey') === true;
    if (!isSigned || rights.tokensOnly === true) return undefined;
    const { accounts, identity } = this.#options;
    checkSharedKey(request, address, { keys: accounts, now: identity.now() });
    return ownerEntry;
  }

  /** @throws {Refusal} what credentials and rights are refused with. */
  enter(arrival: Arrival): Entry {
    const { request, address, row, rights, path, peer } = arrival;
    const { accounts, identity, roles } = this.#options;
    const authority = admit(request, address, {
      accounts,
      rights,
      peer,
      delegation: this.delegation,
      // Handles are asked for by a URL that can be a file's or a directory's.
      isFile: row.scope === 'file' || (row.scope === 'entry' && path.length > 0),
      now: identity.now(),
      policies: () => this.#policies(address),
    });
    const { account, shareName } = address;
    permit(authority, { rights, headers: request.headers, scope: { account, shareName, path } }, roles);
    return { authority, mayReplace: mayReplace(authority, rights) };
  }

  #policies({ account, shareName }: Address): readonly AccessPolicyRecord[] {
    const share = this.#options.store.read((view) => view.share(account, shareKey(shareName)));
    return share === undefined || share.deleted !== undefined ? [] : share.policies;
  }
}

/** The version that a SAS goes by when no header names one. */
export function sasVersion({ query }: Address, headers: HttpHeaders): string | undefined {
  if (headers.has('authorization') || !query.has('sig')) return undefined;
  return query.get('api-version') ?? query.get('sv');
}

const overridden = new Set(['GetFile', 'GetFileProperties']);

/** Puts the headers that a SAS names in place of those of a file. */
export function overrideHeaders(headers: HttpHeaders, authority: Authority, operation: string): void {
  if (authority.by !== 'service-sas' || !overridden.has(operation)) return;
  for (const [name, value] of authority.overrides) headers.set(name, value);
}
