import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Extents } from '../../../../src/emulator/store/extents.js';
import type { ByteSpan, Content } from '../../../../src/emulator/store/store.js';
import { patterned } from '../../../support/patterned.js';

const block = 512;
const leaf = 64 * 1024;
const tebibyte = 1024 ** 4;

function contentOf(content: Content, range: ByteSpan): Buffer {
  return Buffer.concat([...content.read(range)]);
}

/** The same over a plain array: what is there, and per block whether it is allocated and when it was touched. */
class NaiveContent {
  readonly bytes: Uint8Array;
  readonly allocated: boolean[];
  readonly touched: number[];

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.allocated = new Array(length / block).fill(false);
    this.touched = new Array(length / block).fill(0);
  }

  write(start: number, data: Uint8Array, epoch: number): void {
    if (data.length === 0) return;
    this.bytes.set(data, start);
    for (let index = Math.floor(start / block); index * block < start + data.length; index++) {
      this.allocated[index] = true;
      this.touched[index] = epoch;
    }
  }

  clear({ start, end }: ByteSpan, epoch: number): void {
    for (let index = Math.floor(start / block); index * block < end; index++) {
      const from = Math.max(start, index * block);
      const to = Math.min(end, (index + 1) * block);
      if (to <= from) continue;
      const whole = to - from === block;
      this.bytes.fill(0, from, to);
      this.allocated[index] = !whole;
      this.touched[index] = epoch;
    }
  }

  spans(holds: (index: number) => boolean): ByteSpan[] {
    const spans: { start: number; end: number }[] = [];
    for (let index = 0; index < this.allocated.length; index++) {
      if (!holds(index)) continue;
      const last = spans.at(-1);
      if (last?.end === index * block) last.end += block;
      else spans.push({ start: index * block, end: (index + 1) * block });
    }
    return spans;
  }
}

interface Run {
  readonly content: Content;
  readonly model: NaiveContent;
  readonly epoch: number;
}

interface Step {
  readonly action: 'write' | 'clear' | 'truncate' | 'snapshot';
  readonly start: number;
  readonly length: number;
}

/** Does one step to both. */
function apply(run: Run, { action, start, length }: Step): Run {
  const { content, model, epoch } = run;
  const end = Math.min(model.bytes.length, start + length);
  if (action === 'snapshot') return { ...run, epoch: epoch + 1 };
  if (action === 'write') {
    const data = patterned(end - start, start);
    model.write(start, data, epoch);
    return { ...run, content: content.write(start, data, epoch) };
  }
  if (action === 'clear') {
    model.clear({ start, end }, epoch);
    return { ...run, content: content.clear({ start, end }, epoch) };
  }
  const blockEnd = start + ((block - (start % block)) % block);
  if (model.allocated[Math.floor(start / block)]) model.clear({ start, end: blockEnd }, epoch);
  model.clear({ start: blockEnd, end: model.bytes.length }, epoch);
  return { ...run, content: content.truncate(start, epoch) };
}

