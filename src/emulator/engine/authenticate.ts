import { timingSafeEqual } from 'node:crypto';
import { signature, stringToSign } from '../../core/auth/shared-key.js';
import type { HttpHeaders } from '../../core/http/headers.js';
import type { HttpRequest } from '../../core/http/message.js';
import { formatRfc1123, parseRfc1123 } from '../../core/wire/dates.js';
import { signableForms, stringToSignLite } from './canonical-forms.js';
import type { Address } from './route.js';
import { Refusal } from './service-errors.js';

/** The keys of each account: base64, one or two of them. */
export type AccountKeys = ReadonlyMap<string, readonly string[]>;

/** How far the date of a request may lie from the clock. */
const maxSkewMs = 15 * 60 * 1000;

/** The account that a request says it is signed for, whether that is true or not. */
export function signedAccount(headers: HttpHeaders): string | undefined {
  return /^SharedKey(?:Lite)? ([^:\s]+):/.exec(headers.get('authorization') ?? '')?.[1];
}

/**
 * Checks who sent a request.
 * @param now - milliseconds since 1970.
 * @throws {Refusal} `AuthenticationFailed`, `InvalidAuthenticationInfo`, `NoAuthenticationInformation`.
 */
export function authenticate(
  request: HttpRequest,
  address: Address,
  check: { keys: AccountKeys; now: number },
): void {
  const authorization = request.headers.get('authorization');
  if (authorization === undefined) {
    if (address.query.has('sig'))
      throw failed('Shared access signatures are not supported by this emulator yet.');
    throw new Refusal('NoAuthenticationInformation', {
      headers: {
        'WWW-Authenticate':
          'Bearer authorization_uri=https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000/oauth2/authorize resource_id=https://storage.azure.com',
      },
    });
  }
  const scheme = authorization.slice(0, Math.max(0, authorization.indexOf(' ')));
  if (scheme === 'Bearer') throw failed('Authentication scheme Bearer is not supported by this emulator.');
  const match = /^(SharedKey|SharedKeyLite) ([^:\s]+):([A-Za-z0-9+/=]+)$/.exec(authorization);
  if (match === null) throw new Refusal('InvalidAuthenticationInfo');
  const [, kind, account = '', mac = ''] = match;
  checkDate(request, check.now);
  const keys = account === address.account ? check.keys.get(account) : undefined;
  if (keys === undefined) throw failed('The account that is signed for is not the one that is addressed.');
  if (kind === 'SharedKeyLite') checkMac(mac, keys, [stringToSignLite(account, request)]);
  else if (!matches(mac, keys, stringToSign(account, request)))
    checkMac(mac, keys, signableForms(account, request));
}

function checkDate(request: HttpRequest, now: number): void {
  const text = request.headers.get('x-ms-date') ?? request.headers.get('date');
  const date = text === undefined ? undefined : parseRfc1123(text);
  if (date === undefined || Math.abs(now - date) > maxSkewMs) {
    throw failed(`Request date header too old: '${text ?? formatRfc1123(0)}'`);
  }
}

/** Refuses a signature that none of the keys makes of any of the forms; shows the first form, as the service does. */
function checkMac(mac: string, keys: readonly string[], forms: readonly string[]): void {
  if (forms.some((form) => matches(mac, keys, form))) return;
  throw failed(
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

function failed(detail: string): Refusal {
  return new Refusal('AuthenticationFailed', { extras: { AuthenticationErrorDetail: detail } });
}
