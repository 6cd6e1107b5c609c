const ticksPerMillisecond = 10_000n;
/** Ticks of 100 ns between 0001-01-01 and 1970-01-01. */
const ticksAt1970 = 621_355_968_000_000_000n;
const isoPattern = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?Z)?$/;

let lastSecond = -1;
let lastText = '';

/** `Sun, 06 Nov 1994 08:49:37 GMT`. Remembers the last second, because every request of a busy client asks for it. */
export function formatRfc1123(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toUTCString();
    lastSecond = second;
  }
  return lastText;
}

/** Parses an RFC 1123 date; `undefined` when the text is none. */
export function parseRfc1123(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Ticks (100 ns since 0001-01-01) of a time in milliseconds since 1970. */
export function ticksOf(epochMs: number): bigint {
  return BigInt(Math.floor(epochMs)) * ticksPerMillisecond + ticksAt1970;
}

const millisecondsAt1970 = ticksAt1970 / ticksPerMillisecond;

/** Milliseconds since 1970 of a time in ticks, cut to the millisecond; before 1970 they are negative. */
export function epochMsOf(ticks: bigint): number {
  // Division cuts toward zero, so it must come first: ticks are never negative, what is left after 1970 may be.
  return Number(ticks / ticksPerMillisecond - millisecondsAt1970);
}

let lastTicks = -1n;
let lastTicksText = '';

/**
 * `2019-07-07T01:19:34.9839930Z`: seven decimals, as the services write it. Remembers the last one: the times of a
 * file are mostly the same.
 */
export function formatTicks(ticks: bigint): string {
  if (ticks === lastTicks) return lastTicksText;
  const text = new Date(epochMsOf(ticks)).toISOString();
  const fraction = (ticks % (ticksPerMillisecond * 1000n)).toString().padStart(7, '0');
  lastTicks = ticks;
  lastTicksText = `${text.slice(0, 19)}.${fraction}Z`;
  return lastTicksText;
}

/** Parses an ISO 8601 UTC time with 0 to 7 decimals, or a date alone, into ticks; `undefined` when the text is none. */
export function parseTicks(text: string): bigint | undefined {
  const match = isoPattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = ''] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(ms)) return undefined;
  // Date.parse rolls 31 April over to 1 May; the services refuse it.
  if (new Date(ms).getUTCDate() !== Number(day)) return undefined;
  return ticksOf(ms) + BigInt(fraction.padEnd(7, '0'));
}
