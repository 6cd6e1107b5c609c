import { epochMsOf, formatRfc1123, formatTicks } from '../../../core/wire/dates.js';
import { escapeXml, xmlElement } from '../../../core/wire/xml.js';
import type { EntryRecord } from '../../store/store.js';
import type { DirectoryContext, RequestContext } from '../context.js';
import { formatEtag } from '../identity.js';
import { type Reply, xmlReply } from '../reply.js';
import { Refusal } from '../service-errors.js';
import { formatAttributes } from './attributes.js';
import { foldName } from './names.js';

const pageLimit = 5000;
const idsAlwaysSince = '2020-10-02';
const extendedSince = '2020-04-08';

/** What a request wants to see of each entry. */
interface Shown {
  readonly ids: boolean;
  readonly timestamps: boolean;
  readonly etag: boolean;
  readonly attributes: boolean;
  readonly permissionKey: boolean;
}

/** List Directories and Files: one page, in the order of the names without regard to case. */
export function listEntries(context: DirectoryContext): Reply {
  const { query, directory, share } = context;
  const limit = readMaxResults(context);
  const prefix = query.get('prefix') ?? '';
  const marker = query.get('marker') ?? '';
  const shown = readShown(context);
  const page = readPage(context, { prefix, from: marker === '' ? '' : parseMarker(marker), limit });
  const document =
    `<EnumerationResults ServiceEndpoint="${escapeXml(context.serviceEndpoint)}" ShareName="${escapeXml(context.shareName)}"` +
    `${share.snapshot === undefined ? '' : ` ShareSnapshot="${share.snapshot}"`}${pathAttributes(context)}>` +
    (prefix === '' ? '' : nameElement('Prefix', prefix)) +
    (marker === '' ? '' : xmlElement('Marker', marker)) +
    (query.has('maxresults') ? xmlElement('MaxResults', query.get('maxresults') ?? '') : '') +
    (shown.ids ? xmlElement('DirectoryId', directory.id) : '') +
    (page.entries.length === 0
      ? '<Entries />'
      : `<Entries>${page.entries.map((entry) => entryXml(entry, shown)).join('')}</Entries>`) +
    xmlElement('NextMarker', page.next === undefined ? '' : formatMarker(page.next)) +
    '</EnumerationResults>';
  return xmlReply(document);
}

/** The page size of a request: at most 5000, which is also the default. */
export function readMaxResults({ query }: RequestContext): number {
  const text = query.get('maxresults');
  if (text === undefined) return pageLimit;
  if (!/^\d{1,10}$/.test(text) || Number(text) === 0) {
    throw new Refusal('OutOfRangeQueryParameterValue', {
      extras: {
        QueryParameterName: 'maxresults',
        QueryParameterValue: text,
        MinimumAllowed: '1',
        MaximumAllowed: String(pageLimit),
      },
    });
  }
  return Math.min(pageLimit, Number(text));
}

function readShown({ query, headers, version }: DirectoryContext): Shown {
  const include = new Set((query.get('include') ?? '').toLowerCase().split(','));
  const extended = headers.get('x-ms-file-extended-info')?.toLowerCase() === 'true' || query.has('include');
  return {
    ids: version >= idsAlwaysSince || (version >= extendedSince && extended),
    timestamps: include.has('timestamps'),
    etag: include.has('etag'),
    attributes: include.has('attributes'),
    permissionKey: include.has('permissionkey'),
  };
}

interface Page {
  readonly entries: readonly EntryRecord[];
  /** The name that the next page begins with. */
  readonly next: string | undefined;
}

function readPage(context: DirectoryContext, asked: { prefix: string; from: string; limit: number }): Page {
  const prefix = foldName(asked.prefix);
  const marker = foldName(asked.from);
  let from = prefix;
  if (marker > prefix) from = marker;
  const entries: EntryRecord[] = [];
  const { store, share, directory } = context;
  for (const entry of store.entries(share.volume, directory.id, from)) {
    if (!entry.key.startsWith(prefix)) break;
    if (entries.length === asked.limit) return { entries, next: entry.name };
    entries.push(entry);
  }
  return { entries, next: undefined };
}

/** `1!` + length + `!` + base64 of the name that comes next. */
export function formatMarker(name: string): string {
  const text = Buffer.from(name, 'utf8').toString('base64');
  return `1!${text.length}!${text}`;
}

function parseMarker(marker: string): string {
  const match = /^1!(\d{1,5})!([A-Za-z0-9+/]*={0,2})$/.exec(marker);
  if (match === null || Number(match[1]) !== match[2]?.length) throw new Refusal('InvalidContinuationToken');
  return Buffer.from(match[2], 'base64').toString('utf8');
}

function pathAttributes({ path }: DirectoryContext): string {
  const text = path.join('/');
  if (xmlCanCarry(text)) return ` DirectoryPath="${escapeXml(text)}"`;
  return ` Encoded="true" DirectoryPath="${percentEncoded(text)}"`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 cannot carry.
const unsafe = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

function xmlCanCarry(text: string): boolean {
  return !unsafe.test(text);
}

function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}

function nameElement(element: string, name: string): string {
  return xmlCanCarry(name)
    ? xmlElement(element, name)
    : `<${element} Encoded="true">${percentEncoded(name)}</${element}>`;
}

function entryXml(entry: EntryRecord, shown: Shown): string {
  const tag = entry.kind === 'file' ? 'File' : 'Directory';
  let xml = `<${tag}>${nameElement('Name', entry.name)}`;
  if (shown.ids) xml += `<FileId>${entry.id}</FileId>`;
  const properties = propertiesXml(entry, shown);
  xml += properties === '' ? '<Properties />' : `<Properties>${properties}</Properties>`;
  if (shown.attributes) xml += `<Attributes>${formatAttributes(entry.attributes)}</Attributes>`;
  if (shown.permissionKey) xml += `<PermissionKey>${entry.permissionKey}</PermissionKey>`;
  return `${xml}</${tag}>`;
}

function propertiesXml(entry: EntryRecord, shown: Shown): string {
  let xml = entry.kind === 'file' ? `<Content-Length>${entry.size}</Content-Length>` : '';
  if (shown.timestamps) {
    xml +=
      `<CreationTime>${formatTicks(entry.createdAt)}</CreationTime>` +
      `<LastAccessTime>${formatTicks(entry.accessedAt)}</LastAccessTime>` +
      `<LastWriteTime>${formatTicks(entry.writtenAt)}</LastWriteTime>` +
      `<ChangeTime>${formatTicks(entry.changedAt)}</ChangeTime>` +
      `<Last-Modified>${formatRfc1123(epochMsOf(entry.etag))}</Last-Modified>`;
  }
  return shown.etag ? `${xml}<Etag>${formatEtag(entry.etag)}</Etag>` : xml;
}
