import type { HttpHeaders } from '../../core/http/headers.js';
import type { HttpRequest } from '../../core/http/message.js';
import { type AccountKeys, signedAccount } from './authenticate.js';
import type { Peer } from './authority/admission.js';
import type { EngineSettings } from './context.js';
import { withoutTrailingDots } from './files/names.js';
import type { Address } from './route.js';
import { Refusal } from './service-errors.js';

/**
 * Refuses a request that calls the emulator by a strange name. A mistake in a header, not a lack of rights: nobody's
 * credentials could help, and a client must not take it for a reason to fetch others.
 * @throws {Refusal} `InvalidHeaderValue`.
 */
export function checkHost(origin: string, { acceptsHost }: EngineSettings): void {
  if (acceptsHost === undefined) return;
  const host = origin.slice(origin.indexOf('//') + 2);
  if (acceptsHost(host)) return;
  throw new Refusal('InvalidHeaderValue', {
    extras: { HeaderName: 'Host', HeaderValue: host },
    frontEnd: true,
  });
}

/** A request that came over no network. */
export function inProcess({ origin }: HttpRequest): Peer {
  return { address: '127.0.0.1', scheme: origin.startsWith('https:') ? 'https' : 'http' };
}

/**
 * The account of the credentials, for a path that names none: the one that is signed for, or with credentials that
 * name none either, the only one there is.
 */
export function credentialAccount(
  target: string,
  headers: HttpHeaders,
  accounts: AccountKeys,
): string | undefined {
  const signed = signedAccount(headers);
  if (signed !== undefined || accounts.size !== 1) return signed;
  const hasOthers = headers.has('authorization') || /[?&]sig=/i.test(target);
  return hasOthers ? [...accounts.keys()][0] : undefined;
}

/** The path that a request means: names lose the dots at their end, unless it asks to keep them. */
export function usedPath({ path }: Address, headers: HttpHeaders): readonly string[] {
  return headers.get('x-ms-allow-trailing-dot')?.toLowerCase() === 'true' ? path : withoutTrailingDots(path);
}
