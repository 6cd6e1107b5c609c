import { AzureCliCredential } from './azure-cli.js';
import type { BuiltInCredential, BuiltInOptions } from './built-in.js';
import { DefaultCredential } from './default-chain.js';
import type { IdentityTools } from './identity-tools.js';
import { ManagedIdentityCredential } from './managed-identity.js';
import { WorkloadIdentityCredential } from './workload-identity.js';

/** Makes the credential that is meant. Loaded with the first token; see {@link IdentityTools} for why it imports so little. */
export function identityOf(options: BuiltInOptions, tools: IdentityTools): BuiltInCredential {
  switch (options.type) {
    case 'managed_identity':
      return new ManagedIdentityCredential(options, tools);
    case 'workload_identity':
      return new WorkloadIdentityCredential(options, tools);
    case 'azure_cli':
      return new AzureCliCredential(options, tools);
    case 'default':
      return new DefaultCredential(options, tools);
  }
}
