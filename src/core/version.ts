import type { CredentialKind } from './auth/credentials.js';
import type { Operation } from './call.js';
import { ConfigurationError } from './errors.js';
import { shown } from './option-checks.js';

/** The service version that is asked for unless `apiVersion` or `AZSTORE_API_VERSION` says otherwise. */
export const defaultApiVersion = '2023-11-03';

/** The first version in which the File service takes tokens for files and directories. */
const leastVersionForToken = '2022-11-02';

/** The version a client speaks. */
export interface ApiVersion {
  readonly version: string;
  /** Chosen by the user, so that it is not raised. */
  readonly explicit: boolean;
}

/** @throws {ConfigurationError} `InvalidOption` when the text has not the form of a service version. */
export function checkApiVersion(text: string, option: string): string {
  if (typeof text === 'string' && /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text)) return text;
  throw new ConfigurationError(
    'InvalidOption',
    `${option} must be a service version such as 2023-11-03, got ${shown(text)}`,
  );
}

/**
 * The version for one call. Where the operation, or the kind of credential, needs a later one than the default, that
 * one is taken; a version that the user chose is never changed.
 * @throws {ConfigurationError} `UnsupportedVersion` when the chosen version is too old; it says which is needed.
 */
export function versionFor(operation: Operation, kind: CredentialKind | undefined, api: ApiVersion): string {
  if (operation.leastVersion === undefined && kind !== 'token') return api.version;
  const least = leastVersion(operation, kind);
  if (api.version >= least) return api.version;
  if (!api.explicit) return least;
  const token = kind === 'token' ? ' with a token' : '';
  throw new ConfigurationError(
    'UnsupportedVersion',
    `${operation.name}${token} needs service version ${least} or later, but apiVersion is ${api.version}`,
    { operation: operation.name },
  );
}

function leastVersion(operation: Operation, kind: CredentialKind | undefined): string {
  const any = operation.leastVersion?.any ?? '';
  if (kind !== 'token') return any;
  const token = operation.leastVersion?.token ?? leastVersionForToken;
  return [any, token].sort()[1] ?? any;
}
