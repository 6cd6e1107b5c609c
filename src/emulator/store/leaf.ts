import { blockBytes } from './store.js';

/** A leaf holds this many bytes of a file. */
export const leafBytes = 64 * 1024;

/** Blocks that follow one another; `start` and `end` are multiples of the block size. */
export interface Part {
  readonly start: number;
  readonly end: number;
  /** `undefined` = given back: it reads as zero. */
  readonly bytes: Uint8Array | undefined;
  /** The epoch of the change that made it. */
  readonly stamp: number;
}

/**
 * 64 KiB of a file: its parts, ascending, apart from one another. Immutable. Because parts are whole blocks, and
 * neighbours of one epoch are joined, tiny writes leave at most 128 parts behind.
 */
export interface Leaf {
  readonly kind: 'leaf';
  readonly parts: readonly Part[];
}

/** The leaf with `bytes` at `at`; a block that is written in part keeps the rest of what it held. */
export function writeLeaf(leaf: Leaf | undefined, at: number, bytes: Uint8Array, stamp: number): Leaf {
  const start = floorBlock(at);
  const end = ceilBlock(at + bytes.length);
  const held = leaf?.parts ?? [];
  let region: Uint8Array;
  if (start === at && end === at + bytes.length) region = new Uint8Array(bytes);
  else {
    region = new Uint8Array(end - start);
    for (const part of held) copyOverlap(part, region, start);
    region.set(bytes, at - start);
  }
  return replaced(held, { start, end, bytes: region, stamp });
}

/** The leaf with the whole blocks from `from` to `to` given back; epoch 0 leaves no trace of them. */
export function clearLeaf(leaf: Leaf | undefined, from: number, to: number, stamp: number): Leaf | undefined {
  const held = leaf?.parts ?? [];
  const next = replaced(held, { start: from, end: to, bytes: undefined, stamp });
  return next.parts.length === 0 ? undefined : next;
}

function replaced(held: readonly Part[], part: Part): Leaf {
  const parts: Part[] = [];
  for (const old of held)
    if (old.start < part.start) append(parts, cut(old, old.start, Math.min(old.end, part.start)));
  append(parts, part);
  for (const old of held)
    if (old.end > part.end) append(parts, cut(old, Math.max(old.start, part.end), old.end));
  return { kind: 'leaf', parts };
}

function cut(part: Part, start: number, end: number): Part {
  if (start === part.start && end === part.end) return part;
  // Copied, because a view would keep all of the old bytes in memory.
  const bytes = part.bytes && new Uint8Array(part.bytes.subarray(start - part.start, end - part.start));
  return { start, end, bytes, stamp: part.stamp };
}

function append(parts: Part[], part: Part): void {
  const last = parts.at(-1);
  if (part.bytes === undefined && part.stamp === 0) return;
  if (
    last === undefined ||
    last.end !== part.start ||
    last.stamp !== part.stamp ||
    !last.bytes !== !part.bytes
  ) {
    parts.push(part);
    return;
  }
  let bytes: Uint8Array | undefined;
  if (last.bytes !== undefined && part.bytes !== undefined) {
    bytes = new Uint8Array(part.end - last.start);
    bytes.set(last.bytes);
    bytes.set(part.bytes, last.bytes.length);
  }
  parts[parts.length - 1] = { start: last.start, end: part.end, bytes, stamp: part.stamp };
}

function copyOverlap(part: Part, region: Uint8Array, regionStart: number): void {
  const start = Math.max(part.start, regionStart);
  const end = Math.min(part.end, regionStart + region.length);
  if (part.bytes === undefined || start >= end) return;
  region.set(part.bytes.subarray(start - part.start, end - part.start), start - regionStart);
}

export function floorBlock(position: number): number {
  return position - (position % blockBytes);
}

export function ceilBlock(position: number): number {
  return floorBlock(position + blockBytes - 1);
}
