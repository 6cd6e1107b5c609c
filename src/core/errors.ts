import { excerpt } from './printable.js';

/** Room for a path, its URL and an explanation; paths whose URLs are longer still stand in the fields of the error. */
const longestMessage = 4096;
/** Codes and request ids of the service are shorter. */
const longestName = 100;

/** What every error of the library may carry beside its code. */
export interface ErrorDetails {
  /** Azure's own error code (`x-ms-error-code`), where the service gave one. */
  readonly serviceCode?: string | undefined;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** `x-ms-request-id`, which Microsoft's support asks for. */
  readonly requestId?: string | undefined;
  /** REST name of the operation, such as `PutRange`. */
  readonly operation?: string | undefined;
  /** Whether the same call can succeed later without anything being changed. */
  readonly retryable?: boolean | undefined;
  /** How long the service asked to wait before a new try, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The root of all errors that the library throws, except an abort by the caller, which rejects with `signal.reason`.
 * `azstore/files` exports it as `AzureFilesError`, `azstore/blobs` as `AzureBlobError`. Choose by `code`: it is stable and literal.
 * The message is one printable line, whatever a service or a name put into it: control characters are written out.
 */
export class AzureStorageError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly serviceCode: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly operation: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /**
   * How many attempts the request that failed had, those included that ended before anything was sent; 0 where no request
   * failed: it was refused before the first one, or the client does not accept the answer.
   */
  readonly attempts: number = 0;
  /** True when the library itself retried as often as it is allowed to. */
  readonly retriesExhausted: boolean = false;

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(
      excerpt(message, longestMessage),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = new.target.name;
    this.code = code;
    this.serviceCode = details.serviceCode && excerpt(details.serviceCode, longestName);
    this.status = details.status;
    this.requestId = details.requestId && excerpt(details.requestId, longestName);
    this.operation = details.operation;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Whether the same call can succeed later; the same as {@link retryable}. */
  isRetryable(): boolean {
    return this.retryable;
  }

  /** Whether somebody else holds what the call needs: a lock on the file, or a lease that is present already. */
  isConflict(): boolean {
    return this.code === 'FileLocked' || this.code === 'BlobLocked' || this.code === 'LeaseAlreadyPresent';
  }

  /** How long the service asked to wait, in milliseconds; `undefined` when it did not say. */
  retryAfter(): number | undefined {
    return this.retryAfterMs;
  }

  /** The fields as plain data; the stack and the cause stay out. */
  toJSON(): Record<string, unknown> {
    const fields = Object.fromEntries(Object.entries(this).filter(([name]) => name !== 'cause'));
    return { ...fields, name: this.name, message: this.message };
  }
}

/** Writes down what was done; only the retry layer and the pipeline's entry know. */
export function noteAttempts(error: AzureStorageError, attempts: number, retriesExhausted: boolean): void {
  Object.assign(error, { attempts, retriesExhausted });
}

export type ConfigurationErrorCode =
  | 'InvalidAccountName'
  | 'InvalidShareName'
  | 'InvalidPath'
  | 'InvalidOption'
  | 'MissingCredentials'
  | 'UnsupportedVersion'
  | 'InvalidRequest';

/** The call cannot be made as it stands: refused before any request, or a 400 of the service that no resource explains. */
export class ConfigurationError extends AzureStorageError<ConfigurationErrorCode> {}

export type AuthenticationErrorCode =
  | 'InvalidKey'
  | 'ExpiredSas'
  | 'PermissionDenied'
  | 'AuthorizationFailure';

/** The request could not be signed, or the service refused who sent it (401, 403). */
export class AuthenticationError extends AzureStorageError<AuthenticationErrorCode> {}

export type NetworkErrorCode =
  | 'ConnectionFailed'
  | 'Timeout'
  | 'DnsResolutionFailed'
  | 'CertificateInvalid'
  | 'CircuitOpen';

/** Which limit ended the call: one attempt, the whole operation, or the wait for the next byte of a body. */
export type TimeoutPhase = 'attempt' | 'total' | 'idle';

export interface NetworkErrorDetails extends ErrorDetails {
  readonly phase?: TimeoutPhase | undefined;
  /** Whether the request may have reached the service, so that it may have been carried out. */
  readonly mayHaveBeenSent?: boolean | undefined;
}

/** There was no complete answer. */
export class NetworkError extends AzureStorageError<NetworkErrorCode> {
  readonly phase: TimeoutPhase | undefined;
  readonly mayHaveBeenSent: boolean;

  constructor(code: NetworkErrorCode, message: string, details: NetworkErrorDetails = {}) {
    super(code, message, details);
    this.phase = details.phase;
    this.mayHaveBeenSent = details.mayHaveBeenSent ?? true;
  }
}

export type ServerErrorCode =
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'ServerBusy'
  | 'OperationTimedOut'
  | 'UnexpectedAnswer';

/** The service failed (5xx), throttles (429, 503), or gave an answer that makes no sense. */
export class ServerError extends AzureStorageError<ServerErrorCode> {}

/** What a resource error says about the resource. */
export interface ResourceErrorDetails extends ErrorDetails {
  readonly share?: string | undefined;
  readonly path?: string | undefined;
}

export type LeaseErrorCode =
  | 'LeaseNotPresent'
  | 'LeaseAlreadyPresent'
  | 'LeaseIdMismatch'
  | 'LeaseExpired'
  | 'LeaseLost';

/** Refused because of a lease. */
export class LeaseError extends AzureStorageError<LeaseErrorCode> {
  readonly share: string | undefined;
  readonly path: string | undefined;

  constructor(code: LeaseErrorCode, message: string, details: ResourceErrorDetails = {}) {
    super(code, message, details);
    this.share = details.share;
    this.path = details.path;
  }
}
