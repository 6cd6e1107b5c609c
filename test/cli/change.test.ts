import { describe, expect, it } from 'vitest';
import { jsonLines } from '../support/cli.js';
import { startShare } from '../support/share.js';

describe('mkdir', () => {
  it('makes a directory', async () => {
    const { cli, tree } = await startShare();
    expect(await cli(['mkdir', 'files://data/a', 'files://data/b'])).toMatchObject({ code: 0, stdout: '' });
    expect(await tree()).toEqual(['a/', 'b/']);
  });

  it('makes those above it with -p, and does not mind one that is there', async () => {
    const { cli, tree } = await startShare();
    expect((await cli(['mkdir', '-p', 'files://data/a/b/c'])).code).toBe(0);
    const again = await cli(['mkdir', '-p', '--json', 'files://data/a/b/c']);
    expect(jsonLines(again.stdout)).toEqual([{ status: 'present', share: 'data', path: 'a/b/c' }]);
    expect(await tree()).toEqual(['a/', 'a/b/', 'a/b/c/']);
  });

  it('ends with 4 when it is there, with 3 when the one above is not, with 2 for a root', async () => {
    const { cli } = await startShare();
    await cli(['mkdir', 'files://data/a']);
    expect((await cli(['mkdir', 'files://data/a'])).code).toBe(4);
    expect(await cli(['mkdir', 'files://data/no/a'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('mkdir -p'),
    });
    expect((await cli(['mkdir', 'files://data'])).code).toBe(2);
  });

  it('goes on with the others when one fails', async () => {
    const { cli, tree } = await startShare();
    const result = await cli(['mkdir', 'files://data/no/a', 'files://data/b', '--json']);
    expect(result.code).toBe(3);
    expect(jsonLines(result.stdout)).toMatchObject([
      { status: 'failed', source: 'files://data/no/a', error: { code: 'ParentNotFound' } },
      { status: 'created', path: 'b' },
      { error: { code: 'PartialFailure', done: 1, failed: 1, exitCode: 3 } },
    ]);
    expect(await tree()).toEqual(['b/']);
  });
});

describe('rm', () => {
  it('removes files', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ a: 'a', b: 'b', c: 'c' });
    expect(await cli(['rm', 'files://data/a', 'files://data/b'])).toMatchObject({ code: 0, stdout: '' });
    expect(await tree()).toEqual(['c']);
  });

  it('removes a directory only with -r', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ 'a/x': 'x', 'a/b/y': 'y' });
    expect(await cli(['rm', 'files://data/a'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('-r'),
    });
    const { stdout, code } = await cli(['rm', '-r', '--json', 'files://data/a']);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual([
      { status: 'removed', share: 'data', path: 'a', files: 2, directories: 2 },
    ]);
    expect(await tree()).toEqual([]);
  });

  it('removes a file with -r too', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ a: 'a' });
    expect((await cli(['rm', '-r', 'files://data/a'])).code).toBe(0);
    expect(await tree()).toEqual([]);
  });

  it('ends with 3 for what is not there, unless --force', async () => {
    const { cli } = await startShare();
    expect((await cli(['rm', 'files://data/no'])).code).toBe(3);
    expect((await cli(['rm', '-r', 'files://data/no'])).code).toBe(3);
    expect((await cli(['rm', '-f', 'files://data/no'])).code).toBe(0);
    expect((await cli(['rm', '-rf', 'files://data/no/deeper'])).code).toBe(0);
  });

  it('names what could not be removed', async () => {
    const { cli, fill, client, tree } = await startShare();
    await fill({ 'a/x': 'x', 'a/kept': 'y' });
    await client.files.setProperties({ path: 'a/kept', smb: { attributes: 'ReadOnly' } });
    const result = await cli(['rm', '-r', 'files://data/a']);
    expect(result.code).toBe(4);
    expect(result.stderr).toContain('azstore: a/kept: ');
    expect(result.stderr).toContain('[DirectoryNotEmpty]');
    expect(await tree()).toEqual(['a/', 'a/kept']);
  });

  it('never removes the root of a share', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ a: 'a' });
    for (const text of ['files://data', 'files://data/']) {
      expect((await cli(['rm', '-rf', text])).code).toBe(2);
    }
    expect(await tree()).toEqual(['a']);
  });
});

describe('mv', () => {
  it('renames a file, over another one', async () => {
    const { cli, fill, tree, read } = await startShare();
    await fill({ a: 'new', b: 'old' });
    expect(await cli(['mv', 'files://data/a', 'files://data/b'])).toMatchObject({ code: 0, stdout: '' });
    expect(await tree()).toEqual(['b']);
    expect(await read('b')).toBe('new');
  });

  it('does not replace with --no-clobber', async () => {
    const { cli, fill, read } = await startShare();
    await fill({ a: 'new', b: 'old' });
    expect((await cli(['mv', '--no-clobber', 'files://data/a', 'files://data/b'])).code).toBe(4);
    expect(await read('b')).toBe('old');
    expect(await read('a')).toBe('new');
  });

  it('moves into a directory that is there', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ a: 'a', 'dir/x': 'x', 'other/y': 'y' });
    expect((await cli(['mv', 'files://data/a', 'files://data/dir'])).code).toBe(0);
    expect((await cli(['mv', 'files://data/other', 'files://data/dir/'])).code).toBe(0);
    expect(await tree()).toEqual(['dir/', 'dir/a', 'dir/other/', 'dir/other/y', 'dir/x']);
  });

  it('moves out to the root', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ 'dir/a': 'a' });
    const { code, stdout } = await cli(['mv', '--json', 'files://data/dir/a', 'files://data']);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual([
      { status: 'renamed', type: 'file', share: 'data', path: 'dir/a', newPath: 'a' },
    ]);
    expect(await tree()).toEqual(['a', 'dir/']);
  });

  it('renames a directory', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ 'dir/x': 'x' });
    expect((await cli(['mv', 'files://data/dir', 'files://data/renamed'])).code).toBe(0);
    expect(await tree()).toEqual(['renamed/', 'renamed/x']);
  });

  it.each([
    ['a local path', ['files://data/a', './b'], 2],
    ['another share', ['files://data/a', 'files://other/a'], 2],
    ['the root', ['files://data', 'files://data/x'], 2],
    ['itself', ['files://data/a', 'files://data/a'], 2],
    ['itself, by its directory', ['files://data/a', 'files://data/'], 2],
    ['what is not there', ['files://data/no', 'files://data/x'], 3],
    ['into a directory that is not there', ['files://data/a', 'files://data/no/'], 3],
    ['a directory into itself', ['files://data/dir', 'files://data/dir/sub'], 2],
  ])('refuses %s', async (_, args, code) => {
    const { cli, fill, tree } = await startShare();
    await fill({ a: 'a', 'dir/x': 'x' });
    expect((await cli(['mv', ...args])).code).toBe(code);
    expect(await tree()).toEqual(['a', 'dir/', 'dir/x']);
  });
});
