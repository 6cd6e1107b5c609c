import type { Call } from '../core/call.js';
import { type AzureStorageError, ConfigurationError, LeaseError } from '../core/errors.js';
import type { FailureMapper, ServiceFailure } from '../core/pipeline.js';
import { detailsOf } from '../core/resilience/service-failure.js';
import { parseContentRange, parseRange } from '../core/wire/byte-range.js';
import {
  type Addressed,
  DirectoryError,
  type DirectoryErrorCode,
  type ErrorRow,
  errorRows,
  FileError,
  type FileErrorCode,
  statusRows,
} from './errors.js';
import { operationNamed } from './operations.js';

/**
 * Gives the File service's refusals their class and code: by the service's own code first, by the status where that is
 * unknown. What no file, directory or share explains is left to core.
 */
export const mapFailure: FailureMapper = (failure, call) => {
  const operation = operationNamed(call.operation.name);
  if (nameCodes.has(failure.serviceCode ?? '')) {
    const code = operation.addresses === 'share' ? 'InvalidShareName' : 'InvalidPath';
    return new ConfigurationError(code, failure.description, detailsOf(failure, call));
  }
  const row = rowOf(failure, operation.placesName === true);
  return row === undefined ? undefined : errorOf(row, { failure, call, addresses: operation.addresses });
};

/** Names that only the service knows to be impossible. */
const nameCodes: ReadonlySet<string> = new Set(['InvalidResourceName', 'InvalidFileOrDirectoryPathName']);

/** A 409 that tells of the credential, not of a resource. */
const tokenRefused = 'FileOAuthManagementApiRestrictedToSrp';

function rowOf(failure: ServiceFailure, placesName: boolean): ErrorRow | undefined {
  const { serviceCode, status } = failure;
  // Where nothing is to be placed, "no parent" only means "not there": the service gives either code.
  if (serviceCode === 'ParentNotFound' && !placesName) return errorRows.ResourceNotFound;
  if (serviceCode === tokenRefused) return undefined;
  const known = serviceCode !== undefined && Object.hasOwn(errorRows, serviceCode);
  return known ? errorRows[serviceCode] : statusRows[status];
}

const absentCodes: ReadonlySet<string> = new Set([
  'FileNotFound',
  'DirectoryNotFound',
  'ShareNotFound',
  'ShareSnapshotNotFound',
]);

/** Whether an error says that something, or what it would be in, is not there. */
export function isAbsent(error: unknown): boolean {
  return (error instanceof FileError || error instanceof DirectoryError) && absentCodes.has(error.code);
}

/** True when a call succeeds, false when what it is about, or what that would be in, is not there. */
export async function ifThere(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Whether an error is of this code. */
export function hasCode(
  error: unknown,
  code: FileErrorCode | DirectoryErrorCode,
): error is AzureStorageError {
  return (error instanceof FileError || error instanceof DirectoryError) && error.code === code;
}

interface Circumstances {
  readonly failure: ServiceFailure;
  readonly call: Call;
  readonly addresses: Addressed;
}

function errorOf(row: ErrorRow, circumstances: Circumstances): AzureStorageError {
  const { failure, call, addresses } = circumstances;
  const at = placeOf(row, call);
  const message = `${at.text}: ${row.what} (${failure.description})`;
  const details = { ...detailsOf(failure, call), retryable: row.retryable, share: at.share, path: at.path };
  if (row.lease !== undefined) return new LeaseError(row.lease, message, details);
  const ofDirectory = addresses !== 'file' && row.directory !== undefined;
  if (row.file === undefined || ofDirectory) {
    return new DirectoryError(row.directory ?? 'Conflict', message, details);
  }
  return new FileError(row.file, message, { ...details, ...sizesOf(failure, call) });
}

interface Place {
  readonly share: string | undefined;
  readonly path: string | undefined;
  /** For the message: both ends of a copy or rename, as the service does not tell which of them it means. */
  readonly text: string;
}

function placeOf(row: ErrorRow, call: Call): Place {
  const { share, path, sourceShare, sourcePath } = call.resource;
  const target = [share, path].filter(Boolean).join('/') || 'the account';
  if (sourcePath === undefined) return { share, path, text: target };
  const source = `${sourceShare ?? share}/${sourcePath}`;
  // A file that gets its name at the end is called by that name before, too.
  if (source === target) return { share, path, text: target };
  if (row.ofSource === true) return { share: sourceShare ?? share, path: sourcePath, text: source };
  return { share, path, text: `${target} (from ${source})` };
}

function sizesOf(
  failure: ServiceFailure,
  call: Call,
): { start?: number; end?: number | undefined; size?: number } {
  const range = parseRange(call.resource.range ?? '');
  const size = parseContentRange(failure.headers.get('content-range') ?? '')?.size;
  return { ...range, ...(size !== undefined && { size }) };
}
