import { readdir, stat, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines, runCli } from '../support/cli.js';
import { localContents, makeLocal } from '../support/local-tree.js';
import { refuseSome } from '../support/refusing-proxy.js';
import { type ShareSetting, startShare } from '../support/share.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Paths and contents of the share `data`. */
async function shareContents({ tree, read }: ShareSetting): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const path of await tree()) contents[path] = path.endsWith('/') ? '' : await read(path);
  return contents;
}

function summaryOf(stdout: string): unknown {
  return jsonLines(stdout).at(-1)?.summary;
}

const nothing = { files: 0, directories: 0, unchanged: 0, deleted: 0, skipped: 0, failed: 0, bytes: 0 };

describe('sync to a share', () => {
  it('makes the target like the source, with directories on the way, and then has nothing to do', async () => {
    const setting = await startShare();
    const local = await makeLocal({ a: 'aa', 'sub/b': 'bbb', 'empty/': '' });
    const first = await setting.cli(['sync', local, 'files://data/x/y', '--json']);
    expect(first.code).toBe(0);
    expect(summaryOf(first.stdout)).toEqual({ ...nothing, files: 2, directories: 3, bytes: 5 });
    expect(await shareContents(setting)).toEqual({
      'x/': '',
      'x/y/': '',
      'x/y/a': 'aa',
      'x/y/empty/': '',
      'x/y/sub/': '',
      'x/y/sub/b': 'bbb',
    });
    const second = await setting.cli(['sync', local, 'files://data/x/y', '--json']);
    expect(jsonLines(second.stdout)).toEqual([{ summary: { ...nothing, unchanged: 2 } }]);
  });

  it('tells people how much it did, on standard error alone', async () => {
    const { cli, fill } = await startShare();
    await fill({ gone: 'x' });
    const local = await makeLocal({ a: 'aa', 'sub/b': 'bbb' });
    expect(await cli(['sync', '--delete', local, 'files://data'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '2 files, 5 B copied; 1 directory; 1 deleted\n',
    });
    expect(await cli(['sync', local, 'files://data', '--quiet'])).toMatchObject({ stdout: '', stderr: '' });
  });

  it('moves what has changed alone', async () => {
    const setting = await startShare();
    const local = await makeLocal({ a: 'one', b: 'two' });
    await setting.cli(['sync', local, 'files://data']);
    await makeLocal({ b: 'TWO' }, local);
    await utimes(join(local, 'b'), 1_600_000_000, 1_600_000_000);
    const { stdout } = await setting.cli(['sync', local, 'files://data', '--json']);
    expect(jsonLines(stdout)[0]).toMatchObject({
      status: 'copied',
      source: join(local, 'b'),
      target: 'files://data/b',
      bytes: 3,
    });
    expect(summaryOf(stdout)).toEqual({ ...nothing, files: 1, unchanged: 1, bytes: 3 });
    expect(await setting.read('b')).toBe('TWO');
  });

  it('deletes what the source does not have only with --delete', async () => {
    const setting = await startShare();
    await setting.fill({ 'old/a': 'x', 'old/sub/b': 'x', c: 'x' });
    const local = await makeLocal({ c: 'c' });
    await setting.cli(['sync', local, 'files://data']);
    expect(await setting.tree()).toEqual(['c', 'old/', 'old/a', 'old/sub/', 'old/sub/b']);
    const { stdout } = await setting.cli(['sync', '--delete', local, 'files://data', '--json']);
    expect(summaryOf(stdout)).toEqual({ ...nothing, unchanged: 1, deleted: 4 });
    expect(await setting.tree()).toEqual(['c']);
  });

  it('with --dry-run prints what it would do, does nothing, and does the same without', async () => {
    const setting = await startShare();
    await setting.fill({ gone: 'x', b: 'old' });
    const local = await makeLocal({ 'sub/a': 'a', b: 'b' });
    const before = await shareContents(setting);
    const dry = await setting.cli(['sync', '--delete', '--dry-run', local, 'files://data']);
    expect(dry.code).toBe(0);
    expect(dry.stdout.split('\n').sort()).toEqual([
      '',
      'copy files://data/b',
      'copy files://data/sub/a',
      'delete files://data/gone',
      'make files://data/sub',
    ]);
    expect(dry.stderr).toBe('2 files, 2 B to copy; 1 directory; 1 to delete\n');
    const json = await setting.cli(['sync', '--delete', '--dry-run', local, 'files://data', '--json']);
    const lines = jsonLines(json.stdout);
    expect(lines.slice(0, -1).every(({ dryRun }) => dryRun === true)).toBe(true);
    expect(await shareContents(setting)).toEqual(before);
    const { stdout } = await setting.cli(['sync', '--delete', local, 'files://data', '--json']);
    expect({ ...(summaryOf(stdout) as object), dryRun: true }).toEqual(summaryOf(json.stdout));
  });

  it('takes part of a tree by patterns, and deletes nothing that is excluded', async () => {
    const setting = await startShare();
    await setting.fill({ 'keep.log': 'k', 'gone.txt': 'x' });
    const local = await makeLocal({ 'a.txt': 'a', 'b.log': 'b', 'cache/c.txt': 'c', 'sub/d.txt': 'd' });
    const flags = ['--exclude', '*.log', '--exclude', 'cache/', '--delete'];
    expect((await setting.cli(['sync', ...flags, local, 'files://data'])).code).toBe(0);
    expect(await setting.tree()).toEqual(['a.txt', 'keep.log', 'sub/', 'sub/d.txt']);
    await setting.cli(['sync', '--include', '*.log', local, 'files://data/logs']);
    expect(await setting.tree()).toContain('logs/b.log');
    expect(await setting.tree()).not.toContain('logs/a.txt');
  });

  it('compares by content with --checksum', async () => {
    const setting = await startShare();
    const local = await makeLocal({ a: 'one', b: 'two' });
    await setting.cli(['sync', local, 'files://data']);
    await utimes(join(local, 'a'), 1_700_000_000, 1_700_000_000);
    const same = await setting.cli(['sync', '--checksum', local, 'files://data', '--json']);
    expect(summaryOf(same.stdout)).toEqual({ ...nothing, unchanged: 2 });
    // Same size and time, other bytes.
    await makeLocal({ b: 'TWO' }, local);
    expect(summaryOf((await setting.cli(['sync', local, 'files://data', '--json'])).stdout)).toMatchObject({
      files: 1,
    });
    expect(await setting.read('b')).toBe('two');
    const other = await setting.cli(['sync', '--checksum', local, 'files://data', '--json']);
    expect(summaryOf(other.stdout)).toEqual({ ...nothing, files: 1, unchanged: 1, bytes: 3 });
    expect(await setting.read('b')).toBe('TWO');
    const { contentMd5 } = await setting.client.files.getProperties({ path: 'b' });
    expect(contentMd5).toMatch(/^[\w+/]{22}==$/);
  });

  it('takes times for the same that are near enough', async () => {
    const { cli } = await startShare();
    const local = await makeLocal({ a: 'one' });
    await cli(['sync', local, 'files://data']);
    await utimes(join(local, 'a'), 1_550_000_001, 1_550_000_001);
    const near = await cli(['sync', '--time-tolerance', '2s', local, 'files://data', '--json']);
    expect(summaryOf(near.stdout)).toEqual({ ...nothing, unchanged: 1 });
    const exact = await cli(['sync', local, 'files://data', '--json']);
    expect(summaryOf(exact.stdout)).toMatchObject({ files: 1 });
  });

  it('leaves symbolic links out and says so, or follows them', async () => {
    const { cli, tree, read } = await startShare();
    const other = await makeLocal({ f: 'linked' });
    const local = await makeLocal({ a: 'a' });
    await symlink(join(other, 'f'), join(local, 'link'));
    await symlink(other, join(local, 'dir'));
    const refused = await cli(['sync', local, 'files://data']);
    expect(refused).toMatchObject({ code: 0, stderr: expect.stringContaining('2 not copied') });
    expect(refused.stderr).toContain(`not copied: ${join(local, 'link')}: a symbolic link`);
    expect(await tree()).toEqual(['a']);
    expect((await cli(['sync', '--follow-symlinks', local, 'files://data'])).code).toBe(0);
    expect(await tree()).toEqual(['a', 'dir/', 'dir/f', 'link']);
    expect(await read('link')).toBe('linked');
  });

  it('leaves nothing under temporary names, whatever the size', async () => {
    const { cli, tree } = await startShare();
    const local = await makeLocal({ large: new Uint8Array(9_000_000), small: 'x' });
    expect((await cli(['sync', local, 'files://data'])).code).toBe(0);
    expect(await tree()).toEqual(['large', 'small']);
  });
});

describe('sync from a share', () => {
  it('makes the target like the source, with times, and then has nothing to do', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'dir/a': 'aa', 'dir/sub/b': 'b' });
    const local = join(await temporaryDirectory(), 'x', 'y');
    const first = await cli(['sync', 'files://data/dir', local, '--json']);
    expect(summaryOf(first.stdout)).toEqual({ ...nothing, files: 2, directories: 2, bytes: 3 });
    expect(await localContents(local)).toEqual({ a: 'aa', 'sub/': '', 'sub/b': 'b' });
    const second = await cli(['sync', 'files://data/dir/', local, '--json']);
    expect(summaryOf(second.stdout)).toEqual({ ...nothing, unchanged: 2 });
  });

  it('deletes local files with --delete, and none that are excluded', async () => {
    const { cli, fill } = await startShare();
    await fill({ a: 'a' });
    const local = await makeLocal({ 'old/x': 'x', 'my.cfg': 'mine' });
    const flags = ['--delete', '--exclude', '*.cfg'];
    const dry = await cli(['sync', ...flags, '--dry-run', 'files://data', local]);
    expect(dry.stdout).toContain(`delete ${join(local, 'old', 'x')}\n`);
    expect(await localContents(local)).toMatchObject({ 'old/x': 'x' });
    expect((await cli(['sync', ...flags, 'files://data', local])).code).toBe(0);
    expect(await localContents(local)).toEqual({ a: 'a', 'my.cfg': 'mine' });
  });

  it('makes nothing with --dry-run', async () => {
    const { cli, fill } = await startShare();
    await fill({ a: 'a' });
    const parent = await temporaryDirectory();
    expect((await cli(['sync', '--dry-run', 'files://data', join(parent, 'new')])).code).toBe(0);
    expect(await readdir(parent)).toEqual([]);
  });

  it('writes through no link below the target', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'link/stolen': 'x', ok: 'ok' });
    const [local, outside] = [await temporaryDirectory(), await temporaryDirectory()];
    await symlink(outside, join(local, 'link'));
    const result = await cli(['sync', 'files://data', local]);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('files://data/link: ') });
    expect(await readdir(outside)).toEqual([]);
  });
});

