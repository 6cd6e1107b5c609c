import { checkSignal } from '../core/option-checks.js';
import { checkTimeout } from '../core/options.js';
import type {
  AcquireLeaseRequest,
  BreakLeaseRequest,
  InspectLeaseRequest,
  LeaseCallOptions,
  LeaseReference,
} from './locks/lease-service.js';
import { invalidRequest } from './request-checks.js';
import type {
  AbortCopyRequest,
  AppendFileRequest,
  ClearRangeRequest,
  CopyFileRequest,
  CopyFromUrlRequest,
  CreateDirectoryRequest,
  CreateFileIfNotExistsRequest,
  CreateFileRequest,
  DeleteDirectoryRequest,
  DeleteFileRequest,
  DeleteRecursiveRequest,
  EnsureDirectoryRequest,
  FileHttpHeaders,
  GetDirectoryPropertiesRequest,
  GetPropertiesRequest,
  GetSharePropertiesRequest,
  GetShareStatisticsRequest,
  ListDirectoryRequest,
  ListRangesRequest,
  ListSharesRequest,
  ReadFileRequest,
  RenameDirectoryRequest,
  RenameFileRequest,
  ResizeFileRequest,
  SetDirectoryMetadataRequest,
  SetDirectoryPropertiesRequest,
  SetMetadataRequest,
  SetPropertiesRequest,
  SmbSettings,
  UpdateFileRequest,
  WaitForCopyRequest,
  WalkDirectoryRequest,
  WriteFileRequest,
  WriteIfMatchRequest,
} from './requests.js';
import type {
  FileSasRequest,
  GenerateAccountSasRequest,
  GenerateSasRequest,
  ListSasRequest,
  ReadSasRequest,
  UserDelegationKeyRequest,
} from './sas/sas-service.js';
import type {
  DownloadDirectoryRequest,
  ShareDirectory,
  SyncRequest,
  UploadDirectoryRequest,
} from './transfers/directory-transfer-service.js';
import type {
  DownloadFileRequest,
  DownloadRangeRequest,
  DownloadStreamRequest,
  SweepRequest,
  UploadFileRequest,
  UploadStreamRequest,
} from './transfers/streaming-service.js';
import type { ByteRange } from './types.js';

/** Makes sure that a field can be what it should be. @throws {ConfigurationError} `InvalidRequest`, `InvalidOption` */
type Rule = (value: unknown, name: string) => void;
/** The fields that a request may have. */
export type FieldRules = Readonly<Record<string, Rule>>;

/** All fields of a kind of request and no other ones, which the compiler makes sure of. */
function fieldsOf<Request>(): <Fields extends Readonly<Record<keyof Request, Rule>>>(
  fields: Fields & { readonly [Name in Exclude<keyof Fields, keyof Request>]: never },
) => FieldRules {
  return (fields) => fields;
}

const loneSurrogate = /\p{Surrogate}/u;

/** Looked at where it is used. */
const later: Rule = () => {};

const text: Rule = (value, name) => {
  if (typeof value === 'string' && !loneSurrogate.test(value)) return;
  throw invalidRequest(`${name} must be well-formed text, got ${kindOf(value)}`);
};

/** Left empty by mistake it would mean the present state. */
const snapshot: Rule = (value, name) => {
  if (value === '') throw invalidRequest(`${name} must be the time of a snapshot, got an empty text`);
  text(value, name);
};

const flag: Rule = (value, name) => {
  if (typeof value !== 'boolean') throw invalidRequest(`${name} must be true or false, got ${kindOf(value)}`);
};

const list: Rule = (value, name) => {
  if (!Array.isArray(value)) throw invalidRequest(`${name} must be a list, got ${kindOf(value)}`);
};

const listener: Rule = (value, name) => {
  if (typeof value !== 'function') throw invalidRequest(`${name} must be a function, got ${kindOf(value)}`);
};

const group =
  (rules: FieldRules): Rule =>
  (value, name) =>
    checkFields(value, rules, name);

const range = group(fieldsOf<ByteRange>()({ start: later, end: later }));
const smb = group(
  fieldsOf<SmbSettings>()({
    attributes: text,
    creationTime: later,
    lastWriteTime: later,
    changeTime: later,
    permission: text,
    permissionKey: text,
  }),
);
const httpFields = {
  contentType: later,
  contentEncoding: later,
  contentLanguage: later,
  contentDisposition: later,
  cacheControl: later,
  contentMd5: later,
};
const httpHeaders = group(fieldsOf<FileHttpHeaders>()(httpFields));

