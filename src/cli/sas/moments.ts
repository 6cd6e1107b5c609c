import { environmentName, type Flags } from '../flags.js';
import { formatSpan, parseTime } from '../times.js';
import { UsageError } from '../usage-error.js';

/** A point in time: so many milliseconds from now on, or as a date. */
export type Moment = { readonly inMs: number } | { readonly on: Date };

/** Limits of a moment that is given as a span, in milliseconds. */
export interface MomentLimits {
  readonly min: number;
  readonly max: number;
}

const iso = /^(\d{4}-\d\d-\d\d)(?:t\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:z|[+-]\d\d:\d\d))?$/i;

/** `1h`, `7d`; `2026-12-31`, `2026-12-31T18:00Z`, `2026-12-31T18:00:00+01:00`. `undefined` for anything else. */
export function parseMoment(text: string): Moment | undefined {
  // A number alone is seconds; one of eight digits was rather meant as a date, and would be valid for months.
  const inMs = /^\s*\d{8}/.test(text) ? undefined : parseTime(text);
  if (inMs !== undefined) return { inMs };
  const day = iso.exec(text.trim())?.[1];
  // The 30th of February would otherwise be a day in March.
  if (day === undefined || Number.isNaN(Date.parse(day)) || !new Date(day).toISOString().startsWith(day)) {
    return undefined;
  }
  const on = new Date(text.trim().toUpperCase());
  return Number.isNaN(on.getTime()) ? undefined : { on };
}

/**
 * The moment that a flag gives; `undefined` when it was not given.
 * @throws {UsageError} that says which forms there are.
 */
export function momentOf(flags: Flags, name: string, limits: MomentLimits): Moment | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  const moment = parseMoment(text);
  if (moment !== undefined && isWithin(moment, limits)) return moment;
  const where = flags.origin(name) === 'flag' ? `--${name}` : environmentName(name);
  const span = `a time from now on such as 30m, 1h or 7d (from ${formatSpan(limits.min)} to ${limits.max / 86_400_000}d)`;
  throw new UsageError(
    `${where} must be ${span}, or a date such as 2026-12-31 or 2026-12-31T18:00Z (with Z or an offset such as +01:00), got '${text}'`,
  );
}

function isWithin(moment: Moment, { min, max }: MomentLimits): boolean {
  return !('inMs' in moment) || (moment.inMs >= min && moment.inMs <= max);
}
