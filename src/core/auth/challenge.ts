/** What a service asks for when it refuses a token, as far as it can be met. */
export interface Challenge {
  /** Claims that the next token must have: a JSON text, to be passed on to the credential. */
  readonly claims: string | undefined;
  /** The tenant whose tokens the account takes. */
  readonly tenantId: string | undefined;
}

const nothing: Challenge = Object.freeze({ claims: undefined, tenantId: undefined });
/** Claims are a few hundred bytes; whatever is longer comes from something else. */
const longestHeader = 16 * 1024;
/** `name="value"`, `name=value`, or a word alone, which begins the next challenge. */
const part = /([A-Za-z][\w-]*)(?:\s*=\s*(?:"([^"]*)"|([^\s",]*)))?/g;

/**
 * Reads a `WWW-Authenticate` header. Pairs are separated by commas or by blanks, values stand in quotes or not: the storage
 * services and the token services have it differently. What cannot be read is as if it were not there.
 */
export function parseChallenge(header: string | undefined): Challenge {
  if (header === undefined || header.length > longestHeader) return nothing;
  const fields = bearerFields(header);
  return { claims: decodeClaims(fields.get('claims')), tenantId: tenantOf(fields.get('authorization_uri')) };
}

/** The pairs of all Bearer challenges; the first of a name counts. */
function bearerFields(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  let scheme = '';
  for (const [, name = '', quoted, plain] of header.matchAll(part)) {
    const value = quoted ?? plain;
    if (value === undefined) scheme = name.toLowerCase();
    else if (scheme === 'bearer' && !fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value);
  }
  return fields;
}

function decodeClaims(base64: string | undefined): string | undefined {
  if (base64 === undefined || !/^[\w+/-]+={0,2}$/.test(base64)) return undefined;
  const text = Buffer.from(base64, 'base64').toString('utf8');
  try {
    const claims: unknown = JSON.parse(text);
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? text : undefined;
  } catch {
    return undefined;
  }
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The tenant is the first segment of the address where its tokens come from. */
function tenantOf(uri: string | undefined): string | undefined {
  const tenant = /^https:\/\/[^/]+\/([^/]+)/.exec(uri ?? '')?.[1];
  return tenant !== undefined && guid.test(tenant) ? tenant : undefined;
}
