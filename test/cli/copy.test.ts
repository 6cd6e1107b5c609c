import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines } from '../support/cli.js';
import { patterned } from '../support/patterned.js';
import { startShare } from '../support/share.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Makes local files and gives the directory that they are in. */
async function localTree(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const directory = await temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return directory;
}

async function localNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => {
      const path = join(entry.parentPath, entry.name).slice(directory.length + 1);
      return entry.isDirectory() ? `${path}/` : path;
    })
    .sort();
}

describe('a dot at the end', () => {
  it('stands for what is in a directory of a share', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ 'site/index.html': 'i', 'site/img/a.png': 'a', 'other/x': 'x' });
    const target = await temporaryDirectory();
    expect(await cli(['cp', '-r', 'files://data/site/.', target])).toMatchObject({
      code: 0,
      stderr: expect.any(String),
    });
    expect(await localNames(target)).toEqual(['img/', 'img/a.png', 'index.html']);
    expect((await cli(['cp', '-r', 'files://data/site/.', 'files://data/other'])).code).toBe(0);
    expect(await tree()).toEqual(expect.arrayContaining(['other/img/a.png', 'other/index.html', 'other/x']));
  });

  it('is the directory itself in a destination, and the whole share where nothing else is named', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ 'dir/x': 'x' });
    const local = await localTree({ 'a.txt': 'a' });
    expect((await cli(['cp', join(local, 'a.txt'), 'files://data/dir/.'])).code).toBe(0);
    expect(await tree()).toEqual(['dir/', 'dir/a.txt', 'dir/x']);
    const target = await temporaryDirectory();
    expect((await cli(['cp', '-r', 'files://data/.', target])).code).toBe(0);
    expect(await localNames(target)).toEqual(['dir/', 'dir/a.txt', 'dir/x']);
  });
});