const call = { signal: checkSignal, timeoutMs: later };
const inShare = { ...call, share: later };
const place = { ...inShare, path: later };
const file = { ...place, leaseId: later };
/** What may find the file locked. */
const changing = { ...file, waitMs: later };
const writing = { metadata: later, smb };
const copying = {
  ...call,
  leaseId: later,
  waitMs: later,
  destShare: later,
  destPath: later,
  metadata: later,
  keepSmbProperties: flag,
  ignoreReadOnly: flag,
};
const renaming = {
  ...place,
  ...writing,
  newPath: later,
  replace: flag,
  ignoreReadOnly: flag,
  destinationLeaseId: later,
};
const transfer = {
  rangeSize: later,
  concurrency: later,
  memoryBudget: later,
  bandwidthLimit: later,
  checksum: later,
  onProgress: listener,
};
const { memoryBudget: _held, ...unheld } = transfer;
const uploading = { ...file, ...httpFields, ...transfer, metadata: later, atomic: flag, overwrite: flag };
const listing = { ...place, pageSize: later, include: list, snapshot };

export const fileFields = {
  create: fieldsOf<CreateFileRequest>()({ ...changing, ...httpFields, ...writing, size: later }),
  createIfNotExists: fieldsOf<CreateFileIfNotExistsRequest>()({
    ...place,
    ...httpFields,
    ...writing,
    size: later,
    data: later,
  }),
  read: fieldsOf<ReadFileRequest>()({ ...file, range, snapshot }),
  write: fieldsOf<WriteFileRequest>()({
    ...changing,
    data: later,
    offset: later,
    contentType: later,
    atomic: flag,
  }),
  writeIfMatch: fieldsOf<WriteIfMatchRequest>()({ ...changing, data: later }),
  updateIfMatch: fieldsOf<UpdateFileRequest>()(changing),
  append: fieldsOf<AppendFileRequest>()({ ...place, waitMs: later, data: later, contentType: later }),
  clearRange: fieldsOf<ClearRangeRequest>()({ ...changing, range }),
  listRanges: fieldsOf<ListRangesRequest>()({ ...file, range, snapshot, previousSnapshot: snapshot }),
  resize: fieldsOf<ResizeFileRequest>()({ ...changing, size: later }),
  delete: fieldsOf<DeleteFileRequest>()(changing),
  getProperties: fieldsOf<GetPropertiesRequest>()({ ...file, snapshot }),
  setProperties: fieldsOf<SetPropertiesRequest>()({
    ...changing,
    httpHeaders,
    replaceHttpHeaders: flag,
    smb,
  }),
  setMetadata: fieldsOf<SetMetadataRequest>()({ ...changing, metadata: later }),
  copy: fieldsOf<CopyFileRequest>()({
    ...copying,
    sourceShare: later,
    sourcePath: later,
    sourceSnapshot: snapshot,
  }),
  copyFromUrl: fieldsOf<CopyFromUrlRequest>()({ ...copying, sourceUrl: later }),
  waitForCopy: fieldsOf<WaitForCopyRequest>()({ ...file, copyId: text, waitMs: later, pollMs: later }),
  abortCopy: fieldsOf<AbortCopyRequest>()({ ...changing, copyId: later }),
  rename: fieldsOf<RenameFileRequest>()({ ...renaming, leaseId: later, waitMs: later, contentType: later }),
};

export const directoryFields = {
  create: fieldsOf<CreateDirectoryRequest>()({ ...place, ...writing }),
  ensure: fieldsOf<EnsureDirectoryRequest>()(place),
  delete: fieldsOf<DeleteDirectoryRequest>()(place),
  list: fieldsOf<ListDirectoryRequest>()({ ...listing, prefix: text, marker: text }),
  walk: fieldsOf<WalkDirectoryRequest>()({ ...listing, concurrency: later, includeLeaseRecords: flag }),
  deleteRecursive: fieldsOf<DeleteRecursiveRequest>()({ ...place, concurrency: later }),
  rename: fieldsOf<RenameDirectoryRequest>()(renaming),
  getProperties: fieldsOf<GetDirectoryPropertiesRequest>()({ ...place, snapshot }),
  setProperties: fieldsOf<SetDirectoryPropertiesRequest>()({ ...place, smb }),
  setMetadata: fieldsOf<SetDirectoryMetadataRequest>()({ ...place, metadata: later }),
};

export const shareFields = {
  list: fieldsOf<ListSharesRequest>()({
    ...call,
    prefix: text,
    marker: text,
    pageSize: later,
    include: list,
  }),
  getProperties: fieldsOf<GetSharePropertiesRequest>()({ ...inShare, snapshot, leaseId: later }),
  getStatistics: fieldsOf<GetShareStatisticsRequest>()({ ...inShare, leaseId: later }),
};

