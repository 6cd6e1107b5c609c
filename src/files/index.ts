/** Entry `azstore/files`: the client of Azure Files, its types, its errors. */
export type {
  AzureCredentials,
  CredentialProvider,
  Provided,
  ProviderContext,
} from '../core/auth/credentials.js';
export type { Environment } from '../core/auth/environment.js';
export type {
  AzureCliOptions,
  DefaultCredentialOptions,
  ManagedIdentityOptions,
  WorkloadIdentityOptions,
} from '../core/auth/identity/built-in.js';
export type { AccessToken, GetTokenOptions, TokenCredential } from '../core/auth/token-cache.js';
export type { Call, Cancellation, Operation, TimeoutClass } from '../core/call.js';
export { type Clock, systemClock } from '../core/clock.js';
export {
  AuthenticationError,
  type AuthenticationErrorCode,
  AzureStorageError,
  AzureStorageError as AzureFilesError,
  ConfigurationError,
  type ConfigurationErrorCode,
  type ErrorDetails,
  LeaseError,
  type LeaseErrorCode,
  NetworkError,
  type NetworkErrorCode,
  type NetworkErrorDetails,
  type ResourceErrorDetails,
  ServerError,
  type ServerErrorCode,
  type TimeoutPhase,
} from '../core/errors.js';
export { createFetchTransport, type FetchTransportOptions } from '../core/http/fetch-transport.js';
export { HttpHeaders } from '../core/http/headers.js';
export {
  BodyTooLargeError,
  bufferedBody,
  type ClientBody,
  type HttpMethod,
  type HttpRequest,
  type HttpResponse,
  type RepeatableBody,
  type ResponseBody,
  type TakePiece,
  type Transport,
} from '../core/http/message.js';
export { createNodeTransport, type NodeTransportOptions } from '../core/http/node-transport.js';
export { type ClientOptions, type CredentialOrigin, defaultClientOptions } from '../core/options.js';
export type { PagedIterable } from '../core/pages.js';
export { defaultTimeoutsMs } from '../core/resilience/attempt-timeout.js';
export {
  type CircuitBreakerConfig,
  defaultCircuitBreakerConfig,
} from '../core/resilience/circuit-breaker.js';
export {
  defaultRetryConfig,
  type ResolvedRetryConfig,
  type RetryCode,
  type RetryConfig,
  type RetryPolicy,
} from '../core/resilience/retry-decision.js';
export type { Attributes, LogLevel, Span, Telemetry } from '../core/telemetry.js';
export { defaultApiVersion } from '../core/version.js';
export { AutoRenewingLease, type LeaseGuard } from '../lease/auto-renewing-lease.js';
export { Lease } from '../lease/lease.js';
export type { AccountKey } from '../sas/account-key.js';
export {
  type AccountSasOptions,
  type AccountSasPermission,
  type AccountSasResourceType,
  type AccountSasService,
  generateAccountSas,
} from '../sas/account-sas.js';
export { GeneratedSas, ResourceSas, type SasDescription, type SasKind } from '../sas/generated-sas.js';
export type { SasLimits, SasProtocol, SasResponseHeaders } from '../sas/limits.js';
export type { SasPermissions } from '../sas/permissions.js';
export { UserDelegationKey, type UserDelegationKeyFields } from '../sas/user-delegation-key.js';
export type { UploadInput } from '../transfer/any-source.js';
export type { ProgressListener, TransferProgress } from '../transfer/progress.js';
export { type Checksum, defaultTransferOptions } from '../transfer/settings.js';
export { stateDirectory as defaultNotesDirectory } from '../transfer/state-directory.js';
export type { ByteStream } from '../transfer/stream-reader.js';
export { TransferError, type TransferErrorCode } from '../transfer/transfer-error.js';
export type { DirectoryProgress, DirectoryProgressListener } from '../transfer/tree/tree-progress.js';
export {
  type DirectoryEventListener,
  type DirectorySkipReason,
  DirectoryTransferError,
  type DirectoryTransferEvent,
  type DirectoryTransferFailure,
  type DirectoryTransferReport,
} from '../transfer/tree/tree-report.js';
export { AzureFilesClientBuilder } from './builder.js';
export { AzureFilesClient, type CredentialInfo } from './client.js';
export type { AzureFilesConfig } from './config.js';
export type { DirectoryService } from './directory-service.js';
export type {
  DirectoryTransferOptions,
  DirectoryTransfers,
  DirectoryUploadOptions,
  DownloadDirectoryRequest,
  ShareDirectory,
  SyncRequest,
  UploadDirectoryRequest,
} from './directory-transfer-service.js';
export {
  type DeleteFailure,
  DirectoryError,
  type DirectoryErrorCode,
  type DirectoryErrorDetails,
  FileError,
  type FileErrorCode,
  type FileErrorDetails,
} from './errors.js';
export {
  type FileSasOptions,
  generateFileSas,
  generateShareSas,
  type ShareSasOptions,
} from './file-sas.js';
export type { FileSasPermission, FileServiceSasOptions, ShareSasPermission } from './file-sas-fields.js';
export { isRecordEntry as isLeaseRecord } from './lease-record.js';
export type {
  AcquireLeaseRequest,
  BreakLeaseRequest,
  InspectLeaseRequest,
  LeaseCallOptions,
  LeaseInspection,
  LeaseRecordInfo,
  LeaseReference,
  LeaseService,
  LeaseTarget,
} from './lease-service.js';
export { type CheckedPath, checkDirectoryPath, checkFilePath, checkShareName } from './paths.js';
export type {
  AbortCopyRequest,
  AppendFileRequest,
  CallOptions,
  ChangeScope,
  ClearRangeRequest,
  CopyDestination,
  CopyFileRequest,
  CopyFromUrlRequest,
  CreateDirectoryRequest,
  CreateFileIfNotExistsRequest,
  CreateFileRequest,
  DeleteDirectoryRequest,
  DeleteFileRequest,
  DeleteRecursiveRequest,
  EnsureDirectoryRequest,
  FileChange,
  FileHttpHeaders,
  FileScope,
  GetDirectoryPropertiesRequest,
  GetPropertiesRequest,
  GetSharePropertiesRequest,
  GetShareStatisticsRequest,
  LeaseScope,
  ListDirectoryRequest,
  ListingInclude,
  ListRangesRequest,
  ListSharesRequest,
  LockPatience,
  ReadFileRequest,
  RenameDirectoryRequest,
  RenameFields,
  RenameFileRequest,
  ResizeFileRequest,
  SetDirectoryMetadataRequest,
  SetDirectoryPropertiesRequest,
  SetMetadataRequest,
  SetPropertiesRequest,
  ShareInclude,
  ShareScope,
  SmbSettings,
  SmbTime,
  UpdateFileRequest,
  WaitForCopyRequest,
  WalkDirectoryRequest,
  WriteFileRequest,
  WriteIfMatchRequest,
} from './requests.js';
export type {
  FileSasRequest,
  GenerateAccountSasRequest,
  GenerateSasRequest,
  ListSasRequest,
  ReadSasRequest,
  SasService,
  SasTerms,
  UserDelegationKeyRequest,
} from './sas-service.js';
export type {
  BoundAppendOptions,
  BoundChangeOptions,
  BoundCreateOptions,
  BoundOptions,
  BoundReadOptions,
  BoundWriteOptions,
  FileService,
  ShareBoundFileService,
  ShareService,
} from './services.js';
export type {
  DownloadFileRequest,
  DownloadRangeRequest,
  DownloadStreamRequest,
  PublishOptions,
  ResumeOptions,
  StreamingService,
  SweepReport,
  SweepRequest,
  TransferOptions,
  UploadFileRequest,
  UploadStreamRequest,
} from './streaming-service.js';
export type {
  AppendResult,
  ByteRange,
  ChangeResult,
  CopyStatus,
  DeleteRecursiveReport,
  DirectoryEntry,
  DirectoryInfo,
  DirectoryListing,
  DirectoryProperties,
  EnsureResult,
  EntryFields,
  FileContent,
  FileCopyState,
  FileEntry,
  FileInfo,
  FileProperties,
  FileRanges,
  FileUpdate,
  FileVersion,
  IsoTime,
  LeaseProperties,
  Metadata,
  RenameResult,
  ShareItem,
  ShareListing,
  ShareProperties,
  ShareStatistics,
  SmbProperties,
  SubdirectoryEntry,
} from './types.js';
export {
  generateUserDelegationSas,
  type UserDelegationSasOptions,
  type UserDelegationSigner,
} from './user-delegation-sas.js';
