import { AuthenticationError, ConfigurationError } from '../errors.js';
import { Secret } from '../redact.js';
import type { AttemptCredential, CredentialKind, CredentialSource } from './credentials.js';

/** Why a function is asked for a value. */
export interface ProviderContext {
  /** The service has just refused what the function gave: what is kept in a cache would be refused again. */
  readonly refused: boolean;
}

/** Gives a key, a SAS or a connection string. Several calls may ask at a time. */
export type CredentialProvider = (context: ProviderContext) => string | Promise<string>;

/**
 * A value, or a function asked for it before each attempt, so that a rotated key or a fresh SAS needs no restart. The
 * function is asked once more, with `refused`, when the service refuses what it gave; the request is repeated if it gives
 * something else.
 */
export type Provided = string | CredentialProvider;

/** How a provided text is read. */
export interface ProvidedReader {
  /** What messages call the value. */
  readonly name: string;
  read(text: string): AttemptCredential;
}

/** The source for a key, a SAS or a connection string. */
export function providedSource(
  kind: CredentialKind | undefined,
  provided: Provided,
  reader: ProvidedReader,
): CredentialSource {
  if (typeof provided === 'function') return askedSource(kind, provided, reader);
  if (typeof provided !== 'string' || provided === '') {
    throw new ConfigurationError(
      'MissingCredentials',
      `${reader.name} must be a text that is not empty, or a function`,
    );
  }
  const fixed = new Secret(reader.read(provided));
  return Object.freeze({ kind: fixed.reveal().kind, get: () => fixed.reveal() });
}

function askedSource(
  kind: CredentialKind | undefined,
  provider: CredentialProvider,
  { name, read }: ProvidedReader,
): CredentialSource {
  const ask = async (context: ProviderContext) => read(await askProvider(provider, name, context));
  return Object.freeze({
    kind,
    get: () => ask({ refused: false }),
    async renew(refused: AttemptCredential) {
      // A store of keys that fails just now explains less than the refusal does.
      const next = await ask({ refused: true }).catch(() => undefined);
      return next === undefined || isSame(next, refused) ? undefined : next;
    },
  });
}

function isSame(one: AttemptCredential, other: AttemptCredential): boolean {
  return one.kind === other.kind && secretOf(one) === secretOf(other);
}

function secretOf(credential: AttemptCredential): string {
  switch (credential.kind) {
    case 'shared_key':
      return credential.key;
    case 'sas':
      return credential.query;
    case 'token':
      return credential.token;
  }
}

async function askProvider(
  provider: CredentialProvider,
  name: string,
  context: ProviderContext,
): Promise<string> {
  let value: unknown;
  try {
    value = await provider(context);
  } catch (cause) {
    throw new AuthenticationError('AuthorizationFailure', `the function given as ${name} failed`, { cause });
  }
  if (typeof value === 'string' && value !== '') return value;
  throw new ConfigurationError('MissingCredentials', `the function given as ${name} must give a text`);
}
