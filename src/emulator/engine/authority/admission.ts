import type { HttpHeaders } from '../../../core/http/headers.js';
import type { HttpRequest } from '../../../core/http/message.js';
import { type AccountKeys, checkSharedKey } from '../authenticate.js';
import type { Address } from '../route.js';
import { authenticationFailed, Refusal } from '../service-errors.js';
import { type Authority, ownerAuthority } from './authority.js';
import { challenge, challengeSince } from './challenge.js';
import type { OperationRights } from './rights.js';
import type { Principal } from './roles.js';
import { type SasOccasion, verifySas } from './sas.js';
import { readToken } from './token.js';

/** Where a request comes from: the network, or the same process. */
export interface Peer {
  /** Its IP address; IPv4 in dotted form. */
  readonly address: string;
  readonly scheme: 'http' | 'https';
}

/** What credentials are checked against. */
export interface AdmissionCheck extends Pick<SasOccasion, 'delegation' | 'isFile' | 'now' | 'policies'> {
  readonly accounts: AccountKeys;
  readonly rights: OperationRights;
  readonly peer: Peer;
}

/**
 * Checks who sent a request: by the header `Authorization`, or else by the signature in its query.
 * @throws {Refusal} `AuthenticationFailed`, `InvalidAuthenticationInfo`, `NoAuthenticationInformation`, and what a
 * signature or a token is refused with.
 */
export function admit(request: HttpRequest, address: Address, check: AdmissionCheck): Authority {
  const authorization = request.headers.get('authorization');
  const hasSignature = address.query.has('sig');
  if (authorization === undefined) {
    if (!hasSignature) throw withoutCredentials(request.headers);
    return bySignature(address, check, undefined);
  }
  const token = /^Bearer +([^\s]+) *$/i.exec(authorization)?.[1];
  if (token === undefined) {
    checkSharedKey(request, address, { keys: check.accounts, now: check.now });
    return ownerAuthority;
  }
  const principal = byToken(token, request.headers, { ...check, account: address.account });
  // A signature that was delegated to one user needs that user's token as well; any other one the token makes needless.
  return hasSignature && address.query.has('sduoid')
    ? bySignature(address, check, principal)
    : { by: 'token', principal };
}

function bySignature(address: Address, check: AdmissionCheck, bearer: Principal | undefined): Authority {
  const { account, shareName, path, query } = address;
  const { accounts, peer, delegation, isFile, now, policies } = check;
  const keys = accounts.get(account) ?? [];
  return verifySas(query, {
    ...{ account, shareName, path, keys, bearer },
    ...{ delegation, isFile, now, policies, address: peer.address, scheme: peer.scheme },
  });
}

/** Between these versions the service knows tokens, but not for shares and itself. */
const tokensSince = '2022-11-02';

function byToken(
  token: string,
  headers: HttpHeaders,
  check: AdmissionCheck & { account: string },
): Principal {
  const version = headers.get('x-ms-version') ?? '';
  if (version < check.rights.tokensSince) {
    throw version < tokensSince
      ? authenticationFailed('Authentication scheme Bearer is not supported in this version.')
      : new Refusal('FileOAuthManagementApiRestrictedToSrp', { frontEnd: 'named' });
  }
  return acceptToken(token, check);
}

/**
 * Reads a token, which is believed without its signature: whoever can send a packet could make one up, so only this
 * machine may send one.
 * @throws {Refusal} `AuthenticationFailed`, `InvalidAuthenticationInfo`.
 */
export function acceptToken(
  token: string,
  { account, accounts, peer, now }: Pick<AdmissionCheck, 'accounts' | 'peer' | 'now'> & { account: string },
): Principal {
  if (!accounts.has(account)) throw authenticationFailed('The account that is addressed is not there.');
  if (!isLoopback(peer.address)) {
    throw authenticationFailed(
      'This emulator cannot check the signatures of tokens, so it takes them from its own machine only.',
    );
  }
  return readToken(token, { account, now });
}

/** Whether an address is one of the machine itself. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}

/** What a request without credentials is told; older versions knew no tokens that it could be asked for. */
function withoutCredentials(headers: HttpHeaders): Refusal {
  if ((headers.get('x-ms-version') ?? '') < challengeSince) return new Refusal('AuthenticationFailed');
  return new Refusal('NoAuthenticationInformation', { headers: challenge });
}
