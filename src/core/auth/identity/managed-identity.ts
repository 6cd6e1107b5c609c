import type { AccessToken, GetTokenOptions } from '../token-cache.js';
import type { BuiltInCredential, ManagedIdentityOptions } from './built-in.js';
import type { IdentityAnswer, IdentityRequest, RetryRule } from './identity-request.js';
import type { IdentityTools } from './identity-tools.js';
import { failureText } from './json-answer.js';
import { readTokenAnswer, resourceOf } from './token-answer.js';

const who = 'managed identity';
const tokenPath = '/metadata/identity/oauth2/token';
const metadataHost = 'http://169.254.169.254';
/** Outside Azure nothing answers at that address, so the first look must be short, in milliseconds. */
const probeMs = 1000;
const tryMs = 5000;

/** How the identity of this machine or app is asked for a token. */
interface TokenEndpoint {
  readonly name: 'App Service' | 'the metadata service';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly rule: RetryRule;
}

/** Whether it is the only credential, or others come after it: then somebody else's metadata service is not waited for. */
export type ManagedIdentityPlace = 'alone' | 'in_chain';

/**
 * The managed identity of what the program runs on: App Service, Functions and Container Apps by `IDENTITY_ENDPOINT` and
 * `IDENTITY_HEADER`, else virtual machines by the metadata service (IMDS).
 *
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity
 */
export class ManagedIdentityCredential implements BuiltInCredential {
  readonly #options: ManagedIdentityOptions;
  readonly #tools: IdentityTools;
  readonly #place: ManagedIdentityPlace;
  #probed = false;

  constructor(options: ManagedIdentityOptions, tools: IdentityTools, place: ManagedIdentityPlace = 'alone') {
    this.#options = options;
    this.#tools = tools;
    this.#place = place;
  }

  /**
   * @throws {ConfigurationError} `MissingCredentials` where there is no such identity.
   * @throws {AuthenticationError} `AuthorizationFailure` where it was refused, or the endpoint fails.
   */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    const endpoint = this.#endpoint(resourceOf(scopes));
    const isMetadata = endpoint.name === 'the metadata service';
    if (isMetadata && !this.#probed) await this.#probe(endpoint, options.abortSignal);
    const { url, headers } = endpoint;
    const request: IdentityRequest = { who, method: 'GET', url, headers, timeoutMs: tryMs };
    const answer = await this.#tools.ask(request, endpoint.rule, options.abortSignal);
    if (answer.status !== 200) throw this.#failure(endpoint, answer);
    return readTokenAnswer(answer.text, who, this.#tools);
  }

  #endpoint(resource: string): TokenEndpoint {
    const { environment } = this.#tools;
    const { clientId } = this.#options;
    const { IDENTITY_ENDPOINT: address, IDENTITY_HEADER: secret } = environment;
    const query = new URLSearchParams({ resource, ...(clientId !== undefined && { client_id: clientId }) });
    if (!address) return this.#metadata(environment.AZURE_POD_IDENTITY_AUTHORITY_HOST, query);
    if (!secret || environment.IDENTITY_SERVER_THUMBPRINT) {
      throw this.#tools.unavailable(
        `${who}: Azure Arc and Service Fabric are not supported; give a credential of @azure/identity`,
      );
    }
    query.set('api-version', '2019-08-01');
    return {
      name: 'App Service',
      url: this.#url(address, 'IDENTITY_ENDPOINT', query),
      headers: { 'X-IDENTITY-HEADER': secret },
      rule: appServiceRule,
    };
  }

  #metadata(host: string | undefined, query: URLSearchParams): TokenEndpoint {
    query.set('api-version', '2018-02-01');
    const address = `${(host || metadataHost).replace(/\/+$/, '')}${tokenPath}`;
    return {
      name: 'the metadata service',
      url: this.#url(address, 'AZURE_POD_IDENTITY_AUTHORITY_HOST', query),
      headers: { Metadata: 'true' },
      rule: metadataRule,
    };
  }

  #url(address: string, variable: string, query: URLSearchParams): URL {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
      throw this.#tools.unavailable(`${who}: ${variable} is no URL`);
    }
    url.search = query.toString();
    return url;
  }

  /** Whatever is answered, something is there. Without the header that the service insists on, no token is made. */
  async #probe(endpoint: TokenEndpoint, signal: AbortSignal | undefined): Promise<void> {
    const url = new URL(endpoint.url.pathname, endpoint.url.origin);
    const probe: IdentityRequest = { who, method: 'GET', url, headers: {}, timeoutMs: probeMs };
    const answer = await this.#tools.look(probe, this.#place === 'alone' ? probeRule : onceRule, signal);
    if (answer === undefined) {
      throw this.#tools.unavailable(`${who}: nothing answers at ${url.host}, so this is no machine in Azure`);
    }
    // A container engine on a desktop answers in place of the network, and other clouds have the same address.
    const isUnreachable = answer.status === 403 && answer.text.includes('unreachable');
    if (isUnreachable || (this.#place === 'in_chain' && [401, 403, 404, 405].includes(answer.status))) {
      throw this.#tools.unavailable(`${who}: ${url.host} is not the metadata service of Azure`);
    }
    this.#probed = true;
  }

  #failure(endpoint: TokenEndpoint, answer: IdentityAnswer): Error {
    const { clientId } = this.#options;
    const which =
      clientId === undefined ? 'no identity of its own' : `no identity with client id ${clientId}`;
    const what = failureText(answer);
    if (answer.status === 400 && endpoint.name === 'the metadata service') {
      return this.#tools.unavailable(`${who}: this machine has ${which} (${what})`);
    }
    return this.#tools.refused(`${who}: ${endpoint.name} answered ${what}`);
  }
}

/** 1, 2 and 4 seconds. */
function backoff(attempt: number, mostAttempts: number): number | undefined {
  return attempt < mostAttempts ? 1000 * 2 ** (attempt - 1) : undefined;
}

const onceRule: RetryRule = () => undefined;
const probeRule: RetryRule = (status, attempt) => (status === undefined && attempt < 3 ? 500 : undefined);

const appServiceRule: RetryRule = (status, attempt) =>
  status === undefined || status === 429 || status >= 500 ? backoff(attempt, 3) : undefined;

/** A new identity is not found for a while (404), an update takes up to 70 seconds (410). */
const metadataRule: RetryRule = (status, attempt) => {
  if (status === 410) return attempt < 8 ? 10_000 : undefined;
  if (status === undefined) return backoff(attempt, 2);
  return status === 404 || status === 408 || status === 429 || status >= 500
    ? backoff(attempt, 4)
    : undefined;
};