describe('cp to a share', () => {
  it('copies a file to a name, to a directory, and to the root', async () => {
    const { cli, tree, fill, read } = await startShare();
    await fill({ 'dir/x': 'x' });
    const local = await localTree({ 'a.txt': 'content' });
    const source = join(local, 'a.txt');
    expect(await cli(['cp', source, 'files://data/b.txt'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '1 file, 7 B copied\n',
    });
    expect((await cli(['cp', source, 'files://data/dir'])).code).toBe(0);
    expect((await cli(['cp', source, 'files://data'])).code).toBe(0);
    expect(await tree()).toEqual(['a.txt', 'b.txt', 'dir/', 'dir/a.txt', 'dir/x']);
    expect(await read('dir/a.txt')).toBe('content');
  });

  it('copies an empty file', async () => {
    const { cli, client } = await startShare();
    const local = await localTree({ empty: '' });
    expect((await cli(['cp', join(local, 'empty'), 'files://data/'])).code).toBe(0);
    expect((await client.files.getProperties({ path: 'empty' })).size).toBe(0);
  });

  it('copies a tree under its name into a directory that is there, and as that name otherwise', async () => {
    const { cli, tree } = await startShare();
    const local = await localTree({ 'site/index.html': 'i', 'site/img/a.png': 'a', 'site/empty/.keep': '' });
    const source = join(local, 'site');
    expect((await cli(['cp', '-r', source, 'files://data/www'])).code).toBe(0);
    expect(await tree()).toEqual([
      'www/',
      'www/empty/',
      'www/empty/.keep',
      'www/img/',
      'www/img/a.png',
      'www/index.html',
    ]);
    expect((await cli(['cp', '-r', source, 'files://data/www'])).code).toBe(0);
    expect(await tree()).toContain('www/site/img/a.png');
  });

  it('copies what is in a directory when its name ends in a dot', async () => {
    const { cli, tree } = await startShare();
    const local = await localTree({ 'x.txt': 'x', 'sub/y.txt': 'y' });
    expect((await cli(['cp', '-r', `${local}/.`, 'files://data'])).code).toBe(0);
    expect(await tree()).toEqual(['sub/', 'sub/y.txt', 'x.txt']);
  });

  it('copies several things into a directory', async () => {
    const { cli, tree, fill } = await startShare();
    await fill({ 'dir/x': 'x' });
    const local = await localTree({ a: 'a', b: 'b', 'c/d': 'd' });
    const sources = ['a', 'b', 'c'].map((name) => join(local, name));
    const result = await cli(['cp', '-r', ...sources, 'files://data/dir', '--json']);
    expect(result.code).toBe(0);
    expect(jsonLines(result.stdout).at(-1)).toEqual({
      summary: { files: 3, directories: 1, unchanged: 0, skipped: 0, failed: 0, bytes: 3 },
    });
    expect(await tree()).toEqual(['dir/', 'dir/a', 'dir/b', 'dir/c/', 'dir/c/d', 'dir/x']);
  });

  it('replaces files, and leaves them alone with --no-clobber', async () => {
    const { cli, fill, read, tree } = await startShare();
    await fill({ a: 'old', b: 'old' });
    const local = await localTree({ a: 'new', c: 'new' });
    const first = await cli(['cp', '-r', '--no-clobber', `${local}/.`, 'files://data', '--json']);
    expect(first.code).toBe(0);
    expect(jsonLines(first.stdout).at(-1)).toMatchObject({ summary: { files: 1, skipped: 1, failed: 0 } });
    expect(await read('a')).toBe('old');
    expect((await cli(['cp', join(local, 'a'), 'files://data/a'])).code).toBe(0);
    expect(await read('a')).toBe('new');
    expect(await tree()).toEqual(['a', 'b', 'c']);
  });

  it('does not follow symbolic links, and says so', async () => {
    const { cli, tree } = await startShare();
    const local = await localTree({ 'a/x': 'x' });
    await symlink('/etc', join(local, 'a', 'link'));
    const result = await cli(['cp', '-r', join(local, 'a'), 'files://data/']);
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('a/link: a symbolic link') });
    expect(await tree()).toEqual(['a/', 'a/x']);
    const named = await cli(['cp', join(local, 'a', 'link'), 'files://data/']);
    expect(named).toMatchObject({ code: 1, stderr: expect.stringContaining('symbolic link') });
  });

  it('leaves unfinished transfers out of a tree', async () => {
    const { cli, tree } = await startShare();
    const local = await localTree({ '.azstore-1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp': 'x', y: 'y' });
    expect((await cli(['cp', '-r', `${local}/.`, 'files://data'])).code).toBe(0);
    expect(await tree()).toEqual(['y']);
  });

  it('goes on with the rest when one file fails, and reports it', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ 'dir/b/x': 'x' });
    const local = await localTree({
      'dir/a': 'a',
      'dir/b': 'a file where the share has a directory',
      'dir/c': 'c',
    });
    const result = await cli(['cp', '-r', join(local, 'dir'), 'files://data/']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('dir/b: ');
    expect(result.stderr).toMatch(/2 files, 2 B copied; 1 failed\nazstore: 1 could not be copied/);
    expect(await tree()).toEqual(['dir/', 'dir/a', 'dir/b/', 'dir/b/x', 'dir/c']);
  });

  it('ends with the failure itself when there was only one thing to copy', async () => {
    const { cli } = await startShare();
    const result = await cli(['cp', '/no/such/file', 'files://data/', '--json']);
    expect(result.code).toBe(3);
    expect(jsonLines(result.stdout)).toMatchObject([{ error: { code: 'ENOENT', exitCode: 3 } }]);
  });

  it('stops at once when the share is missing', async () => {
    const { cli } = await startShare();
    const local = await localTree({ a: 'a', b: 'b' });
    const result = await cli(['cp', '-r', `${local}/.`, 'files://nosuch']);
    expect(result).toMatchObject({ code: 3, stderr: expect.stringMatching(/^azstore: .*\[ShareNotFound\]/) });
  });

  it('wants -r for a directory', async () => {
    const { cli } = await startShare();
    const local = await localTree({ 'a/x': 'x' });
    expect(await cli(['cp', join(local, 'a'), 'files://data/'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('give -r'),
    });
  });

  it.each([
    ['one place', ['files://data/a']],
    ['two local places', ['a', 'b']],
    ['local and remote sources', ['a', 'files://data/x', 'files://data/']],
    ['an account', ['files://', './x']],
    ['several sources and a file', ['files://data/x', 'files://data/y', 'files://data/x']],
    ['blobs', ['a', 'blobs://container/a']],
    ['too many ranges', ['--concurrency', '257', 'a', 'files://data/']],
  ])('refuses %s', async (_, args) => {
    const { cli, fill } = await startShare();
    await fill({ x: 'x', y: 'y' });
    expect((await cli(['cp', ...args])).code).toBe(2);
  });

  it('ends with 3 when several things have no directory to go to', async () => {
    const { cli } = await startShare();
    expect((await cli(['cp', 'a', 'b', 'files://data/no'])).code).toBe(3);
    expect((await cli(['cp', 'package.json', 'files://data/no/'])).code).toBe(3);
  });

  it('makes no file where a slash asks for a directory, also with -r', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ a: 'a' });
    expect((await cli(['cp', '-r', 'package.json', 'files://data/no/'])).code).toBe(3);
    expect((await cli(['cp', '-r', 'files://data/a', 'files://data/no/'])).code).toBe(3);
    expect(await tree()).toEqual(['a']);
  });
});

