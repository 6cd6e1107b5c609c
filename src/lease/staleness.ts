import { infinite, type SeenRecord } from './lock-operations.js';
import { timing } from './timing.js';

/** What a waiter knows of a record that it looks at again and again. Times are of its own monotonic clock. */
export interface RecordWatch {
  readonly etag: string;
  /** When the first answer with this ETag was there. */
  readonly firstSeenAt: number;
}

/** One look at a record. */
export interface Look {
  readonly record: SeenRecord;
  /** Before the request was sent. */
  readonly sentAt: number;
  /** When the answer was there. */
  readonly answeredAt: number;
}

/** Goes on watching, or begins anew when the record has been written meanwhile. */
export function watchRecord(before: RecordWatch | undefined, { record, answeredAt }: Look): RecordWatch {
  return before?.etag === record.etag ? before : { etag: record.etag, firstSeenAt: answeredAt };
}

/**
 * Milliseconds until a record that stays as it is counts as that of a dead holder; 0 or less when it does already.
 * `Infinity` for a lease without end.
 *
 * It does when it did not change while it was watched for its own duration, from the first answer to the last request,
 * or when its age by the service's clock is over that and a margin. The wall clock of this machine has no say.
 */
export function untilStaleMs(watch: RecordWatch, { record, sentAt }: Look): number {
  if (record.durationSeconds === infinite) return Number.POSITIVE_INFINITY;
  const durationMs = record.durationSeconds * 1000;
  const byWatching = durationMs - (sentAt - watch.firstSeenAt);
  const { ageMs } = record;
  return ageMs === undefined ? byWatching : Math.min(byWatching, durationMs + timing.ageMarginMs - ageMs);
}
