import { execFileSync } from 'node:child_process';
import { appendFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
