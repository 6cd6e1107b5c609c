import { AuthenticationError } from '../../files/index.js';
import { type Finding, fail, ok, warn } from './finding.js';

/** The service takes signed requests whose date is up to 15 minutes off. */
const refusedSeconds = 15 * 60;
const noticedSeconds = 5 * 60;
const cure = 'set the clock of this machine, best by a time service (NTP)';

/**
 * How far the clock of this machine is ahead of the service's, in milliseconds.
 * @param date - The header `Date` of an answer, which has whole seconds.
 * @param now - When the answer came.
 */
export function skewOf(date: string | undefined, now: number): number | undefined {
  const time = Date.parse(date ?? '');
  if (Number.isNaN(time)) return undefined;
  // Somewhere within that second; what is less than that cannot be told.
  const ahead = now - (time + 500);
  return Math.abs(ahead) < 1500 ? 0 : ahead;
}

/** Whether requests and SAS of this machine are of the right time. */
export function examineClock(skewMs: number | undefined): Finding {
  if (skewMs === undefined) {
    return warn('clock', { message: 'the answer has no date to compare with' });
  }
  const seconds = Math.round(skewMs / 1000);
  const facts = { skewSeconds: seconds };
  if (seconds === 0) return ok('clock', { message: 'the clocks agree', facts });
  const direction = seconds > 0 ? 'ahead of' : 'behind';
  const message = `this machine is ${spanOf(Math.abs(seconds))} ${direction} the service`;
  if (Math.abs(seconds) > refusedSeconds) {
    return fail('clock', new AuthenticationError('AuthorizationFailure', message), {
      message: `${message}: it refuses what is more than 15 minutes off`,
      cure,
      facts,
    });
  }
  if (Math.abs(seconds) > noticedSeconds) return warn('clock', { message, cure, facts });
  return ok('clock', { message, facts });
}

/** `12 s`, `20 min`, `3 h 5 min`. */
export function spanOf(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}
