import { invalidOption } from '../option-checks.js';
import type { AzureCredentials } from './credentials.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says about the account. */
export interface EnvironmentSettings {
  readonly accountName: string | undefined;
  readonly credentials: AzureCredentials | undefined;
  /** The variable that the credentials come from. */
  readonly from: string | undefined;
}

/** A variable that says who the client is, and how. */
type Reading = readonly [name: string, read: (text: string) => AzureCredentials | undefined];

/** Who the client is, the first that is set counting: a SAS comes before a key, being the smaller right. */
const readings: readonly Reading[] = [
  ['AZURE_STORAGE_AUTH_MODE', readMode],
  ['AZURE_STORAGE_SAS_TOKEN', (token) => ({ type: 'sas_token', token })],
  ['AZURE_STORAGE_KEY', (key) => ({ type: 'shared_key', key })],
  ['AZURE_STORAGE_ACCOUNT_KEY', (key) => ({ type: 'shared_key', key })],
];

/**
 * Reads `AZURE_STORAGE_CONNECTION_STRING`; else `AZURE_STORAGE_ACCOUNT` (or `_ACCOUNT_NAME`) with, in this order,
 * `AZURE_STORAGE_AUTH_MODE=login` (the identity of the machine or of the Azure CLI), `AZURE_STORAGE_SAS_TOKEN`, or
 * `AZURE_STORAGE_KEY` (or `_ACCOUNT_KEY`). An empty variable counts as absent.
 *
 * @throws {ConfigurationError} `InvalidOption` when the mode is neither `login` nor `key`.
 */
export function readEnvironment(environment: Environment): EnvironmentSettings {
  const value = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const connectionString = value('AZURE_STORAGE_CONNECTION_STRING');
  if (connectionString !== undefined) {
    return {
      accountName: undefined,
      credentials: { type: 'connection_string', connectionString },
      from: 'AZURE_STORAGE_CONNECTION_STRING',
    };
  }
  const accountName = value('AZURE_STORAGE_ACCOUNT') ?? value('AZURE_STORAGE_ACCOUNT_NAME');
  for (const [from, read] of readings) {
    const text = value(from);
    const credentials = text === undefined ? undefined : read(text);
    if (credentials !== undefined) return { accountName, credentials, from };
  }
  return { accountName, credentials: undefined, from: undefined };
}

/** The words of the Azure CLI. With `key`, the other variables say which. */
function readMode(mode: string): AzureCredentials | undefined {
  switch (mode.toLowerCase()) {
    case 'login':
      return { type: 'default' };
    case 'key':
      return undefined;
    default:
      throw invalidOption("AZURE_STORAGE_AUTH_MODE must be 'login' or 'key'");
  }
}
