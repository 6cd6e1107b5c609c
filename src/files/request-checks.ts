import { ConfigurationError } from '../core/errors.js';
import type { HttpHeaders } from '../core/http/headers.js';
import { checkNumber, shown } from '../core/option-checks.js';
import { FileError } from './errors.js';
import type { ByteRange } from './types.js';

/** 4 TiB. */
export const maxFileBytes = 4_398_046_511_104;
const printable = /^[!-~](?:[ -~]*[!-~])?$/;
const guid = /^\{?[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\}?$/;

export function invalidRequest(message: string): ConfigurationError {
  return new ConfigurationError('InvalidRequest', message);
}

/**
 * Makes sure that a number can be the size of a file.
 * @throws {FileError} `FileTooLarge` over 4 TiB.
 * @throws {ConfigurationError} `InvalidRequest` when it is no size at all.
 */
export function checkSize(size: unknown, of: { share: string; path: string }): asserts size is number {
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
    throw invalidRequest(`size must be an integer of bytes from 0 to ${maxFileBytes}, got ${shown(size)}`);
  }
  if (size <= maxFileBytes) return;
  throw new FileError(
    'FileTooLarge',
    `${of.share}/${of.path}: a file has at most ${maxFileBytes} bytes (4 TiB), not ${size}`,
    {
      ...of,
      size,
    },
  );
}

/**
 * Makes sure that a range has bytes in it.
 * @throws {FileError} `InvalidRange`.
 */
export function checkRange(range: Readonly<ByteRange>, of: { share: string; path: string }): void {
  const { start, end } = range;
  if (isOffset(start) && isOffset(end) && start < end) return;
  throw new FileError(
    'InvalidRange',
    `${of.share}/${of.path}: a range must have integers 0 <= start < end <= ${maxFileBytes}, got ${shown(start)} to ${shown(end)}`,
    { ...of, start: numberOrNone(start), end: numberOrNone(end) },
  );
}

/** Anything else is no detail of an error: it may be a secret in the wrong place. */
function numberOrNone(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function isOffset(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxFileBytes;
}

/** Makes sure that there are bytes. */
export function checkData(data: unknown): asserts data is Uint8Array {
  if (!(data instanceof Uint8Array)) {
    throw invalidRequest(`data must be a Uint8Array, got ${data === null ? 'null' : typeof data}`);
  }
}

/** Sets a header to what a user gave, after making sure that HTTP carries it unchanged. */
export function setText(headers: HttpHeaders, header: string, field: { name: string; value: unknown }): void {
  const { name, value } = field;
  if (value === undefined) return;
  if (typeof value !== 'string' || !printable.test(value)) {
    throw invalidRequest(`${name} must be printable ASCII without spaces at its ends`);
  }
  headers.set(header, value);
}

/** Sets a lease id. What was given is not repeated in the error: it may be somebody's lock. */
export function setLeaseId(
  headers: HttpHeaders,
  leaseId: string | undefined,
  header = 'x-ms-lease-id',
): void {
  if (leaseId === undefined) return;
  checkLeaseId('a lease id', leaseId);
  headers.set(header, leaseId);
}

/** Makes sure that a lease id is a GUID. It is not repeated in the error. */
export function checkLeaseId(name: string, leaseId: unknown): asserts leaseId is string {
  if (typeof leaseId !== 'string' || !guid.test(leaseId)) throw invalidRequest(`${name} must be a GUID`);
}

/** Seconds that a lease can be taken for, beside for ever. */
const leaseSeconds = { min: 15, max: 60 } as const;

/** Makes sure that a lease can be taken for so long: 15 to 60 seconds, or -1, until it is given back. */
export function checkLeaseSeconds(seconds: unknown): asserts seconds is number {
  if (seconds === -1) return;
  const { min, max } = leaseSeconds;
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= min && seconds <= max) return;
  throw invalidRequest(
    `durationSeconds must be an integer from ${min} to ${max}, or -1 for a lease without end, got ${shown(seconds)}`,
  );
}

const longestWaitMs = 24 * 60 * 60 * 1000;

/** Makes sure of how long to wait for what somebody else has: up to a day. */
export function checkWait(waitMs: unknown): asserts waitMs is number {
  checkNumber(waitMs, 'waitMs', { least: 0, most: longestWaitMs });
}

/** Makes sure that something is a GUID, such as the id of a copy. */
export function checkGuid(name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || !guid.test(value))
    throw invalidRequest(`${name} must be a GUID, got ${shown(value)}`);
}

/** Makes sure of an integer between two limits. */
export function checkInteger(
  name: string,
  value: number | undefined,
  limits: { min: number; max: number },
): void {
  if (value === undefined) return;
  if (Number.isInteger(value) && value >= limits.min && value <= limits.max) return;
  throw invalidRequest(`${name} must be an integer from ${limits.min} to ${limits.max}, got ${shown(value)}`);
}

/**
 * Makes sure that the service version of a client has a feature of a request.
 * @throws {ConfigurationError} `UnsupportedVersion`.
 */
export function requireVersion(version: string, least: string, feature: string): void {
  if (version >= least) return;
  const message = `${feature} needs service version ${least} or later, but apiVersion is ${version}`;
  throw new ConfigurationError('UnsupportedVersion', message);
}

/** What stands for one of the names that an `include` may have. */
export function chosen<Name extends string>(names: Readonly<Record<Name, string>>, name: Name): string {
  if (Object.hasOwn(names, name)) return names[name];
  throw invalidRequest(`include may have ${Object.keys(names).join(', ')}, got ${shown(name)}`);
}

/** `?a=b&c=d`, percent-encoded, of the parameters that have a value; empty when none has. */
export function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  let text = '';
  for (const name in parameters) {
    const value = parameters[name];
    if (value !== undefined) text += `${text === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  }
  return text;
}
