import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines } from '../support/cli.js';
import { type ShareSetting, startShare } from '../support/share.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** A share with a file that was locked once, and with two that only look a little like a record. */
async function startLocked(): Promise<ShareSetting> {
  const setting = await startShare();
  await setting.fill({ 'dir/f': 'x', 'dir/.full.lease': 'not empty', 'dir/lease': '' });
  const lease = await setting.client.leases.acquire({ path: 'dir/f' });
  await setting.client.leases.release(lease);
  return setting;
}

describe('ls', () => {
  it.each([
    ['', ['.full.lease', 'f', 'lease']],
    ['--recursive', ['.full.lease', 'f', 'lease']],
    ['--include-lease-records', ['.f.lease', '.full.lease', 'f', 'lease']],
    ['--recursive --include-lease-records', ['.f.lease', '.full.lease', 'f', 'lease']],
  ])('lists %j with records only where they are asked for', async (flags, expected) => {
    const { cli } = await startLocked();
    const argv = ['ls', 'files://data/dir', ...flags.split(' ').filter((flag) => flag !== '')];
    expect((await cli(argv)).stdout.split('\n').filter(Boolean).sort()).toEqual(expected);
    const names = jsonLines((await cli([...argv, '--json'])).stdout).map(({ name }) => name);
    expect(names.sort()).toEqual(expected);
  });

  it('shows a record that is named', async () => {
    const { cli } = await startLocked();
    expect((await cli(['ls', 'files://data/dir/.f.lease'])).stdout).toBe('.f.lease\n');
  });
});

describe('tree', () => {
  it('draws no records, and counts none, unless they are asked for', async () => {
    const { cli } = await startLocked();
    const plain = await cli(['tree', 'files://data']);
    expect(plain.stdout).toBe('files://data\n└── dir/\n    ├── .full.lease\n    ├── f\n    └── lease\n');
    expect(plain.stderr).toBe('1 directory, 3 files\n');
    const all = await cli(['tree', 'files://data', '--include-lease-records']);
    expect(all.stdout).toContain('    ├── .f.lease\n');
    expect(all.stderr).toBe('1 directory, 4 files\n');
  });
});

describe('cp', () => {
  it('leaves records where they are', async () => {
    const { cli, client, tree } = await startLocked();
    const local = await temporaryDirectory();
    expect((await cli(['cp', '-r', 'files://data/dir', local])).code).toBe(0);
    expect((await readdir(join(local, 'dir'))).sort()).toEqual(['.full.lease', 'f', 'lease']);
    expect((await cli(['cp', '-r', 'files://data/dir', 'files://data/other'])).code).toBe(0);
    expect(await client.files.exists({ path: 'other/.f.lease' })).toBe(false);
    expect(await tree()).toContain('other/.full.lease');
  });

  it('makes no record out of an empty local file, and says so', async () => {
    const { cli, client } = await startShare();
    const local = await temporaryDirectory();
    for (const name of ['.f.lease', 'f']) await writeFile(join(local, name), '');
    const result = await cli(['cp', '-r', `${local}/.`, 'files://data']);
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('a record of a lock') });
    expect(await client.files.exists({ path: '.f.lease' })).toBe(false);
    expect(await client.files.exists({ path: 'f' })).toBe(true);
  });
});

describe('rm', () => {
  it('removes a directory with the records in it', async () => {
    const { cli, client } = await startLocked();
    expect((await cli(['rm', '-r', 'files://data/dir'])).code).toBe(0);
    expect(await client.directories.exists({ path: 'dir' })).toBe(false);
  });
});
