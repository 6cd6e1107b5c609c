import type { ByteRange } from '../core/wire/byte-range.js';

/** What one end of a transfer says of itself, to be compared. */
export type Facts = Readonly<Record<string, string>>;

/** What is written down of a transfer. */
export interface TransferRecord {
  /** A GUID: names the temporary file. */
  readonly id: string;
  /** Bytes in total. */
  readonly size: number;
  /** `publishing`: all bytes are there, and the temporary file may have its name already. */
  readonly phase: 'moving' | 'publishing';
  /** The end that is a service. */
  readonly remote: Facts;
  /** The end that is a file of this machine. */
  readonly local: Facts;
  /** What has been moved, ascending. */
  readonly done: readonly ByteRange[];
}

/** As many parts as a record may have; a transfer under way has one more than ranges at a time, at most. */
const maxParts = 2_000;
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads a record, if it is one, and that of this transfer. Names of files are made of what it says: nothing is taken on trust. */
export function parseRecord(value: unknown, key: readonly string[]): TransferRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, size, phase, remote, local, done, key: told } = value as Record<string, unknown>;
  if (JSON.stringify(told) !== JSON.stringify(key)) return undefined;
  if (typeof id !== 'string' || !guid.test(id)) return undefined;
  if (!isPosition(size) || (phase !== 'moving' && phase !== 'publishing')) return undefined;
  if (!isFacts(remote) || !isFacts(local)) return undefined;
  const ranges = rangesOf(done, size);
  return ranges === undefined ? undefined : { id, size, phase, remote, local, done: ranges };
}

function rangesOf(value: unknown, size: number): ByteRange[] | undefined {
  if (!Array.isArray(value) || value.length > maxParts) return undefined;
  const ranges: ByteRange[] = [];
  let last = 0;
  for (const pair of value as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined;
    const [start, end] = pair as unknown[];
    if (!isPosition(start) || !isPosition(end) || start < last || end <= start || end > size)
      return undefined;
    ranges.push({ start, end });
    last = end;
  }
  return ranges;
}

function isPosition(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isFacts(value: unknown): value is Facts {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((fact) => typeof fact === 'string')
  );
}

/** Whether one end says what it said before. */
export function sameFacts(before: Facts, now: Facts): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].every((name) => before[name] === now[name]);
}
