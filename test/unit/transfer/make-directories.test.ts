import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDirectories } from '../../../src/transfer/make-directories.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

describe('makeDirectories', () => {
  it('makes a directory with those that it is in', async () => {
    const path = join(await temporaryDirectory(), 'a', 'b', 'c');
    await makeDirectories(path, 0o700);
    expect((await stat(path)).isDirectory()).toBe(true);
  });

  it('leaves one alone that is there, and lets several make the same', async () => {
    const path = join(await temporaryDirectory(), 'a', 'b');
    await Promise.all([makeDirectories(path), makeDirectories(path), makeDirectories(path)]);
    await writeFile(join(path, 'x'), 'x');
    await makeDirectories(path);
    expect((await stat(join(path, 'x'))).size).toBe(1);
  });

  it('says that something else has the name', async () => {
    const path = join(await temporaryDirectory(), 'file');
    await writeFile(path, 'x');
    await expect(makeDirectories(path)).rejects.toMatchObject({ code: 'LocalNotADirectory' });
    await expect(makeDirectories(join(path, 'below', 'it'))).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });

  it.runIf(process.platform === 'linux')('ends where nothing can be made in what is there', async () => {
    await expect(makeDirectories('/proc/absent/below')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(mkdir('/proc/absent')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
