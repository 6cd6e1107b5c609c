import { AuthenticationError, AzureFilesError } from '../../files/index.js';
import type { Identity } from './credentials.js';
import { type Check, type Finding, fail, warn } from './finding.js';

/** Whether it was accepted who asked, and only refused what was asked for. */
export function isDenied(error: unknown): boolean {
  return error instanceof AuthenticationError && error.code === 'PermissionDenied';
}

/** Whether who asks was not accepted, or how: the details of both stand in the body of an answer alone. */
export function isUnexplained(error: unknown): boolean {
  if (!(error instanceof AzureFilesError)) return false;
  return error.status === 400 || error.serviceCode === 'AuthenticationFailed';
}

/** What it means that the service refused something that was tried. */
export function refusal(check: Check, error: unknown, identity: Identity): Finding {
  if (refusesVersion(error)) {
    return fail('version', error, {
      cure: 'leave --api-version and AZSTORE_API_VERSION out, or name another version',
    });
  }
  const { claims } = identity;
  if (claims !== undefined && claims.permissions === undefined && isDenied(error)) {
    return warn(check, { message: `the policy '${claims.policyId}' of the SAS does not let it ${check}` });
  }
  return fail(check, error, { cure: cureOf(error, identity) });
}

/** None of the other headers that are sent here can have a wrong value. */
function refusesVersion(error: unknown): boolean {
  if (!(error instanceof AzureFilesError)) return false;
  return (
    error.code === 'UnsupportedVersion' ||
    (error.status === 400 && error.serviceCode === 'InvalidHeaderValue')
  );
}

const getRole =
  'give the identity a role such as Storage File Data Privileged Contributor (or Reader) on the share or the account, and wait some minutes until it counts';
const getSas = '`azstore sas` makes another one, with an account key or an identity';
const login = 'log in to the tenant of the account: az login --tenant TENANT';

function cureOf(error: unknown, { kind }: Identity): string | undefined {
  if (!(error instanceof AuthenticationError)) return undefined;
  switch (error.serviceCode) {
    case 'AuthorizationFailure':
      return 'the firewall of the account may not admit this machine: see its network rules';
    case 'AuthorizationSourceIPMismatch':
      return 'use the SAS from the address that it is for, or get another one';
    case 'KeyBasedAuthenticationNotPermitted':
      return 'use an identity: --auth-mode login';
    default:
      return { key: keyCure, sas: getSas, token: error.status === 401 ? login : getRole }[kind];
  }
}

const keyCure = 'compare account name and key with the portal: the key may have been made anew';
