import type { Cancellation } from '../call.js';
import type { Clock } from '../clock.js';
import { AuthenticationError, ConfigurationError } from '../errors.js';
import { checkKeys } from '../option-checks.js';
import type { Challenge } from './challenge.js';
import { parseConnectionString } from './connection-string.js';
import type { Endpoint, ServiceKind } from './endpoint.js';
import type { Environment } from './environment.js';
import {
  type AzureCliOptions,
  builtInCredential,
  type DefaultCredentialOptions,
  type ManagedIdentityOptions,
  type WorkloadIdentityOptions,
} from './identity/built-in.js';
import { type Provided, providedSource } from './provided.js';
import type { TokenCredential } from './token-cache.js';
import { tokenSource } from './token-source.js';

export type { Provided };

/** Who the client is. */
export type AzureCredentials =
  | {
      readonly type: 'shared_key';
      /** The account key, base64. */
      readonly key: Provided;
    }
  | {
      readonly type: 'sas_token';
      /** The query of a SAS, with or without the leading `?`. */
      readonly token: Provided;
    }
  | {
      readonly type: 'connection_string';
      /** Where this is a function, `accountName` or `endpoint` must be given beside it. */
      readonly connectionString: Provided;
    }
  | {
      readonly type: 'token';
      /** Any object with `getToken`, such as a credential of `@azure/identity`. */
      readonly credential: TokenCredential;
    }
  /** The identity of the machine or app in Azure: virtual machines, App Service, Functions, Container Apps. */
  | ({ readonly type: 'managed_identity' } & ManagedIdentityOptions)
  /** An identity of Entra that trusts another issuer, such as a Kubernetes cluster: a token from a file is exchanged. */
  | ({ readonly type: 'workload_identity' } & WorkloadIdentityOptions)
  /** Whoever is logged in with `az login` on this machine. */
  | ({ readonly type: 'azure_cli' } & AzureCliOptions)
  /** The first of workload identity, managed identity and Azure CLI that there is. */
  | ({ readonly type: 'default' } & DefaultCredentialOptions);

/** What one attempt is signed with. */
export type AttemptCredential =
  | { readonly kind: 'shared_key'; readonly key: string }
  | { readonly kind: 'sas'; readonly query: string }
  | { readonly kind: 'token'; readonly token: string };

export type CredentialKind = AttemptCredential['kind'];

/** Gives what to sign an attempt with; at once where nothing must be asked. */
export interface CredentialSource {
  /** Known before the first request, except for a connection string that is provided by a function. */
  readonly kind: CredentialKind | undefined;
  get(cancellation: Cancellation): AttemptCredential | Promise<AttemptCredential>;
  /**
   * What to sign with instead of what the service refused; `undefined` when there is nothing else. Absent where nothing can
   * change, as with a key that was given as a text.
   */
  renew?(
    refused: AttemptCredential,
    challenge: Challenge,
    cancellation: Cancellation,
  ): Promise<AttemptCredential | undefined>;
  /** Which member of a chain of credentials answered, once one has. */
  readonly chosen?: string | undefined;
}

/** Whether something can be a key: base64 of at least one byte. */
export function isBase64Key(key: unknown): key is string {
  return typeof key === 'string' && key.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(key);
}

/** @throws {AuthenticationError} `InvalidKey` when the text is no base64 of some bytes. */
export function checkAccountKey(key: unknown): string {
  if (isBase64Key(key)) return key;
  throw new AuthenticationError('InvalidKey', 'the account key must be base64, as the portal shows it');
}

/** The query of a SAS without its question mark. @throws {AuthenticationError} `InvalidKey` when it is none. */
export function checkSasToken(token: unknown): string {
  const query = typeof token === 'string' ? token.trim().replace(/^[?&]/, '') : '';
  if (/^\w+=/.test(query) && /(^|&)sig=[^&]+/.test(query) && !/[\s#?]/.test(query)) return query;
  throw new AuthenticationError(
    'InvalidKey',
    'the SAS token must be a query that begins with a name such as sv and has a signature (sig), without the URL before it',
  );
}

/** What the options know about the account when credentials are read. */
export interface CredentialContext {
  readonly service: ServiceKind;
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /** Where the built-in identities look for what Azure puts there. */
  readonly environment: Environment;
}

/** Checks credentials and makes the source that the signing layer asks. */
export function credentialSource(
  credentials: AzureCredentials,
  context: CredentialContext,
): CredentialSource {
  checkFields(credentials);
  switch (credentials.type) {
    case 'shared_key':
      return providedSource('shared_key', credentials.key, { name: 'credentials.key', read: sharedKey });
    case 'sas_token':
      return providedSource('sas', credentials.token, { name: 'credentials.token', read: sas });
    case 'connection_string':
      return connectionStringSource(credentials.connectionString, context);
    case 'token':
      return tokenSource(credentials.credential, context.clock);
    default: {
      const credential = builtInCredential(credentials, context);
      return tokenSource(credential, context.clock, () => credential.chosen);
    }
  }
}

const fields: Readonly<Record<AzureCredentials['type'], readonly string[]>> = {
  shared_key: ['key'],
  sas_token: ['token'],
  connection_string: ['connectionString'],
  token: ['credential'],
  managed_identity: ['clientId'],
  workload_identity: ['clientId', 'tenantId', 'tokenFile', 'authorityHost'],
  azure_cli: ['tenantId', 'subscription'],
  default: ['clientId', 'tenantId'],
};

/** A field that is not known would be ignored, such as an account beside the key. */
function checkFields(credentials: AzureCredentials): void {
  if (!Object.hasOwn(fields, credentials.type)) {
    const known = Object.keys(fields).map((type) => `'${type}'`);
    throw new ConfigurationError('InvalidOption', `credentials.type must be one of ${known.join(', ')}`);
  }
  checkKeys(credentials, 'credentials', ['type', ...fields[credentials.type]]);
}

function sharedKey(key: string): AttemptCredential {
  return { kind: 'shared_key', key: checkAccountKey(key) };
}

function sas(token: string): AttemptCredential {
  return { kind: 'sas', query: checkSasToken(token) };
}

function connectionStringSource(provided: Provided, context: CredentialContext): CredentialSource {
  const read = (text: string): AttemptCredential => {
    const { endpoint, credential } = parseConnectionString(text, context.service);
    if (endpoint.accountName !== context.endpoint.accountName) {
      throw new ConfigurationError(
        'InvalidAccountName',
        `the connection string belongs to the account "${endpoint.accountName}", the client to "${context.endpoint.accountName}"`,
      );
    }
    return credential.kind === 'sas' ? sas(credential.token) : sharedKey(credential.key);
  };
  return providedSource(undefined, provided, { name: 'credentials.connectionString', read });
}
