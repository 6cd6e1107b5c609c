import { describe, expectTypeOf, it } from 'vitest';
import type * as ours from '../../src/files/index.js';

/**
 * The public types against the specification, field by field. The interfaces below are those of the specification's
 * TypeScript section; for types that it gives in another notation, their fields in camel case. The compiler is the judge:
 * a field that goes missing or changes its type does not compile.
 */
interface CreateFileRequest {
  share: string;
  path: string;
  size: number;
  contentType?: string;
  metadata?: Record<string, string>;
  leaseId?: string;
}
interface ReadFileRequest {
  share: string;
  path: string;
  range?: { start: number; end: number };
  leaseId?: string;
}
interface WriteFileRequest {
  share: string;
  path: string;
  data: Uint8Array;
  offset?: number;
  leaseId?: string;
}
interface DeleteFileRequest {
  share: string;
  path: string;
  leaseId?: string;
}
interface CopyFileRequest {
  sourceShare: string;
  sourcePath: string;
  destShare: string;
  destPath: string;
  metadata?: Record<string, string>;
}
interface GetPropertiesRequest {
  share: string;
  path: string;
  leaseId?: string;
}
interface SetMetadataRequest {
  share: string;
  path: string;
  metadata: Record<string, string>;
}
interface ListDirectoryRequest {
  share: string;
  path?: string;
}
interface UploadStreamRequest {
  share: string;
  path: string;
  totalSize: number;
  contentType?: string;
  metadata?: Record<string, string>;
  leaseId?: string;
}
interface DownloadStreamRequest {
  share: string;
  path: string;
  leaseId?: string;
  bufferSize?: number;
}
interface DownloadRangeRequest {
  share: string;
  path: string;
  start: number;
  end: number;
  leaseId?: string;
}
interface FileInfo {
  share: string;
  path: string;
  size: number;
  etag: string;
  lastModified: Date;
  contentType?: string;
  metadata: Record<string, string>;
}
interface FileContent {
  data: Uint8Array;
  properties: FileProperties;
  etag: string;
}
interface FileProperties {
  size: number;
  contentType?: string;
  contentEncoding?: string;
  contentMd5?: string;
  lastModified: Date;
  etag: string;
  metadata: Record<string, string>;
}
interface DirectoryInfo {
  share: string;
  path: string;
  etag: string;
  lastModified: Date;
  metadata: Record<string, string>;
}
interface DirectoryEntry {
  type: 'file' | 'directory';
  name: string;
  path: string;
  size?: number;
  lastModified: Date;
}
interface DirectoryListing {
  entries: DirectoryEntry[];
  nextMarker?: string;
}
interface ShareBoundFileService {
  create(path: string, size: number): Promise<FileInfo>;
  read(path: string): Promise<FileContent>;
  write(path: string, data: Uint8Array): Promise<void>;
  delete(path: string): Promise<void>;
}
interface FileService {
  create(req: CreateFileRequest): Promise<FileInfo>;
  read(req: ReadFileRequest): Promise<FileContent>;
  write(req: WriteFileRequest): Promise<void>;
  delete(req: DeleteFileRequest): Promise<void>;
  getProperties(req: GetPropertiesRequest): Promise<FileProperties>;
  setMetadata(req: SetMetadataRequest): Promise<void>;
  copy(req: CopyFileRequest): Promise<{ status: 'success' | 'pending' | 'aborted' | 'failed' }>;
  inShare(share: string): ShareBoundFileService;
}
interface AcquireLeaseRequest {
  share: string;
  path: string;
  durationSeconds?: number;
  proposedLeaseId?: string;
}
interface BreakLeaseRequest {
  share: string;
  path: string;
  breakPeriodSeconds?: number;
}
interface Lease {
  readonly id: string;
  readonly share: string;
  readonly path: string;
  readonly durationSeconds?: number;
  readonly acquiredAt: Date;
}
interface LeaseGuard {
  readonly id: string;
}
interface LeaseService {
  acquire(req: AcquireLeaseRequest): Promise<Lease>;
  renew(lease: ours.Lease): Promise<void>;
  release(lease: ours.Lease): Promise<void>;
  breakLease(req: BreakLeaseRequest): Promise<number>;
  withLock<T>(req: AcquireLeaseRequest, fn: (guard: LeaseGuard) => Promise<T>): Promise<T>;
}
interface StreamingService {
  uploadStream(req: UploadStreamRequest, stream: ReadableStream<Uint8Array>): Promise<FileInfo>;
  downloadStream(req: DownloadStreamRequest): Promise<ReadableStream<Uint8Array>>;
  downloadRange(req: DownloadRangeRequest): Promise<Uint8Array>;
}
type AzureCredentials =
  | { type: 'shared_key'; key: string }
  | { type: 'sas_token'; token: string }
  | { type: 'connection_string'; connectionString: string };
