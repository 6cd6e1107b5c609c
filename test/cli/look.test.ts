import { describe, expect, it } from 'vitest';
import { jsonLines } from '../support/cli.js';
import { patterned } from '../support/patterned.js';
import { startShare } from '../support/share.js';

describe('ls', () => {
  it('lists the shares of the account', async () => {
    const { cli } = await startShare();
    expect(await cli(['ls'])).toMatchObject({ code: 0, stdout: 'data/\nother/\n', stderr: '' });
    const { stdout } = await cli(['ls', '--json']);
    expect(jsonLines(stdout)).toMatchObject([
      { type: 'share', name: 'data' },
      { type: 'share', name: 'other' },
    ]);
  });

  it('lists a directory by name', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'a/x.txt': 'x', 'a/sub/y.txt': 'y', 'b.txt': 'bb' });
    expect((await cli(['ls', 'files://data'])).stdout).toBe('a/\nb.txt\n');
    expect((await cli(['ls', 'files://data/a/'])).stdout).toBe('sub/\nx.txt\n');
  });

  it('lists more than it prints at once', async () => {
    const { cli, client } = await startShare();
    const names = Array.from({ length: 600 }, (_, i) => `f${String(i).padStart(4, '0')}`);
    for (const path of names) await client.files.create({ path, size: 0 });
    expect((await cli(['ls', 'files://data'])).stdout).toBe(`${names.join('\n')}\n`);
  });

  it('lists nothing of an empty directory', async () => {
    const { cli } = await startShare();
    expect(await cli(['ls', 'files://data'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
      bytes: Buffer.alloc(0),
    });
    expect((await cli(['ls', '--json', 'files://data'])).stdout).toBe('');
  });

  it('tells size and time with -l', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'a/x.txt': 'x', 'b.txt': 'bb' });
    const { stdout } = await cli(['ls', '-l', 'files://data']);
    expect(stdout).toMatch(
      /^ {14}- {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}a\/\n {14}2 {2}\d{4}-.* {2}b\.txt\n$/,
    );
  });

  it('lists everything below with --recursive', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'a/x.txt': 'x', 'a/sub/y.txt': 'y', 'b.txt': 'bb' });
    const lines = (await cli(['ls', '--recursive', 'files://data'])).stdout.trimEnd().split('\n');
    expect(lines.sort()).toEqual(['a/', 'a/sub/', 'a/sub/y.txt', 'a/x.txt', 'b.txt']);
    const below = (await cli(['ls', '-r', 'files://data/a'])).stdout.trimEnd().split('\n');
    expect(below.sort()).toEqual(['sub/', 'sub/y.txt', 'x.txt']);
  });

  it('gives entries as JSON lines', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'a/x.txt': 'x' });
    const { stdout } = await cli(['ls', '--json', 'files://data/a']);
    expect(jsonLines(stdout)).toMatchObject([
      {
        type: 'file',
        name: 'x.txt',
        share: 'data',
        path: 'a/x.txt',
        size: 1,
        etag: expect.stringMatching(/^"0x/),
        lastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    ]);
  });

  it('shows a file that is named', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'a/x.txt': 'x' });
    expect((await cli(['ls', 'files://data/a/x.txt'])).stdout).toBe('x.txt\n');
    expect(jsonLines((await cli(['ls', '--json', 'files://data/a/x.txt'])).stdout)).toMatchObject([
      { type: 'file', path: 'a/x.txt', size: 1 },
    ]);
  });

  it('ends with 3 where there is nothing', async () => {
    const { cli } = await startShare();
    expect(await cli(['ls', 'files://data/no'])).toMatchObject({ code: 3, stdout: '' });
    expect(await cli(['ls', 'files://nosuch'])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^azstore: .*\[ShareNotFound\].*emulator --share NAME\n$/),
    });
  });

  it('takes a full URL', async () => {
    const { cli, fill, emulator } = await startShare();
    await fill({ 'a b/100%.txt': 'x' });
    const { stdout, code } = await cli(['ls', `${emulator.filesEndpoint}/data/a%20b`]);
    expect({ stdout, code }).toEqual({ stdout: '100%.txt\n', code: 0 });
  });
});

