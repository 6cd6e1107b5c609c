import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileSink } from '../../../src/transfer/file-sink.js';
import { patterned } from '../../support/patterned.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const id = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';

describe('FileSink', () => {
  it('shows the file only when it is whole', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'target.bin');
    const sink = await FileSink.create(path, { id, overwrite: true });
    await sink.write(patterned(50, 50), 50);
    await sink.write(patterned(50), 0);
    expect(await readdir(directory)).toEqual([`.azstore-${id}.tmp`]);
    await sink.commit();
    expect(await readdir(directory)).toEqual(['target.bin']);
    expect(new Uint8Array(await readFile(path))).toEqual(patterned(100));
  });

  it('replaces a file in one step', async () => {
    const path = join(await temporaryDirectory(), 'target.bin');
    await writeFile(path, 'old');
    const sink = await FileSink.create(path, { id, overwrite: true });
    expect(await readFile(path, 'utf8')).toBe('old');
    await sink.commit();
    expect(await readFile(path, 'utf8')).toBe('');
  });

  it('replaces a symbolic link and leaves alone what it leads to', async () => {
    const directory = await temporaryDirectory();
    const elsewhere = join(directory, 'elsewhere');
    const path = join(directory, 'target.bin');
    await writeFile(elsewhere, 'safe');
    await symlink(elsewhere, path);
    const sink = await FileSink.create(path, { id, overwrite: true });
    await sink.write(patterned(4), 0);
    await sink.commit();
    expect(await readFile(elsewhere, 'utf8')).toBe('safe');
    expect(new Uint8Array(await readFile(path))).toEqual(patterned(4));
  });

  it('puts nothing on the disk before it is opened', async () => {
    const directory = await temporaryDirectory();
    const sink = await FileSink.prepare(join(directory, 'target.bin'), { id, overwrite: true });
    expect(await readdir(directory)).toEqual([]);
    await expect(sink.write(patterned(4), 0)).rejects.toThrow(TypeError);
    await sink.open();
    expect(await readdir(directory)).toEqual([`.azstore-${id}.tmp`]);
    await sink.discard();
  });

  it('leaves alone what another one has made when it is discarded unopened', async () => {
    const directory = await temporaryDirectory();
    const options = { id, overwrite: true };
    const other = await FileSink.create(join(directory, 'target.bin'), options);
    const sink = await FileSink.prepare(join(directory, 'target.bin'), options);
    await sink.discard();
    await sink.leave();
    expect(await readdir(directory)).toEqual([`.azstore-${id}.tmp`]);
    await other.discard();
  });

  it('leaves nothing when it is discarded', async () => {
    const directory = await temporaryDirectory();
    const sink = await FileSink.create(join(directory, 'target.bin'), { id, overwrite: true });
    await sink.write(patterned(4), 0);
    await sink.discard();
    expect(await readdir(directory)).toEqual([]);
  });

  it('refuses a file that is there when it may not be replaced', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'target.bin');
    await writeFile(path, 'old');
    await expect(FileSink.create(path, { id, overwrite: false })).rejects.toMatchObject({
      code: 'LocalFileExists',
    });
    expect(await readdir(directory)).toEqual(['target.bin']);
  });

  it('does not replace a file that appears while it writes', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'target.bin');
    const sink = await FileSink.create(path, { id, overwrite: false });
    await writeFile(path, 'of somebody else');
    await expect(sink.commit()).rejects.toMatchObject({ code: 'LocalFileExists' });
    await sink.discard();
    expect(await readFile(path, 'utf8')).toBe('of somebody else');
    expect(await readdir(directory)).toEqual(['target.bin']);
  });

  it('gives the name without replacing', async () => {
    const directory = await temporaryDirectory();
    const sink = await FileSink.create(join(directory, 'target.bin'), { id, overwrite: false });
    await sink.commit();
    expect(await readdir(directory)).toEqual(['target.bin']);
  });

  it('refuses the name of a directory', async () => {
    const path = join(await temporaryDirectory(), 'target');
    await mkdir(path);
    await expect(FileSink.create(path, { id, overwrite: true })).rejects.toMatchObject({
      code: 'LocalNotAFile',
    });
  });

  it.each([-631_152_000_000, -1.5, 0, 1_700_000_000_123])(
    'sets a time of %d ms since 1970',
    async (modifiedMs) => {
      const path = join(await temporaryDirectory(), 'target.bin');
      const sink = await FileSink.create(path, { id, overwrite: true });
      await sink.setModified(modifiedMs);
      await sink.commit();
      expect(Math.abs((await stat(path)).mtimeMs - modifiedMs)).toBeLessThanOrEqual(1);
    },
  );

  it('leaves a pipe in its place', async () => {
    const path = join(await temporaryDirectory(), 'pipe');
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [path]);
    await expect(FileSink.create(path, { id, overwrite: true })).rejects.toMatchObject({
      code: 'LocalNotAFile',
      message: `${path} is not a regular file`,
    });
    expect((await stat(path)).isFIFO()).toBe(true);
  });

  it('refuses a name with a slash at its end before anything is downloaded', async () => {
    const directory = await temporaryDirectory();
    await expect(FileSink.create(`${directory}/absent/`, { id, overwrite: true })).rejects.toMatchObject({
      code: 'LocalNotAFile',
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('knows a link that leads nowhere for something that is there', async () => {
    const path = join(await temporaryDirectory(), 'link');
    await symlink('nowhere', path);
    await expect(FileSink.prepare(path, { id, overwrite: false })).rejects.toMatchObject({
      code: 'LocalFileExists',
    });
  });

  it('passes on that the directory is missing', async () => {
    const path = join(await temporaryDirectory(), 'absent', 'target.bin');
    await expect(FileSink.create(path, { id, overwrite: true })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
