import { shown } from '../../core/option-checks.js';
import { parseRfc1123 } from '../../core/wire/dates.js';
import { parseXml, type XmlElement, XmlError, xmlChild, xmlText } from '../../core/wire/xml.js';
import { joinPath } from '../paths.js';
import type { DirectoryEntry, DirectoryListing, SmbProperties } from '../types.js';
import { unexpected } from './answers.js';
import { type ListedEntry, scanEntries } from './listing-scanner.js';

/** The directory that was listed. */
export interface ListedDirectory {
  readonly share: string;
  readonly path: string;
}

const maxLength = 64 * 1024 * 1024;
/** A page of 5,000 entries has fewer than 100,000. */
const maxNodes = 250_000;
const rootName = 'EnumerationResults';
const entriesStart = '<Entries>';
const entriesEnd = '</Entries>';

/**
 * Reads the answer to List Directories and Files.
 *
 * Entries in the form that the service writes are scanned, which takes a fraction of the time that any parser takes; the
 * frame around them, and a document that looks otherwise anywhere, goes to the parser.
 * @throws {ServerError} `UnexpectedAnswer` when it is no such document.
 */
export function readListing(text: string, directory: ListedDirectory): DirectoryListing {
  try {
    return scanListing(text, directory) ?? parseListing(text, directory);
  } catch (cause) {
    if (cause instanceof XmlError)
      throw unexpected(`the listing is malformed: ${cause.message}`, undefined, cause);
    throw cause;
  }
}

/** How many entries a listing has; for spans. */
export function countEntries(text: string): number {
  let count = 0;
  for (let at = text.indexOf('<Name'); at >= 0; at = text.indexOf('<Name', at + 5)) count++;
  return count;
}

function scanListing(text: string, directory: ListedDirectory): DirectoryListing | undefined {
  const start = text.indexOf(entriesStart);
  const end = text.lastIndexOf(entriesEnd);
  if (start < 0 || end < start) return undefined;
  const root = frameOf(`${text.slice(0, start)}<Entries />${text.slice(end + entriesEnd.length)}`);
  if (root === undefined) return undefined;
  const place = { start: start + entriesStart.length, end };
  const entries = scanEntries(text, place, (listed) => entryOf(listed, directory));
  return entries === undefined ? undefined : listingOf(entries, root);
}

/** The document without its entries; `undefined` when cutting them out left none, and only the parser can say why. */
function frameOf(frame: string): XmlElement | undefined {
  try {
    const root = parseXml(frame, { maxLength });
    const lists = root.children.filter(({ name }) => name === 'Entries');
    return root.name === rootName && lists.length === 1 ? root : undefined;
  } catch {
    return undefined;
  }
}

function parseListing(text: string, directory: ListedDirectory): DirectoryListing {
  const root = parseXml(text, { maxLength, maxNodes });
  const list = xmlChild(root, 'Entries');
  if (root.name !== rootName || list === undefined) {
    throw unexpected(`the listing is a document ${root.name} without entries`);
  }
  const entries: DirectoryEntry[] = [];
  for (const element of list.children) {
    const type = entryTypes[element.name];
    if (type !== undefined) entries.push(entryOf(listedEntry(element, type), directory));
  }
  return listingOf(entries, root);
}

const entryTypes: Readonly<Record<string, 'file' | 'directory' | undefined>> = {
  __proto__: null as never,
  File: 'file',
  Directory: 'directory',
};

function listedEntry(element: XmlElement, type: 'file' | 'directory'): ListedEntry {
  const name = xmlChild(element, 'Name');
  if (name === undefined) throw unexpected('an entry of the listing has no name');
  const properties = xmlChild(element, 'Properties');
  const property = (key: string) => (properties === undefined ? undefined : xmlText(properties, key));
  return {
    type,
    name: name.text,
    isEncoded: name.attributes.Encoded === 'true',
    size: property('Content-Length'),
    lastModified: property('Last-Modified'),
    etag: property('Etag'),
    fileId: xmlText(element, 'FileId'),
    creationTime: property('CreationTime'),
    lastWriteTime: property('LastWriteTime'),
    changeTime: property('ChangeTime'),
    attributes: xmlText(element, 'Attributes'),
    permissionKey: xmlText(element, 'PermissionKey'),
  };
}

/** A name with characters that XML cannot carry comes percent-encoded. */
function decodedName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    throw unexpected(`the listing has a name with a malformed escape: ${shown(encoded)}`, undefined, cause);
  }
}

function listingOf(entries: DirectoryEntry[], root: XmlElement): DirectoryListing {
  const nextMarker = xmlText(root, 'NextMarker');
  return nextMarker === undefined || nextMarker === '' ? { entries } : { entries, nextMarker };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: where it stands, other programs take a name to end.
const leadsElsewhere = /[/\\\u0000]|^\.{1,2}$/;

/** Objects are written out field by field: a page has thousands of them, and spreading one costs as much as scanning it. */
function entryOf(listed: ListedEntry, directory: ListedDirectory): DirectoryEntry {
  const { etag } = listed;
  const name = listed.isEncoded ? decodedName(listed.name) : listed.name;
  const time = parseRfc1123(listed.lastModified ?? '');
  if (name === '' || etag === undefined || time === undefined) {
    throw unexpected(`the entry ${shown(name)} of the listing has no name, ETag or Last-Modified`);
  }
  // Callers join names to local paths: one that leads elsewhere must not reach them.
  if (leadsElsewhere.test(name)) {
    throw unexpected(`the listing has an entry ${shown(name)}, which is no name of a file or directory`);
  }
  const { share } = directory;
  const path = joinPath(directory.path, name);
  const lastModified = new Date(time);
  const smb = smbOf(listed);
  if (listed.type === 'directory') return { type: 'directory', name, share, path, etag, lastModified, smb };
  return { type: 'file', name, share, path, size: sizeOf(listed), etag, lastModified, smb };
}

function sizeOf(listed: ListedEntry): number {
  const { size = '' } = listed;
  if (/^\d{1,15}$/.test(size)) return Number(size);
  throw unexpected(`the file ${shown(listed.name)} of the listing has no size`);
}

function smbOf(listed: ListedEntry): SmbProperties {
  const smb: SmbProperties = {};
  if (listed.attributes !== undefined) smb.attributes = listed.attributes;
  if (listed.creationTime !== undefined) smb.creationTime = listed.creationTime;
  if (listed.lastWriteTime !== undefined) smb.lastWriteTime = listed.lastWriteTime;
  if (listed.changeTime !== undefined) smb.changeTime = listed.changeTime;
  if (listed.permissionKey !== undefined) smb.permissionKey = listed.permissionKey;
  if (listed.fileId !== undefined) smb.fileId = listed.fileId;
  return smb;
}
