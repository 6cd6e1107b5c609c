import { type ByteRange, parseRange } from '../../../core/wire/byte-range.js';
import type { FileContext } from '../context.js';
import { emptyReply, type Reply } from '../reply.js';
import { invalidHeader, missingHeader, Refusal } from '../service-errors.js';
import { crc64 } from './crc64.js';
import { rangeLimit } from './limits.js';
import { checkWritable, putContent } from './ranges.js';
import { findCopySource } from './source.js';

/** Put Range from URL: writes bytes of another file of this emulator. */
export function putRangeFromUrl(context: FileContext): Reply {
  const mode = context.headers.get('x-ms-write');
  if (mode?.toLowerCase() !== 'update') throw invalidHeader('x-ms-write', mode ?? '');
  if (context.body.length > 0) throw invalidHeader('Content-Length', String(context.body.length));
  const target = readRange(context, 'x-ms-range');
  const source = readRange(context, 'x-ms-source-range');
  const length = target.end - target.start;
  if (length !== source.end - source.start)
    throw invalidHeader('x-ms-source-range', context.headers.get('x-ms-source-range') ?? '');
  if (length > rangeLimit)
    throw new Refusal('RequestBodyTooLarge', { extras: { MaxLimit: String(rangeLimit) } });
  const { file } = findCopySource(context);
  if (source.end > file.size) {
    throw new Refusal('CannotVerifyCopySource', {
      status: 409,
      message: 'The source request body for copy source does not match requested length to write on target.',
    });
  }
  const bytes = Buffer.concat([...file.content.read(source)]);
  const checksum = crc64([bytes]);
  checkConditions(context, checksum);
  checkWritable(context, target);
  const headers = putContent(context, context.file.content.write(target.start, bytes, context.share.epoch));
  headers.set('x-ms-content-crc64', checksum);
  return emptyReply(201, headers.set('x-ms-request-server-encrypted', 'true'));
}

function readRange({ headers }: FileContext, name: string): ByteRange {
  const text = headers.get(name);
  if (text === undefined) throw missingHeader(name);
  const range = parseRange(text);
  if (range?.end === undefined) throw invalidHeader(name, text);
  return { start: range.start, end: range.end };
}

function checkConditions({ headers }: FileContext, checksum: string): void {
  const expected = headers.get('x-ms-source-content-crc64');
  if (expected !== undefined && expected !== checksum) throw new Refusal('Crc64Mismatch');
  const wanted = headers.get('x-ms-source-if-match-crc64');
  const unwanted = headers.get('x-ms-source-if-none-match-crc64');
  if ((wanted !== undefined && wanted !== checksum) || unwanted === checksum)
    throw new Refusal('SourceConditionNotMet');
}
