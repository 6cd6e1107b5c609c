import { createHash } from 'node:crypto';
import { ConfigurationError } from '../../core/errors.js';
import type { HttpResponse } from '../../core/http/message.js';
import { parseRfc1123, parseTicks, ticksOf } from '../../core/wire/dates.js';
import { infinite, type RecordContent, type SeenRecord } from '../../lease/lock-operations.js';
import { joinPath, nameOf, parentOf } from '../paths.js';
import type { Metadata } from '../types.js';
import { etagOf } from '../wire/answers.js';
import { metadataOf } from '../wire/metadata.js';

/** Longer names do not fit into that of their record. */
const longestName = 240;
const recordName = /^\..+\.lease$/i;
const durations = { least: 15, most: 60 } as const;
const longestHolder = 200;

/**
 * The path of the record beside a file: `.NAME.lease` in the same directory. For a long name its SHA-256 stands, in lower
 * case: the service does not tell names by case, so one file must not have two records.
 */
export function recordPathOf(path: string): string {
  const name = nameOf(path);
  const shown =
    name.length <= longestName ? name : createHash('sha256').update(name.toLowerCase()).digest('hex');
  return joinPath(parentOf(path), `.${shown}.lease`);
}

/** Whether a name is one that records have. */
export function isRecordName(name: string): boolean {
  return recordName.test(name);
}

/** Whether a file in a listing is a record: by its name, and because it is empty. */
export function isRecordEntry(entry: {
  readonly type: string;
  readonly name: string;
  readonly size?: number;
}): boolean {
  return entry.type === 'file' && entry.size === 0 && isRecordName(entry.name);
}

/** @throws {ConfigurationError} `InvalidPath`: a record cannot be locked itself. */
export function refuseRecord(path: string): void {
  if (!isRecordName(nameOf(path))) return;
  const message = `the path ${JSON.stringify(path)} is that of a lease record (.NAME.lease), which cannot be locked itself`;
  throw new ConfigurationError('InvalidPath', message);
}

/** What a record is written with. */
export function recordMetadata({
  durationSeconds,
  holder,
  renewed,
  taking,
}: RecordContent): Record<string, string> {
  return {
    duration: String(durationSeconds),
    holder: printable(holder),
    renewed: String(renewed),
    ...(taking === true && { taking: 'true' }),
  };
}

/** The record in the answer to a HEAD. */
export function seenRecord(response: HttpResponse): SeenRecord {
  const metadata = lowerCased(metadataOf(response.headers));
  const renewed = Number(metadata.renewed);
  return {
    etag: etagOf(response),
    ageMs: ageOf(response),
    isFenced: response.headers.get('x-ms-lease-status') === 'locked',
    durationSeconds: durationOf(metadata.duration),
    holder: metadata.holder ?? '',
    taking: metadata.taking === 'true',
    renewed: Number.isSafeInteger(renewed) && renewed >= 0 ? renewed : 0,
  };
}

/** A record that tells no duration frees its file too, after the longest that it could have told. */
function durationOf(text: string | undefined): number {
  const seconds = Number(text);
  if (seconds === infinite) return infinite;
  const valid = Number.isInteger(seconds) && seconds >= durations.least && seconds <= durations.most;
  return valid ? seconds : durations.most;
}

/** By the service's clock alone: when it wrote the record, against when it answered. */
function ageOf({ headers }: HttpResponse): number | undefined {
  const written = parseTicks(headers.get('x-ms-file-last-write-time') ?? '');
  const answered = parseRfc1123(headers.get('date') ?? '');
  if (written === undefined || answered === undefined) return undefined;
  // The date of an answer has whole seconds only.
  return Math.max(0, Number((ticksOf(answered) - written) / 10_000n));
}

/** Names of metadata keep their case in the service, but proxies may not keep it. */
function lowerCased(metadata: Metadata): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Host names and reasons may be anything; metadata is printable ASCII. */
function printable(text: string): string {
  const shown = text.replace(/[^ -~]+/g, '?').trim();
  return shown.length <= longestHolder ? shown : shown.slice(0, longestHolder).trim();
}