describe('cp from a share', () => {
  it('copies a file to a name and into a directory', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'dir/a.bin': patterned(100_000) });
    const local = await temporaryDirectory();
    expect((await cli(['cp', 'files://data/dir/a.bin', join(local, 'b.bin')])).code).toBe(0);
    expect((await cli(['cp', 'files://data/dir/a.bin', local])).code).toBe(0);
    expect(await localNames(local)).toEqual(['a.bin', 'b.bin']);
    expect(new Uint8Array(await readFile(join(local, 'a.bin')))).toEqual(patterned(100_000));
  });

  it('copies a tree, empty directories and empty files too', async () => {
    const { cli, fill, client } = await startShare();
    await fill({ 'dir/a': 'a', 'dir/sub/b': '' });
    await client.directories.create({ path: 'dir/empty' });
    const local = await temporaryDirectory();
    const result = await cli(['cp', '-r', 'files://data/dir', join(local, 'copy'), '--json']);
    expect(result.code).toBe(0);
    expect(jsonLines(result.stdout).at(-1)).toMatchObject({
      summary: { files: 2, directories: 3, bytes: 1 },
    });
    expect(await localNames(local)).toEqual(['copy/', 'copy/a', 'copy/empty/', 'copy/sub/', 'copy/sub/b']);
  });

  it('copies what is in a share into a directory', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'dir/a': 'a', b: 'b' });
    const local = await temporaryDirectory();
    expect((await cli(['cp', '-r', 'files://data', local])).code).toBe(0);
    expect(await localNames(local)).toEqual(['b', 'dir/', 'dir/a']);
  });

  it('replaces local files, and leaves them alone with --no-clobber', async () => {
    const { cli, fill } = await startShare();
    await fill({ a: 'new' });
    const local = await localTree({ a: 'old' });
    expect(await cli(['cp', '-n', 'files://data/a', local])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('is there already'),
    });
    expect(await readFile(join(local, 'a'), 'utf8')).toBe('old');
    expect((await cli(['cp', 'files://data/a', local])).code).toBe(0);
    expect(await readFile(join(local, 'a'), 'utf8')).toBe('new');
  });

  it('writes through no symbolic link below the destination', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'dir/link/stolen': 'x', 'dir/ok': 'ok' });
    const local = await temporaryDirectory();
    const outside = await temporaryDirectory();
    await mkdir(join(local, 'dir'));
    await symlink(outside, join(local, 'dir', 'link'));
    const result = await cli(['cp', '-r', 'files://data/dir', local]);
    expect(result.code).toBe(1);
    expect(await localNames(outside)).toEqual([]);
    expect(await readFile(join(local, 'dir', 'ok'), 'utf8')).toBe('ok');
  });

  it('leaves out what is no name for a file here, and reports it', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'dir/a': 'a' });
    const local = await localTree({ 'dir/a/file': 'a directory where the share has a file' });
    const result = await cli(['cp', '-r', 'files://data/dir', local]);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('is a directory') });
    expect((await stat(join(local, 'dir/a'))).isDirectory()).toBe(true);
  });

  it('ends with 3 for what is not there', async () => {
    const { cli } = await startShare();
    const local = await temporaryDirectory();
    expect((await cli(['cp', 'files://data/no', local])).code).toBe(3);
    expect(await localNames(local)).toEqual([]);
  });
});

