import type { Environment } from '../core/auth/environment.js';
import { checkMethods } from '../core/option-checks.js';
import { type CredentialOrigin, resolveClientOptions } from '../core/options.js';
import { createPipeline, type Pipeline } from '../core/pipeline.js';
import { LeaseRegistry } from '../lease/lease-registry.js';
import { AzureFilesClientBuilder } from './builder.js';
import type { AzureFilesConfig } from './config.js';
import { createFileService } from './content/files.js';
import type { FilesContext } from './context.js';
import { createDirectoryService } from './directories/directories.js';
import type { DirectoryService } from './directories/directory-service.js';
import { mapFailure } from './failure.js';
import type { LeaseService } from './locks/lease-service.js';
import { createLeaseService } from './locks/leases.js';
import { checkShareName } from './paths.js';
import { createSasService } from './sas/sas.js';
import type { SasService } from './sas/sas-service.js';
import type { FileService, ShareService } from './services.js';
import { createShareService } from './shares.js';
import { createStreamingService } from './transfers/streaming.js';
import type { StreamingService } from './transfers/streaming-service.js';

/** What may be told of the credentials of a client. */
export interface CredentialInfo extends CredentialOrigin {
  /** Of `default` credentials: which identity answered, once one has. */
  readonly chosen?: string;
}

const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * A client of Azure Files.
 *
 * Credentials that are not given come from the environment: `AZURE_STORAGE_CONNECTION_STRING`, or `AZURE_STORAGE_ACCOUNT`
 * with `AZURE_STORAGE_AUTH_MODE=login`, `AZURE_STORAGE_SAS_TOKEN` or `AZURE_STORAGE_KEY`, in this order. Neither `console.log` nor JSON shows any of them.
 *
 * @example
 * ```ts
 * await using client = new AzureFilesClient({ accountName: 'myaccount', credentials: { type: 'shared_key', key } });
 * await client.files.write({ share: 'documents', path: 'notes/today.txt', data: new TextEncoder().encode('hello') });
 * ```
 */
export class AzureFilesClient {
  readonly files: FileService;
  readonly directories: DirectoryService;
  readonly leases: LeaseService;
  readonly sas: SasService;
  readonly shares: ShareService;
  readonly streaming: StreamingService;
  readonly #pipeline: Pipeline;
  readonly #defaultShare: string | undefined;

  /**
   * @param environment - Variables for what `config` leaves out. @defaultValue `process.env`
   * @throws {ConfigurationError} `InvalidOption`, `InvalidAccountName`, `InvalidShareName` or `MissingCredentials`.
   * @throws {AuthenticationError} `InvalidKey` when a key is not base64, or a SAS has no signature.
   */
  constructor(config: AzureFilesConfig = {}, environment?: Environment) {
    checkMethods(Array.isArray(config) ? undefined : config, 'the options', []);
    const { defaultShare, ...options } = config;
    if (defaultShare !== undefined) checkShareName(defaultShare);
    this.#defaultShare = defaultShare;
    this.#pipeline = createPipeline(resolveClientOptions('file', options, environment), {
      name: 'azure_files',
      mapFailure,
    });
    const context: FilesContext = { pipeline: this.#pipeline, defaultShare, leases: new LeaseRegistry() };
    this.files = createFileService(context);
    this.directories = createDirectoryService(context);
    this.leases = createLeaseService(context);
    this.sas = createSasService(context);
    this.shares = createShareService(context);
    this.streaming = createStreamingService(context);
  }

  /** Collects options one by one. */
  static builder(): AzureFilesClientBuilder {
    return new AzureFilesClientBuilder((config) => new AzureFilesClient(config));
  }

  /** A client of the account that the environment names; the same as the constructor, said plainly. */
  static fromEnvironment(config: AzureFilesConfig = {}, environment?: Environment): AzureFilesClient {
    return new AzureFilesClient(config, environment);
  }

  /**
   * Gives the connections back; requests under way fail, and so do later ones. A transport that was given to the client is
   * left alone: it is its owner's to close.
   */
  close(): Promise<void> {
    return this.#pipeline.close();
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Which credentials the client has, and where they come from; nothing of the credentials themselves. */
  get credentialInfo(): CredentialInfo {
    const { credentialOrigin, credentials } = this.#pipeline.options;
    const { chosen } = credentials;
    return { ...credentialOrigin, ...(chosen !== undefined && { chosen }) };
  }

  /** What may be shown: nothing of the credentials. */
  toJSON(): Record<string, unknown> {
    const { endpoint, options } = this.#pipeline;
    return {
      accountName: endpoint.accountName,
      endpoint: endpoint.origin + endpoint.basePath,
      apiVersion: options.apiVersion,
      defaultShare: this.#defaultShare,
    };
  }

  [inspect](): string {
    return `AzureFilesClient ${JSON.stringify(this)}`;
  }
}
