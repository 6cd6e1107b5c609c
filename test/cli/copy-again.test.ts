import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/index.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { jsonLines, runCli } from '../support/cli.js';
import { localContents, makeLocal } from '../support/local-tree.js';
import { patterned } from '../support/patterned.js';
import { refuseSome } from '../support/refusing-proxy.js';
import { startShare } from '../support/share.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function summaryOf(stdout: string): unknown {
  return jsonLines(stdout).at(-1)?.summary;
}

const nothing = { files: 0, directories: 0, unchanged: 0, skipped: 0, failed: 0, bytes: 0 };

describe('cp -r of what is there already', () => {
  it('copies what differs, and all of it with --replace', async () => {
    const { cli, read } = await startShare();
    const local = await makeLocal({ a: 'a', 'sub/b': 'b' });
    const args = ['cp', '-r', `${local}/.`, 'files://data', '--json'];
    expect(summaryOf((await cli(args)).stdout)).toEqual({ ...nothing, files: 2, directories: 1, bytes: 2 });
    expect(summaryOf((await cli(args)).stdout)).toEqual({ ...nothing, unchanged: 2 });
    await writeFile(join(local, 'a'), 'A');
    expect(summaryOf((await cli(args)).stdout)).toEqual({ ...nothing, files: 1, unchanged: 1, bytes: 1 });
    expect(await read('a')).toBe('A');
    const all = await cli([...args, '--replace']);
    expect(summaryOf(all.stdout)).toEqual({ ...nothing, files: 2, bytes: 2 });
  });

  it('does the same from a share', async () => {
    const { cli, fill } = await startShare();
    await fill({ a: 'a', 'sub/b': 'b' });
    const local = await temporaryDirectory();
    const args = ['cp', '-r', 'files://data', local, '--json'];
    expect(summaryOf((await cli(args)).stdout)).toMatchObject({ files: 2 });
    expect(summaryOf((await cli(args)).stdout)).toEqual({ ...nothing, unchanged: 2 });
    expect(summaryOf((await cli([...args, '--replace'])).stdout)).toEqual({ ...nothing, files: 2, bytes: 2 });
  });

  it('compares by content with --checksum', async () => {
    const { cli, read, client } = await startShare();
    const local = await makeLocal({ a: 'one' });
    const args = ['cp', '-r', '--checksum', `${local}/.`, 'files://data', '--json'];
    await cli(args);
    // Same size and time.
    await makeLocal({ a: 'two' }, local);
    expect(summaryOf((await cli(args)).stdout)).toMatchObject({ files: 1, unchanged: 0 });
    expect(await read('a')).toBe('two');
    expect((await client.files.getProperties({ path: 'a' })).contentMd5).toBeDefined();
    expect(summaryOf((await cli(args)).stdout)).toMatchObject({ files: 0, unchanged: 1 });
  });

  it('leaves sync nothing to do, as files keep the times of their sources', async () => {
    const { cli } = await startShare();
    const local = await makeLocal({ a: 'a', b: 'b', c: 'c' });
    await cli(['cp', ...['a', 'b', 'c'].map((name) => join(local, name)), 'files://data']);
    const up = await cli(['sync', local, 'files://data', '--json']);
    expect(summaryOf(up.stdout)).toMatchObject({ files: 0, unchanged: 3 });
    const other = await temporaryDirectory();
    await cli(['cp', 'files://data/a', 'files://data/b', 'files://data/c', other]);
    const down = await cli(['sync', 'files://data', other, '--json']);
    expect(summaryOf(down.stdout)).toMatchObject({ files: 0, unchanged: 3 });
  });
});

