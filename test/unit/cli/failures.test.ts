import { describe, expect, it } from 'vitest';
import {
  codeOf,
  exitCodeOf,
  failureValue,
  hintOf,
  LocalError,
  messageOf,
  PartialFailure,
} from '../../../src/cli/failures.js';
import { UsageError } from '../../../src/cli/usage-error.js';
import {
  AuthenticationError,
  type AzureFilesError,
  ConfigurationError,
  DirectoryError,
  FileError,
  LeaseError,
  NetworkError,
  ServerError,
  TransferError,
} from '../../../src/files/index.js';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}

describe('exitCodeOf', () => {
  const rows: [number, unknown][] = [
    [1, new Error('anything')],
    [1, 'a text that was thrown'],
    [1, systemError('EACCES')],
    [1, systemError('ENOSPC')],
    [1, new ConfigurationError('UnsupportedVersion', '')],
    [1, new NetworkError('CertificateInvalid', '')],
    [1, new ServerError('UnexpectedAnswer', '')],
    [1, new FileError('FileTooLarge', '')],
    [1, new LocalError('NotSupported', '')],
    [2, new UsageError('')],
    [2, new ConfigurationError('InvalidPath', '')],
    [2, new ConfigurationError('MissingCredentials', '')],
    [3, new FileError('FileNotFound', '')],
    [3, new DirectoryError('DirectoryNotFound', '')],
    [3, new DirectoryError('ParentNotFound', '')],
    [3, new DirectoryError('ShareNotFound', '')],
    [3, new LocalError('NotFound', '')],
    [3, systemError('ENOENT')],
    [4, new FileError('FileAlreadyExists', '')],
    [4, new FileError('FileLocked', '', { retryable: true })],
    [4, new FileError('FileChanged', '')],
    [4, new FileError('ResourceTypeMismatch', '')],
    [4, new DirectoryError('DirectoryNotEmpty', '')],
    [4, new LeaseError('LeaseIdMismatch', '')],
    [4, new TransferError('SourceChanged', '', { retryable: true })],
    [4, systemError('EEXIST')],
    [5, new NetworkError('ConnectionFailed', '')],
    [5, new NetworkError('Timeout', '')],
    [5, new NetworkError('CircuitOpen', '')],
    [5, new ServerError('ServerBusy', '', { retryable: true })],
    [6, new AuthenticationError('PermissionDenied', '')],
    [6, new AuthenticationError('InvalidKey', '')],
    [3, new PartialFailure('', new FileError('FileNotFound', ''), {})],
    [1, new PartialFailure('', undefined, {})],
    [2, new ConfigurationError('InvalidRequest', '')],
    [1, new ConfigurationError('InvalidRequest', '', { status: 400 })],
  ];

  it.each(rows.map(([code, error]) => [code, codeOf(error), error] as const))(
    'is %i for %s',
    (code, _, error) => {
      expect(exitCodeOf(error)).toBe(code);
    },
  );
});

describe('messageOf', () => {
  it('is one line, and says how often it was tried', () => {
    const error = new NetworkError('ConnectionFailed', 'no\nconnection');
    Object.assign(error, { attempts: 3 });
    expect(messageOf(error)).toBe('no connection (after 3 attempts)');
  });

  it('takes what was thrown without being an error', () => {
    expect(messageOf('text')).toBe('text');
  });
});

describe('hintOf', () => {
  it('says what to do where that is known', () => {
    expect(hintOf(new ConfigurationError('MissingCredentials', ''))).toContain(
      'AZURE_STORAGE_CONNECTION_STRING',
    );
    expect(hintOf(new UsageError('', 'do that'))).toBe('do that');
    expect(hintOf(new Error('anything'))).toBeUndefined();
  });
});

describe('failureValue', () => {
  it('holds what a script needs', () => {
    const error: AzureFilesError = new FileError('FileNotFound', 'not there', {
      status: 404,
      serviceCode: 'ResourceNotFound',
      requestId: 'id',
      operation: 'GetFile',
    });
    expect(failureValue(error)).toEqual({
      error: {
        code: 'FileNotFound',
        message: 'not there',
        exitCode: 3,
        status: 404,
        serviceCode: 'ResourceNotFound',
        requestId: 'id',
        operation: 'GetFile',
        retryable: false,
        attempts: 0,
      },
    });
  });

  it('holds the counts of what was done in part', () => {
    const error = new PartialFailure('2 failed', new Error('first'), { failed: 2, files: 5 });
    expect(failureValue(error)).toEqual({
      error: { code: 'PartialFailure', message: '2 failed', exitCode: 1, failed: 2, files: 5 },
    });
  });
});
