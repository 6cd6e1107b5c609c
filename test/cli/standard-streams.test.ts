import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { jsonLines } from '../support/cli.js';
import { patterned } from '../support/patterned.js';
import { startShare } from '../support/share.js';

describe('cp from standard input', () => {
  it('makes a file of what comes, however long', async () => {
    const { cli, client, tree, read } = await startShare();
    expect(await cli(['cp', '-', 'files://data/a.txt'], { stdin: 'a line\n' })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '1 file, 7 B copied\n',
    });
    expect(await read('a.txt')).toBe('a line\n');
    const data = patterned(9_000_001);
    const pieces = Array.from({ length: 91 }, (_, i) => data.subarray(i * 100_000, (i + 1) * 100_000));
    const large = await cli(['cp', '-', 'files://data/b.bin', '--json'], { stdin: Readable.from(pieces) });
    expect(jsonLines(large.stdout)[0]).toEqual({
      status: 'copied',
      source: '-',
      target: 'files://data/b.bin',
      bytes: data.length,
    });
    expect(Buffer.compare((await client.files.read({ path: 'b.bin' })).data, data)).toBe(0);
    expect(await tree()).toEqual(['a.txt', 'b.bin']);
  });

  it('makes an empty file of nothing', async () => {
    const { cli, client } = await startShare();
    expect((await cli(['cp', '-', 'files://data/empty'])).code).toBe(0);
    expect((await client.files.getProperties({ path: 'empty' })).size).toBe(0);
  });

  it('replaces a file as a whole, or leaves it alone with --no-clobber', async () => {
    const { cli, fill, read } = await startShare();
    await fill({ a: 'old' });
    const kept = await cli(['cp', '-n', '-', 'files://data/a'], { stdin: 'new' });
    expect(kept).toMatchObject({ code: 0, stderr: expect.stringContaining('is there already') });
    expect(await read('a')).toBe('old');
    expect((await cli(['cp', '-', 'files://data/a'], { stdin: 'new' })).code).toBe(0);
    expect(await read('a')).toBe('new');
  });

  it('stores the MD5 with --checksum', async () => {
    const { cli, client } = await startShare();
    expect((await cli(['cp', '--checksum', '-', 'files://data/a'], { stdin: 'hello' })).code).toBe(0);
    expect((await client.files.getProperties({ path: 'a' })).contentMd5).toBe('XUFAKrxLKna5cZ2REBfFkg==');
  });

  it('writes under the lease that it is given', async () => {
    const { cli, client, fill, env, read } = await startShare();
    await fill({ a: 'old' });
    const lease = await client.leases.acquire({ path: 'a', durationSeconds: -1 });
    const refused = await cli(['cp', '-', 'files://data/a'], { stdin: 'new' });
    expect(refused.code).toBe(4);
    const held = { ...env, AZSTORE_LEASE_ID: lease.id };
    expect((await cli(['cp', '-', 'files://data/a'], { env: held, stdin: 'new' })).code).toBe(0);
    expect(await read('a')).toBe('new');
  });

  it('leaves nothing when what comes breaks off, or is interrupted', async () => {
    const { cli, tree } = await startShare();
    async function* broken() {
      yield Buffer.from(patterned(5_000_000));
      throw new Error('the pipe broke');
    }
    const result = await cli(['cp', '-', 'files://data/a'], { stdin: Readable.from(broken()) });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('the pipe broke') });
    const controller = new AbortController();
    async function* endless() {
      yield Buffer.from(patterned(5_000_000));
      controller.abort(new Error('stopped'));
      await new Promise(() => {});
    }
    const { signal } = controller;
    const stdin = Readable.from(endless());
    expect((await cli(['cp', '-', 'files://data/b'], { stdin, signal })).code).toBe(130);
    expect(await tree()).toEqual([]);
  });
});

describe('cp to standard output', () => {
  it.each([
    ['by one request', []],
    ['in ranges', ['--concurrency', '3']],
    ['with every range checked', ['--checksum']],
    ['in little memory', ['--memory-budget', '64K']],
  ])('writes the bytes as they are, %s', async (_, flags) => {
    const { cli, fill } = await startShare();
    const data = patterned(5_000_001);
    await fill({ 'dir/a': data });
    const result = await cli(['cp', ...flags, 'files://data/dir/a', '-']);
    expect(result).toMatchObject({ code: 0, stderr: '1 file, 4.8 MiB copied\n' });
    expect(Buffer.compare(result.bytes, data)).toBe(0);
  });

  it('writes an empty file', async () => {
    const { cli, fill } = await startShare();
    await fill({ a: '' });
    expect(await cli(['cp', 'files://data/a', '-', '-q'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('ends with 3 for what is not there, and with 1 for a directory', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'dir/a': 'a' });
    expect((await cli(['cp', 'files://data/no', '-'])).code).toBe(3);
    expect((await cli(['cp', 'files://data/dir', '-'])).code).toBe(1);
  });
});

describe('cp with -', () => {
  it.each([
    ['both', ['-', '-'], 'both -'],
    ['two sources', ['-', 'a', 'files://data/'], 'one source'],
    ['a source to two places', ['files://data/a', '-', '-'], 'one source'],
    ['no name', ['-', 'files://data'], 'name of a file'],
    ['no name but a slash', ['-', 'files://data/dir/'], 'name of a file'],
    ['a directory that is there', ['-', 'files://data/dir'], 'is a directory'],
    ['a local place', ['-', './x'], 'a file of a share'],
    ['an account', ['files://', '-'], 'a file of a share'],
    ['-r', ['-r', '-', 'files://data/x'], '--recursive has no effect'],
    ['--replace', ['--replace', 'files://data/a', '-'], '--replace has no effect'],
    ['--notes', ['--notes', '/tmp', '-', 'files://data/x'], '--notes has no effect'],
    ['-n to standard output', ['-n', 'files://data/a', '-'], '--no-clobber has no effect'],
    ['--json to standard output', ['--json', 'files://data/a', '-'], 'both want standard output'],
    ['an id from standard input too', ['--lease-id', '-', '-', 'files://data/x'], 'both the file and the id'],
  ])('refuses %s', async (_, args, message) => {
    const { cli, fill, tree } = await startShare();
    await fill({ 'dir/x': 'x', a: 'a' });
    const { code, stdout, stderr } = await cli(['cp', ...args], { stdin: 'x' });
    expect({ code, told: stdout + stderr }).toEqual({ code: 2, told: expect.stringContaining(message) });
    expect(await tree()).toEqual(['a', 'dir/', 'dir/x']);
  });
});
