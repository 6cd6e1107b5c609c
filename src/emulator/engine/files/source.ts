import type { FileRecord, ShareRecord } from '../../store/store.js';
import type { RequestContext } from '../context.js';
import { type Address, parseAddress } from '../route.js';
import { invalidHeader, missingHeader, Refusal } from '../service-errors.js';
import { authorizeCopySource } from '../source-authority.js';
import { findEntry, findShare, ofKind } from './lookup.js';
import { withoutTrailingDots } from './names.js';

const maxUrlLength = 2048;

/** A URL in a header that names something in this emulator. */
export interface SourceUrl extends Address {
  /** The URL without its query, but for the snapshot it names: fit to be shown. */
  readonly shown: string;
  readonly scheme: 'http' | 'https';
  /** The names as they were written, before the rule for trailing dots: what a signature covers. */
  readonly signedPath: readonly string[];
}

/**
 * Takes the URL of a source apart.
 * @throws {Refusal} `MissingRequiredHeader`, `InvalidHeaderValue`.
 */
export function readSourceUrl(context: RequestContext, header: string): SourceUrl {
  const { headers, accounts, account } = context;
  const text = headers.get(header);
  if (text === undefined) throw missingHeader(header);
  const parts = /^(https?:\/\/[^/?#\s]+)(\/[^#\s]*)$/i.exec(text);
  if (parts === null || text.length > maxUrlLength) throw invalidHeader(header, withoutQuery(text));
  const [, origin = '', target = ''] = parts;
  // On the host that was asked, a path without an account is one of the account that asks.
  const otherwise = context.serviceEndpoint.startsWith(`${origin}/`) ? account : undefined;
  let address: Address;
  try {
    address = parseAddress(origin.toLowerCase(), target, { accounts, otherwise });
  } catch {
    throw invalidHeader(header, withoutQuery(text));
  }
  const keepsDots = headers.get('x-ms-source-allow-trailing-dot')?.toLowerCase() === 'true';
  const snapshot = address.query.get('sharesnapshot');
  return {
    ...address,
    scheme: /^https:/i.test(origin) ? 'https' : 'http',
    signedPath: address.path,
    path: keepsDots ? address.path : withoutTrailingDots(address.path),
    shown:
      withoutQuery(text) + (snapshot === undefined ? '' : `?sharesnapshot=${encodeURIComponent(snapshot)}`),
  };
}

/** A query can hold a signature, which must not come back in an error or a property. */
function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** A file that is read on behalf of another one. */
export interface SourceFile {
  readonly url: SourceUrl;
  readonly share: ShareRecord;
  readonly file: FileRecord;
}

/**
 * Finds the file that `x-ms-copy-source` names: in any share, snapshot or account of this emulator.
 * @throws {Refusal} `CannotVerifyCopySource` when it may not be read; `ResourceNotFound` and the like when it is not there.
 */
export function findCopySource(context: RequestContext): SourceFile {
  const url = readSourceUrl(context, 'x-ms-copy-source');
  authorizeCopySource(url, context);
  const { account, shareName: name, query, path } = url;
  if (path.length === 0) throw new Refusal('ResourceNotFound');
  const share = findShare(context.store, { account, name, snapshot: query.get('sharesnapshot') });
  return { url, share, file: ofKind(findEntry(context.store, share.volume, path), 'file') };
}
