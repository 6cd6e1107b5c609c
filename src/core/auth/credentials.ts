import type { Cancellation } from '../call.js';
import type { Clock } from '../clock.js';
import { AuthenticationError, ConfigurationError } from '../errors.js';
import { checkKeys } from '../option-checks.js';
import { Secret } from '../redact.js';
import { parseConnectionString } from './connection-string.js';
import type { Endpoint, ServiceKind } from './endpoint.js';
import { TokenCache, type TokenCredential } from './token-cache.js';

/** A value, or a function asked for it before each attempt, so that a rotated key or a fresh SAS needs no restart. */
export type Provided = string | (() => string | Promise<string>);

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
    };

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
}

/** Checks credentials and makes the source that the signing layer asks. */
export function credentialSource(
  credentials: AzureCredentials,
  context: CredentialContext,
): CredentialSource {
  checkFields(credentials);
  switch (credentials.type) {
    case 'shared_key':
      return source('shared_key', credentials.key, 'credentials.key', sharedKey);
    case 'sas_token':
      return source('sas', credentials.token, 'credentials.token', sas);
    case 'connection_string':
      return connectionStringSource(credentials.connectionString, context);
    case 'token':
      return tokenSource(credentials.credential, context);
    default:
      throw new ConfigurationError(
        'InvalidOption',
        "credentials.type must be 'shared_key', 'sas_token', 'connection_string' or 'token'",
      );
  }
}

const fields: Readonly<Record<string, string>> = {
  shared_key: 'key',
  sas_token: 'token',
  connection_string: 'connectionString',
  token: 'credential',
} satisfies Record<AzureCredentials['type'], string>;

/** A field that is not known would be ignored, such as an account beside the key. */
function checkFields(credentials: AzureCredentials): void {
  const field = Object.hasOwn(fields, credentials.type) ? fields[credentials.type] : undefined;
  if (field !== undefined) checkKeys(credentials, 'credentials', ['type', field]);
}

function sharedKey(key: string): AttemptCredential {
  return { kind: 'shared_key', key: checkAccountKey(key) };
}

function sas(token: string): AttemptCredential {
  return { kind: 'sas', query: checkSasToken(token) };
}

function source(
  kind: CredentialKind | undefined,
  provided: Provided,
  name: string,
  read: (text: string) => AttemptCredential,
): CredentialSource {
  if (typeof provided === 'function') {
    return Object.freeze({ kind, get: async () => read(await askProvider(provided, name)) });
  }
  if (typeof provided !== 'string' || provided === '') {
    throw new ConfigurationError(
      'MissingCredentials',
      `${name} must be a text that is not empty, or a function`,
    );
  }
  const fixed = new Secret(read(provided));
  return Object.freeze({ kind: fixed.reveal().kind, get: () => fixed.reveal() });
}

async function askProvider(provider: () => string | Promise<string>, name: string): Promise<string> {
  let value: unknown;
  try {
    value = await provider();
  } catch (cause) {
    throw new AuthenticationError('AuthorizationFailure', `the function given as ${name} failed`, { cause });
  }
  if (typeof value === 'string' && value !== '') return value;
  throw new ConfigurationError('MissingCredentials', `the function given as ${name} must give a text`);
}

function connectionStringSource(provided: Provided, context: CredentialContext): CredentialSource {
  return source(undefined, provided, 'credentials.connectionString', (text) => {
    const { endpoint, credential } = parseConnectionString(text, context.service);
    if (endpoint.accountName !== context.endpoint.accountName) {
      throw new ConfigurationError(
        'InvalidAccountName',
        `the connection string belongs to the account "${endpoint.accountName}", the client to "${context.endpoint.accountName}"`,
      );
    }
    return credential.kind === 'sas' ? sas(credential.token) : sharedKey(credential.key);
  });
}

function tokenSource(credential: TokenCredential, context: CredentialContext): CredentialSource {
  if (typeof credential?.getToken !== 'function') {
    throw new ConfigurationError('MissingCredentials', 'credentials.credential must have a method getToken');
  }
  const cache = new TokenCache(credential, context.clock);
  return Object.freeze({
    kind: 'token' as const,
    get: (cancellation: Cancellation) => cache.get(cancellation),
  });
}
