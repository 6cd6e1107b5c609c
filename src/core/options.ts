import { parseConnectionString } from './auth/connection-string.js';
import { type AzureCredentials, type CredentialSource, credentialSource } from './auth/credentials.js';
import {
  accountEndpoint,
  checkAccountName,
  type Endpoint,
  parseEndpoint,
  type ServiceKind,
} from './auth/endpoint.js';
import { type Environment, readEnvironment } from './auth/environment.js';
import type { Clock } from './clock.js';
import { systemClock } from './clock.js';
import { ConfigurationError } from './errors.js';
import type { Transport } from './http/message.js';
import { checkKeys, checkMethods, checkNumber, invalidOption } from './option-checks.js';
import {
  type CircuitBreakerConfig,
  type ResolvedCircuitBreakerConfig,
  resolveCircuitBreakerConfig,
} from './resilience/circuit-breaker.js';
import { resolveRetryConfig } from './resilience/retry-config.js';
import type { ResolvedRetryConfig, RetryConfig } from './resilience/retry-decision.js';
import type { Telemetry } from './telemetry.js';
import { checkApiVersion, defaultApiVersion } from './version.js';

/** Options of a client. Every field may be left out; what is missing comes from the environment or the defaults. */
export interface ClientOptions {
  /** The storage account. Not needed where the endpoint or a connection string names it. */
  readonly accountName?: string | undefined;
  /** @defaultValue from the environment; see {@link readEnvironment} */
  readonly credentials?: AzureCredentials | undefined;
  /** Where the service is, for sovereign clouds, private endpoints and emulators. @defaultValue `https://{account}.file.core.windows.net` */
  readonly endpoint?: string | undefined;
  /**
   * `x-ms-version` of every request. Left out, the client asks for a later version where an operation needs one.
   * @defaultValue `AZSTORE_API_VERSION`, else 2023-11-03
   */
  readonly apiVersion?: string | undefined;
  /**
   * Time limit of one attempt in milliseconds, for every operation. Limits: 1 to 24 hours.
   * @defaultValue by operation: small reads and directories 30 s, large reads and writes 5 min, leases 10 s
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Time limit of a whole operation with its retries and waits, in milliseconds; a streamed body may take longer.
   * `Infinity` for none. @defaultValue 20 minutes, which leaves room for three attempts of 5 minutes
   */
  readonly totalTimeoutMs?: number | undefined;
  /** How long a body may be silent, in milliseconds; `Infinity` for ever. @defaultValue 60 000 */
  readonly idleTimeoutMs?: number | undefined;
  readonly retryConfig?: RetryConfig | undefined;
  readonly circuitBreakerConfig?: CircuitBreakerConfig | undefined;
  /** Bytes per range of a large transfer. Limits: 512 to 4 MiB. @defaultValue 4 MiB */
  readonly rangeSize?: number | undefined;
  /** Ranges in flight at once per transfer. Limits: 1 to 256. @defaultValue 8 */
  readonly concurrency?: number | undefined;
  /** Carries the requests. @defaultValue `node:http` and `node:https` with connections that are kept */
  readonly transport?: Transport | undefined;
  readonly clock?: Clock | undefined;
  readonly telemetry?: Telemetry | undefined;
}

/** Which credentials a client has, without them. */
export interface CredentialOrigin {
  readonly type: AzureCredentials['type'];
  /** `options`, or the environment variable. */
  readonly from: string;
}

/** Options that are complete and checked. */
export interface ResolvedClientOptions {
  readonly service: ServiceKind;
  readonly endpoint: Endpoint;
  readonly accountName: string;
  /** Hides what it holds. */
  readonly credentials: CredentialSource;
  readonly credentialOrigin: CredentialOrigin;
  readonly apiVersion: string;
  /** Whether the user chose the version, so that it is never raised. */
  readonly apiVersionIsExplicit: boolean;
  readonly timeoutMs: number | undefined;
  readonly totalTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly retry: ResolvedRetryConfig;
  readonly circuitBreaker: ResolvedCircuitBreakerConfig;
  readonly rangeSize: number;
  readonly concurrency: number;
  /** Absent where the client makes its own. */
  readonly transport: Transport | undefined;
  readonly clock: Clock;
  readonly telemetry: Telemetry | undefined;
}

const known = [
  'accountName',
  'credentials',
  'endpoint',
  'apiVersion',
  'timeoutMs',
  'totalTimeoutMs',
  'idleTimeoutMs',
  'retryConfig',
  'circuitBreakerConfig',
  'rangeSize',
  'concurrency',
  'transport',
  'clock',
  'telemetry',
] as const satisfies readonly (keyof ClientOptions)[];

const mebibyte = 1024 * 1024;
const dayMs = 24 * 3_600_000;

/** The defaults of the options that are plain numbers. */
export const defaultClientOptions = Object.freeze({
  totalTimeoutMs: 20 * 60_000,
  idleTimeoutMs: 60_000,
  rangeSize: 4 * mebibyte,
  concurrency: 8,
});

/**
 * Checks options and fills in what is missing; the only reader of what users give.
 *
 * Credentials come from, in this order: `credentials`, a connection string of the environment, an account of the
 * environment with a login, a SAS or a key. `accountName` and `endpoint` given as options win over what credentials say.
 *
 * @param environment - Environment variables; only these are read. The built-in identities look into them for every token.
 * @throws {ConfigurationError} `InvalidOption`, `InvalidAccountName` or `MissingCredentials`.
 * @throws {AuthenticationError} `InvalidKey` when a key is not base64, or a SAS has no signature.
 */
