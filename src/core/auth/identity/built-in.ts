import { invalidOption } from '../../option-checks.js';
import type { AccessToken, GetTokenOptions, TokenCredential } from '../token-cache.js';
import { type IdentityTools, identityTools } from './identity-tools.js';

/** Options of `managed_identity`. */
export interface ManagedIdentityOptions {
  /** Client id of a user-assigned identity. @defaultValue the identity that the machine or app itself has */
  readonly clientId?: string | undefined;
}

/** Options of `workload_identity`. What is left out comes from the environment, where Kubernetes puts it. */
export interface WorkloadIdentityOptions {
  /** @defaultValue `AZURE_CLIENT_ID` */
  readonly clientId?: string | undefined;
  /** @defaultValue `AZURE_TENANT_ID` */
  readonly tenantId?: string | undefined;
  /** The file with the token of the other issuer; read for every exchange, as it is replaced now and then. @defaultValue `AZURE_FEDERATED_TOKEN_FILE` */
  readonly tokenFile?: string | undefined;
  /** Where tokens of Entra come from. @defaultValue `AZURE_AUTHORITY_HOST`, else `https://login.microsoftonline.com` */
  readonly authorityHost?: string | undefined;
}

/** Options of `azure_cli`. */
export interface AzureCliOptions {
  /** @defaultValue the tenant of the active subscription */
  readonly tenantId?: string | undefined;
  /** Name or id of a subscription, whose account is used. @defaultValue the active one */
  readonly subscription?: string | undefined;
}

/** Options of `default`. */
export interface DefaultCredentialOptions {
  /** Client id of a user-assigned managed identity, and of a workload identity. @defaultValue `AZURE_CLIENT_ID` */
  readonly clientId?: string | undefined;
  /** Tenant of a workload identity, and of the Azure CLI. */
  readonly tenantId?: string | undefined;
}

/** Which built-in credential is meant, with its options. */
export type BuiltInOptions =
  | ({ readonly type: 'managed_identity' } & ManagedIdentityOptions)
  | ({ readonly type: 'workload_identity' } & WorkloadIdentityOptions)
  | ({ readonly type: 'azure_cli' } & AzureCliOptions)
  | ({ readonly type: 'default' } & DefaultCredentialOptions);

/** A credential of this library. */
export interface BuiltInCredential extends TokenCredential {
  /** Which member of a chain answered, once one has. */
  readonly chosen?: string | undefined;
}

/**
 * Checks the options now, and loads what asks for tokens with the first token: most clients never need it.
 * @throws {ConfigurationError} `InvalidOption`
 */
export function builtInCredential(
  options: BuiltInOptions,
  context: Pick<IdentityTools, 'clock' | 'environment'>,
): BuiltInCredential {
  checkOptions(options);
  return new LazyCredential(async () => {
    const { identityOf } = await import('./identities.js');
    return identityOf(options, identityTools(context));
  });
}

class LazyCredential implements BuiltInCredential {
  readonly #load: () => Promise<BuiltInCredential>;
  #loading: Promise<BuiltInCredential> | undefined;
  #credential: BuiltInCredential | undefined;

  constructor(load: () => Promise<BuiltInCredential>) {
    this.#load = load;
  }

  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null> {
    this.#loading ??= this.#load();
    this.#credential = await this.#loading;
    return this.#credential.getToken(scopes, options);
  }

  get chosen(): string | undefined {
    return this.#credential?.chosen;
  }
}

/** What may stand in a URL or in the arguments of a command as it is, and cannot be taken for a flag. */
const patterns: Readonly<Record<string, RegExp>> = {
  clientId: /^[0-9A-Za-z][0-9A-Za-z-]*$/,
  tenantId: /^[0-9A-Za-z][0-9A-Za-z.-]*$/,
  subscription: /^[0-9A-Za-z_][0-9A-Za-z_. -]*$/,
};

function checkOptions(options: BuiltInOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || name === 'type') continue;
    const pattern = patterns[name] ?? /./;
    if (typeof value === 'string' && pattern.test(value)) continue;
    throw invalidOption(`credentials.${name} must be text that can be ${whatOf(name)}`);
  }
}

function whatOf(name: string): string {
  switch (name) {
    case 'clientId':
      return 'the client id of an identity';
    case 'tenantId':
      return 'the id or a domain of a tenant';
    case 'subscription':
      return 'the id or name of a subscription, of letters, digits, spaces and ._-';
    case 'tokenFile':
      return 'the path of a file';
    default:
      return 'a URL';
  }
}
