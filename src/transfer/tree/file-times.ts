/** What a share can store, in milliseconds since 1970: its clock begins with 1601. */
const earliestMs = Date.UTC(1601, 0, 2);
const latestMs = Date.UTC(9999, 11, 30);

/** A time of a local file as a share can have it. */
export function storableMs(ms: number): number {
  return Math.min(Math.max(ms, earliestMs), latestMs);
}

/** ISO 8601 in UTC with seven decimals, which are the units of the service (100 ns). */
export function isoTime(ms: number): string {
  const whole = Math.floor(ms);
  // Just before a whole millisecond the difference may be rounded to one.
  const ticks = Math.min(9_999, Math.floor((ms - whole) * 10_000));
  return `${new Date(whole).toISOString().slice(0, -1)}${String(ticks).padStart(4, '0')}Z`;
}

/** Milliseconds since 1970, with what a double holds of the decimals; `NaN` where the text is no time. */
export function parseIsoTime(text: string): number {
  const ms = Date.parse(text);
  // Date.parse cuts to the millisecond.
  const decimals = /\.\d{3}(\d{1,4})Z$/.exec(text)?.[1];
  return decimals === undefined ? ms : ms + Number(`0.${decimals}`);
}
