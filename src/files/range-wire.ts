import type { ClientBody, HttpResponse } from '../core/http/message.js';
import { formatRange, parseContentRange } from '../core/wire/byte-range.js';
import { parseXml, type XmlElement, xmlText } from '../core/wire/xml.js';
import { etagOf, integerOf, lastModifiedOf, requiredNumber, unexpected } from './answers.js';
import { headersFor, type Location, type WireRequest } from './context.js';
import { filePropertiesOf } from './file-wire.js';
import { operations } from './operations.js';
import { checkRange, query, setLeaseId } from './request-checks.js';
import type { LeaseScope, ListRangesRequest } from './requests.js';
import type { ByteRange, FileProperties, FileRanges } from './types.js';

/** From this length on the time limit for large reads holds. */
const largeReadBytes = 4 * 1024 * 1024;

export function isLargeRead(range: Readonly<ByteRange>): boolean {
  return range.end - range.start >= largeReadBytes;
}

export interface GetRange extends LeaseScope {
  readonly range: Readonly<ByteRange>;
  readonly snapshot?: string | undefined;
  /** Which time limit applies, that for small or for large reads. @defaultValue by the length */
  readonly kind?: 'small' | 'large' | undefined;
  /** Whether the answer is to tell the MD5 of its body; only of a range of at most 4 MiB. */
  readonly md5?: boolean | undefined;
}

const getOperations = {
  small: operations.getFile,
  large: operations.getLargeFile,
};

/** Get File, of one range, whose body is read within the attempt. */
export function getRangeRequest(at: Location, get: GetRange): WireRequest {
  const kind = get.kind ?? (isLargeRead(get.range) ? 'large' : 'small');
  return readRequest(at, get, getOperations[kind]);
}

/** The same with a body that is handed out as it arrives. */
export function openRangeRequest(at: Location, get: GetRange): WireRequest {
  return readRequest(at, get, operations.openFile);
}

function readRequest(at: Location, get: GetRange, operation: WireRequest['operation']): WireRequest {
  const { start, end } = get.range;
  const range = formatRange(start, end);
  const headers = headersFor(at).set('x-ms-range', range);
  if (get.md5 === true) headers.set('x-ms-range-get-content-md5', 'true');
  setLeaseId(headers, get.leaseId);
  return {
    operation,
    method: 'GET',
    target: at.target + query({ sharesnapshot: get.snapshot }),
    headers,
    resource: { share: at.share, path: at.path, range },
  };
}

/** What came for a range: which bytes of which version of the file. */
export interface RangeAnswer {
  /** The bytes that the body has: the range asked for, cut at the end of the file. */
  readonly range: ByteRange;
  readonly properties: FileProperties;
}

/** Reads the headers of an answer to Get File; makes sure that it is for the range that was asked for. */
export function rangeAnswer(asked: Readonly<ByteRange>, response: HttpResponse): RangeAnswer {
  const { range, size } = contentRangeOf(response);
  const end = Math.min(asked.end, size);
  if (range.start !== asked.start || range.end !== end) {
    const told = `bytes ${range.start} to ${range.end} of ${size}`;
    throw unexpected(`asked for bytes ${asked.start} to ${asked.end}, it gave ${told}`, response);
  }
  return { range, properties: filePropertiesOf(response, size) };
}

function contentRangeOf(response: HttpResponse): { range: ByteRange; size: number } {
  if (response.status === 200) {
    const size = requiredNumber(response, 'content-length');
    return { range: { start: 0, end: size }, size };
  }
  const told = parseContentRange(response.headers.get('content-range') ?? '');
  if (told?.range === undefined)
    throw unexpected('the header content-range is missing or malformed', response);
  return { range: told.range, size: told.size };
}

export interface PutRange extends LeaseScope {
  /** First byte. */
  readonly start: number;
  /** At most 4 MiB; sent as they are, without a copy. */
  readonly data: ClientBody;
  /** Of `data`, in base64: the service refuses bytes that do not have it. */
  readonly md5?: string | undefined;
}

/** Put Range, update. */
export function putRangeRequest(at: Location, put: PutRange): WireRequest {
  const range = formatRange(put.start, put.start + put.data.length);
  const headers = headersFor(at).set('x-ms-write', 'update').set('x-ms-range', range);
  headers.setOptional('Content-MD5', put.md5);
  setLeaseId(headers, put.leaseId);
  return {
    operation: operations.putRange,
    method: 'PUT',
    target: `${at.target}?comp=range`,
    headers,
    body: put.data,
    resource: { share: at.share, path: at.path, range, size: String(put.data.length) },
  };
}

/** Put Range, clear. */
export function clearRangeRequest(at: Location, request: LeaseScope & { range: ByteRange }): WireRequest {
  checkRange(request.range, at);
  const range = formatRange(request.range.start, request.range.end);
  const headers = headersFor(at).set('x-ms-write', 'clear').set('x-ms-range', range);
  setLeaseId(headers, request.leaseId);
  return {
    operation: operations.putRange,
    method: 'PUT',
    target: `${at.target}?comp=range`,
    headers,
    resource: { share: at.share, path: at.path, range },
  };
}

export function listRangesRequest(at: Location, request: ListRangesRequest): WireRequest {
  const { range, snapshot, previousSnapshot } = request;
  const headers = headersFor(at);
  setLeaseId(headers, request.leaseId);
  if (range !== undefined) {
    checkRange(range, at);
    headers.set('x-ms-range', formatRange(range.start, range.end));
  }
  return {
    operation: previousSnapshot === undefined ? operations.listRanges : operations.listRangesSinceSnapshot,
    method: 'GET',
    target:
      at.target + query({ comp: 'rangelist', sharesnapshot: snapshot, prevsharesnapshot: previousSnapshot }),
    headers,
    resource: { share: at.share, path: at.path },
  };
}

/** As much as an answer may hold: about a million ranges. */
const maxListLength = 64 * 1024 * 1024;
const maxListNodes = 3_500_000;

export function listedRanges(response: HttpResponse, text: string): FileRanges {
  const root = rangeList(response, text);
  return {
    size: requiredNumber(response, 'x-ms-content-length'),
    etag: etagOf(response),
    lastModified: lastModifiedOf(response),
    ranges: rangesNamed(root, 'Range', response),
    clearedRanges: rangesNamed(root, 'ClearRange', response),
  };
}

function rangeList(response: HttpResponse, text: string): XmlElement {
  let root: XmlElement;
  try {
    root = parseXml(text, { maxLength: maxListLength, maxNodes: maxListNodes });
  } catch (error) {
    throw unexpected('the list of ranges is no XML document', response, error);
  }
  if (root.name !== 'Ranges') throw unexpected(`the list of ranges is called ${root.name}`, response);
  return root;
}

function rangesNamed(root: XmlElement, name: string, response: HttpResponse): ByteRange[] {
  return root.children
    .filter((child) => child.name === name)
    .map((child) => {
      const start = integerOf(xmlText(child, 'Start'));
      const last = integerOf(xmlText(child, 'End'));
      if (start === undefined || last === undefined || last < start) {
        throw unexpected('the list of ranges has one without start or end', response);
      }
      return { start, end: last + 1 };
    });
}
