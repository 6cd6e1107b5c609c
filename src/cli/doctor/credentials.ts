import {
  type AzureFilesClient,
  type ClientOptions,
  ConfigurationError,
  NetworkError,
} from '../../files/index.js';
import { messageOf } from '../failures.js';
import { formatTime } from '../format.js';
import type { RemoteLocation } from '../locations.js';
import { UsageError } from '../usage-error.js';
import type { Invocation } from '../verb.js';
import { type Finding, fail, ok } from './finding.js';
import type { Limits } from './limits.js';
import { readClaims, type SasClaims } from './sas-claims.js';
import { readToken, type TokenClaims } from './token-claims.js';
import { NotSent, type WatchedTransport } from './watched-transport.js';

/** Who the checks act as. */
export interface Identity {
  /** What signs. */
  readonly kind: 'key' | 'sas' | 'token';
  /** Of a SAS. */
  readonly claims: SasClaims | undefined;
}

/** What the checks of the credentials need. */
export interface Asked {
  readonly invocation: Invocation;
  readonly location: RemoteLocation;
  readonly transport: WatchedTransport;
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

/** A client whose requests end soon and are sent once. */
export function openClient({ invocation, location, transport, limits }: Asked): AzureFilesClient {
  return invocation.connections.open(location, briefly(transport, limits));
}

/** The same without credentials: what can be said of the account where there are none. */
export function openUnsigned({
  invocation,
  location,
  transport,
  limits,
}: Asked): AzureFilesClient | undefined {
  try {
    return invocation.connections.unsigned(location, briefly(transport, limits));
  } catch {
    return undefined;
  }
}

function briefly(transport: WatchedTransport, { tokenMs }: Limits): ClientOptions {
  return {
    transport,
    timeoutMs: tokenMs,
    totalTimeoutMs: tokenMs,
    retryConfig: { maxAttempts: 1 },
  };
}

/** The failure to make a client: of the credentials, or of where the account is. */
export function examineMissing(error: unknown): Finding {
  if (error instanceof UsageError) throw error;
  const isPlace = error instanceof ConfigurationError && error.code === 'InvalidAccountName';
  return fail(isPlace ? 'endpoint' : 'credentials', error, { cure: cureOf(error) });
}

/**
 * Finds out what a request would be signed with, without sending it: a key, a SAS, or a token, which is fetched.
 * @returns `undefined` when there is no token.
 */
export async function* examineCredentials(
  asked: Asked,
  client: AzureFilesClient,
): AsyncGenerator<Finding, Identity | undefined> {
  const { invocation, signal } = asked;
  const info = client.credentialInfo;
  const from = invocation.connections.origin(asked.location) ?? info.from;
  const source = `${info.type} from ${from}`;
  try {
    await client.directories.getProperties({ share: 'doctor', path: '', signal });
  } catch (error) {
    invocation.signal.throwIfAborted();
    if (!(error instanceof NotSent)) {
      yield unsigned(error, source, asked.limits);
      return undefined;
    }
  }
  const signed = readSigned(asked);
  const { chosen } = client.credentialInfo;
  const who = [
    `${words[signed.kind]} (${source})`,
    chosen === undefined ? '' : `${chosen} answered`,
    ...describeToken(signed.token),
    ...unusedOf(invocation, from),
  ];
  yield ok('credentials', {
    message: who.filter((part) => part !== '').join('; '),
    facts: { type: info.type, from, kind: signed.kind, chosen, ...signed.token },
  });
  return { kind: signed.kind, claims: signed.claims };
}

function unsigned(error: unknown, source: string, { tokenMs }: Limits): Finding {
  if (error instanceof ConfigurationError && error.code === 'UnsupportedVersion') {
    return fail('version', error, { cure: 'leave --api-version out, or give a later one' });
  }
  const isLate = error instanceof NetworkError && error.code === 'Timeout';
  if (!isLate) {
    return fail('credentials', error, { message: `${source}: ${messageOf(error)}`, cure: cureOf(error) });
  }
  return fail('credentials', error, {
    message: `${source}: no token came within ${tokenMs / 1000} s`,
    cure: 'see whether `az account get-access-token`, or the identity of this machine, answers',
  });
}

/** The usual hint sends people here. */
function cureOf(error: unknown): string | undefined {
  if (!(error instanceof ConfigurationError && error.code === 'MissingCredentials')) return undefined;
  return 'give --account-name with --auth-mode login (after `az login`, or on a machine in Azure), --sas-token or --account-key, or set their variables';
}

const words = { key: 'an account key', sas: 'a SAS', token: 'a token' } as const;

interface Signed extends Identity {
  readonly token: TokenClaims;
}

/** What the request that was held back is signed with; from now on it is never printed. */
function readSigned({ transport, invocation }: Asked): Signed {
  const { redactor } = invocation.output;
  const authorization = transport.last?.headers.get('authorization');
  if (authorization?.startsWith('Bearer ') === true) {
    const token = authorization.slice('Bearer '.length);
    redactor.hide(token);
    return { kind: 'token', claims: undefined, token: readToken(token) };
  }
  if (authorization !== undefined) return { kind: 'key', claims: undefined, token: {} };
  const query = transport.last?.target.split('?').slice(1).join('?') ?? '';
  redactor.hide(new URLSearchParams(query).get('sig') ?? '');
  return { kind: 'sas', claims: readClaims(query), token: {} };
}

function describeToken({ objectId, applicationId, tenantId, expiresOn }: TokenClaims): string[] {
  return [
    objectId === undefined ? '' : `object ${objectId}`,
    applicationId === undefined ? '' : `application ${applicationId}`,
    tenantId === undefined ? '' : `tenant ${tenantId}`,
    expiresOn === undefined ? '' : `until ${formatTime(expiresOn)} UTC`,
  ];
}

/** Variables that give credentials. */
const variables = [
  'AZSTORE_CONNECTION_STRING',
  'AZSTORE_AUTH_MODE',
  'AZSTORE_SAS_TOKEN',
  'AZSTORE_ACCOUNT_KEY',
  'AZURE_STORAGE_CONNECTION_STRING',
  'AZURE_STORAGE_AUTH_MODE',
  'AZURE_STORAGE_SAS_TOKEN',
  'AZURE_STORAGE_KEY',
  'AZURE_STORAGE_ACCOUNT_KEY',
];

/** What would have counted if something else did not come before it. */
function unusedOf({ io }: Invocation, from: string): string[] {
  // The mode `key` gives none.
  const set = variables.filter((name) => name !== from && !['', 'key'].includes(io.env[name] ?? ''));
  return set.length === 0 ? [] : [`set but not used: ${set.join(', ')}`];
}
