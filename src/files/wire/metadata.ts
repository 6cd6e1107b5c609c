import { ConfigurationError } from '../../core/errors.js';
import type { HttpHeaders } from '../../core/http/headers.js';
import type { Metadata } from '../types.js';

const prefix = 'x-ms-meta-';
const limitBytes = 8192;
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
const printable = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

/**
 * Adds metadata to a request. The rules of the service are checked before, because it tells of a broken one with a bare 400:
 * names are C# identifiers that differ by more than case, values are printable ASCII without spaces at their ends, all
 * of it is 8 KiB at most.
 * @throws {ConfigurationError} `InvalidRequest` that tells the rule.
 */
export function setMetadataHeaders(
  headers: HttpHeaders,
  metadata: Readonly<Record<string, string>> | undefined,
): void {
  if (metadata !== undefined) replaceMetadataHeaders(headers, metadata);
}

/** The same where metadata must be given: left out by mistake, it would clear all there is. */
export function replaceMetadataHeaders(headers: HttpHeaders, metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null || Symbol.iterator in metadata) {
    throw invalid('must be an object of names and values');
  }
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    checkEntry(name, value);
    if (headers.has(prefix + name))
      throw invalid(`must not have two names that differ in case only: ${name}`);
    bytes += name.length + value.length;
    headers.set(prefix + name, value);
  }
  if (bytes > limitBytes)
    throw invalid(`must have at most ${limitBytes} bytes of names and values, got ${bytes}`);
}

function checkEntry(name: string, value: unknown): asserts value is string {
  if (!identifier.test(name)) {
    throw invalid(
      `must have names of letters, digits and _ that do not begin with a digit, got ${JSON.stringify(name.slice(0, 80))}`,
    );
  }
  if (typeof value !== 'string')
    throw invalid(`must have text as values; that of ${name} is ${typeof value}`);
  if (!printable.test(value)) {
    throw invalid(`must have values of printable ASCII without spaces at the ends; that of ${name} is not`);
  }
}

function invalid(rule: string): ConfigurationError {
  return new ConfigurationError('InvalidRequest', `metadata ${rule}`);
}

/** The metadata in an answer. The object has no prototype, so that every name can be a key of it. */
export function metadataOf(headers: HttpHeaders): Metadata {
  const metadata = emptyMetadata();
  for (const [name, value] of headers.startingWith(prefix)) {
    if (name.length > prefix.length) metadata[name.slice(prefix.length)] = value;
  }
  return metadata;
}

/** What a creation sent, as a result. */
export function metadataCopy(metadata: Readonly<Record<string, string>> | undefined): Metadata {
  return Object.assign(emptyMetadata(), metadata);
}

export function emptyMetadata(): Metadata {
  return Object.create(null) as Metadata;
}
