const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** `30s`, `2m`, `1h`, `500ms`; a number alone is seconds. @returns milliseconds; `undefined` for anything else. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text.trim().toLowerCase());
  if (match === null) return undefined;
  const unit = (match[2] ?? 's') as keyof typeof unitMs;
  return Math.round(Number(match[1]) * unitMs[unit]);
}

/** A time in the form that {@link parseTime} understands, in the largest unit that leaves it whole; short ones in seconds. */
export function formatSpan(ms: number): string {
  for (const unit of ['h', 'm'] as const) {
    if (ms >= unitMs[unit] && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  }
  return `${Math.round(ms / 100) / 10}s`;
}
