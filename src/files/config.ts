import type { ClientOptions } from '../core/options.js';

/** Options of `AzureFilesClient`. */
export interface AzureFilesConfig extends ClientOptions {
  /** The share of requests that name none. */
  readonly defaultShare?: string | undefined;
}
