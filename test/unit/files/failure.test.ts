import { describe, expect, it } from 'vitest';
import { type Call, Cancellation } from '../../../src/core/call.js';
import { HttpHeaders } from '../../../src/core/http/headers.js';
import type { ServiceFailure } from '../../../src/core/pipeline.js';
import { DirectoryError, errorRows, FileError } from '../../../src/files/errors.js';
import { hasCode, ifThere, isAbsent, mapFailure } from '../../../src/files/failure.js';
import { type FilesOperation, operations } from '../../../src/files/operations.js';

interface Asked {
  readonly operation: FilesOperation;
  readonly status: number;
  readonly code?: string;
  readonly resource?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

function mapped({ operation, status, code, resource, headers = {} }: Asked) {
  const failure: ServiceFailure = {
    status,
    serviceCode: code,
    serviceMessage: 'The message.',
    requestId: 'request-1',
    retryAfterMs: 1500,
    extras: {},
    headers: HttpHeaders.of(headers),
    description: `${operation.name} failed: the service answered ${status}`,
  };
  const call = {
    operation,
    resource: resource ?? { share: 'data', path: 'a/b' },
    cancellation: new Cancellation(),
  } as unknown as Call;
  return mapFailure(failure, call);
}

const { putRange, getFile, createFile, createDirectory, deleteDirectory, listDirectory, getShareProperties } =
  operations;

/** Code of the service, status, operation, and what it must become. Written apart from the table in the source. */
const rows: readonly [string, number, FilesOperation, string, string, boolean][] = [
  ['ResourceNotFound', 404, getFile, 'FileError', 'FileNotFound', false],
  ['ResourceNotFound', 404, listDirectory, 'DirectoryError', 'DirectoryNotFound', false],
  ['ParentNotFound', 404, getFile, 'FileError', 'FileNotFound', false],
  ['ParentNotFound', 404, deleteDirectory, 'DirectoryError', 'DirectoryNotFound', false],
  ['ParentNotFound', 404, createFile, 'DirectoryError', 'ParentNotFound', false],
  ['ParentNotFound', 404, operations.copyFile, 'DirectoryError', 'ParentNotFound', false],
  ['ParentNotFound', 404, operations.renameFile, 'DirectoryError', 'ParentNotFound', false],
  ['ParentNotFound', 404, createDirectory, 'DirectoryError', 'ParentNotFound', false],
  ['ParentNotFound', 404, operations.renameDirectory, 'DirectoryError', 'ParentNotFound', false],
  ['ShareNotFound', 404, getFile, 'FileError', 'ShareNotFound', false],
  ['ShareNotFound', 404, createDirectory, 'DirectoryError', 'ShareNotFound', false],
  ['ShareNotFound', 404, getShareProperties, 'DirectoryError', 'ShareNotFound', false],
  ['ShareSnapshotNotFound', 404, getFile, 'FileError', 'ShareSnapshotNotFound', false],
  ['ShareSnapshotNotFound', 404, listDirectory, 'DirectoryError', 'ShareSnapshotNotFound', false],
  ['PreviousSnapshotNotFound', 404, operations.listRanges, 'FileError', 'ShareSnapshotNotFound', false],
  ['ShareBeingDeleted', 409, putRange, 'FileError', 'ShareBeingDeleted', true],
  ['ShareBeingDeleted', 409, createDirectory, 'DirectoryError', 'ShareBeingDeleted', true],
  ['ShareSizeLimitReached', 403, putRange, 'FileError', 'ShareSizeLimitReached', false],
  ['ShareSizeLimitReached', 403, createDirectory, 'DirectoryError', 'ShareSizeLimitReached', false],
  ['ResourceAlreadyExists', 409, operations.renameFile, 'FileError', 'FileAlreadyExists', false],
  ['ResourceAlreadyExists', 409, createDirectory, 'DirectoryError', 'DirectoryAlreadyExists', false],
  ['ResourceTypeMismatch', 409, createFile, 'FileError', 'ResourceTypeMismatch', false],
  ['ResourceTypeMismatch', 409, createDirectory, 'DirectoryError', 'ResourceTypeMismatch', false],
  ['DirectoryNotEmpty', 409, deleteDirectory, 'DirectoryError', 'DirectoryNotEmpty', false],
  ['ReadOnlyAttribute', 409, putRange, 'FileError', 'ReadOnly', false],
  ['ReadOnlyAttribute', 409, deleteDirectory, 'DirectoryError', 'ReadOnly', false],
  ['LeaseIdMissing', 412, putRange, 'FileError', 'FileLocked', true],
  ['SharingViolation', 409, putRange, 'FileError', 'FileLocked', true],
  ['SharingViolation', 409, operations.renameDirectory, 'FileError', 'FileLocked', true],
  ['FileLockConflict', 409, putRange, 'FileError', 'FileLocked', true],
  ['DeletePending', 409, createFile, 'FileError', 'FileLocked', true],
  ['CannotDeleteFileOrDirectory', 409, operations.deleteFile, 'FileError', 'FileLocked', true],
  ['FileOpenBySmbClient', 409, operations.deleteFile, 'FileError', 'FileLocked', true],
  ['InvalidRange', 416, getFile, 'FileError', 'InvalidRange', false],
  ['RequestBodyTooLarge', 413, putRange, 'FileError', 'FileTooLarge', false],
  ['FileGenerationMismatch', 409, operations.listRanges, 'FileError', 'FileChanged', false],
  ['PendingCopyOperation', 409, operations.copyFile, 'FileError', 'CopyPending', true],
  ['NoPendingCopyOperation', 409, operations.abortCopyFile, 'FileError', 'CopyNotPending', false],
  ['CopyIdMismatch', 409, operations.abortCopyFile, 'FileError', 'CopyNotPending', false],
  ['CannotVerifyCopySource', 409, operations.copyFile, 'FileError', 'CopySourceUnreadable', false],
  ['LeaseAlreadyPresent', 409, getFile, 'LeaseError', 'LeaseAlreadyPresent', true],
  ['LeaseIsBreakingAndCannotBeAcquired', 409, getFile, 'LeaseError', 'LeaseAlreadyPresent', true],
  ['LeaseIdMismatchWithFileOperation', 412, putRange, 'LeaseError', 'LeaseIdMismatch', false],
  ['LeaseIdMismatchWithContainerOperation', 412, getShareProperties, 'LeaseError', 'LeaseIdMismatch', false],
  ['LeaseIdMismatchWithLeaseOperation', 409, getFile, 'LeaseError', 'LeaseIdMismatch', false],
  ['LeaseNotPresentWithFileOperation', 412, putRange, 'LeaseError', 'LeaseNotPresent', false],
  ['LeaseNotPresentWithContainerOperation', 412, getShareProperties, 'LeaseError', 'LeaseNotPresent', false],
  ['LeaseNotPresentWithLeaseOperation', 409, getFile, 'LeaseError', 'LeaseNotPresent', false],
  ['LeaseLost', 412, putRange, 'LeaseError', 'LeaseLost', true],
  ['LeaseIsBrokenAndCannotBeRenewed', 409, getFile, 'LeaseError', 'LeaseLost', true],
  ['LeaseIsBrokenAndCannotBeChanged', 409, getFile, 'LeaseError', 'LeaseLost', true],
  ['LeaseIsBreakingAndCannotBeChanged', 409, getFile, 'LeaseError', 'LeaseLost', true],
  ['InvalidResourceName', 400, createFile, 'ConfigurationError', 'InvalidPath', false],
  ['InvalidFileOrDirectoryPathName', 400, createDirectory, 'ConfigurationError', 'InvalidPath', false],
  ['InvalidResourceName', 400, getShareProperties, 'ConfigurationError', 'InvalidShareName', false],
];

describe('refusals', () => {
  it.each(rows)('turns %s (%i) of $2.name into %s', (code, status, operation, name, expected, retryable) => {
    const error = mapped({ operation, status, code });
    expect(error).toMatchObject({
      name,
      code: expected,
      retryable,
      status,
      serviceCode: code,
      operation: operation.name,
      requestId: 'request-1',
      retryAfterMs: 1500,
    });
  });

  it('has a row in this test for every row of the table', () => {
    expect(Object.keys(errorRows).filter((code) => !rows.some(([tested]) => tested === code))).toEqual([]);
  });

  it.each<[number, FilesOperation, string, string]>([
    [404, getFile, 'FileError', 'FileNotFound'],
    [404, listDirectory, 'DirectoryError', 'DirectoryNotFound'],
    [409, putRange, 'FileError', 'Conflict'],
    [409, createDirectory, 'DirectoryError', 'Conflict'],
    [412, putRange, 'FileError', 'PreconditionFailed'],
    [412, createDirectory, 'DirectoryError', 'PreconditionFailed'],
    [413, putRange, 'FileError', 'FileTooLarge'],
    [416, getFile, 'FileError', 'InvalidRange'],
  ])('goes by the status %i where the code of $1.name is unknown', (status, operation, name, code) => {
    for (const unknown of ['SomethingNew', '__proto__', 'constructor', undefined]) {
      const error = mapped({ operation, status, ...(unknown !== undefined && { code: unknown }) });
      expect(error).toMatchObject({ name, code, retryable: false });
    }
  });

  it.each([400, 401, 403, 405, 429, 500, 503])('leaves the status %i to core', (status) => {
    expect(mapped({ operation: getFile, status, code: 'SomethingNew' })).toBeUndefined();
  });

  it('leaves a refused token to core, although it comes as a conflict', () => {
    const code = 'FileOAuthManagementApiRestrictedToSrp';
    expect(mapped({ operation: getShareProperties, status: 409, code })).toBeUndefined();
  });

  it('names share and path in fields and message', () => {
    const error = mapped({ operation: getFile, status: 404, code: 'ResourceNotFound' });
    expect(error).toMatchObject({ share: 'data', path: 'a/b' });
    expect(error?.message).toBe('data/a/b: not found (GetFile failed: the service answered 404)');
  });

  it('names the source of a copy or rename when that is what is missing', () => {
    const resource = { share: 'data', path: 'to', sourceShare: 'other', sourcePath: 'from' };
    const operation = operations.copyFile;
    const missing = mapped({ operation, status: 404, code: 'ResourceNotFound', resource });
    expect(missing).toMatchObject({ share: 'other', path: 'from' });
    const parent = mapped({ operation, status: 404, code: 'ParentNotFound', resource });
    expect(parent).toMatchObject({ share: 'data', path: 'to' });
  });

  it('tells the range that was asked for and the size that the service told', () => {
    const error = mapped({
      operation: getFile,
      status: 416,
      code: 'InvalidRange',
      resource: { share: 'data', path: 'a', range: 'bytes=10-19' },
      headers: { 'Content-Range': 'bytes */5' },
    });
    expect(error).toMatchObject({ start: 10, end: 20, size: 5 });
  });

  it('tells no size that it does not know', () => {
    const error = mapped({ operation: getFile, status: 416, code: 'InvalidRange' });
    expect(error).toMatchObject({ start: undefined, end: undefined, size: undefined });
  });
});

describe('questions about errors', () => {
  it.each([
    [new FileError('FileNotFound', ''), true],
    [new FileError('ShareNotFound', ''), true],
    [new DirectoryError('DirectoryNotFound', ''), true],
    [new DirectoryError('DirectoryNotEmpty', ''), false],
    [new FileError('FileLocked', ''), false],
    [Object.assign(new Error(''), { code: 'FileNotFound' }), false],
    [undefined, false],
  ])('sees in %s whether something is absent', (error, absent) => {
    expect(isAbsent(error)).toBe(absent);
  });

  it('compares codes of its own errors only', () => {
    expect(hasCode(new FileError('FileLocked', ''), 'FileLocked')).toBe(true);
    expect(hasCode({ code: 'FileLocked' }, 'FileLocked')).toBe(false);
  });

  it('turns absence into false, and nothing else', async () => {
    expect(await ifThere(() => Promise.resolve())).toBe(true);
    expect(await ifThere(() => Promise.reject(new FileError('FileNotFound', '')))).toBe(false);
    const locked = new FileError('FileLocked', '');
    await expect(ifThere(() => Promise.reject(locked))).rejects.toBe(locked);
  });

  it('gives errors as plain data', () => {
    const error = new FileError('InvalidRange', 'message', {
      share: 's',
      path: 'p',
      start: 1,
      end: 2,
      size: 1,
    });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: 'FileError',
      message: 'message',
      code: 'InvalidRange',
      share: 's',
      path: 'p',
      start: 1,
      end: 2,
      size: 1,
    });
    expect(new DirectoryError('DirectoryNotEmpty', '').failures).toEqual([]);
  });
});