export const streamingFields = {
  uploadStream: fieldsOf<UploadStreamRequest>()({ ...uploading, totalSize: later }),
  uploadFrom: fieldsOf<UploadFileRequest>()({ ...uploading, resume: later, preserveTimes: flag }),
  downloadStream: fieldsOf<DownloadStreamRequest>()({
    ...file,
    ...transfer,
    snapshot,
    bufferSize: later,
    range,
  }),
  downloadRange: fieldsOf<DownloadRangeRequest>()({
    ...file,
    ...unheld,
    snapshot,
    start: later,
    end: later,
    into: later,
  }),
  downloadTo: fieldsOf<DownloadFileRequest>()({
    ...file,
    ...transfer,
    snapshot,
    overwrite: flag,
    resume: later,
    preserveTimes: flag,
  }),
  sweep: fieldsOf<SweepRequest>()({
    ...place,
    recursive: flag,
    olderThanMs: later,
    concurrency: later,
    dryRun: flag,
  }),
};

const movingDirectories = {
  ...transfer,
  ...call,
  waitMs: later,
  existing: later,
  compare: later,
  timeToleranceMs: later,
  include: list,
  exclude: list,
  dryRun: flag,
  resume: later,
  onEntry: listener,
};
const uploadingDirectories = { ...movingDirectories, atomic: flag, symlinks: later };

export const directoryTransferFields = {
  uploadDirectory: fieldsOf<UploadDirectoryRequest>()({ ...place, ...uploadingDirectories }),
  downloadDirectory: fieldsOf<DownloadDirectoryRequest>()({ ...place, ...movingDirectories, snapshot }),
  sync: fieldsOf<SyncRequest>()({ ...uploadingDirectories, from: later, to: later, delete: flag }),
  place: fieldsOf<ShareDirectory>()({ share: later, path: later }),
};

/** Most SAS are signed without a request, which would look at the limit. */
const signing = { ...call, timeoutMs: (value: unknown) => void checkTimeout(value, 'timeoutMs') };
const terms = {
  ...signing,
  expiresInSeconds: later,
  expiresOn: later,
  startsOn: later,
  ipRange: later,
  protocol: later,
  version: text,
};
const sasFile = { ...terms, share: later, path: later };

export const sasFields = {
  forFile: fieldsOf<FileSasRequest>()(sasFile),
  forRead: fieldsOf<ReadSasRequest>()({ ...sasFile, responseHeaders: later }),
  forList: fieldsOf<ListSasRequest>()(sasFile),
  generate: fieldsOf<GenerateSasRequest>()({
    ...sasFile,
    permissions: later,
    policyId: later,
    responseHeaders: later,
    delegatedUserObjectId: later,
    delegatedUserTenantId: later,
  }),
  account: fieldsOf<GenerateAccountSasRequest>()({
    ...terms,
    services: later,
    resourceTypes: later,
    permissions: later,
  }),
  key: fieldsOf<UserDelegationKeyRequest>()({
    ...signing,
    expiresInSeconds: later,
    expiresOn: later,
    startsOn: later,
    delegatedUserTenantId: later,
  }),
};

const leased = { share: later, path: later, signal: checkSignal };

export const leaseFields = {
  acquire: fieldsOf<AcquireLeaseRequest>()({
    ...leased,
    durationSeconds: later,
    proposedLeaseId: later,
    waitMs: later,
    reason: text,
  }),
  reference: fieldsOf<LeaseReference>()({ share: later, path: later, id: later, durationSeconds: later }),
  break: fieldsOf<BreakLeaseRequest>()({ ...leased, breakPeriodSeconds: later }),
  inspect: fieldsOf<InspectLeaseRequest>()(leased),
  options: fieldsOf<LeaseCallOptions>()({ signal: checkSignal }),
};

/** What an entry of a listing has beside its place: it can be given as a request, as it is. */
const entryFields: ReadonlySet<string> = new Set(['type', 'name', 'size', 'etag', 'lastModified', 'smb']);

/**
 * Makes sure that a request has no field which would be ignored, and that fields are of the right kind.
 * @throws {ConfigurationError} `InvalidRequest` that names the field.
 */
export function checkRequest(request: unknown, rules: FieldRules): void {
  checkFields(request, rules, 'the request', isEntry(request) ? entryFields : undefined);
}

/** The same for options that stand beside a request. */
export function checkCallOptions(options: unknown, rules: FieldRules): void {
  checkFields(options, rules, 'options');
}

function checkFields(value: unknown, rules: FieldRules, name: string, ignored?: ReadonlySet<string>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest(`${name} must be an object, got ${kindOf(value)}`);
  }
  for (const key of Object.keys(value)) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (field === undefined) continue;
    if (Object.hasOwn(rules, key)) rules[key]?.(field, key);
    else if (ignored?.has(key) !== true) throw unknownField(key, rules, name);
  }
}

function unknownField(key: string, rules: FieldRules, name: string): Error {
  const known = Object.keys(rules);
  const meant = known.find((field) => field.toLowerCase() === key.toLowerCase());
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `${meant} is meant, perhaps`;
  return invalidRequest(`${name} has the unknown field ${JSON.stringify(key.slice(0, 80))}; ${hint}`);
}

function isEntry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('name' in value)) return false;
  return (value.type === 'file' || value.type === 'directory') && typeof value.name === 'string';
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}