interface AzureFilesConfig {
  accountName: string;
  credentials: AzureCredentials;
  defaultShare?: string;
  timeoutMs?: number;
  retryConfig?: ours.RetryConfig;
  circuitBreakerConfig?: ours.CircuitBreakerConfig;
  rangeSize?: number;
}
interface AzureFilesClient {
  readonly files: FileService;
  readonly leases: LeaseService;
  readonly streaming: StreamingService;
}

/** The fields of `Theirs` that `Ours` does not have: none may be left. */
type Missing<Theirs, Ours> = Exclude<keyof Theirs, keyof Ours>;

describe('the types of the specification', () => {
  it('have their requests accepted', () => {
    expectTypeOf<CreateFileRequest>().toExtend<ours.CreateFileRequest>();
    expectTypeOf<ReadFileRequest>().toExtend<ours.ReadFileRequest>();
    expectTypeOf<WriteFileRequest>().toExtend<ours.WriteFileRequest>();
    expectTypeOf<DeleteFileRequest>().toExtend<ours.DeleteFileRequest>();
    expectTypeOf<CopyFileRequest>().toExtend<ours.CopyFileRequest>();
    expectTypeOf<GetPropertiesRequest>().toExtend<ours.GetPropertiesRequest>();
    expectTypeOf<SetMetadataRequest>().toExtend<ours.SetMetadataRequest>();
    expectTypeOf<ListDirectoryRequest>().toExtend<ours.ListDirectoryRequest>();
    expectTypeOf<AcquireLeaseRequest>().toExtend<ours.AcquireLeaseRequest>();
    expectTypeOf<BreakLeaseRequest>().toExtend<ours.BreakLeaseRequest>();
    expectTypeOf<UploadStreamRequest>().toExtend<ours.UploadStreamRequest>();
    expectTypeOf<DownloadStreamRequest>().toExtend<ours.DownloadStreamRequest>();
    expectTypeOf<DownloadRangeRequest>().toExtend<ours.DownloadRangeRequest>();
  });

  it('have every field of a request known, so that none is dropped', () => {
    expectTypeOf<Missing<CreateFileRequest, ours.CreateFileRequest>>().toBeNever();
    expectTypeOf<Missing<ReadFileRequest, ours.ReadFileRequest>>().toBeNever();
    expectTypeOf<Missing<WriteFileRequest, ours.WriteFileRequest>>().toBeNever();
    expectTypeOf<Missing<DeleteFileRequest, ours.DeleteFileRequest>>().toBeNever();
    expectTypeOf<Missing<CopyFileRequest, ours.CopyFileRequest>>().toBeNever();
    expectTypeOf<Missing<GetPropertiesRequest, ours.GetPropertiesRequest>>().toBeNever();
    expectTypeOf<Missing<SetMetadataRequest, ours.SetMetadataRequest>>().toBeNever();
    expectTypeOf<Missing<ListDirectoryRequest, ours.ListDirectoryRequest>>().toBeNever();
    expectTypeOf<Missing<AcquireLeaseRequest, ours.AcquireLeaseRequest>>().toBeNever();
    expectTypeOf<Missing<BreakLeaseRequest, ours.BreakLeaseRequest>>().toBeNever();
    expectTypeOf<Missing<UploadStreamRequest, ours.UploadStreamRequest>>().toBeNever();
    expectTypeOf<Missing<DownloadStreamRequest, ours.DownloadStreamRequest>>().toBeNever();
    expectTypeOf<Missing<DownloadRangeRequest, ours.DownloadRangeRequest>>().toBeNever();
    expectTypeOf<Missing<AzureFilesConfig, ours.AzureFilesConfig>>().toBeNever();
  });

  it('are what results give', () => {
    expectTypeOf<ours.FileInfo>().toEqualTypeOf<FileInfo>();
    expectTypeOf<ours.DirectoryInfo>().toEqualTypeOf<DirectoryInfo>();
    expectTypeOf<ours.FileContent>().toExtend<FileContent>();
    expectTypeOf<ours.FileProperties>().toExtend<FileProperties>();
    expectTypeOf<ours.DirectoryEntry>().toExtend<DirectoryEntry>();
    expectTypeOf<ours.DirectoryListing>().toExtend<DirectoryListing>();
    // An optional field that goes missing would not be noticed by the above.
    expectTypeOf<Missing<FileContent, ours.FileContent>>().toBeNever();
    expectTypeOf<Missing<FileProperties, ours.FileProperties>>().toBeNever();
    expectTypeOf<Missing<DirectoryEntry, ours.DirectoryEntry>>().toBeNever();
    expectTypeOf<Missing<DirectoryListing, ours.DirectoryListing>>().toBeNever();
    expectTypeOf<ours.CopyStatus['status']>().toEqualTypeOf<'success' | 'pending' | 'aborted' | 'failed'>();
    expectTypeOf<Extract<ours.CopyStatus, { status: 'pending' }>['copyId']>().toEqualTypeOf<string>();
    expectTypeOf<Extract<ours.CopyStatus, { status: 'failed' }>['reason']>().toEqualTypeOf<string>();
  });

  it('are what the services do', () => {
    expectTypeOf<ours.FileService>().toExtend<FileService>();
    expectTypeOf<ours.ShareBoundFileService>().toExtend<ShareBoundFileService>();
    expectTypeOf<ours.LeaseService>().toExtend<LeaseService>();
    expectTypeOf<ours.Lease>().toExtend<Lease>();
    expectTypeOf<ours.AutoRenewingLease>().toExtend<Lease & LeaseGuard & AsyncDisposable>();
    expectTypeOf<ours.FileService['writeIfMatch']>().parameters.toEqualTypeOf<
      [ours.WriteIfMatchRequest, string]
    >();
    expectTypeOf<Omit<WriteFileRequest, 'offset'>>().toExtend<ours.WriteIfMatchRequest>();
    expectTypeOf<ours.StreamingService>().toExtend<StreamingService>();
    expectTypeOf<ours.AzureFilesClient>().toExtend<AzureFilesClient>();
    expectTypeOf<ours.AzureFilesClient['shares']>().toEqualTypeOf<ours.ShareService>();
    expectTypeOf<ours.AzureFilesClient['directories']>().toEqualTypeOf<ours.DirectoryService>();
    expectTypeOf<ours.DirectoryService['create']>().returns.resolves.toEqualTypeOf<ours.DirectoryInfo>();
    expectTypeOf<ours.DirectoryService['delete']>().returns.resolves.toEqualTypeOf<void>();
    expectTypeOf<ours.DirectoryService['list']>().returns.resolves.toEqualTypeOf<ours.DirectoryListing>();
    expectTypeOf<ours.DirectoryService['listAll']>().returns.toExtend<AsyncIterable<ours.DirectoryEntry>>();
    expectTypeOf<ours.DirectoryService['deleteRecursive']>().toExtend<
      (share: string, path: string) => Promise<unknown>
    >();
  });

  it('configure the client', () => {
    expectTypeOf<AzureFilesConfig>().toExtend<ours.AzureFilesConfig>();
    expectTypeOf<AzureCredentials>().toExtend<ours.AzureCredentials>();
    expectTypeOf<typeof ours.AzureFilesClient>().toBeConstructibleWith({
      accountName: 'a',
      credentials: { type: 'shared_key', key: 'k' },
    });
    type Builder = ReturnType<typeof ours.AzureFilesClient.builder>;
    expectTypeOf<Builder['accountName']>().parameters.toEqualTypeOf<[string]>();
    expectTypeOf<Builder['credentials']>().parameter(0).toEqualTypeOf<ours.AzureCredentials>();
    expectTypeOf<string>().toExtend<Parameters<Builder['sharedKey']>[0]>();
    expectTypeOf<string>().toExtend<Parameters<Builder['sasToken']>[0]>();
    expectTypeOf<string>().toExtend<Parameters<Builder['connectionString']>[0]>();
    expectTypeOf<Builder['defaultShare']>().parameters.toEqualTypeOf<[string]>();
    expectTypeOf<Builder['timeout']>().parameters.toEqualTypeOf<[number]>();
    expectTypeOf<Builder['retryConfig']>().parameters.toEqualTypeOf<[ours.RetryConfig]>();
    expectTypeOf<Builder['circuitBreakerConfig']>().parameters.toEqualTypeOf<[ours.CircuitBreakerConfig]>();
    expectTypeOf<Builder['build']>().returns.toEqualTypeOf<ours.AzureFilesClient>();
  });

  it('name every error and its fields', () => {
    expectTypeOf<
      | 'FileNotFound'
      | 'FileAlreadyExists'
      | 'FileLocked'
      | 'InvalidRange'
      | 'FileTooLarge'
      | 'PreconditionFailed'
    >().toExtend<ours.FileErrorCode>();
    expectTypeOf<
      'DirectoryNotFound' | 'DirectoryNotEmpty' | 'ParentNotFound'
    >().toExtend<ours.DirectoryErrorCode>();
    expectTypeOf<
      'LeaseNotPresent' | 'LeaseAlreadyPresent' | 'LeaseIdMismatch' | 'LeaseExpired' | 'LeaseLost'
    >().toExtend<ours.LeaseErrorCode>();
    expectTypeOf<
      'InvalidAccountName' | 'InvalidShareName' | 'InvalidPath' | 'MissingCredentials'
    >().toExtend<ours.ConfigurationErrorCode>();
    expectTypeOf<
      'InvalidKey' | 'ExpiredSas' | 'PermissionDenied' | 'AuthorizationFailure'
    >().toExtend<ours.AuthenticationErrorCode>();
    expectTypeOf<'ConnectionFailed' | 'Timeout' | 'DnsResolutionFailed'>().toExtend<ours.NetworkErrorCode>();
    expectTypeOf<
      'InternalError' | 'ServiceUnavailable' | 'ServerBusy' | 'OperationTimedOut'
    >().toExtend<ours.ServerErrorCode>();
    expectTypeOf<ours.FileError>().toExtend<{
      readonly share: string | undefined;
      readonly path: string | undefined;
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly size: number | undefined;
      readonly expected: string | undefined;
      readonly actual: string | undefined;
      isRetryable(): boolean;
      isConflict(): boolean;
      retryAfter(): number | undefined;
    }>();
    expectTypeOf<InstanceType<typeof ours.AzureFilesError>>().toEqualTypeOf<ours.AzureStorageError>();
  });
});