describe('sync when something fails', () => {
  it('reports every path, ends with 1, and finishes the rest with the next run', async () => {
    const setting = await startShare();
    await setting.fill({ 'b/x': 'x', 'sub/d/x': 'x' });
    const local = await makeLocal({ a: 'a', b: 'b', 'sub/c': 'c', 'sub/d': 'd' });
    const result = await setting.cli(['sync', local, 'files://data', '--json']);
    expect(result.code).toBe(1);
    const lines = jsonLines(result.stdout);
    const failed = lines.filter(({ status }) => status === 'failed');
    expect(failed.map(({ source }) => source).sort()).toEqual([join(local, 'b'), join(local, 'sub', 'd')]);
    expect(lines.at(-2)).toEqual({ summary: { ...nothing, files: 2, failed: 2, bytes: 2 } });
    expect(lines.at(-1)).toMatchObject({ error: { code: 'PartialFailure', exitCode: 1, failed: 2 } });
    await setting.client.directories.deleteRecursive({ path: 'b' });
    await setting.client.directories.deleteRecursive({ path: 'sub/d' });
    const again = await setting.cli(['sync', local, 'files://data', '--json']);
    expect(again.code).toBe(0);
    expect(summaryOf(again.stdout)).toEqual({ ...nothing, files: 2, unchanged: 2, bytes: 2 });
  });

  it.each([
    ['source', 'files://data', 'local'],
    ['target', 'local', 'files://data'],
  ])('deletes nothing when a part of the %s cannot be listed', async (_, from, to) => {
    const setting = await startShare();
    await setting.fill({ 'a/x': 'x', 'sub/y': 'y', gone: 'x' });
    const local = await makeLocal({ 'a/x': 'x', 'sub/z': 'z', extra: 'e' });
    await using proxy = await refuseSome(
      setting.emulator.connectionString,
      (asked) => asked.includes('/data/sub?') && asked.includes('comp=list'),
    );
    const env = { AZURE_STORAGE_CONNECTION_STRING: proxy.connectionString };
    const places = [from, to].map((place) => (place === 'local' ? local : place));
    const result = await setting.cli(['sync', '--delete', ...places], { env });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('azstore: nothing was deleted, as not everything could be listed\n');
    expect(result.stderr).toContain('/sub: ');
    expect(await setting.tree()).toEqual(expect.arrayContaining(['gone', 'sub/y']));
    expect(await localContents(local)).toMatchObject({ extra: 'e', 'sub/z': 'z' });
    const again = await setting.cli(['sync', '--delete', ...places]);
    expect(again.code).toBe(0);
    expect(await localContents(local)).toEqual(await shareContents(setting));
  });

  it.each([
    ['a missing local source', ['/no/such/directory', 'files://data'], 3],
    ['a missing source in the share', ['files://data/nosuch', './x'], 3],
    ['a missing share as the source', ['files://nosuch', './x'], 3],
    ['a missing share as the target', ['test/support', 'files://nosuch'], 3],
    ['a local file as the source', ['package.json', 'files://data'], 1],
    ['a file of the share as the source', ['files://data/f', './x'], 1],
    ['a local file as the target', ['files://data', 'package.json'], 4],
  ])('ends early with %s', async (_, places, code) => {
    const { cli, fill, tree } = await startShare();
    await fill({ f: 'f' });
    const result = await cli(['sync', '--delete', ...places, '--json']);
    expect(result.code).toBe(code);
    expect(jsonLines(result.stdout)).toMatchObject([{ error: { exitCode: code } }]);
    expect(await tree()).toEqual(['f']);
    await expect(stat('./x')).rejects.toThrow('ENOENT');
  });

  it('ends with 5 when nobody answers', async () => {
    const local = await makeLocal({ a: 'a' });
    const env = { AZSTORE_ENDPOINT: 'http://127.0.0.1:1/devstoreaccount1', AZSTORE_ACCOUNT_KEY: 'a2V5' };
    const result = await runCli(['sync', local, 'files://data'], { env });
    expect(result).toMatchObject({ code: 5, stderr: expect.stringContaining('[ConnectionFailed]') });
  });

  it.each([
    ['two local places', ['a', 'b'], 'must be local'],
    ['two places in shares', ['files://data/a', 'files://data/b'], 'cp -r copies within an account'],
    ['an account', ['files://', './x'], 'name a share'],
    ['one place', ['a'], 'target'],
    ['three places', ['a', 'files://data', 'files://data'], 'too many arguments'],
    ['two ways to compare', ['--checksum', '--time-tolerance', '2s', 'a', 'files://data'], 'only one of'],
    ['links in a target', ['--follow-symlinks', 'files://data', 'x'], 'no effect'],
    ['a pattern that means nothing', ['--exclude', '', '.', 'files://data'], 'pattern'],
    ['no memory', ['--memory-budget', '1K', 'a', 'files://data'], 'from 64 KiB to 4 GiB'],
    ['a speed that is none', ['--bandwidth-limit', 'fast', 'a', 'files://data'], 'must be a size'],
  ])('refuses %s', async (_, args, message) => {
    const { cli } = await startShare();
    expect(await cli(['sync', ...args])).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});
