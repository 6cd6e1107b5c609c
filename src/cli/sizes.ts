const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kib: 1024,
  kb: 1000,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  mb: 1000 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  gb: 1000 ** 3,
};

/** `512`, `64KiB`, `10MB`, `1.5g`: with an i, or the letter alone, powers of 1024. @returns bytes; `undefined` for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,3})?) ?([a-z]{0,3})$/.exec(text.trim().toLowerCase());
  const unit = units[match?.[2] ?? 'none'];
  const bytes = Math.round(Number(match?.[1]) * (unit ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
