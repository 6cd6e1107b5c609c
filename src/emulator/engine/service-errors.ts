/** Status and message of one error code of the service. */
export interface ErrorRow {
  readonly status: number;
  readonly message: string;
}

const row = (status: number, message: string): ErrorRow => ({ status, message });

const authentication =
  'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.';
const wwwAuthenticate =
  'Server failed to authenticate the request. Please refer to the information in the www-authenticate header.';

const unauthorizedBy = (what: string): string =>
  `This request is not authorized to perform this operation using this ${what}.`;

/**
 * Every error the emulator answers with: code, status and the first line of the message, spelled as the service does.
 * @see https://learn.microsoft.com/rest/api/storageservices/file-service-error-codes
 */
export const serviceErrors = {
  AccountRequiresHttps: row(400, 'The account being accessed does not support http.'),
  AuthenticationFailed: row(403, authentication),
  AuthorizationFailure: row(403, 'This request is not authorized to perform this operation.'),
  AuthorizationPermissionMismatch: row(403, unauthorizedBy('permission')),
  AuthorizationProtocolMismatch: row(403, unauthorizedBy('protocol')),
  AuthorizationResourceTypeMismatch: row(403, unauthorizedBy('resource type')),
  AuthorizationServiceMismatch: row(403, unauthorizedBy('service')),
  AuthorizationSourceIPMismatch: row(403, unauthorizedBy('source IP')),
  CannotVerifyCopySource: row(404, 'The specified resource does not exist.'),
  CopyIdMismatch: row(409, 'The specified copy ID did not match the copy ID for the pending copy operation.'),
  ConditionHeadersNotSupported: row(400, 'Condition headers are not supported.'),
  ConditionNotMet: row(412, 'The condition specified using HTTP conditional header(s) is not met.'),
  ContainerQuotaDowngradeNotAllowed: row(409, 'The share quota cannot be reduced now.'),
  Crc64Mismatch: row(
    400,
    'The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.',
  ),
  CorsPreflightFailure: row(403, 'CORS not enabled or no matching rule found for this request.'),
  DeletePending: row(409, 'The specified resource is marked for deletion by an SMB client.'),
  DeleteShareWhenSnapshotLeased: row(
    409,
    'Unable to delete share because one or more share snapshots have active leases. Release the share snapshot leases or delete the share with the include-leased parameter for x-ms-delete-snapshots.',
  ),
  DirectoryNotEmpty: row(409, 'The specified directory is not empty.'),
  EmptyMetadataKey: row(400, 'The key for one of the metadata key-value pairs is empty.'),
  FeatureVersionMismatch: row(400, 'The operation for AzureFile is not supported in the specified version.'),
  FileGenerationMismatch: row(409, 'The specified file has been recreated since the previous snapshot.'),
  FileOAuthManagementApiRestrictedToSrp: row(
    409,
    'This API does not support bearer tokens. For OAuth, use the Storage Resource Provider APIs instead. Learn more: https://aka.ms/azurefiles/restapi.',
  ),
  FileInvalidPermission: row(400, 'The specified file permission is not valid.'),
  FileInvalidPermissionKey: row(400, 'The specified file permission key is not valid.'),
  InternalError: row(500, 'The server encountered an internal error. Please retry the request.'),
  InvalidAuthenticationInfo: row(
    400,
    'Authentication information is not given in the correct format. Check the value of Authorization header.',
  ),
  InvalidContinuationToken: row(400, 'The specified continuation token is invalid.'),
  InvalidFileOrDirectoryPathName: row(400, 'The specified file or directory path name is not valid.'),
  InvalidHeaderValue: row(400, 'The value for one of the HTTP headers is not in the correct format.'),
  InvalidInput: row(400, 'One of the request inputs is not valid.'),
  InvalidMd5: row(
    400,
    'The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 encoded.',
  ),
  InvalidMetadata: row(400, 'The metadata specified is invalid. It has characters that are not permitted.'),
  InvalidQueryParameterValue: row(
    400,
    'Value for one of the query parameters specified in the request URI is invalid.',
  ),
  InvalidRange: row(416, 'The range specified is invalid for the current size of the resource.'),
  InvalidResourceName: row(400, 'The specifed resource name contains invalid characters.'),
  InvalidUri: row(400, 'The requested URI does not represent any resource on the server.'),
  InvalidXmlDocument: row(400, 'XML specified is not syntactically valid.'),
  InvalidXmlNodeValue: row(400, 'The value for one of the XML nodes is not in the correct format.'),
  LeaseAlreadyPresent: row(409, 'There is already a lease present.'),
  LeaseIdMismatchWithContainerOperation: row(
    412,
    'The lease ID specified did not match the lease ID for the file share.',
  ),
  LeaseIdMismatchWithFileOperation: row(
    412,
    'The lease ID specified did not match the lease ID for the file.',
  ),
  LeaseIdMismatchWithLeaseOperation: row(
    409,
    'The lease ID specified did not match the lease ID for the resource with the specified lease operation.',
  ),
  LeaseIdMissing: row(
    412,
    'There is currently a lease on the file and no lease ID was specified in the request.',
  ),
  LeaseIsBreakingAndCannotBeAcquired: row(
    409,
    'The lease ID matched, but the lease is currently in breaking state and cannot be acquired until it is broken.',
  ),
  LeaseIsBreakingAndCannotBeChanged: row(
    409,
    'The lease ID matched, but the lease is currently in breaking state and cannot be changed.',
  ),
  LeaseIsBrokenAndCannotBeRenewed: row(
    409,
    'The lease ID matched, but the lease has been broken explicitly and cannot be renewed.',
  ),
  LeaseNotPresentWithContainerOperation: row(412, 'There is currently no lease on the file share.'),
  LeaseNotPresentWithFileOperation: row(412, 'There is currently no lease on the file.'),
  LeaseNotPresentWithLeaseOperation: row(409, 'There is currently no lease on the file.'),
  LeaseLost: row(412, 'A lease ID was specified, but the lease for the file share has expired.'),
  Md5Mismatch: row(
    400,
    'The MD5 value specified in the request did not match with the MD5 value calculated by the server.',
  ),
  MetadataTooLarge: row(400, 'The size of the specified metadata exceeds the maximum size permitted.'),
  MissingContentLengthHeader: row(411, 'The Content-Length header was not specified.'),
  MissingRequiredHeader: row(400, "An HTTP header that's mandatory for this request is not specified."),
  MissingRequiredQueryParameter: row(
    400,
    "A query parameter that's mandatory for this request is not specified.",
  ),
  MissingRequiredXmlNode: row(400, 'A required XML node was not specified in the request body.'),
  NoAuthenticationInformation: row(401, wwwAuthenticate),
  NoPendingCopyOperation: row(409, 'There is currently no pending copy operation.'),
  OutOfRangeInput: row(400, 'One of the request inputs is out of range.'),
  OutOfRangeQueryParameterValue: row(
    400,
    'One of the query parameters specified in the request URI is outside the permissible range.',
  ),
  ParentNotFound: row(404, 'The specified parent path does not exist.'),
  PreviousSnapshotNotFound: row(409, 'The previous snapshot was not found.'),
  ReadOnlyAttribute: row(409, 'The specified resource is read-only and cannot be modified at this time.'),
  RequestBodyTooLarge: row(413, 'The request body is too large and exceeds the maximum permissible limit.'),
  ResourceAlreadyExists: row(409, 'The specified resource already exists.'),
  ResourceNotFound: row(404, 'The specified resource does not exist.'),
  ResourceTypeMismatch: row(
    409,
    'The specified resource type does not match the type of the existing resource.',
  ),
  ShareAlreadyExists: row(409, 'The specified share already exists.'),
  ShareBeingDeleted: row(409, 'The specified share is being deleted. Try operation later.'),
  ShareHasSnapshots: row(409, 'The share has snapshots and the operation requires no snapshots.'),
  ShareNotFound: row(404, 'The specified share does not exist.'),
  ShareSizeLimitReached: row(403, 'The share size limit is reached.'),
  ShareSnapshotCountExceeded: row(409, 'The total number of snapshots for the share is over the limit.'),
  ShareSnapshotInProgress: row(409, 'Another share snapshot operation is in progress.'),
  ShareSnapshotNotFound: row(404, 'The specified share snapshot was not found.'),
  ShareSnapshotOperationNotSupported: row(400, 'The operation is not supported on a share snapshot.'),
  SourceConditionNotMet: row(
    412,
    'The source condition specified using HTTP conditional header(s) is not met.',
  ),
  UnsupportedHeader: row(400, 'One of the HTTP headers specified in the request is not supported.'),
  UnsupportedHttpVerb: row(405, "The resource doesn't support specified Http Verb."),
  UnsupportedQueryParameter: row(
    400,
    'One of the query parameters specified in the request URI is not supported.',
  ),
  UnsupportedXmlNode: row(400, 'One of the XML nodes specified in the request body is not supported.'),
} as const satisfies Readonly<Record<string, ErrorRow>>;

