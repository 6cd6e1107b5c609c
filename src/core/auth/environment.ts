import type { AzureCredentials } from './credentials.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says about the account. */
export interface EnvironmentSettings {
  readonly accountName: string | undefined;
  readonly credentials: AzureCredentials | undefined;
}

/**
 * Reads `AZURE_STORAGE_CONNECTION_STRING`; else `AZURE_STORAGE_ACCOUNT` (or `_ACCOUNT_NAME`) with
 * `AZURE_STORAGE_SAS_TOKEN` or `AZURE_STORAGE_KEY` (or `_ACCOUNT_KEY`), of which the SAS wins, being the smaller right.
 * An empty variable counts as absent.
 */
export function readEnvironment(environment: Environment): EnvironmentSettings {
  const value = (...names: string[]): string | undefined =>
    names.map((name) => environment[`AZURE_STORAGE_${name}`]?.trim()).find((text) => text);
  const accountName = value('ACCOUNT', 'ACCOUNT_NAME');
  const connectionString = value('CONNECTION_STRING');
  if (connectionString !== undefined) {
    return { accountName: undefined, credentials: { type: 'connection_string', connectionString } };
  }
  const token = value('SAS_TOKEN');
  if (token !== undefined) return { accountName, credentials: { type: 'sas_token', token } };
  const key = value('KEY', 'ACCOUNT_KEY');
  return { accountName, credentials: key === undefined ? undefined : { type: 'shared_key', key } };
}
