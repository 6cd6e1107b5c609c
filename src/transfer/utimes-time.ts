/** Milliseconds since 1970 as `utimes` takes them: numbers before that it takes for the present, dates as they are. */
export function utimesTime(ms: number): number | Date {
  return ms < 0 ? new Date(ms) : ms / 1000;
}
