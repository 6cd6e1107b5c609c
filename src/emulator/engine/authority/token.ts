import { Refusal } from '../service-errors.js';
import { challenge } from './challenge.js';
import type { Principal } from './roles.js';

/** What a token is checked against. */
export interface TokenCheck {
  readonly account: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The application that Azure Storage is in Microsoft Entra ID; newer tokens name it instead of a URL. */
const storageApplication = 'e406a681-f3d4-42a8-90b6-c2b029497af1';
const issuers =
  /^https:\/\/(?:sts\.(?:windows\.net|chinacloudapi\.cn|microsoftonline\.us)\/[0-9a-f-]{36}\/|login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)\/[0-9a-f-]{36}\/v2\.0)$/i;
const clouds = 'windows\\.net|chinacloudapi\\.cn|usgovcloudapi\\.net';
const maxTokenLength = 32 * 1024;

/**
 * Reads an access token of Microsoft Entra ID: form, lifetime, audience and issuer. Its signature cannot be checked
 * here and is not: any token that looks right is believed.
 * @throws {Refusal} `InvalidAuthenticationInfo` with a challenge.
 */
export function readToken(token: string, { account, now }: TokenCheck): Principal {
  const claims = readClaims(token);
  const expiry = claims.exp;
  if (typeof expiry !== 'number')
    throw invalid('Lifetime validation failed. The token has no expiration time.');
  if (expiry * 1000 <= now) throw invalid('Lifetime validation failed. The token is expired.');
  if (claims.nbf !== undefined && !(typeof claims.nbf === 'number' && claims.nbf * 1000 <= now)) {
    throw invalid('Lifetime validation failed. The token is not yet valid.');
  }
  if (!audiences(claims).some((audience) => isForStorage(audience, account))) {
    throw invalid('Audience validation failed. Audience did not match.');
  }
  if (!issuers.test(textOf(claims.iss))) throw invalid('Issuer validation failed. Issuer did not match.');
  const ids = [claims.oid, claims.appid, claims.azp, claims.sub].map(textOf).filter((id) => id !== '');
  if (ids.length === 0) throw invalid('The token names nobody: it has neither oid, appid nor sub.');
  return {
    ids: ids.map((id) => id.toLowerCase()),
    objectId: textOf(claims.oid) || (ids[0] ?? ''),
    tenantId: textOf(claims.tid) || tenantOf(textOf(claims.iss)),
  };
}

type Claims = Readonly<Record<string, unknown>>;

function readClaims(token: string): Claims {
  const [header, payload, ...rest] = token.length > maxTokenLength ? [] : token.split('.');
  const claims = rest.length === 1 && readObject(header) !== undefined ? readObject(payload) : undefined;
  if (claims === undefined) throw invalid('The token is not a well-formed JSON web token.');
  return claims;
}

function readObject(part = ''): Claims | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Claims)
      : undefined;
  } catch {
    return undefined;
  }
}

function audiences({ aud }: Claims): string[] {
  return (Array.isArray(aud) ? aud : [aud]).map(textOf);
}

function isForStorage(audience: string, account: string): boolean {
  if (audience === storageApplication) return true;
  const own = `${account}\\.file\\.core\\.(?:${clouds})`;
  return new RegExp(`^https://(?:storage\\.azure\\.com|${own})/?$`, 'i').test(audience);
}

function tenantOf(issuer: string): string {
  return /\/([0-9a-f-]{36})\//i.exec(issuer)?.[1] ?? '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function invalid(detail: string): Refusal {
  return new Refusal('InvalidAuthenticationInfo', {
    status: 401,
    message:
      'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.',
    extras: { AuthenticationErrorDetail: detail },
    headers: challenge,
  });
}