describe('cp within an account', () => {
  it('copies a file inside a share and to another one', async () => {
    const { cli, fill, read, client, tree } = await startShare();
    await fill({ 'dir/a': 'content' });
    expect((await cli(['cp', 'files://data/dir/a', 'files://data/b'])).code).toBe(0);
    expect((await cli(['cp', 'files://data/dir/a', 'files://other'])).code).toBe(0);
    expect(await read('b')).toBe('content');
    expect(new TextDecoder().decode((await client.files.read({ share: 'other', path: 'a' })).data)).toBe(
      'content',
    );
    expect(await tree()).toEqual(['b', 'dir/', 'dir/a']);
  });

  it('copies a tree', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ 'dir/a': 'a', 'dir/sub/b': 'b' });
    const result = await cli(['cp', '-r', 'files://data/dir', 'files://data/copy', '--json']);
    expect(result.code).toBe(0);
    expect(jsonLines(result.stdout).at(-1)).toMatchObject({
      summary: { files: 2, directories: 2, bytes: 2 },
    });
    expect(await tree()).toEqual([
      'copy/',
      'copy/a',
      'copy/sub/',
      'copy/sub/b',
      'dir/',
      'dir/a',
      'dir/sub/',
      'dir/sub/b',
    ]);
  });

  it('leaves files alone with --no-clobber', async () => {
    const { cli, fill, read, tree } = await startShare();
    await fill({ a: 'new', b: 'old' });
    expect((await cli(['cp', '-n', 'files://data/a', 'files://data/b'])).code).toBe(0);
    expect(await read('b')).toBe('old');
    expect(await tree()).toEqual(['a', 'b']);
  });

  it.each([
    ['a file onto itself', ['files://data/a', 'files://data/a']],
    ['a file onto itself in other letters', ['files://data/a', 'files://data/A']],
    ['a directory into itself', ['-r', 'files://data/dir', 'files://data/dir/copy']],
    ['a share into itself', ['-r', 'files://data', 'files://data/copy']],
  ])('refuses %s', async (_, args) => {
    const { cli, fill, tree } = await startShare();
    await fill({ a: 'a', 'dir/x': 'x' });
    expect((await cli(['cp', ...args])).code).toBe(2);
    expect(await tree()).toEqual(['a', 'dir/', 'dir/x']);
  });

  it('refuses two accounts', async () => {
    const { cli, fill } = await startShare();
    await fill({ a: 'a' });
    const elsewhere = 'http://127.0.0.1:1/devstoreaccount1/data/a';
    expect(await cli(['cp', 'files://data/a', elsewhere])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('different accounts'),
    });
  });
});

describe('progress', () => {
  const showCursor = '\u001b[?25h';

  it('is drawn on a terminal, with messages above it, and is gone at the end', async () => {
    const { cli } = await startShare();
    const local = await localTree({ 'a/x': patterned(50_000), 'a/y': 'y' });
    await symlink('/etc', join(local, 'a', 'link'));
    const { code, stderr } = await cli(['cp', '-r', join(local, 'a'), 'files://data'], { terminal: true });
    expect(code).toBe(0);
    expect(stderr).toContain('\u2591 0% | 0 B of 0 B');
    expect(stderr).toContain('a symbolic link');
    expect(stderr.lastIndexOf(showCursor)).toBeGreaterThan(stderr.lastIndexOf('\u2591'));
    expect(stderr.endsWith('2 files, 48.8 KiB copied; 1 directory; 1 not copied\n')).toBe(true);
  });

  it.each([[['--quiet']], [['--json']]])('is not drawn with %j', async (flags) => {
    const { cli } = await startShare();
    const local = await localTree({ x: 'x' });
    const source = join(local, 'x');
    expect((await cli(['cp', source, 'files://data', ...flags], { terminal: true })).stderr).toBe('');
  });

  it('leaves the terminal as it was when the copy fails', async () => {
    const { cli } = await startShare();
    const local = await localTree({ x: 'x' });
    const { stderr } = await cli(['cp', join(local, 'x'), 'files://nosuch'], { terminal: true });
    expect(stderr.lastIndexOf(showCursor)).toBeGreaterThan(-1);
    expect(stderr).toContain('[ShareNotFound]');
  });
});

describe('an interruption', () => {
  it('ends a copy with 130 and leaves nothing half done', async () => {
    const { cli, tree, emulator } = await startShare();
    expect(emulator).toBeDefined();
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, patterned(1_000)]));
    const local = await localTree(files);
    const controller = new AbortController();
    const result = await cli(['cp', '-r', `${local}/.`, 'files://data', '--json'], {
      signal: controller.signal,
      onStdout: (text) => {
        if (jsonLines(text).length === 5) controller.abort(new Error('stopped'));
      },
    });
    expect(result).toMatchObject({ code: 130, stderr: 'azstore: interrupted\n' });
    const names = await tree();
    expect(names.length).toBeLessThan(40);
    expect(names.filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('ends a download with 130 and leaves no temporary file', async () => {
    const { cli, fill } = await startShare();
    await fill(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, patterned(1_000)])));
    const local = await temporaryDirectory();
    const controller = new AbortController();
    const result = await cli(['cp', '-r', 'files://data', local, '--json'], {
      signal: controller.signal,
      onStdout: (text) => {
        if (jsonLines(text).length === 5) controller.abort(new Error('stopped'));
      },
    });
    expect(result.code).toBe(130);
    expect((await localNames(local)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});
