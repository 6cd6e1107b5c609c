import { checkNumber } from '../../core/option-checks.js';
import { type SasLimits, sasTime } from '../../sas/limits.js';
import { invalidRequest } from '../request-checks.js';
import type { SasTerms } from './sas-service.js';

/** The services let clocks differ by so much, in milliseconds. */
const clockSkewMs = 15 * 60_000;
const defaultLifeSeconds = 3600;
/** Ten years. */
const longestLifeSeconds = 315_360_000;

/** From when until when. */
export interface TimeWindow {
  readonly startsOn: Date;
  readonly expiresOn: Date;
}

type Times = Pick<SasTerms, 'startsOn' | 'expiresOn' | 'expiresInSeconds'>;

/**
 * When a SAS or a key is valid, with the defaults: for an hour, from a little earlier on.
 * @param longestMs - The longest that the service allows.
 * @throws {ConfigurationError} `InvalidRequest`, `InvalidOption`
 */
export function timeWindow(times: Times, now: number, longestMs = Number.POSITIVE_INFINITY): TimeWindow {
  const expiresOn = expiryOf(times, now) ?? new Date(now + defaultLifeSeconds * 1000);
  const end = expiresOn.getTime();
  if (end <= now) throw invalidRequest('expiresOn must be in the future');
  // What is valid for as long as can be begins now: there is no room for a clock that is behind.
  const startsOn = times.startsOn ?? new Date(Math.max(now - clockSkewMs, end - longestMs));
  if (end - Math.min(startsOn.getTime(), now) > longestMs) {
    throw invalidRequest(
      `with user delegation nothing is valid for more than ${longestMs / 86_400_000} days, counted from startsOn or from now`,
    );
  }
  return { startsOn, expiresOn };
}

/** The times that are given, for a SAS whose stored policy may have the others. */
export function givenTimes(times: Times, now: number): Pick<SasLimits, 'startsOn' | 'expiresOn'> {
  return { startsOn: times.startsOn, expiresOn: expiryOf(times, now) };
}

function expiryOf({ startsOn, expiresOn, expiresInSeconds }: Times, now: number): Date | undefined {
  if (startsOn !== undefined) sasTime(startsOn, 'startsOn');
  if (expiresOn !== undefined) {
    if (expiresInSeconds !== undefined) {
      throw invalidRequest('expiresOn and expiresInSeconds exclude each other');
    }
    sasTime(expiresOn, 'expiresOn');
    return expiresOn;
  }
  const from = Math.max(now, startsOn?.getTime() ?? now);
  if (expiresInSeconds === undefined) {
    return startsOn === undefined ? undefined : new Date(from + defaultLifeSeconds * 1000);
  }
  const limits = { least: 1, most: longestLifeSeconds };
  return new Date(from + checkNumber(expiresInSeconds, 'expiresInSeconds', limits) * 1000);
}