describe('tree', () => {
  it('draws what is below', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'a/sub/y.txt': 'y', 'a/x.txt': 'x', 'b/z.txt': 'z', 'c.txt': 'c' });
    expect(await cli(['tree', 'files://data'])).toMatchObject({
      code: 0,
      stdout: [
        'files://data',
        '├── a/',
        '│   ├── sub/',
        '│   │   └── y.txt',
        '│   └── x.txt',
        '├── b/',
        '│   └── z.txt',
        '└── c.txt',
        '',
      ].join('\n'),
      stderr: '3 directories, 4 files\n',
    });
  });

  it('goes no deeper than asked', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'a/sub/y.txt': 'y' });
    expect((await cli(['tree', '--depth', '1', 'files://data'])).stdout).toBe('files://data\n└── a/\n');
  });

  it('gives entries with their depth as JSON lines', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'a/sub/y.txt': 'y' });
    expect(jsonLines((await cli(['tree', '--json', 'files://data'])).stdout)).toMatchObject([
      { path: 'a', depth: 1 },
      { path: 'a/sub', depth: 2 },
      { path: 'a/sub/y.txt', depth: 3 },
    ]);
  });
});

describe('cat', () => {
  it('writes the bytes and nothing else', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'x.bin': patterned(70_000) });
    const { code, bytes, stderr } = await cli(['cat', 'files://data/x.bin']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(new Uint8Array(bytes)).toEqual(patterned(70_000));
  });

  it('writes nothing of an empty file', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'x.bin': '' });
    expect(await cli(['cat', 'files://data/x.bin'])).toMatchObject({ code: 0, stdout: '' });
  });

  it.each([
    [['--range', '0-4'], 'hello'],
    [['--range', '6-'], 'world'],
    [['--range', '6-1000'], 'world'],
    [['--offset', '6'], 'world'],
    [['--offset', '0'], 'hello world'],
  ])('writes the part that %j names', async (flags, expected) => {
    const { cli, fill } = await startShare();
    await fill({ 'x.txt': 'hello world' });
    expect(await cli(['cat', ...flags, 'files://data/x.txt'])).toMatchObject({ code: 0, stdout: expected });
  });

  it('gives parts as base64 with --json', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'x.txt': 'hello world' });
    const { stdout } = await cli(['cat', '--json', '--offset', '6', 'files://data/x.txt']);
    expect(jsonLines(stdout)).toEqual([
      { share: 'data', path: 'x.txt', offset: 6, length: 5, base64: Buffer.from('world').toString('base64') },
    ]);
  });

  it.each([
    [['--range', '4-0'], 2],
    [['--range', 'x'], 2],
    [['--range', '0-1', '--offset', '1'], 2],
    [['--range', '11-'], 1],
  ])('refuses %j', async (flags, code) => {
    const { cli, fill } = await startShare();
    await fill({ 'x.txt': 'hello world' });
    expect(await cli(['cat', ...flags, 'files://data/x.txt'])).toMatchObject({ code, stdout: '' });
  });

  it('ends with 3 for a missing file and with 2 for a directory', async () => {
    const { cli } = await startShare();
    expect((await cli(['cat', 'files://data/no.txt'])).code).toBe(3);
    expect((await cli(['cat', 'files://data/'])).code).toBe(2);
  });
});

describe('stat', () => {
  it('shows a file', async () => {
    const { cli, client } = await startShare();
    await client.files.create({ path: 'x', size: 7, contentType: 'text/plain', metadata: { owner: 'me' } });
    const { stdout, code } = await cli(['stat', 'files://data/x']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^type: file\nshare: data\npath: x\nsize: 7\ncontentType: text\/plain\n/);
    expect(stdout).toContain('\nmetadata.owner: me\n');
    expect(jsonLines((await cli(['stat', '--json', 'files://data/x'])).stdout)).toMatchObject([
      { type: 'file', path: 'x', size: 7, metadata: { owner: 'me' } },
    ]);
  });

  it('shows a directory and a share', async () => {
    const { cli, fill } = await startShare();
    await fill({ 'a/x': 'x' });
    expect((await cli(['stat', 'files://data/a'])).stdout).toMatch(/^type: directory\n/);
    expect((await cli(['stat', 'files://data'])).stdout).toMatch(/^type: share\nshare: data\n/);
  });

  it('finds only a directory where a slash asks for one', async () => {
    const { cli, fill } = await startShare();
    await fill({ x: 'x' });
    expect(await cli(['stat', 'files://data/x/'])).toMatchObject({
      code: 3,
      stderr: 'azstore: there is no directory files://data/x [NotFound]\n',
    });
  });
});
