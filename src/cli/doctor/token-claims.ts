/** Who a token is for, as far as it says so. */
export interface TokenClaims {
  readonly objectId?: string;
  readonly tenantId?: string;
  readonly applicationId?: string;
  readonly expiresOn?: Date;
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a JWT; nothing of another token. Whether it is genuine only the service can tell. */
export function readToken(token: string): TokenClaims {
  const claims = payloadOf(token);
  const id = (name: string, value: unknown) =>
    typeof value === 'string' && guid.test(value) ? { [name]: value } : {};
  return {
    ...id('objectId', claims.oid),
    ...id('tenantId', claims.tid),
    ...id('applicationId', claims.appid ?? claims.azp),
    ...(isTime(claims.exp) && { expiresOn: new Date(claims.exp * 1000) }),
  };
}

/** Seconds since 1970 that a date can be made of. */
function isTime(exp: unknown): exp is number {
  return typeof exp === 'number' && exp > 0 && exp < 1e11;
}

function payloadOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
