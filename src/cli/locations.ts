import { UsageError } from './usage-error.js';

/** The endpoint and the signature that a full URL names. */
export interface UrlAccount {
  /** `https://account.file.core.windows.net`, or `http://127.0.0.1:10003/account`. */
  readonly endpoint: string;
  /** The query with its signature, without a question mark. */
  readonly sasToken: string | undefined;
}

/** A place in an Azure file share. */
export interface ShareLocation {
  readonly kind: 'share';
  readonly share: string;
  /** `directory/file`, not encoded; empty for the root of the share. */
  readonly path: string;
  /** Whether it was written with a slash at its end, so that only a directory can be meant. */
  readonly directory: boolean;
  /** Where it was given as a full URL. */
  readonly account: UrlAccount | undefined;
}

/** All shares of an account. */
export interface AccountLocation {
  readonly kind: 'account';
  readonly account: UrlAccount | undefined;
}

/** A file or directory of this machine. */
export interface LocalLocation {
  readonly kind: 'local';
  readonly path: string;
}

export type RemoteLocation = ShareLocation | AccountLocation;
export type Location = LocalLocation | RemoteLocation;

/**
 * Understands `files://share/path` (the path as it is, not encoded), a full URL of the File service (percent-encoded,
 * perhaps with a SAS), and everything else as a local path.
 * @throws {UsageError} when the text is none of these.
 */
export function parseLocation(text: string): Location {
  if (text === '') throw new UsageError('a location must not be empty');
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return { kind: 'local', path: text };
    case 'files':
      return remote(text.slice('files://'.length), undefined);
    case 'http':
    case 'https':
      return parseUrl(text);
    case 'blobs':
      throw new UsageError(
        'Blob storage is not available in this version: blobs:// locations are not understood',
        'use files://share/path',
      );
    default:
      throw new UsageError(
        `locations of the kind ${scheme}:// are not understood`,
        'use files://share/path, a full https:// URL, or a local path',
      );
  }
}

/** A location of a share, or a usage error that says what was expected. */
export function parseRemote(text: string): RemoteLocation {
  const location = parseLocation(text);
  if (location.kind !== 'local') return location;
  throw new UsageError(`'${text}' is a local path`, 'a place in a share is written files://share/path');
}

/** A location within a share, or a usage error that says what was expected. */
export function parseInShare(text: string): ShareLocation {
  const location = parseRemote(text);
  if (location.kind === 'share') return location;
  throw new UsageError('the location names no share', 'a place in a share is written files://share/path');
}

/** How a location is shown to people: never with a signature. */
export function displayLocation(location: Location): string {
  if (location.kind === 'local') return location.path;
  const start = location.account === undefined ? 'files://' : `${location.account.endpoint}/`;
  if (location.kind === 'account') return start;
  return `${start}${location.share}${location.path === '' ? '' : `/${location.path}`}`;
}

/** The place called `name` below a location. */
export function childOf(location: ShareLocation, name: string): ShareLocation {
  return { ...location, path: joinPath(location.path, name), directory: false };
}

/** Joins two paths of a share; either may be empty. */
export function joinPath(parent: string, name: string): string {
  return parent === '' || name === '' ? `${parent}${name}` : `${parent}/${name}`;
}

/** The last part of a path of a share; empty for the root. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * A source of a copy, and the name under which it goes into a directory: none for what stands for its content, which is
 * a whole share or a path that ends with `/.`.
 */
export function copySource(location: ShareLocation): {
  readonly source: ShareLocation;
  readonly name: string;
} {
  const name = baseName(location.path);
  if (name !== '.') return { source: location, name };
  return { source: { ...location, path: parentPath(location.path), directory: true }, name: '' };
}

/** The directory that a path of a share lies in; empty for the root. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function remote(text: string, account: UrlAccount | undefined): RemoteLocation {
  const [share = '', ...rest] = text.split('/');
  if (share === '') {
    if (rest.some((part) => part !== '')) throw new UsageError('the location names no share');
    return { kind: 'account', account };
  }
  const directory = rest.at(-1) === '';
  const path = rest.join('/').replace(/\/+$/, '');
  return { kind: 'share', share, path, directory, account };
}

function parseUrl(text: string): RemoteLocation {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError('the URL is not well-formed');
  }
  refuseUnknownParts(url);
  const segments = url.pathname.slice(1).split('/');
  const accountName = isPathStyle(url) ? decode(segments.shift() ?? '') : undefined;
  if (accountName === '') throw new UsageError('the URL names no account');
  const endpoint = accountName === undefined ? url.origin : `${url.origin}/${accountName}`;
  const account = { endpoint, sasToken: url.search === '' ? undefined : url.search.slice(1) };
  // Decoded one by one, so that an encoded slash cannot make two segments out of one.
  return remote(segments.map(decodeSegment).join('/'), account);
}

function refuseUnknownParts(url: URL): void {
  if (url.username !== '' || url.password !== '')
    throw new UsageError('the URL must not hold a user or password');
  if (url.hash !== '')
    throw new UsageError('the URL must not have a fragment', 'write # in a name as %23 in a URL');
  if (/(^|\.)blob\./.test(url.hostname))
    throw new UsageError('Blob storage is not available in this version: the URL is of the Blob service');
  if (url.searchParams.has('sharesnapshot'))
    throw new UsageError('snapshots of shares cannot be read by this command: the URL names one');
  if (url.search !== '' && !url.searchParams.has('sig'))
    throw new UsageError(
      'the query of the URL is no SAS: it has no signature (sig)',
      'write ? in a name as %3F in a URL',
    );
}

/** Whether the account is the first part of the path: for addresses, names without a dot, and the ports of emulators. */
function isPathStyle({ hostname, port }: URL): boolean {
  if (/^[\d.]+$/.test(hostname) || hostname.startsWith('[') || !hostname.includes('.')) return true;
  return (
    hostname === 'host.docker.internal' || (/^1[01][01]0[0-4]$/.test(port) && !hostname.includes('.file.'))
  );
}

function decodeSegment(segment: string): string {
  const name = decode(segment);
  if (name.includes('/'))
    throw new UsageError('a name in the URL has an encoded slash, which no name can have');
  return name;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError(
      'the URL has a percent sign that encodes nothing',
      'write % in a name as %25 in a URL',
    );
  }
}