describe('the types beyond the specification', () => {
  it('need what a request cannot do without, and nothing else', () => {
    expectTypeOf<{ path: string }>().toExtend<ours.ReadFileRequest>();
    expectTypeOf<{ share: string }>().not.toExtend<ours.ReadFileRequest>();
    expectTypeOf<{ path: string }>().not.toExtend<ours.CreateFileRequest>();
    expectTypeOf<{ path: string; data: string }>().not.toExtend<ours.WriteFileRequest>();
    expectTypeOf<{ path: string; signal: AbortSignal | undefined }>().toExtend<ours.ReadFileRequest>();
  });

  it('tell files and directories apart', () => {
    expectTypeOf<Extract<ours.DirectoryEntry, { type: 'file' }>['size']>().toEqualTypeOf<number>();
    expectTypeOf<Extract<ours.DirectoryEntry, { type: 'directory' }>['size']>().toEqualTypeOf<undefined>();
  });

  it('take a signal and a time limit in every request', () => {
    type Requests =
      | Parameters<ours.FileService[Exclude<keyof ours.FileService, 'inShare'>]>[0]
      | Exclude<
          Parameters<ours.DirectoryService[Exclude<keyof ours.DirectoryService, 'deleteRecursive'>]>[0],
          undefined
        >
      | ours.DeleteRecursiveRequest
      | Exclude<Parameters<ours.ShareService[keyof ours.ShareService]>[0], undefined>;
    expectTypeOf<Requests>().toExtend<ours.CallOptions>();
    expectTypeOf<Missing<ours.CallOptions, Requests>>().toBeNever();
  });
});
