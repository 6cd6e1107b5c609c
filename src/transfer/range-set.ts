import type { ByteRange } from '../core/wire/byte-range.js';

/** A set of bytes, as ranges that neither overlap nor touch, ascending. */
export class RangeSet {
  readonly #ranges: ByteRange[] = [];

  constructor(ranges: Iterable<ByteRange> = []) {
    for (const range of ranges) this.add(range);
  }

  get ranges(): readonly ByteRange[] {
    return this.#ranges;
  }

  /** How many bytes are in it. */
  get bytes(): number {
    return this.#ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  add({ start, end }: ByteRange): void {
    if (start >= end) return;
    const ranges = this.#ranges;
    // Most are added at the end.
    let from = ranges.length;
    while (from > 0 && (ranges[from - 1]?.end ?? 0) >= start) from -= 1;
    let to = from;
    let merged = { start, end };
    for (let each = ranges[to]; each !== undefined && each.start <= end; each = ranges[++to]) {
      merged = { start: Math.min(merged.start, each.start), end: Math.max(merged.end, each.end) };
    }
    ranges.splice(from, to - from, merged);
  }

  has({ start, end }: ByteRange): boolean {
    return start >= end || this.#ranges.some((each) => each.start <= start && each.end >= end);
  }

  /** What is in both. */
  intersection(other: RangeSet): RangeSet {
    const both = new RangeSet();
    for (const mine of this.#ranges) {
      for (const theirs of other.#ranges) {
        both.add({ start: Math.max(mine.start, theirs.start), end: Math.min(mine.end, theirs.end) });
      }
    }
    return both;
  }

  /** What is not in it, between two positions. */
  *gaps({ start, end }: ByteRange): Generator<ByteRange, void, void> {
    let at = start;
    for (const each of this.#ranges) {
      if (each.end <= at) continue;
      if (each.start >= end) break;
      if (each.start > at) yield { start: at, end: each.start };
      at = each.end;
    }
    if (at < end) yield { start: at, end };
  }
}
