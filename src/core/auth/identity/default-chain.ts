import type { AccessToken, GetTokenOptions } from '../token-cache.js';
import { AzureCliCredential } from './azure-cli.js';
import type { BuiltInCredential, DefaultCredentialOptions } from './built-in.js';
import type { IdentityTools } from './identity-tools.js';
import { ManagedIdentityCredential } from './managed-identity.js';
import { WorkloadIdentityCredential } from './workload-identity.js';

interface Member {
  readonly name: 'workload_identity' | 'managed_identity' | 'azure_cli';
  readonly credential: BuiltInCredential;
}

/**
 * The first credential that there is: workload identity, managed identity, Azure CLI. The one that gave a token is asked
 * from then on. One that is there but refused ends the search: another identity would be a surprise.
 */
export class DefaultCredential implements BuiltInCredential {
  readonly #tools: IdentityTools;
  readonly #members: readonly Member[];
  #chosen: Member | undefined;

  constructor({ clientId, tenantId }: DefaultCredentialOptions, tools: IdentityTools) {
    this.#tools = tools;
    const identity = { clientId: clientId ?? (tools.environment.AZURE_CLIENT_ID || undefined) };
    this.#members = [
      {
        name: 'workload_identity',
        credential: new WorkloadIdentityCredential({ clientId, tenantId }, tools),
      },
      { name: 'managed_identity', credential: new ManagedIdentityCredential(identity, tools, 'in_chain') },
      { name: 'azure_cli', credential: new AzureCliCredential({ tenantId }, tools) },
    ];
  }

  get chosen(): string | undefined {
    return this.#chosen?.name;
  }

  /** @throws {ConfigurationError} `MissingCredentials` that tells of each member why it is not there. */
  async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken | null> {
    if (this.#chosen !== undefined) return this.#chosen.credential.getToken(scopes, options);
    const reasons: string[] = [];
    for (const member of this.#members) {
      try {
        const token = await member.credential.getToken(scopes, options);
        this.#chosen = member;
        return token;
      } catch (error) {
        if (!this.#tools.isUnavailable(error)) throw error;
        reasons.push(error.message);
      }
    }
    throw this.#tools.unavailable(`no identity is to be had here: ${reasons.join('; ')}`);
  }
}