export type ServiceErrorCode = keyof typeof serviceErrors;

/** What a refusal can say beside its code. */
export interface RefusalDetails {
  /** Replaces the first line of the message. */
  readonly message?: string;
  readonly status?: number;
  /** Elements after the message, in order: `HeaderName`, `HeaderValue`, `MaxLimit`, ... */
  readonly extras?: Readonly<Record<string, string>>;
  /** Headers of the answer beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Refused by the HTTP front end of the service, whose answers carry fewer headers; `named` = with the error code and
   * the client's id for the request among them.
   */
  readonly frontEnd?: boolean | 'named';
}

/** Thrown where a request is refused; the engine turns it into the answer. */
export class Refusal extends Error {
  readonly code: ServiceErrorCode;
  readonly status: number;
  readonly details: RefusalDetails;

  constructor(code: ServiceErrorCode, details: RefusalDetails = {}) {
    super(details.message ?? serviceErrors[code].message);
    this.name = 'Refusal';
    this.code = code;
    this.status = details.status ?? serviceErrors[code].status;
    this.details = details;
  }
}

/** The refusal of credentials, with the reason that only they who sent them can use. */
export function authenticationFailed(detail: string): Refusal {
  return new Refusal('AuthenticationFailed', { extras: { AuthenticationErrorDetail: detail } });
}

/** The refusal of a header's value. */
export function invalidHeader(name: string, value: string): Refusal {
  return new Refusal('InvalidHeaderValue', { extras: { HeaderName: name, HeaderValue: value } });
}

/** The refusal of a request without a header it needs. */
export function missingHeader(name: string): Refusal {
  return new Refusal('MissingRequiredHeader', { extras: { HeaderName: name } });
}

/** The refusal of a query parameter's value. */
export function invalidQuery(name: string, value: string, reason = ''): Refusal {
  return new Refusal('InvalidQueryParameterValue', {
    extras: { QueryParameterName: name, QueryParameterValue: value, Reason: reason },
  });
}
