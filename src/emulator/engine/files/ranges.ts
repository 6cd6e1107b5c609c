import type { HttpHeaders } from '../../../core/http/headers.js';
import { type ByteRange, formatContentRange, parseRange } from '../../../core/wire/byte-range.js';
import { formatTicks } from '../../../core/wire/dates.js';
import type { FileRecord } from '../../store/store.js';
import type { FileContext } from '../context.js';
import { writeLeaseHeaders } from '../lease-checks.js';
import { emptyReply, type Reply } from '../reply.js';
import { invalidHeader, missingHeader, Refusal } from '../service-errors.js';
import { modifiedHeaders } from './entry-headers.js';
import { fileHeaders, refuseReadOnly } from './files.js';
import { rangeLimit } from './limits.js';
import { checkedMd5 } from './md5.js';

/** The first version whose Get File tells of leases; the properties did so before. */
const leasesSince = '2019-07-07';
/** From here on writing a range moves the times of the last write and change: older versions were never seen to. */
const movesTimesSince = '2020-02-10';
/** From here on the answer tells the time of the last write. */
const tellsTimeSince = '2021-06-08';

/** Get File, whole or in part. */
export function getFile(context: FileContext): Reply {
  const { file } = context;
  const asked = readRangeHeader(context.headers);
  const md5Header = 'x-ms-range-get-content-md5';
  const wantsMd5 = context.headers.get(md5Header)?.toLowerCase() === 'true';
  if (asked === undefined) {
    if (wantsMd5) throw invalidHeader(md5Header, 'true');
    const headers = readHeaders(context, 'whole');
    return { status: 200, headers, body: { content: file.content, range: { start: 0, end: file.size } } };
  }
  const range = within(asked, file.size);
  const headers = readHeaders(context, 'part');
  headers.set('Content-Range', formatContentRange(range, file.size));
  if (wantsMd5) {
    if (range.end - range.start > rangeLimit) throw invalidHeader(md5Header, 'true');
    headers.set('Content-MD5', checkedMd5(Buffer.concat([...file.content.read(range)]), undefined));
  }
  return { status: 206, headers, body: { content: file.content, range } };
}

function readHeaders(context: FileContext, answers: 'whole' | 'part'): HttpHeaders {
  const headers = fileHeaders(context, answers).set('Accept-Ranges', 'bytes');
  if (context.version >= leasesSince) writeLeaseHeaders(headers, context.file.lease, context.now);
  return headers;
}

type AskedRange = NonNullable<ReturnType<typeof parseRange>>;

/** The range of a request; `x-ms-range` goes before `Range`. */
function readRangeHeader(headers: HttpHeaders): AskedRange | undefined {
  const name = headers.has('x-ms-range') ? 'x-ms-range' : 'Range';
  const text = headers.get(name);
  if (text === undefined) return undefined;
  const range = parseRange(text);
  if (range === undefined) throw invalidHeader(name, text);
  return range;
}

function within(asked: AskedRange, size: number): ByteRange {
  if (asked.start >= size) {
    throw new Refusal('InvalidRange', { headers: { 'Content-Range': `bytes */${size}` } });
  }
  return { start: asked.start, end: Math.min(asked.end ?? size, size) };
}

/** Put Range: writes or clears bytes of a file, which keeps its length. */
export function putRange(context: FileContext): Reply {
  const mode = context.headers.get('x-ms-write');
  if (mode === undefined) throw missingHeader('x-ms-write');
  const range = writtenRange(context);
  switch (mode.toLowerCase()) {
    case 'update':
      return update(context, range);
    case 'clear':
      return clear(context, range);
    default:
      throw invalidHeader('x-ms-write', mode);
  }
}

function writtenRange({ headers }: FileContext): ByteRange {
  const name = headers.has('x-ms-range') ? 'x-ms-range' : 'Range';
  const text = headers.get(name);
  if (text === undefined) throw missingHeader('x-ms-range');
  const range = parseRange(text);
  if (range?.end === undefined) throw invalidHeader(name, text);
  return { start: range.start, end: range.end };
}

function update(context: FileContext, range: ByteRange): Reply {
  const { file, body, share } = context;
  if (body.length !== range.end - range.start) throw invalidHeader('Content-Length', String(body.length));
  checkWritable(context, range);
  const md5 = checkedMd5(body, context.headers.get('content-md5'));
  const content = file.content.write(range.start, body, share.epoch);
  const headers = putContent(context, content).set('Content-MD5', md5);
  return emptyReply(201, headers.set('x-ms-request-server-encrypted', 'true'));
}

function clear(context: FileContext, range: ByteRange): Reply {
  if (context.body.length > 0) throw invalidHeader('Content-Length', String(context.body.length));
  const md5 = context.headers.get('content-md5');
  if (md5 !== undefined) throw invalidHeader('Content-MD5', md5);
  checkWritable(context, range);
  return emptyReply(201, putContent(context, context.file.content.clear(range, context.share.epoch)));
}

/** Refuses to write beyond the end of a file, or to a read-only one. */
export function checkWritable(context: FileContext, range: ByteRange): void {
  if (range.end > context.file.size) throw new Refusal('InvalidRange');
  refuseReadOnly(context);
}

/** Stores changed bytes; gives the headers that every answer to Put Range has. */
export function putContent(context: FileContext, content: FileRecord['content']): HttpHeaders {
  const { file, share, version } = context;
  const etag = context.identity.nextTicks();
  const mode = context.headers.get('x-ms-file-last-write-time');
  if (mode !== undefined && !/^(?:now|preserve)$/i.test(mode))
    throw invalidHeader('x-ms-file-last-write-time', mode);
  const moves = version >= movesTimesSince;
  const writtenAt = moves && mode?.toLowerCase() !== 'preserve' ? etag : file.writtenAt;
  const changedAt = moves ? etag : file.changedAt;
  context.store.putEntry(share.volume, { ...file, content, etag, changedAt, writtenAt });
  const headers = modifiedHeaders(etag);
  return version < tellsTimeSince
    ? headers
    : headers.set('x-ms-file-last-write-time', formatTicks(writtenAt));
}
