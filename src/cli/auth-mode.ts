import type { AzureCredentials } from '../files/index.js';
import { environmentName, type Flag, type Flags } from './flags.js';
import { UsageError } from './usage-error.js';

/** How the client shows who it is, where that is not said by a key or a SAS. */
export const authModeFlag = {
  name: 'auth-mode',
  kind: 'text',
  placeholder: 'mode',
  about:
    'login: the identity of the machine or of `az login`; also managed-identity, workload-identity, azure-cli, key',
} as const satisfies Flag;

const modes = ['login', 'key', 'managed-identity', 'workload-identity', 'azure-cli'] as const;

/** `login` and `key` are the words of the Azure CLI; the others name one identity of those that `login` looks for. */
export type AuthMode = (typeof modes)[number];

/** @throws {UsageError} for another word; it says where that came from. */
export function authModeOf(flags: Flags): AuthMode | undefined {
  const text = flags.text(authModeFlag.name);
  if (text === undefined) return undefined;
  const mode = modes.find((one) => one === text.trim().toLowerCase());
  if (mode !== undefined) return mode;
  const isFlag = flags.origin(authModeFlag.name) === 'flag';
  const where = isFlag ? `--${authModeFlag.name}` : environmentName(authModeFlag.name);
  throw new UsageError(`${where} must be one of ${modes.join(', ')}`);
}

/** The credentials that a mode means. */
export function identityFor(
  mode: AuthMode | undefined,
  env: Readonly<Record<string, string | undefined>>,
): AzureCredentials {
  switch (mode) {
    case 'managed-identity':
      // As in the chain of `login`: whoever sets the variable means a user-assigned identity.
      return { type: 'managed_identity', clientId: env.AZURE_CLIENT_ID || undefined };
    case 'workload-identity':
      return { type: 'workload_identity' };
    case 'azure-cli':
      return { type: 'azure_cli' };
    default:
      return { type: 'default' };
  }
}
