import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  directoryIdentity,
  followLink,
  listLocalDirectory,
  localChild,
  lookAtFile,
  makeLocalDirectory,
  removeLocalDirectory,
  removeLocalFile,
} from '../../../../src/transfer/tree/local-directory.js';
import { temporaryDirectory } from '../../../support/temporary-directory.js';

describe('a local directory', () => {
  it('is listed with the kinds of what it holds, links as such', async () => {
    const top = await temporaryDirectory();
    await mkdir(join(top, 'd'));
    await writeFile(join(top, 'f'), '');
    await symlink(join(top, 'd'), join(top, 'l'));
    const entries = await listLocalDirectory(top);
    expect(entries.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'd', kind: 'directory' },
      { name: 'f', kind: 'file' },
      { name: 'l', kind: 'link' },
    ]);
    expect(await followLink(join(top, 'l'))).toBe('directory');
    expect(await directoryIdentity(join(top, 'l'))).toBe(await directoryIdentity(join(top, 'd')));
  });

  it('is made unless it is there, and not through a link', async () => {
    const top = await temporaryDirectory();
    await makeLocalDirectory(join(top, 'd'));
    await makeLocalDirectory(join(top, 'd'));
    await symlink(join(top, 'd'), join(top, 'l'));
    await expect(makeLocalDirectory(join(top, 'l'))).rejects.toMatchObject({ code: 'LocalNotADirectory' });
    await expect(makeLocalDirectory(join(top, 'no', 'd'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('removes what is there, and tells what was not', async () => {
    const top = await temporaryDirectory();
    await mkdir(join(top, 'd'));
    await writeFile(join(top, 'd', 'f'), '');
    await expect(removeLocalDirectory(join(top, 'd'))).rejects.toMatchObject({ code: 'ENOTEMPTY' });
    expect(await removeLocalFile(join(top, 'd', 'f'))).toBe(true);
    expect(await removeLocalFile(join(top, 'd', 'f'))).toBe(false);
    expect(await removeLocalDirectory(join(top, 'd'))).toBe(true);
    expect(await removeLocalDirectory(join(top, 'd'))).toBe(false);
  });

  it('looks at a file, and through a link where that is allowed', async () => {
    const top = await temporaryDirectory();
    await writeFile(join(top, 'f'), 'abc');
    await symlink(join(top, 'f'), join(top, 'l'));
    expect(await lookAtFile(join(top, 'l'), 'follow')).toMatchObject({ size: 3 });
    await expect(lookAtFile(join(top, 'l'), 'refuse')).rejects.toMatchObject({ code: 'LocalNotAFile' });
  });
});

describe('a name from elsewhere', () => {
  it.each(['..', '.', '', 'a/b', 'a\0'])('%j is never a local name', (name) => {
    expect(() => localChild('/top', name, 'linux')).toThrow('cannot be the name');
    expect(() => localChild('/top', name, 'win32')).toThrow('cannot be the name');
  });

  it.each(['a\\b', 'C:', 'a:stream', 'con', 'NUL.txt', 'com1', 'a.', 'a ', 'a?', 'a\u0001'])(
    '%j is none on Windows',
    (name) => {
      expect(() => localChild('/top', name, 'win32')).toThrow('cannot be the name');
      expect(localChild('/top', name, 'linux')).toBe(join('/top', name));
    },
  );

  it.each(['a', '...', 'con-sole', 'COM', '\u{1f600}'])('%j is one everywhere', (name) => {
    expect(localChild('/top', name, 'linux')).toBe(join('/top', name));
  });

  it('is one on Windows where nothing is wrong with it', () => {
    expect(localChild('/top', 'console.log', 'win32')).toBe(join('/top', 'console.log'));
  });
});
