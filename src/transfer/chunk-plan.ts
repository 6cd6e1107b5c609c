import type { ByteRange } from '../core/wire/byte-range.js';

/**
 * Cuts the bytes from `start` (inclusive) to `end` (exclusive) into ranges of `chunkBytes`; the last may be shorter.
 * Ranges are made as they are asked for: a plan for 4 TiB takes no more memory than one for a byte.
 */
export function* chunkPlan(start: number, end: number, chunkBytes: number): Generator<ByteRange, void, void> {
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes < 1) {
    throw new RangeError(`chunkBytes must be an integer >= 1, got ${chunkBytes}`);
  }
  for (let at = start; at < end; at += chunkBytes) yield { start: at, end: Math.min(at + chunkBytes, end) };
}

/** The same for what is left of a transfer that is continued. */
export function* chunksOf(ranges: Iterable<ByteRange>, chunkBytes: number): Generator<ByteRange, void, void> {
  for (const { start, end } of ranges) yield* chunkPlan(start, end, chunkBytes);
}
