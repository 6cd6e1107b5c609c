import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BatchWriter } from '../../../src/transfer/batch-writer.js';
import { FileSink } from '../../../src/transfer/file-sink.js';
import { patterned } from '../../support/patterned.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** Gives a writer the pieces in memory that is used again for the next one, and tells what the file then has. */
async function written(lengths: readonly number[], bufferBytes: number) {
  const directory = await temporaryDirectory();
  const path = join(directory, 'file');
  const sink = await FileSink.create(path, { id: 'id', overwrite: true });
  const reported: number[] = [];
  const writer = new BatchWriter(sink, new Uint8Array(bufferBytes), (bytes) => reported.push(bytes));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const data = patterned(total);
  const lent = Buffer.alloc(Math.max(...lengths));
  let position = 0;
  for (const length of lengths) {
    lent.set(data.subarray(position, position + length));
    const taken = writer.take(lent.subarray(0, length), position);
    lent.fill(0xff);
    await taken;
    position += length;
  }
  await writer.flush();
  await sink.commit();
  return { file: await readFile(path), data, reported };
}

describe('pieces that are written to a file in batches', () => {
  it.each([
    ['that fit', [10, 20, 30]],
    ['that fill the buffer exactly', [60, 40, 100]],
    ['that do not fit behind what waits', [49, 90, 3]],
    ['longer than the buffer', [20, 350, 1]],
    ['of a byte', Array.from({ length: 120 }, () => 1)],
  ])('%s arrive whole, though their memory was only lent', async (_which, lengths) => {
    const { file, data } = await written(lengths, 100);
    expect(Buffer.compare(file, data)).toBe(0);
  });

  it('are reported when they have been written, each byte once', async () => {
    const { reported, data } = await written([30, 30, 30, 30], 100);
    expect(reported).toEqual([60, 60]);
    expect(data.length).toBe(120);
  });

  it('are replaced by those of a range that begins again', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'file');
    const sink = await FileSink.create(path, { id: 'id', overwrite: true });
    const writer = new BatchWriter(sink, new Uint8Array(100), () => {});
    void writer.take(new Uint8Array(10).fill(1), 0);
    void writer.take(new Uint8Array(20).fill(2), 0);
    await writer.flush();
    await sink.commit();
    expect([...(await readFile(path))]).toEqual(new Array(20).fill(2));
  });
});
