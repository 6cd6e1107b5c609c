import { execFileSync } from 'node:child_process';
import { appendFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../../src/transfer/buffer-pool.js';
import { FileSource } from '../../../src/transfer/file-source.js';
import { patterned } from '../../support/patterned.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryDirectory(), 'source.bin');
  await writeFile(path, bytes);
  return path;
}

describe('FileSource', () => {
  it('gives the bytes of any range', async () => {
    const source = await FileSource.open(await fileOf(patterned(10_000)));
    expect(source.size).toBe(10_000);
    expect(new Uint8Array(await source.slice({ start: 9_000, end: 10_000 }))).toEqual(
      patterned(1_000, 9_000),
    );
    expect(new Uint8Array(await source.slice({ start: 0, end: 1 }))).toEqual(patterned(1));
    await source.verify();
    await source.close();
  });

  it('gives a range piece by piece in one buffer, as often as it is asked', async () => {
    const source = await FileSource.open(await fileOf(patterned(10_000)));
    const pool = new BufferPool(1_000);
    const body = source.pieces({ start: 500, end: 3_100 }, pool);
    expect(body.length).toBe(2_600);
    for (let turn = 0; turn < 2; turn++) {
      const buffers = new Set<unknown>();
      const pieces: Uint8Array[] = [];
      for await (const piece of body) {
        buffers.add(piece.buffer);
        pieces.push(Uint8Array.from(piece));
      }
      expect(new Uint8Array(Buffer.concat(pieces))).toEqual(patterned(2_600, 500));
      expect([...buffers]).toEqual([pool.take().buffer]);
      pool.give(new Uint8Array([...buffers][0] as ArrayBuffer));
    }
    await source.close();
  });

  it('does not use a buffer again whose sending was broken off', async () => {
    const source = await FileSource.open(await fileOf(patterned(10_000)));
    const pool = new BufferPool(1_000);
    let used: unknown;
    for await (const piece of source.pieces({ start: 0, end: 3_000 }, pool)) {
      used = piece.buffer;
      break;
    }
    expect(pool.take().buffer).not.toBe(used);
    await source.close();
  });

  it('opens an empty file', async () => {
    const source = await FileSource.open(await fileOf(new Uint8Array(0)));
    expect(source.size).toBe(0);
    await source.verify();
    await source.close();
  });

  it('notices that the file has become shorter while it is read', async () => {
    const path = await fileOf(patterned(100));
    const source = await FileSource.open(path);
    await truncate(path, 50);
    await expect(source.slice({ start: 0, end: 100 })).rejects.toMatchObject({ code: 'SourceChanged' });
    await source.close();
  });

  it('notices a file that has grown', async () => {
    const path = await fileOf(patterned(100));
    const source = await FileSource.open(path);
    await appendFile(path, 'more');
    await expect(source.verify()).rejects.toMatchObject({ code: 'SourceChanged', retryable: true });
    await source.close();
  });

  it('notices a file of the same size whose time of change has moved', async () => {
    const path = await fileOf(patterned(100));
    const source = await FileSource.open(path);
    await utimes(path, new Date(1_000), new Date(2_000));
    await expect(source.verify()).rejects.toMatchObject({ code: 'SourceChanged' });
    await source.close();
  });

  it('refuses a directory', async () => {
    await expect(FileSource.open(await temporaryDirectory())).rejects.toMatchObject({
      code: 'LocalNotAFile',
    });
  });

  it.skipIf(process.platform === 'win32')('refuses a pipe instead of waiting for its writer', async () => {
    const path = join(await temporaryDirectory(), 'pipe');
    execFileSync('mkfifo', [path]);
    await expect(FileSource.open(path)).rejects.toMatchObject({ code: 'LocalNotAFile' });
  });

  it('passes on that there is no such file', async () => {
    const path = join(await temporaryDirectory(), 'absent');
    await expect(FileSource.open(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('can be closed twice', async () => {
    const source = await FileSource.open(await fileOf(patterned(1)));
    await source.close();
    await source.close();
    await expect(source.slice({ start: 0, end: 1 })).rejects.toThrow();
  });
});
