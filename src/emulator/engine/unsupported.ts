import type { HttpHeaders } from '../../core/http/headers.js';
import { invalidQuery, Refusal } from './service-errors.js';

/** The File service knows no conditional requests. */
const conditions = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'] as const;

/** Features that the emulator does not have: messages with checksums inside, and everything of NFS shares. */
const features = [
  'x-ms-structured-body',
  'x-ms-structured-content-length',
  'x-ms-mode',
  'x-ms-owner',
  'x-ms-group',
  'x-ms-file-file-type',
  'x-ms-file-mode-copy-mode',
  'x-ms-file-owner-copy-mode',
] as const;

/**
 * Refuses what would otherwise be ignored without a word.
 * @throws {Refusal} `ConditionHeadersNotSupported`, as the service; `UnsupportedHeader` with the header's name.
 */
export function refuseUnsupported(headers: HttpHeaders): void {
  for (const name of conditions) if (headers.has(name)) throw new Refusal('ConditionHeadersNotSupported');
  for (const name of features) {
    if (headers.has(name)) throw new Refusal('UnsupportedHeader', { extras: { HeaderName: name } });
  }
}

/**
 * Checks `timeout`, in seconds. Nothing takes long enough here to be ended by it.
 * @throws {Refusal} `InvalidQueryParameterValue`.
 */
export function checkTimeout(query: ReadonlyMap<string, string>): void {
  const timeout = query.get('timeout');
  if (timeout !== undefined && !/^[1-9]\d{0,8}$/.test(timeout)) throw invalidQuery('timeout', timeout);
}
