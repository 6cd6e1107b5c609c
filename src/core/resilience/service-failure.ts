import type { Refusal } from '../auth/refusal.js';
import type { Call } from '../call.js';
import {
  AuthenticationError,
  type AzureStorageError,
  ConfigurationError,
  type ErrorDetails,
  ServerError,
} from '../errors.js';
import type { ServiceFailure } from './answer-check.js';

type Kind =
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'ServerBusy'
  | 'OperationTimedOut'
  | 'PermissionDenied'
  | 'AuthorizationFailure'
  | 'InvalidRequest'
  | 'UnsupportedVersion'
  | 'UnexpectedAnswer';

/** Codes that mean the same whatever the operation was. The code decides; the status only where it is not known. */
const byCode: Readonly<Record<string, Kind>> = {
  InternalError: 'InternalError',
  OperationTimedOut: 'OperationTimedOut',
  ServerBusy: 'ServerBusy',
  ServiceUnavailable: 'ServiceUnavailable',
  AccountIsDisabled: 'PermissionDenied',
  AuthenticationFailed: 'AuthorizationFailure',
  AuthorizationFailure: 'AuthorizationFailure',
  AuthorizationPermissionMismatch: 'PermissionDenied',
  AuthorizationProtocolMismatch: 'PermissionDenied',
  AuthorizationResourceTypeMismatch: 'PermissionDenied',
  AuthorizationServiceMismatch: 'PermissionDenied',
  AuthorizationSourceIPMismatch: 'PermissionDenied',
  InsufficientAccountPermissions: 'PermissionDenied',
  InvalidAuthenticationInfo: 'AuthorizationFailure',
  KeyBasedAuthenticationNotPermitted: 'PermissionDenied',
  NoAuthenticationInformation: 'AuthorizationFailure',
  FileOAuthManagementApiRestrictedToSrp: 'UnsupportedVersion',
};

/** What a status means where the code says nothing. */
function byStatus(status: number): Kind {
  switch (status) {
    case 401:
      return 'AuthorizationFailure';
    case 403:
      return 'PermissionDenied';
    case 408:
    case 504:
      return 'OperationTimedOut';
    case 429:
      return 'ServerBusy';
    case 502:
    case 503:
      return 'ServiceUnavailable';
    default:
      return rangeOf(status);
  }
}

/** 404, 409, 412 and 416 concern a resource: where no service explains one, the answer makes no sense here. */
const aboutResources: ReadonlySet<number> = new Set([404, 409, 412, 416]);

function rangeOf(status: number): Kind {
  if (status >= 500) return status === 501 || status === 505 ? 'UnexpectedAnswer' : 'InternalError';
  return status >= 400 && !aboutResources.has(status) ? 'InvalidRequest' : 'UnexpectedAnswer';
}

/**
 * The error for a failure that no resource explains: who asks, how it asks, or the service itself.
 * @param explain - Asked about failures of authentication: what they probably mean.
 */
export function commonFailure(
  failure: ServiceFailure,
  call: Call,
  explain: () => Refusal | undefined,
): AzureStorageError {
  const { serviceCode } = failure;
  const known =
    serviceCode !== undefined && Object.hasOwn(byCode, serviceCode) ? byCode[serviceCode] : undefined;
  const kind = known ?? byStatus(failure.status);
  const details = detailsOf(failure, call);
  if (kind === 'PermissionDenied' || kind === 'AuthorizationFailure') {
    const refusal = explain();
    const hint = refusal === undefined ? '' : `; likely: ${refusal.hint}`;
    return new AuthenticationError(refusal?.code ?? kind, failure.description + hint, details);
  }
  return errorOf(kind, failure.description, details);
}

/** The fields that every error of an answer carries. */
export function detailsOf(failure: ServiceFailure, call: Call): ErrorDetails {
  const { status, serviceCode, requestId, retryAfterMs } = failure;
  return { status, serviceCode, requestId, retryAfterMs, operation: call.operation.name };
}

function errorOf(
  kind: Exclude<Kind, 'PermissionDenied' | 'AuthorizationFailure'>,
  message: string,
  details: ErrorDetails,
): AzureStorageError {
  switch (kind) {
    case 'InvalidRequest':
    case 'UnsupportedVersion':
      return new ConfigurationError(kind, message, details);
    case 'UnexpectedAnswer':
      return new ServerError(kind, message, details);
    default:
      return new ServerError(kind, message, { ...details, retryable: true });
  }
}
