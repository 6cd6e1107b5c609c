import { open } from 'node:fs/promises';
import type { AccessToken, GetTokenOptions } from '../token-cache.js';
import type { BuiltInCredential, WorkloadIdentityOptions } from './built-in.js';
import type { RetryRule } from './identity-request.js';
import type { IdentityTools } from './identity-tools.js';
import { failureText, jsonObject } from './json-answer.js';
import { firstScope, readTokenAnswer } from './token-answer.js';

const who = 'workload identity';
const publicAuthority = 'https://login.microsoftonline.com';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const longestAssertion = 64 * 1024;
const tryMs = 10_000;

interface Settings {
  readonly clientId: string;
  readonly tenantId: string;
  readonly tokenFile: string;
  readonly authority: URL;
}

/**
 * An identity that trusts another issuer of tokens: what that issuer puts into a file is exchanged for a token of Entra.
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export class WorkloadIdentityCredential implements BuiltInCredential {
  readonly #options: WorkloadIdentityOptions;
  readonly #tools: IdentityTools;

  constructor(options: WorkloadIdentityOptions, tools: IdentityTools) {
    this.#options = options;
    this.#tools = tools;
  }

  /**
   * @throws {ConfigurationError} `MissingCredentials` that tells what is missing; `InvalidOption`.
   * @throws {AuthenticationError} `AuthorizationFailure` where the token was refused, or cannot be read.
   */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const settings = this.#settings();
    const assertion = await this.#assertion(settings.tokenFile);
    const request = {
      who,
      method: 'POST',
      url: new URL(`/${settings.tenantId}/oauth2/v2.0/token`, settings.authority),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form(settings, assertion, { scopes, ...options }),
      timeoutMs: tryMs,
    } as const;
    const answer = await this.#tools.ask(request, rule, options.abortSignal);
    if (answer.status === 200) return readTokenAnswer(answer.text, who, this.#tools);
    throw this.#tools.refused(`${who}: ${settings.authority.host} answered ${failureText(answer)}`);
  }

  #settings(): Settings {
    const { environment } = this.#tools;
    const clientId = this.#options.clientId ?? environment.AZURE_CLIENT_ID;
    const tenantId = this.#options.tenantId ?? environment.AZURE_TENANT_ID;
    const tokenFile = this.#options.tokenFile ?? environment.AZURE_FEDERATED_TOKEN_FILE;
    if (!clientId || !tenantId || !tokenFile) {
      const needed = {
        AZURE_CLIENT_ID: clientId,
        AZURE_TENANT_ID: tenantId,
        AZURE_FEDERATED_TOKEN_FILE: tokenFile,
      };
      const missing = Object.entries(needed).filter(([, value]) => !value);
      const names = missing.map(([name]) => name).join(', ');
      throw this.#tools.unavailable(`${who}: not set: ${names} (nor given as options)`);
    }
    if (!/^[0-9A-Za-z][0-9A-Za-z.-]*$/.test(tenantId)) {
      throw this.#tools.invalid(`${who}: the tenant is neither an id nor a domain`);
    }
    return { clientId, tenantId, tokenFile, authority: this.#authority() };
  }

  /** What goes there is as good as a password. */
  #authority(): URL {
    const { AZURE_AUTHORITY_HOST: variable } = this.#tools.environment;
    const text = this.#options.authorityHost ?? (variable || publicAuthority);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && this.#tools.isPrivate(url)) return url;
    throw this.#tools.invalid(`${who}: the authority host must be an https URL`);
  }

  async #assertion(path: string): Promise<string> {
    let text: string;
    try {
      text = await readStart(path);
    } catch (cause) {
      throw this.#tools.refused(`${who}: the token file ${path} cannot be read`, cause);
    }
    if (/^[\x21-\x7e]+$/.test(text)) return text;
    throw this.#tools.refused(`${who}: the file ${path} holds no token`);
  }
}

/** The text of a file without the white space around it; nothing of one that is far too long. */
async function readStart(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(longestAssertion));
    return bytesRead < longestAssertion ? buffer.toString('utf8', 0, bytesRead).trim() : '';
  } finally {
    await file.close();
  }
}

function form(
  { clientId }: Settings,
  assertion: string,
  { scopes, claims, enableCae }: GetTokenOptions & { readonly scopes: string | string[] },
): string {
  const asked = mergedClaims(claims, enableCae === true);
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    scope: firstScope(scopes),
    client_assertion_type: assertionType,
    client_assertion: assertion,
    ...(asked !== undefined && { claims: asked }),
  }).toString();
}

/** The capability tells Entra that refusals with claims are understood here: it goes with the claims of the service. */
function mergedClaims(claims: string | undefined, capable: boolean): string | undefined {
  if (!capable) return claims;
  const asked = jsonObject(claims ?? '{}');
  const token = asked?.access_token;
  const access = typeof token === 'object' && token !== null ? token : {};
  return JSON.stringify({ ...asked, access_token: { ...access, xms_cc: { values: ['cp1'] } } });
}

const rule: RetryRule = (status, attempt) => {
  const passes = status === undefined || status === 408 || status === 429 || status >= 500;
  return passes && attempt < 3 ? 1000 * attempt : undefined;
};