export function resolveClientOptions(
  service: ServiceKind,
  user: ClientOptions = {},
  environment: Environment = processEnvironment(),
): ResolvedClientOptions {
  checkKeys(user, 'options', known);
  const clock = user.clock === undefined ? systemClock : checkMethods(user.clock, 'clock', clockMethods);
  const { endpoint, credentials, from } = resolveAccount(service, user, environment);
  return Object.freeze({
    service,
    endpoint,
    accountName: endpoint.accountName,
    credentials: credentialSource(credentials, { service, endpoint, clock, environment }),
    credentialOrigin: Object.freeze({ type: credentials.type, from }),
    ...resolveApiVersion(user.apiVersion, environment),
    ...resolveTimes(user),
    retry: resolveRetryConfig(user.retryConfig),
    circuitBreaker: resolveCircuitBreakerConfig(user.circuitBreakerConfig),
    ...resolveTransfer(user),
    transport: user.transport === undefined ? undefined : checkMethods(user.transport, 'transport', ['send']),
    clock,
    telemetry: user.telemetry === undefined ? undefined : checkMethods(user.telemetry, 'telemetry', []),
  });
}

const clockMethods = ['now', 'monotonic', 'timer', 'random', 'uuid'];

function processEnvironment(): Environment {
  return typeof process === 'undefined' ? {} : process.env;
}

interface Account extends Pick<CredentialOrigin, 'from'> {
  readonly endpoint: Endpoint;
  readonly credentials: AzureCredentials;
}

function resolveAccount(service: ServiceKind, user: ClientOptions, environment: Environment): Account {
  const fromEnvironment = user.credentials === undefined ? readEnvironment(environment) : undefined;
  const credentials = user.credentials ?? fromEnvironment?.credentials;
  if (credentials === undefined) throw missingCredentials();
  if (typeof credentials !== 'object' || credentials === null) {
    throw invalidOption('credentials must be an object with a type');
  }
  const accountName = user.accountName ?? fromEnvironment?.accountName;
  if (accountName !== undefined) checkAccountName(accountName);
  const endpoint = resolveEndpoint(service, { user, credentials, accountName });
  return { credentials, endpoint, from: fromEnvironment?.from ?? 'options' };
}

function resolveEndpoint(
  service: ServiceKind,
  from: { user: ClientOptions; credentials: AzureCredentials; accountName: string | undefined },
): Endpoint {
  const { user, credentials, accountName } = from;
  const text = credentials.type === 'connection_string' ? credentials.connectionString : undefined;
  const connection = typeof text === 'string' ? parseConnectionString(text, service).endpoint : undefined;
  if (user.endpoint !== undefined) {
    return parseEndpoint(user.endpoint, accountName ?? connection?.accountName, 'endpoint');
  }
  if (connection !== undefined) {
    if (accountName === undefined || accountName === connection.accountName) return connection;
    throw new ConfigurationError(
      'InvalidAccountName',
      `accountName is "${accountName}" but the connection string belongs to the account "${connection.accountName}"`,
    );
  }
  if (accountName !== undefined) return accountEndpoint(accountName, service);
  throw new ConfigurationError(
    'InvalidAccountName',
    'accountName, or an endpoint that names the account, is needed',
  );
}

function missingCredentials(): ConfigurationError {
  return new ConfigurationError(
    'MissingCredentials',
    'no credentials: give credentials, or set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_AUTH_MODE=login',
  );
}

function resolveApiVersion(
  given: string | undefined,
  environment: Environment,
): Pick<ResolvedClientOptions, 'apiVersion' | 'apiVersionIsExplicit'> {
  const fromEnvironment = environment.AZSTORE_API_VERSION?.trim();
  if (given !== undefined) {
    return { apiVersion: checkApiVersion(given, 'apiVersion'), apiVersionIsExplicit: true };
  }
  if (!fromEnvironment) return { apiVersion: defaultApiVersion, apiVersionIsExplicit: false };
  return { apiVersion: checkApiVersion(fromEnvironment, 'AZSTORE_API_VERSION'), apiVersionIsExplicit: true };
}

function resolveTimes(
  user: ClientOptions,
): Pick<ResolvedClientOptions, 'timeoutMs' | 'totalTimeoutMs' | 'idleTimeoutMs'> {
  const { timeoutMs } = user;
  return {
    timeoutMs: timeoutMs === undefined ? undefined : checkTimeout(timeoutMs, 'timeoutMs'),
    totalTimeoutMs: checkTotalTimeout(
      user.totalTimeoutMs ?? defaultClientOptions.totalTimeoutMs,
      'totalTimeoutMs',
    ),
    idleTimeoutMs: checkTotalTimeout(
      user.idleTimeoutMs ?? defaultClientOptions.idleTimeoutMs,
      'idleTimeoutMs',
    ),
  };
}

/** Time limit of one attempt. @throws {ConfigurationError} `InvalidOption` */
export function checkTimeout(value: unknown, name: string): number {
  return checkNumber(value, name, { least: 1, most: dayMs });
}

/** A time limit that may be `Infinity`. @throws {ConfigurationError} `InvalidOption` */
export function checkTotalTimeout(value: unknown, name: string): number {
  return checkNumber(value, name, { least: 1, most: 20 * dayMs, infinite: true });
}

function resolveTransfer(user: ClientOptions): Pick<ResolvedClientOptions, 'rangeSize' | 'concurrency'> {
  const { rangeSize, concurrency } = defaultClientOptions;
  return {
    rangeSize: checkNumber(user.rangeSize ?? rangeSize, 'rangeSize', {
      least: 512,
      most: 4 * mebibyte,
      integer: true,
    }),
    concurrency: checkNumber(user.concurrency ?? concurrency, 'concurrency', {
      least: 1,
      most: 256,
      integer: true,
    }),
  };
}
