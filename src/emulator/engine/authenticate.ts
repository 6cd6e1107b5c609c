import { timingSafeEqual } from 'node:crypto';
import { signature, stringToSign } from '../../core/auth/shared-key.js';
import type { HttpHeaders } from '../../core/http/headers.js';
import type { HttpRequest } from '../../core/http/message.js';
import { formatRfc1123, parseRfc1123 } from '../../core/wire/dates.js';
import { signableForms, stringToSignLite } from './canonical-forms.js';
import type { Address } from './route.js';
import { authenticationFailed, Refusal } from './service-errors.js';

/** The keys of each account: base64, one or two of them. */
export type AccountKeys = ReadonlyMap<string, readonly string[]>;

/** How far the date of a request may lie from the clock. */
const maxSkewMs = 15 * 60 * 1000;

/** The account that a request says it is signed for, whether that is true or not. */
export function signedAccount(headers: HttpHeaders): string | undefined {
  return /^SharedKey(?:Lite)? ([^:\s]+):/.exec(headers.get('authorization') ?? '')?.[1];
}

const form = /^(SharedKey|SharedKeyLite) ([^:\s]+):([A-Za-z0-9+/=]+)$/;

/**
 * Checks a signature with a key of the account in the header `Authorization`.
 * @param check - `now` in milliseconds since 1970.
 * @throws {Refusal} `AuthenticationFailed`, `InvalidAuthenticationInfo` for a header that has another form.
 */
export function checkSharedKey(
  request: HttpRequest,
  address: Address,
  check: { keys: AccountKeys; now: number },
): void {
  const match = form.exec(request.headers.get('authorization') ?? '');
  if (match === null) throw new Refusal('InvalidAuthenticationInfo');
  const [, kind, account = '', mac = ''] = match;
  checkDate(request, check.now);
  const keys = account === address.account ? check.keys.get(account) : undefined;
  if (keys === undefined) {
    throw authenticationFailed('The account that is signed for is not the one that is addressed.');
  }
  if (kind === 'SharedKeyLite') checkMac(mac, keys, [stringToSignLite(account, request)]);
  else if (!matches(mac, keys, stringToSign(account, request)))
    checkMac(mac, keys, signableForms(account, request));
}

function checkDate(request: HttpRequest, now: number): void {
  const text = request.headers.get('x-ms-date') ?? request.headers.get('date');
  const date = text === undefined ? undefined : parseRfc1123(text);
  if (date === undefined || Math.abs(now - date) > maxSkewMs) {
    throw authenticationFailed(`Request date header too old: '${text ?? formatRfc1123(0)}'`);
  }
}

/** Refuses a signature that none of the keys makes of any of the forms; shows the first form, as the service does. */
function checkMac(mac: string, keys: readonly string[], forms: readonly string[]): void {
  if (forms.some((form) => matches(mac, keys, form))) return;
  throw authenticationFailed(
    `The MAC signature found in the HTTP request '${mac}' is not the same as any computed signature. Server used following string to sign: '${forms[0]}'.`,
  );
}

function matches(mac: string, keys: readonly string[], text: string): boolean {
  const given = Buffer.from(mac, 'latin1');
  return keys.some((key) => {
    const computed = Buffer.from(signature(key, text), 'latin1');
    return computed.length === given.length && timingSafeEqual(computed, given);
  });
}
