import {
  AuthenticationError,
  AzureFilesError,
  ConfigurationError,
  LeaseError,
  NetworkError,
} from '../files/index.js';
import { UsageError } from './usage-error.js';

/** What the process ends with. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  temporary: 5,
  notAuthorised: 6,
  interrupted: 130,
} as const;

/** Some of many things failed: each was reported when it happened. */
export class PartialFailure extends Error {
  /** The first of them, where it decides the exit code; otherwise that is 1. */
  readonly first: unknown;
  readonly details: Readonly<Record<string, number>>;

  constructor(message: string, first: unknown, details: Readonly<Record<string, number>>) {
    super(message);
    this.name = 'PartialFailure';
    this.first = first;
    this.details = details;
  }
}

/** A failure with an exit code of its own, as around a command that was to be run. */
export class CommandFailure extends Error {
  readonly code: string;
  readonly exitCode: number;
  /** What to do about it, where that is not what usually helps. */
  readonly hint: string | undefined;

  constructor(
    code: string,
    exitCode: number,
    details: { readonly message: string; readonly cause?: unknown; readonly hint?: string },
  ) {
    super(details.message, { cause: details.cause });
    this.name = 'CommandFailure';
    this.code = code;
    this.exitCode = exitCode;
    this.hint = details.hint;
  }
}

/** Something of this machine is in the way, or is not of the kind that was expected. */
export class LocalError extends Error {
  readonly code: 'NotFound' | 'Exists' | 'NotSupported';

  constructor(code: 'NotFound' | 'Exists' | 'NotSupported', message: string) {
    super(message);
    this.name = 'LocalError';
    this.code = code;
  }
}

const notFoundCodes = new Set([
  'FileNotFound',
  'DirectoryNotFound',
  'ParentNotFound',
  'ShareNotFound',
  'NotFound',
  'ENOENT',
]);
const conflictCodes = new Set([
  'FileAlreadyExists',
  'DirectoryAlreadyExists',
  'DirectoryNotEmpty',
  'FileLocked',
  'FileChanged',
  'SourceChanged',
  'PreconditionFailed',
  'ReadOnly',
  'ResourceTypeMismatch',
  'ShareBeingDeleted',
  'CopyPending',
  'Conflict',
  'LocalFileExists',
  'Exists',
  'EEXIST',
  'ENOTEMPTY',
]);
const usageCodes = new Set([
  'InvalidAccountName',
  'InvalidShareName',
  'InvalidPath',
  'InvalidOption',
  'MissingCredentials',
]);

/** The exit code that says what kind of failure it was. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof PartialFailure) return exitCodeOf(error.first);
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof CommandFailure) return error.exitCode;
  const code = codeOf(error);
  if (notFoundCodes.has(code)) return exitCodes.notFound;
  if (conflictCodes.has(code) || error instanceof LeaseError) return exitCodes.conflict;
  if (error instanceof AuthenticationError) return exitCodes.notAuthorised;
  if (error instanceof ConfigurationError) return isUsage(error) ? exitCodes.usage : exitCodes.failed;
  if (error instanceof NetworkError)
    return code === 'CertificateInvalid' ? exitCodes.failed : exitCodes.temporary;
  if (error instanceof AzureFilesError && error.retryable) return exitCodes.temporary;
  return exitCodes.failed;
}

/** What a service refuses is not known before something may have been done. */
function isUsage({ code, status }: ConfigurationError): boolean {
  return usageCodes.has(code) || (code === 'InvalidRequest' && status === undefined);
}

/** The stable name of what went wrong. */
export function codeOf(error: unknown): string {
  if (error instanceof UsageError) return 'Usage';
  if (error instanceof PartialFailure) return 'PartialFailure';
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'Failed';
}

const hints: Readonly<Record<string, string>> = {
  MissingCredentials:
    'set AZURE_STORAGE_CONNECTION_STRING, or give --account-name with --auth-mode login (after `az login`, or on a machine in Azure), --account-key or --sas-token; `azstore doctor` tells what was found',
  ConnectionFailed: 'is the service running? `azstore emulator` starts one on this machine',
  DnsResolutionFailed: 'check the account name or the endpoint',
  ShareNotFound: 'this command makes no shares; the emulator does: azstore emulator --share NAME',
  ParentNotFound: '`azstore mkdir -p` makes the directories above',
  DirectoryNotEmpty: '`azstore rm -r` removes a directory with what is in it',
  ServerBusy: 'the service asks to slow down: try again later, or with a smaller --concurrency',
  CircuitOpen: 'the service failed several times in a row: try again later',
  FileChanged: 'somebody wrote to the file meanwhile: try again',
  SourceChanged: 'somebody wrote to the file meanwhile: try again',
  LeaseAlreadyPresent: '`azstore lease inspect` tells who has it; --wait waits for it',
  FileLocked: '`azstore lease inspect` tells who has it',
};

/** What to do about a failure, where something can be said. */
export function hintOf(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.hint;
  if (error instanceof PartialFailure) return undefined;
  if (error instanceof CommandFailure && error.hint !== undefined) return error.hint;
  return hints[codeOf(error)];
}

/** A failure in words, on one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const tried =
    error instanceof AzureFilesError && error.attempts > 1 ? ` (after ${error.attempts} attempts)` : '';
  return `${message.replace(/\s*\n\s*/g, ' ')}${tried}`;
}

/** A failure as data, for `--json`. */
export function failureValue(error: unknown): { error: Readonly<Record<string, unknown>> } {
  const hint = hintOf(error);
  const basic = { code: codeOf(error), message: messageOf(error), exitCode: exitCodeOf(error) };
  return {
    error: {
      ...basic,
      ...(hint === undefined ? {} : { hint }),
      ...(error instanceof PartialFailure ? error.details : {}),
      ...(error instanceof AzureFilesError ? serviceFields(error) : {}),
    },
  };
}

function serviceFields(error: AzureFilesError): Record<string, unknown> {
  const { serviceCode, status, requestId, operation, retryable, attempts } = error;
  return { serviceCode, status, requestId, operation, retryable, attempts };
}
