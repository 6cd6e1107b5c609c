import type { HttpHeaders } from '../../core/http/headers.js';
import type { Metadata } from '../store/store.js';
import { Refusal } from './service-errors.js';

const prefix = 'x-ms-meta-';
/** Names and values together. */
const maxBytes = 8 * 1024;
const identifier = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Cf}]*$/u;

/**
 * The metadata of a request, names as they were spelled; `undefined` when it has none.
 * @throws {Refusal} `EmptyMetadataKey`, `InvalidMetadata`, `MetadataTooLarge`.
 */
export function readMetadata(headers: HttpHeaders): Metadata | undefined {
  let metadata: [string, string][] | undefined;
  let bytes = 0;
  for (const [header, value] of headers) {
    if (header.length < prefix.length || header.slice(0, prefix.length).toLowerCase() !== prefix) continue;
    const name = header.slice(prefix.length);
    if (name === '') throw new Refusal('EmptyMetadataKey');
    if (!identifier.test(name)) throw new Refusal('InvalidMetadata');
    bytes += name.length + value.length;
    metadata ??= [];
    metadata.push([name, value]);
  }
  if (bytes > maxBytes) throw new Refusal('MetadataTooLarge');
  return metadata;
}

/** Adds metadata to the headers of an answer. */
export function writeMetadata(headers: HttpHeaders, metadata: Metadata): void {
  for (const [name, value] of metadata) headers.set(prefix + name, value);
}
