import { AuthenticationError, ConfigurationError } from '../errors.js';
import { Secret } from '../redact.js';
import type { AttemptCredential, CredentialKind, CredentialSource } from './credentials.js';

/**
 * A value, or a function asked for it before each attempt, so that a rotated key or a fresh SAS needs no restart. The
 * function is asked once more when the service refuses what it gave; the request is repeated if it gives something else.
 */
export type Provided = string | (() => string | Promise<string>);

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
  provider: () => string | Promise<string>,
  { name, read }: ProvidedReader,
): CredentialSource {
  const get = async () => read(await askProvider(provider, name));
  return Object.freeze({
    kind,
    get,
    async renew(refused: AttemptCredential) {
      // A store of keys that fails just now explains less than the refusal does.
      const next = await get().catch(() => undefined);
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