describe('Extents', () => {
  it('read as zeros where nothing was written', () => {
    const content = Extents.empty.write(1000, patterned(3), 0);
    expect([...contentOf(content, { start: 998, end: 1005 })]).toEqual([0, 0, ...patterned(3), 0, 0]);
  });

  it('keep a value as it was when a later one is made from it', () => {
    const first = Extents.empty.write(0, patterned(leaf * 2), 0);
    const second = first.write(100, new Uint8Array(50), 0);
    expect(contentOf(first, { start: 0, end: leaf * 2 })).toEqual(Buffer.from(patterned(leaf * 2)));
    expect([...contentOf(second, { start: 100, end: 150 })]).toEqual(new Array(50).fill(0));
  });

  it('hold copies, so that a caller may use its buffer again', () => {
    const buffer = patterned(10);
    const content = Extents.empty.write(0, buffer, 0);
    buffer.fill(0);
    expect([...contentOf(content, { start: 0, end: 10 })]).toEqual([...patterned(10)]);
  });

  it('allocate whole blocks', () => {
    const content = Extents.empty.write(600, patterned(3), 0);
    expect(content.allocated({ start: 0, end: 4096 })).toEqual([{ start: 512, end: 1024 }]);
    expect(content.allocated({ start: 0, end: 700 })).toEqual([{ start: 512, end: 700 }]);
  });

  it('merge spans across the borders of leaves', () => {
    const content = Extents.empty.write(leaf - block, patterned(block), 0).write(leaf, patterned(block), 0);
    expect(content.allocated({ start: 0, end: leaf * 2 })).toEqual([
      { start: leaf - block, end: leaf + block },
    ]);
  });

  it('give back whole blocks when cleared and write zeros into the ends of others', () => {
    const content = Extents.empty.write(0, patterned(4096), 0).clear({ start: 500, end: 2548 }, 0);
    expect(content.allocated({ start: 0, end: 4096 })).toEqual([
      { start: 0, end: 512 },
      { start: 2048, end: 4096 },
    ]);
    expect([...contentOf(content, { start: 498, end: 502 })]).toEqual([...patterned(2, 498), 0, 0]);
  });

  it('hold one range of a file of 4 TiB at the price of that range', () => {
    const content = Extents.empty.write(4 * tebibyte - 1024, patterned(1024), 0);
    expect(content.allocated({ start: 0, end: 4 * tebibyte })).toEqual([
      { start: 4 * tebibyte - 1024, end: 4 * tebibyte },
    ]);
    expect(contentOf(content, { start: 4 * tebibyte - 2, end: 4 * tebibyte })).toEqual(
      Buffer.from(patterned(1024).subarray(1022)),
    );
  });

  it('clear all of 4 TiB in one short step, and remember that after a snapshot', () => {
    const content = Extents.empty.write(0, patterned(block), 0).clear({ start: 0, end: 4 * tebibyte }, 1);
    expect(content.allocated({ start: 0, end: 4 * tebibyte })).toEqual([]);
    expect(content.changesSince(0, { start: 0, end: 4 * tebibyte })).toEqual({
      changed: [],
      cleared: [{ start: 0, end: 4 * tebibyte }],
    });
  });

  it('show zeros when a file is cut and grows again', () => {
    const content = Extents.empty.write(0, patterned(2000), 0).truncate(700, 0);
    expect([...contentOf(content, { start: 698, end: 702 })]).toEqual([
      ...patterned(2000).subarray(698, 700),
      0,
      0,
    ]);
    expect(content.allocated({ start: 0, end: 2048 })).toEqual([{ start: 0, end: 1024 }]);
  });

  it('allocate nothing when cut within a block that was never written', () => {
    expect(Extents.empty.truncate(700, 0).allocated({ start: 0, end: 2048 })).toEqual([]);
  });

  it('tell written and cleared spans since a snapshot apart, also where nothing was before', () => {
    const before = Extents.empty.write(1024, patterned(1024), 0);
    const after = before.write(3072, patterned(1024), 1).clear({ start: 0, end: 512 }, 1);
    expect(after.changesSince(0, { start: 0, end: 4096 })).toEqual({
      changed: [{ start: 3072, end: 4096 }],
      cleared: [{ start: 0, end: 512 }],
    });
  });

  it('forget what changed when they become the content of another file', () => {
    const content = Extents.empty
      .write(0, patterned(block * 3), 0)
      .write(0, patterned(block), 3)
      .clear({ start: block, end: block * 2 }, 3);
    const copy = content.restamped(1);
    expect(copy.changesSince(1, { start: 0, end: leaf })).toEqual({ changed: [], cleared: [] });
    expect(contentOf(copy, { start: 0, end: block * 3 })).toEqual(
      contentOf(content, { start: 0, end: block * 3 }),
    );
    expect(copy.restamped(1)).toBe(copy);
  });

  it('hand out pieces of 64 KiB at most', () => {
    const content = Extents.empty.write(0, patterned(leaf * 3), 0);
    const sizes = [...content.read({ start: 0, end: leaf * 40 })].map((piece) => piece.length);
    expect(Math.max(...sizes)).toBe(leaf);
  });

  it('do what a plain array does, over any series of changes', () => {
    const length = leaf * 3;
    const position = fc.integer({ min: 0, max: length });
    const step = fc.record({
      action: fc.constantFrom<Step['action'][]>('write', 'write', 'clear', 'truncate', 'snapshot'),
      start: fc.oneof(
        position,
        position.map((at) => at - (at % block)),
      ),
      length: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: leaf * 2 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { content, model } = steps.reduce<Run>(apply, {
          content: Extents.empty,
          model: new NaiveContent(length),
          epoch: 0,
        });
        const all = { start: 0, end: length };
        expect(contentOf(content, all).equals(model.bytes)).toBe(true);
        expect(content.allocated(all)).toEqual(model.spans((index) => model.allocated[index] === true));
      }),
      { numRuns: 200 },
    );
  });

  it('know every block that was touched after a snapshot', () => {
    const length = leaf * 2;
    const step = fc.record({
      action: fc.constantFrom<Step['action'][]>('write', 'clear'),
      start: fc.integer({ min: 0, max: length }),
      length: fc.integer({ min: 0, max: 5000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.array(step, { maxLength: 8 }), (before, after) => {
        const steps = [...before, { action: 'snapshot', start: 0, length: 0 } as const, ...after];
        const run = { content: Extents.empty, model: new NaiveContent(length), epoch: 0 };
        const { content, model } = steps.reduce<Run>(apply, run);
        const touched = (index: number): boolean => (model.touched[index] ?? 0) > 0;
        expect(content.changesSince(0, { start: 0, end: length })).toEqual({
          changed: model.spans((index) => touched(index) && model.allocated[index] === true),
          cleared: model.spans((index) => touched(index) && model.allocated[index] === false),
        });
      }),
    );
  });
});
