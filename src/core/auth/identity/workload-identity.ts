import { open } from 'node:fs/promises';
import { NetworkError } from '../../errors.js';
import { invalidOption } from '../../option-checks.js';
import { isLoopback } from '../endpoint.js';
import { type AccessToken, type GetTokenOptions, storageScope } from '../token-cache.js';
import type { BuiltInCredential, IdentityContext, WorkloadIdentityOptions } from './built-in.js';
import {
  askIdentity,
  failureText,
  jsonObject,
  type RetryRule,
  refused,
  unavailable,
} from './identity-request.js';
import { readTokenAnswer } from './token-answer.js';

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
  readonly #context: IdentityContext;

  constructor(options: WorkloadIdentityOptions, context: IdentityContext) {
    this.#options = options;
    this.#context = context;
  }

  /**
   * @throws {ConfigurationError} `MissingCredentials` that tells what is missing; `InvalidOption`.
   * @throws {AuthenticationError} `AuthorizationFailure` where the token was refused, or cannot be read.
   */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const { clock } = this.#context;
    const settings = resolve(this.#options, this.#context);
    const assertion = await readAssertion(settings.tokenFile);
    const request = {
      method: 'POST',
      url: new URL(`/${settings.tenantId}/oauth2/v2.0/token`, settings.authority),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form(settings, assertion, { scopes, ...options }),
      timeoutMs: tryMs,
    } as const;
    const limits = { clock, signal: options.abortSignal };
    const answer = await askIdentity(request, rule, limits).catch((error: unknown) => {
      throw error instanceof NetworkError ? refused(`workload identity: ${error.message}`, error) : error;
    });
    if (answer.status === 200) return readTokenAnswer(answer.text, 'workload identity', clock.now());
    throw refused(`workload identity: ${settings.authority.host} answered ${failureText(answer)}`);
  }
}

function resolve(options: WorkloadIdentityOptions, { environment }: IdentityContext): Settings {
  const clientId = options.clientId ?? environment.AZURE_CLIENT_ID;
  const tenantId = options.tenantId ?? environment.AZURE_TENANT_ID;
  const tokenFile = options.tokenFile ?? environment.AZURE_FEDERATED_TOKEN_FILE;
  if (!clientId || !tenantId || !tokenFile) {
    const needed = {
      AZURE_CLIENT_ID: clientId,
      AZURE_TENANT_ID: tenantId,
      AZURE_FEDERATED_TOKEN_FILE: tokenFile,
    };
    const missing = Object.entries(needed).filter(([, value]) => !value);
    throw unavailable(
      `workload identity: not set: ${missing.map(([name]) => name).join(', ')} (nor given as options)`,
    );
  }
  if (!/^[0-9A-Za-z][0-9A-Za-z.-]*$/.test(tenantId)) {
    throw invalidOption('workload identity: the tenant is neither an id nor a domain');
  }
  const authority = options.authorityHost ?? (environment.AZURE_AUTHORITY_HOST || publicAuthority);
  return { clientId, tenantId, tokenFile, authority: checkAuthority(authority) };
}

/** What goes there is as good as a password. */
function checkAuthority(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw invalidOption('workload identity: the authority host must be an https URL');
}

async function readAssertion(path: string): Promise<string> {
  let text: string;
  try {
    await using file = await open(path, 'r');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(longestAssertion));
    text = bytesRead < longestAssertion ? buffer.toString('utf8', 0, bytesRead).trim() : '';
  } catch (cause) {
    throw refused(`workload identity: the token file ${path} cannot be read`, cause);
  }
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw refused(`workload identity: the file ${path} holds no token`);
}

function form(
  { clientId }: Settings,
  assertion: string,
  { scopes, claims, enableCae }: GetTokenOptions & { readonly scopes: string | string[] },
): string {
  const scope = (typeof scopes === 'string' ? scopes : scopes[0]) ?? storageScope;
  const asked = mergedClaims(claims, enableCae === true);
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    scope,
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
