import { changed, emptyTree, parts, raised, restampedNode, type Tree, treeBytes } from './extent-tree.js';
import { ceilBlock, clearLeaf, floorBlock, leafBytes, writeLeaf } from './leaf.js';
import type { ByteSpan, Content, ContentChanges } from './store.js';

const zeros = new Uint8Array(leafBytes);

/**
 * File content in memory: a tree of 64 KiB leaves. A change copies what it writes and the way to it, whatever the
 * size of the file, and every block is held in memory of its own size.
 */
export class Extents implements Content {
  static readonly empty: Extents = new Extents(emptyTree);
  readonly #tree: Tree;

  private constructor(tree: Tree) {
    this.#tree = tree;
  }

  write(start: number, bytes: Uint8Array, epoch: number): Extents {
    if (bytes.length === 0) return this;
    const range = { start, end: start + bytes.length };
    return new Extents(
      changed(raised(this.#tree, range.end), range, {
        leaf: (leaf, at, base) =>
          writeLeaf(leaf, at.start, bytes.subarray(base + at.start - start, base + at.end - start), epoch),
      }),
    );
  }

  clear(range: ByteSpan, epoch: number): Extents {
    const whole = { start: ceilBlock(range.start), end: floorBlock(range.end) };
    if (whole.start > whole.end) return this.#zero(range, epoch);
    return this.#free(whole, epoch)
      .#zero({ start: range.start, end: whole.start }, epoch)
      .#zero({ start: whole.end, end: range.end }, epoch);
  }

  truncate(size: number, epoch: number): Extents {
    const blockEnd = ceilBlock(size);
    const tail = { start: size, end: blockEnd };
    const cut = this.allocated(tail).length > 0 ? this.#zero(tail, epoch) : this;
    return cut.#free({ start: blockEnd, end: Math.max(blockEnd, treeBytes(cut.#tree)) }, epoch);
  }

  restamped(epoch: number): Extents {
    const root = restampedNode(this.#tree.root, epoch);
    return root === this.#tree.root ? this : new Extents({ root, height: this.#tree.height });
  }

  allocated(range: ByteSpan): ByteSpan[] {
    const spans: Span[] = [];
    for (const { base, part } of parts(this.#tree, range)) {
      if (part.bytes !== undefined)
        appendSpan(spans, { start: base + part.start, end: base + part.end }, range);
    }
    return spans;
  }

  changesSince(epoch: number, range: ByteSpan): ContentChanges {
    const changes = { changed: [] as Span[], cleared: [] as Span[] };
    for (const { base, part } of parts(this.#tree, range)) {
      if (part.stamp <= epoch) continue;
      const spans = part.bytes === undefined ? changes.cleared : changes.changed;
      appendSpan(spans, { start: base + part.start, end: base + part.end }, range);
    }
    return changes;
  }

  *read(range: ByteSpan): Generator<Uint8Array, void, undefined> {
    let position = range.start;
    for (const { base, part } of parts(this.#tree, range)) {
      if (part.bytes === undefined) continue;
      const start = Math.max(position, base + part.start);
      const end = Math.min(range.end, base + part.end);
      yield* gap(position, start);
      yield part.bytes.subarray(start - base - part.start, end - base - part.start);
      position = end;
    }
    yield* gap(position, range.end);
  }

  #zero(range: ByteSpan, epoch: number): Extents {
    return this.write(range.start, zeros.subarray(0, range.end - range.start), epoch);
  }

  #free(range: ByteSpan, epoch: number): Extents {
    // Without a snapshot to compare with, what was never written needs no trace of being cleared.
    const end = epoch === 0 ? Math.min(range.end, treeBytes(this.#tree)) : range.end;
    if (range.start >= end) return this;
    const tree = changed(
      raised(this.#tree, end),
      { start: range.start, end },
      {
        leaf: (leaf, at) => clearLeaf(leaf, at.start, at.end, epoch),
        whole: () => (epoch === 0 ? undefined : { kind: 'hole', stamp: epoch }),
      },
    );
    return tree.root === undefined ? Extents.empty : new Extents(tree);
  }
}

/** A span under construction. */
interface Span {
  start: number;
  end: number;
}

function appendSpan(spans: Span[], span: Span, range: ByteSpan): void {
  const start = Math.max(span.start, range.start);
  const end = Math.min(span.end, range.end);
  const last = spans.at(-1);
  if (start >= end) return;
  if (last !== undefined && last.end === start) last.end = end;
  else spans.push({ start, end });
}

function* gap(from: number, to: number): Generator<Uint8Array, void, undefined> {
  for (let position = from; position < to; position += leafBytes)
    yield zeros.subarray(0, Math.min(leafBytes, to - position));
}
