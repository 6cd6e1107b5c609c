import { type Leaf, leafBytes, type Part } from './leaf.js';
import type { ByteSpan } from './store.js';

const fanout = 64;

/** A whole part of the tree that was given back in one step. */
interface Hole {
  readonly kind: 'hole';
  readonly stamp: number;
}

interface Branch {
  readonly kind: 'branch';
  readonly children: readonly (TreeNode | undefined)[];
}

/** `undefined` stands for a part that was never touched. */
export type TreeNode = Leaf | Branch | Hole;

/** A tree of leaves. It spans `leafBytes * 64 ** height` bytes, as much as the last touched byte needs. */
export interface Tree {
  readonly root: TreeNode | undefined;
  readonly height: number;
}

export const emptyTree: Tree = { root: undefined, height: 0 };

/** What a change does to the leaves it touches, and to parts of the tree that lie wholly within its range. */
export interface TreeChange {
  leaf(leaf: Leaf | undefined, at: ByteSpan, leafStart: number): TreeNode | undefined;
  whole?(): TreeNode | undefined;
}

export function treeBytes(tree: Tree): number {
  return leafBytes * fanout ** tree.height;
}

/** The tree, as high as it must be to reach `end`. */
export function raised(tree: Tree, end: number): Tree {
  let { root, height } = tree;
  while (leafBytes * fanout ** height < end) {
    if (root !== undefined) root = { kind: 'branch', children: [root] };
    height++;
  }
  return { root, height };
}

/** The tree after a change within `range`; copies the way to the leaves it touches and shares the rest. */
export function changed(tree: Tree, range: ByteSpan, change: TreeChange): Tree {
  return {
    root: changedNode({ node: tree.root, height: tree.height, base: 0 }, range, change),
    height: tree.height,
  };
}

interface Place {
  readonly node: TreeNode | undefined;
  readonly height: number;
  /** Position of its first byte in the file. */
  readonly base: number;
}

function changedNode(place: Place, range: ByteSpan, change: TreeChange): TreeNode | undefined {
  const { node, height, base } = place;
  const step = leafBytes * fanout ** (height - 1);
  const end = height === 0 ? base + leafBytes : base + step * fanout;
  if (change.whole !== undefined && range.start <= base && range.end >= end) return change.whole();
  if (height === 0) {
    const at = { start: Math.max(base, range.start) - base, end: Math.min(end, range.end) - base };
    return change.leaf(leafOf(node), at, base);
  }
  const children = childrenOf(node);
  const last = Math.min(fanout, Math.ceil((range.end - base) / step));
  for (let index = Math.max(0, Math.floor((range.start - base) / step)); index < last; index++) {
    const child = { node: children[index], height: height - 1, base: base + index * step };
    children[index] = changedNode(child, range, change);
  }
  return children.some((child) => child !== undefined) ? { kind: 'branch', children } : undefined;
}

function childrenOf(node: TreeNode | undefined): (TreeNode | undefined)[] {
  if (node?.kind === 'branch') return node.children.slice();
  return node?.kind === 'hole' ? new Array<TreeNode>(fanout).fill(node) : [];
}

function leafOf(node: TreeNode | undefined): Leaf | undefined {
  if (node?.kind === 'leaf') return node;
  return node?.kind === 'hole' ? { kind: 'leaf', parts: [holePart(0, leafBytes, node)] } : undefined;
}

function holePart(start: number, end: number, hole: Hole): Part {
  return { start, end, bytes: undefined, stamp: hole.stamp };
}

/** What a walk hands out: a part and the position in the file that its `start` and `end` count from. */
export interface PlacedPart {
  readonly base: number;
  readonly part: Part;
}

/** The parts that touch `range`, ascending. */
export function* parts(tree: Tree, range: ByteSpan): Generator<PlacedPart, void, undefined> {
  yield* nodeParts({ node: tree.root, height: tree.height, base: 0 }, range);
}

function* nodeParts(place: Place, range: ByteSpan): Generator<PlacedPart, void, undefined> {
  const { node, height, base } = place;
  if (node === undefined) return;
  if (node.kind === 'hole') yield { base, part: holePart(0, leafBytes * fanout ** height, node) };
  else if (node.kind === 'leaf') {
    for (const part of node.parts) {
      if (base + part.end > range.start && base + part.start < range.end) yield { base, part };
    }
  } else {
    const step = leafBytes * fanout ** (height - 1);
    const last = Math.min(node.children.length, Math.ceil((range.end - base) / step));
    for (let index = Math.max(0, Math.floor((range.start - base) / step)); index < last; index++) {
      yield* nodeParts({ node: node.children[index], height: height - 1, base: base + index * step }, range);
    }
  }
}

/** The node with every stamp set to `stamp`; bytes are shared, and so is what has that stamp already. */
export function restampedNode(node: TreeNode | undefined, stamp: number): TreeNode | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'hole') return undefined;
  if (node.kind === 'branch') {
    const children = node.children.map((child) => restampedNode(child, stamp));
    return children.some((child, index) => child !== node.children[index])
      ? { kind: 'branch', children }
      : node;
  }
  if (node.parts.every((part) => part.stamp === stamp && part.bytes !== undefined)) return node;
  const held = node.parts.filter((part) => part.bytes !== undefined);
  return { kind: 'leaf', parts: held.map((part) => ({ ...part, stamp })) };
}
