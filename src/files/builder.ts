import type { AzureCredentials, Provided } from '../core/auth/credentials.js';
import type { TokenCredential } from '../core/auth/token-cache.js';
import type { Clock } from '../core/clock.js';
import type { Transport } from '../core/http/message.js';
import type { CircuitBreakerConfig } from '../core/resilience/circuit-breaker.js';
import type { RetryConfig } from '../core/resilience/retry-decision.js';
import type { Telemetry } from '../core/telemetry.js';
import type { AzureFilesClient } from './client.js';
import type { AzureFilesConfig } from './config.js';

const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * Collects the options of a client. Of the ways to give credentials the last one counts. Nothing is checked before
 * {@link AzureFilesClientBuilder.build}.
 *
 * @example
 * ```ts
 * const client = AzureFilesClient.builder().accountName('myaccount').sharedKey(key).defaultShare('documents').build();
 * ```
 */
export class AzureFilesClientBuilder {
  readonly #build: (config: AzureFilesConfig) => AzureFilesClient;
  #config: AzureFilesConfig = {};

  /** @internal */
  constructor(build: (config: AzureFilesConfig) => AzureFilesClient) {
    this.#build = build;
  }

  accountName(accountName: string): this {
    return this.#set({ accountName });
  }

  credentials(credentials: AzureCredentials): this {
    return this.#set({ credentials });
  }

  /** The account key in base64, or a function that is asked for it before each attempt. */
  sharedKey(key: Provided): this {
    return this.credentials({ type: 'shared_key', key });
  }

  /** The query of a SAS, or a function that is asked for it before each attempt. */
  sasToken(token: Provided): this {
    return this.credentials({ type: 'sas_token', token });
  }

  /** A connection string; where it is a function, `accountName` or `endpoint` is needed too. */
  connectionString(connectionString: Provided): this {
    return this.credentials({ type: 'connection_string', connectionString });
  }

  /** Something that gives Entra tokens, such as a credential of `@azure/identity`. */
  tokenCredential(credential: TokenCredential): this {
    return this.credentials({ type: 'token', credential });
  }

  /** The share of requests that name none. */
  defaultShare(defaultShare: string): this {
    return this.#set({ defaultShare });
  }

  /** Time limit of one attempt, in milliseconds. */
  timeout(timeoutMs: number): this {
    return this.#set({ timeoutMs });
  }

  /** Time limit of a whole operation with its retries, in milliseconds. */
  totalTimeout(totalTimeoutMs: number): this {
    return this.#set({ totalTimeoutMs });
  }

  /** How long a body may be silent, in milliseconds. */
  idleTimeout(idleTimeoutMs: number): this {
    return this.#set({ idleTimeoutMs });
  }

  retryConfig(retryConfig: RetryConfig): this {
    return this.#set({ retryConfig });
  }

  circuitBreakerConfig(circuitBreakerConfig: CircuitBreakerConfig): this {
    return this.#set({ circuitBreakerConfig });
  }

  endpoint(endpoint: string): this {
    return this.#set({ endpoint });
  }

  apiVersion(apiVersion: string): this {
    return this.#set({ apiVersion });
  }

  /** Bytes per range of a large transfer. */
  rangeSize(rangeSize: number): this {
    return this.#set({ rangeSize });
  }

  /** Ranges in flight at once per transfer. */
  concurrency(concurrency: number): this {
    return this.#set({ concurrency });
  }

  transport(transport: Transport): this {
    return this.#set({ transport });
  }

  clock(clock: Clock): this {
    return this.#set({ clock });
  }

  telemetry(telemetry: Telemetry): this {
    return this.#set({ telemetry });
  }

  /** @throws {ConfigurationError} as the constructor of the client does. */
  build(): AzureFilesClient {
    return this.#build(this.#config);
  }

  /** Names of the options that are set; no values, as a key may be among them. */
  [inspect](): string {
    return `AzureFilesClientBuilder { ${Object.keys(this.#config).join(', ')} }`;
  }

  #set(option: AzureFilesConfig): this {
    this.#config = { ...this.#config, ...option };
    return this;
  }
}
