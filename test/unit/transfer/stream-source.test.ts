import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.js';
import { StreamSource } from '../../../src/transfer/stream-source.js';
import { patterned } from '../../support/patterned.js';

function streamOf(
  chunks: readonly Uint8Array[],
  onCancel?: (reason: unknown) => void,
): ReadableStream<Uint8Array> {
  const rest = [...chunks];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = rest.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: (reason) => onCancel?.(reason),
  });
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  chunks.push(bytes.subarray(at));
  return chunks;
}

describe('StreamSource', () => {
  it('gives the same bytes however the stream is cut and whatever the size of the slices', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 300 }),
        fc.array(fc.nat({ max: 40 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 64 }),
        async (length, sizes, slice) => {
          const bytes = patterned(length);
          const source = new StreamSource(streamOf(cut(bytes, sizes)), length, systemClock);
          const slices: Promise<Uint8Array>[] = [];
          for (let start = 0; start < length; start += slice) {
            slices.push(source.slice({ start, end: Math.min(length, start + slice) }));
          }
          expect(new Uint8Array(Buffer.concat(await Promise.all(slices)))).toEqual(bytes);
          await source.verify();
        },
      ),
    );
  });

  it('keeps its slices apart from memory that the stream uses again', async () => {
    const shared = new Uint8Array(4);
    async function* reusing() {
      yield shared.fill(1);
      yield shared.fill(2);
    }
    const source = new StreamSource(reusing(), 8, systemClock);
    const first = await source.slice({ start: 0, end: 4 });
    await source.slice({ start: 4, end: 8 });
    expect([...first]).toEqual([1, 1, 1, 1]);
  });

  it('reads Node streams', async () => {
    const source = new StreamSource(Readable.from([patterned(3), patterned(3, 3)]), 6, systemClock);
    expect(new Uint8Array(await source.slice({ start: 0, end: 6 }))).toEqual(patterned(6));
    await source.verify();
  });

  it('refuses a stream that ends too early', async () => {
    const source = new StreamSource(streamOf([patterned(3)]), 4, systemClock);
    await expect(source.slice({ start: 0, end: 4 })).rejects.toMatchObject({
      code: 'SourceLengthMismatch',
      message: 'the stream ended after 3 bytes; totalSize says 4',
    });
  });

  it('refuses a stream that goes on behind its length', async () => {
    const source = new StreamSource(
      streamOf([patterned(4), new Uint8Array(0), patterned(1)]),
      4,
      systemClock,
    );
    await source.slice({ start: 0, end: 4 });
    await expect(source.verify()).rejects.toMatchObject({ code: 'SourceLengthMismatch' });
  });

  it('passes on the failure of the stream', async () => {
    const failure = new Error('the disk is gone');
    const source = new StreamSource(
      new ReadableStream({ pull: (controller) => controller.error(failure) }),
      4,
      systemClock,
    );
    await expect(source.slice({ start: 0, end: 4 })).rejects.toBe(failure);
  });

  it('refuses chunks that are no bytes', async () => {
    const source = new StreamSource(Readable.from(['text']), 4, systemClock);
    await expect(source.slice({ start: 0, end: 4 })).rejects.toThrow('must give Uint8Array, got string');
  });

  it('ends a wait for a stream that gives nothing when it is closed, and cancels the stream', async () => {
    const reasons: unknown[] = [];
    const silent = new ReadableStream<Uint8Array>({ cancel: (reason) => void reasons.push(reason) });
    const source = new StreamSource(silent, 4, systemClock);
    const slice = source.slice({ start: 0, end: 4 });
    const reason = new Error('enough');
    await source.close(reason);
    await expect(slice).rejects.toBe(reason);
    expect(reasons).toEqual([reason]);
  });

  it('destroys a Node stream that it gives up', async () => {
    const stream = new Readable({ read() {} });
    stream.on('error', () => {});
    const source = new StreamSource(stream, 4, systemClock);
    const slice = source.slice({ start: 0, end: 4 });
    await source.close(new Error('enough'));
    await expect(slice).rejects.toThrow('enough');
    expect(stream.destroyed).toBe(true);
  });

  it('lets a generator end that it gives up', async () => {
    let ended = false;
    async function* generator() {
      try {
        yield patterned(1);
        yield patterned(1);
      } finally {
        ended = true;
      }
    }
    const source = new StreamSource(generator(), 2, systemClock);
    await source.slice({ start: 0, end: 1 });
    await source.close();
    await Promise.resolve();
    expect(ended).toBe(true);
  });

  it('does not cancel a stream that has ended', async () => {
    let cancelled = false;
    const source = new StreamSource(
      streamOf([patterned(1)], () => {
        cancelled = true;
      }),
      1,
      systemClock,
    );
    await source.slice({ start: 0, end: 1 });
    await source.verify();
    await source.close();
    expect(cancelled).toBe(false);
  });
});