describe('cp -r after a run that was not whole', () => {
  it('finishes the rest, although what was to become the destination is there now', async () => {
    const { cli, env, emulator, tree } = await startShare();
    const notes = await temporaryDirectory();
    const local = await makeLocal({ 'site/a': 'a', 'site/b': 'b', 'site/sub/c': 'c' });
    const args = ['cp', '-r', join(local, 'site'), 'files://data/www', '--json'];
    let isBroken = true;
    await using proxy = await refuseSome(
      emulator.connectionString,
      (asked) => isBroken && asked.startsWith('PUT') && asked.includes('/www/sub'),
    );
    const through = { AZURE_STORAGE_CONNECTION_STRING: proxy.connectionString, AZSTORE_NOTES: notes };
    const first = await cli(args, { env: through });
    expect(first.code).toBe(1);
    expect(jsonLines(first.stdout).at(-2)).toMatchObject({ summary: { files: 2, failed: 1 } });
    expect(await tree()).toEqual(['www/', 'www/a', 'www/b']);
    // Another endpoint is another account: there, things go into what is present.
    expect((await cli(args, { env: { ...env, AZSTORE_NOTES: notes } })).code).toBe(0);
    expect(await tree()).toContain('www/site/sub/c');
    isBroken = false;
    const second = await cli(args, { env: through });
    expect(summaryOf(second.stdout)).toMatchObject({ files: 1, unchanged: 2 });
    expect(await tree()).toContain('www/sub/c');
    expect(await readdir(notes)).toEqual([]);
  });

  it.each(['upload', 'download'])('does so for an %s, and forgets it when all is there', async (way) => {
    const { cli, env, fill, tree } = await startShare();
    const notes = await temporaryDirectory();
    const local = await makeLocal({ 'site/a': 'a', 'site/b/c': 'c' });
    const to = way === 'upload' ? 'files://data/www' : join(local, 'www');
    const from = way === 'upload' ? join(local, 'site') : 'files://data/site';
    const options = { env: { ...env, AZSTORE_NOTES: notes } };
    if (way === 'download') await fill({ 'site/a': 'a', 'site/b/c': 'c' });
    const controller = new AbortController();
    const broken = await cli(['cp', '-r', from, to, '--json'], {
      ...options,
      signal: controller.signal,
      onStdout: () => controller.abort(new Error('stopped')),
    });
    expect(broken.code).toBe(130);
    expect((await readdir(notes)).filter((name) => name.endsWith('.cp'))).toHaveLength(1);
    expect((await cli(['cp', '-r', from, to], options)).code).toBe(0);
    if (way === 'upload') expect(await tree()).toEqual(['www/', 'www/a', 'www/b/', 'www/b/c']);
    else expect(await localContents(join(local, 'www'))).toEqual({ a: 'a', 'b/': '', 'b/c': 'c' });
    expect(await readdir(notes)).toEqual([]);
    // From now on it is there.
    expect((await cli(['cp', '-r', from, to], options)).code).toBe(0);
    if (way === 'upload') expect(await tree()).toContain('www/site/b/c');
    else expect(await localContents(join(local, 'www'))).toHaveProperty('site/b/c', 'c');
  });

  it('begins anew where notes cannot be written, and says so', async () => {
    const { cli, env, tree } = await startShare();
    const local = await makeLocal({ a: 'a', file: '' });
    const home = {
      ...env,
      AZSTORE_NOTES: '',
      XDG_STATE_HOME: join(local, 'file'),
      HOME: join(local, 'file'),
    };
    const result = await cli(['cp', join(local, 'a'), 'files://data'], { env: home });
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('begins anew') });
    expect(await tree()).toEqual(['a']);
    const named = await cli(['cp', '--notes', join(local, 'file'), join(local, 'a'), 'files://data']);
    expect(named.code).toBe(4);
  });
});

