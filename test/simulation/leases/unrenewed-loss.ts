import { infinite } from '../../../src/lease/lock-operations.js';
import type { Duty, SimulatedProcess } from './process.js';

/** Beyond this, a request is late. */
const lateMs = 3_000;
/** How long after it was allowed to a record is written at the most. */
const momentMs = 6_000;

/** A lease on the file, when it was taken. */
export interface Taken {
  readonly at: number;
  /** Whether a record stood beside the file, and since when. */
  readonly recordSince: number | undefined;
}

/** A record that was written. */
export interface Recorded extends Ended {
  readonly seconds: number;
  readonly from: SimulatedProcess;
}

/** The request that ended a lease. */
export interface Ended {
  readonly at: number;
  readonly sentAt: number;
  readonly isDoubled: boolean;
}

/** A lease that nobody renews, and that somebody else has ended who is not a person. */
export interface UnrenewedLoss {
  readonly duty: Duty;
  readonly process: SimulatedProcess;
  readonly taken: Taken;
  /** The request that ended it, and every record up to then. */
  readonly ended: Ended;
  readonly records: readonly Recorded[];
}

/**
 * Why it could happen. `foreign`: the holder does not tell of itself in the record that is there. `sameMoment`: taken
 * while somebody decided. `lateBreak`, `lateRecord`: the network delivered that request late. `never`: must not be.
 */
export type LossCause = 'foreign' | 'sameMoment' | 'lateBreak' | 'lateRecord' | 'never';

/** How many leases were lost, by cause. */
export type Losses = Record<LossCause, number>;

export function causeOf({ duty, process, taken, ended, records }: UnrenewedLoss): LossCause {
  if (isLate(ended)) return 'lateBreak';
  const { recordSince } = taken;
  if (duty === 'foreign' && recordSince !== undefined) return 'foreign';
  const isOwn = (record: Recorded): boolean =>
    record.from === process && (record.seconds === infinite) === (duty !== 'timed');
  const own = records.find((record) => isOwn(record) && record.at >= taken.at);
  const settledAt = own?.at ?? taken.at;
  const isNear = (sentAt: number): boolean => sentAt <= settledAt + momentMs;
  if (isNear(ended.sentAt)) return 'sameMoment';
  const other = records.find((record) => !isOwn(record) && record.at >= settledAt);
  // Without one of its own, it may have overlooked one that came into being while it was being taken.
  const culprit = other ?? (own === undefined ? records.find(({ at }) => at === recordSince) : undefined);
  if (culprit === undefined) return 'never';
  if (isLate(culprit)) return 'lateRecord';
  return isNear(culprit.sentAt) && culprit.at >= taken.at - momentMs ? 'sameMoment' : 'never';
}

/** Whether the network delivered a request late, or twice. */
export function isLate({ at, sentAt, isDoubled }: Ended): boolean {
  return isDoubled || at - sentAt > lateMs;
}