describe('large files', () => {
  const data = patterned(9_000_000);

  it('come whole in both directions, within little memory and one range at a time', async () => {
    const { cli, client } = await startShare();
    const local = await makeLocal({ 'd/large': data, 'd/other': data.subarray(0, 5_000_000) });
    const flags = ['--memory-budget', '1MiB', '--concurrency', '2', '--checksum'];
    expect((await cli(['cp', '-r', ...flags, join(local, 'd'), 'files://data/d'])).code).toBe(0);
    expect(Buffer.compare((await client.files.read({ path: 'd/large' })).data, data)).toBe(0);
    expect((await cli(['cp', '-r', ...flags, 'files://data/d', join(local, 'e')])).code).toBe(0);
    expect(Buffer.compare(await readFile(join(local, 'e', 'large')), data)).toBe(0);
    const several = ['large', 'other'].map((name) => join(local, 'd', name));
    expect((await cli(['cp', ...flags, ...several, 'files://data'])).code).toBe(0);
    expect((await client.files.getProperties({ path: 'other' })).size).toBe(5_000_000);
  });

  it('keep within a bandwidth, all together', async () => {
    const { cli } = await startShare();
    const local = await makeLocal({ a: data.subarray(0, 90_000), b: data.subarray(0, 90_000) });
    const started = performance.now();
    const flags = ['--bandwidth-limit', '60KB', '--quiet'];
    expect((await cli(['cp', ...flags, join(local, 'a'), join(local, 'b'), 'files://data'])).code).toBe(0);
    // Of each, a second's worth goes at once; at the same time they would take half as long.
    expect(performance.now() - started).toBeGreaterThan(900);
  });
});

describe('cp, flags that exclude each other', () => {
  it.each([
    ['--no-clobber and --replace', ['-n', '--replace', '-r', '.', 'files://data'], 'only one of'],
    ['--checksum within an account', ['--checksum', 'files://data/a', 'files://data/b'], 'no effect'],
    ['--replace within an account', ['-r', '--replace', 'files://data/a', 'files://other'], 'no effect'],
    ['memory within an account', ['--memory-budget', '1M', 'files://data/a', 'files://other'], 'no effect'],
  ])('refuses %s', async (_, args, message) => {
    const { cli, fill } = await startShare();
    await fill({ a: 'a' });
    expect(await cli(['cp', ...args])).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe('rm --unfinished', () => {
  const leftover = '.azstore-1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp';

  it('removes what nobody has written to for long, and nothing else', async () => {
    const { cli, fill, tree } = await startShare();
    await fill({ [leftover]: 'x', [`dir/${leftover}`]: 'y', 'dir/a.tmp': 'a' });
    expect(await cli(['rm', '--unfinished', 'files://data'])).toMatchObject({
      code: 0,
      stderr: '0 unfinished uploads removed; 2 younger\n',
    });
    expect(await cli(['rm', '--unfinished', '--older-than', '1m', 'files://data', '--json'])).toMatchObject({
      code: 0,
      stdout: '{"status":"swept","share":"data","path":"","files":0,"kept":2,"paths":[]}\n',
    });
    expect(await tree()).toEqual([leftover, 'dir/', `dir/${leftover}`, 'dir/a.tmp']);
  });

  it('removes what has become old', async () => {
    // As far from the time of this machine as a signature may be.
    const clock = new ManualClock({ now: Date.now() - 600_000 });
    await using emulator = await startEmulator({ filesPort: 0, shares: ['data'], clock });
    const env = { AZURE_STORAGE_CONNECTION_STRING: emulator.connectionString };
    for (const name of [leftover, 'a.tmp']) {
      await runCli(['cp', '-', `files://data/${name}`], { env, stdin: 'x' });
    }
    await clock.advance(1_200_000);
    const argv = ['rm', '--unfinished', '--older-than', '15m', 'files://data'];
    expect(await runCli(argv, { env })).toMatchObject({
      code: 0,
      stderr: `removed files://data/${leftover}\n1 unfinished upload removed\n`,
    });
    expect((await runCli(['ls', 'files://data'], { env })).stdout).toBe('a.tmp\n');
  });

  it.each([
    ['-r with it', ['-r', '--unfinished', 'files://data']],
    ['--older-than alone', ['--older-than', '1d', 'files://data/a']],
    ['less than a minute', ['--unfinished', '--older-than', '1s', 'files://data']],
  ])('refuses %s', async (_, args) => {
    const { cli } = await startShare();
    expect((await cli(['rm', ...args])).code).toBe(2);
  });
});
