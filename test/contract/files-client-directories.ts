import { describe, expect, it } from 'vitest';
import type { AzureFilesClient, DirectoryEntry } from '../../src/files/index.js';
import { type Backend, text } from './files-client-backends.js';

/** Makes a tree of `a/`, `a/b/`, `a/b/c/`, `z/`, with a file in each and one in the root. */
async function plant(client: AzureFilesClient): Promise<void> {
  await client.directories.ensure({ path: 'a/b/c' });
  await client.directories.ensure({ path: 'z' });
  for (const path of ['root.txt', 'a/1.txt', 'a/b/2.txt', 'a/b/c/3.txt', 'z/4.txt']) {
    await client.files.write({ path, data: text(path) });
  }
}

async function pathsOf(entries: AsyncIterable<DirectoryEntry>): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of entries) paths.push(entry.path);
  return paths;
}

/** Directories: making, listing, walking, deleting. */
export function directorySuite(backend: Backend): void {
  describe('directories', () => {
    it('creates a directory and tells what it made', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      const smb = { attributes: 'Hidden' };
      const info = await directories.create({ path: 'd', metadata: { Kind: 'x' }, smb });
      const { etag, lastModified, ...properties } = await directories.getProperties({ path: 'd' });
      expect(info).toEqual({ share: 'data', path: 'd', metadata: { Kind: 'x' }, etag, lastModified });
      expect(properties).toMatchObject({ metadata: { Kind: 'x' }, serverEncrypted: true });
      expect(properties.smb.attributes).toContain('Hidden');
    });

    it('refuses a directory that is there, and one without a parent', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      await directories.create({ path: 'd' });
      await expect(directories.create({ path: 'd' })).rejects.toMatchObject({
        name: 'DirectoryError',
        code: 'DirectoryAlreadyExists',
        share: 'data',
        path: 'd',
      });
      await expect(directories.create({ path: 'no/such' })).rejects.toMatchObject({ code: 'ParentNotFound' });
    });

    it('creates a directory only where none is', async () => {
      await using service = await backend.open();
      const { directories, files } = service.client;
      expect(await directories.createIfNotExists({ path: 'd' })).toEqual({ created: true });
      expect(await directories.createIfNotExists({ path: 'd' })).toEqual({ created: false });
      await files.create({ path: 'f', size: 0 });
      const creating = directories.createIfNotExists({ path: 'f' });
      await expect(creating).rejects.toMatchObject({ name: 'DirectoryError', code: 'ResourceTypeMismatch' });
    });

    it('makes a directory with all that it is in, whatever is there already', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      expect(await directories.ensure({ path: 'a/b/c/d' })).toEqual({ created: true });
      expect(await directories.ensure({ path: 'a/b/c/d' })).toEqual({ created: false });
      expect(await directories.ensure({ path: 'a/b/x' })).toEqual({ created: true });
      expect(await directories.ensure({ path: '' })).toEqual({ created: false });
      expect(await pathsOf(directories.walk())).toEqual(['a', 'a/b', 'a/b/c', 'a/b/x', 'a/b/c/d']);
    });

    it('makes the same directories from many sides at once', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      const results = await Promise.all(
        Array.from({ length: 20 }, () => directories.ensure({ path: 'one/two/three/four' })),
      );
      expect(results.filter(({ created }) => created)).toHaveLength(1);
    });

    it('says that a file is in the way', async () => {
      await using service = await backend.open();
      const { directories, files } = service.client;
      await files.create({ path: 'f', size: 0 });
      await expect(directories.ensure({ path: 'f' })).rejects.toMatchObject({ code: 'ResourceTypeMismatch' });
      await expect(directories.ensure({ path: 'f/below' })).rejects.toMatchObject({ name: 'DirectoryError' });
    });

    it('deletes an empty directory only', async () => {
      await using service = await backend.open();
      const { directories, files } = service.client;
      await directories.create({ path: 'd' });
      await files.create({ path: 'd/f', size: 0 });
      await expect(directories.delete({ path: 'd' })).rejects.toMatchObject({ code: 'DirectoryNotEmpty' });
      await files.delete({ path: 'd/f' });
      await directories.delete({ path: 'd' });
      await expect(directories.delete({ path: 'd' })).rejects.toMatchObject({ code: 'DirectoryNotFound' });
      expect(await directories.deleteIfExists({ path: 'd' })).toBe(false);
    });

    it('sees no directory where there is a file, nothing, or no share', async () => {
      await using service = await backend.open();
      const { directories, files } = service.client;
      await files.create({ path: 'f', size: 0 });
      expect(await directories.exists({ path: 'f' })).toBe(false);
      expect(await directories.exists({ path: 'no/such' })).toBe(false);
      expect(await directories.exists({ share: 'missing', path: '' })).toBe(false);
      expect(await directories.exists({ path: '' })).toBe(true);
    });

    it('changes metadata and attributes', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      await directories.create({ path: 'd', metadata: { old: '1' } });
      await directories.setMetadata({ path: 'd', metadata: { New: '2' } });
      const lastWriteTime = '2020-01-02T03:04:05.1234567Z';
      const { etag } = await directories.setProperties({ path: 'd', smb: { lastWriteTime } });
      expect(await directories.getProperties({ path: 'd' })).toMatchObject({
        etag,
        metadata: { New: '2' },
        smb: { lastWriteTime },
      });
    });

    it('renames a directory with all that it holds', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      await plant(service.client);
      const before = await directories.getProperties({ path: 'a' });
      const renamed = await directories.rename({ path: 'a', newPath: 'z/moved' });
      expect(renamed).toMatchObject({ share: 'data', path: 'z/moved', smb: { fileId: before.smb.fileId } });
      expect(await pathsOf(directories.walk({ path: 'z/moved' }))).toEqual([
        'z/moved/1.txt',
        'z/moved/b',
        'z/moved/b/2.txt',
        'z/moved/b/c',
        'z/moved/b/c/3.txt',
      ]);
      expect(await directories.exists({ path: 'a' })).toBe(false);
    });

    it('does not rename over a directory, from nothing, or into nothing', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      await plant(service.client);
      const codeOf = async (path: string, newPath: string) =>
        directories.rename({ path, newPath }).then(
          () => 'renamed',
          (error: { code: string }) => error.code,
        );
      expect(await codeOf('a', 'z')).toBe('DirectoryAlreadyExists');
      expect(await codeOf('missing', 'y')).toBe('DirectoryNotFound');
      expect(await codeOf('a', 'no/such/place')).toBe('ParentNotFound');
    });
  });

  describe('listings', () => {
    it('tells of every entry what a listing can tell', async () => {
      await using service = await backend.open();
      const { directories, files } = service.client;
      await plant(service.client);
      const { entries, nextMarker } = await directories.list({ path: 'a' });
      const file = await files.getProperties({ path: 'a/1.txt' });
      const directory = await directories.getProperties({ path: 'a/b' });
      expect(nextMarker).toBeUndefined();
      expect(entries).toMatchObject([
        {
          type: 'file',
          name: '1.txt',
          share: 'data',
          path: 'a/1.txt',
          size: 7,
          etag: file.etag,
          lastModified: file.lastModified,
          smb: { fileId: file.smb.fileId, creationTime: file.smb.creationTime },
        },
        {
          type: 'directory',
          name: 'b',
          path: 'a/b',
          etag: directory.etag,
          lastModified: directory.lastModified,
          smb: { fileId: directory.smb.fileId },
        },
      ]);
    });

    it('adds attributes and permission keys when asked', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      await plant(service.client);
      const { entries } = await directories.list({ path: 'a', include: ['attributes', 'permissionKey'] });
      for (const { smb } of entries) {
        expect(smb.attributes).toMatch(/Archive|Directory/);
        expect(smb.permissionKey).toMatch(/^\d+\*\d+$/);
      }
    });

    it('goes on where a page ended', async () => {
      await using service = await backend.open();
      const { directories, files } = service.client;
      const names = Array.from({ length: 10 }, (_, index) => `file ${index}`);
      await Promise.all(names.map((path) => files.create({ path, size: 0 })));
      const first = await directories.list({ pageSize: 4 });
      expect(first.entries.map(({ name }) => name)).toEqual(names.slice(0, 4));
      const rest = directories.listAll({ marker: first.nextMarker, pageSize: 4 });
      expect(await pathsOf(rest)).toEqual(names.slice(4));
      const sizes: number[] = [];
      for await (const page of directories.listAll({ pageSize: 4 }).byPage()) sizes.push(page.entries.length);
      expect(sizes).toEqual([4, 4, 2]);
    });

    it('iterates a listing twice', async () => {
      await using service = await backend.open();
      await plant(service.client);
      const all = service.client.directories.listAll();
      expect(await pathsOf(all)).toEqual(await pathsOf(all));
    });

    it('lists an empty directory, and says when there is none', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      expect(await directories.list()).toEqual({ entries: [] });
      await expect(directories.list({ path: 'missing' })).rejects.toMatchObject({
        name: 'DirectoryError',
        code: 'DirectoryNotFound',
        path: 'missing',
      });
      await expect(pathsOf(directories.listAll({ path: 'missing' }))).rejects.toMatchObject({
        code: 'DirectoryNotFound',
      });
    });

    it('walks a tree, each directory before what it holds', async () => {
      await using service = await backend.open();
      await plant(service.client);
      const { directories } = service.client;
      const expected = [
        'a',
        'root.txt',
        'z',
        'a/1.txt',
        'a/b',
        'a/b/2.txt',
        'a/b/c',
        'a/b/c/3.txt',
        'z/4.txt',
      ];
      for (const concurrency of [1, 2, 8]) {
        expect(await pathsOf(directories.walk({ concurrency, pageSize: 1 }))).toEqual(expected);
      }
      expect(await pathsOf(directories.walk({ path: 'a/b' }))).toEqual(expected.slice(5, 8));
    });

    it('passes over a directory that vanishes while it walks, but not over the first', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      await plant(service.client);
      const paths: string[] = [];
      for await (const entry of directories.walk({ concurrency: 1 })) {
        if (paths.length === 0) await directories.deleteRecursive('data', 'a');
        paths.push(entry.path);
      }
      expect(paths).toEqual(['a', 'root.txt', 'z', 'z/4.txt']);
      await expect(pathsOf(directories.walk({ path: 'a' }))).rejects.toMatchObject({
        code: 'DirectoryNotFound',
      });
    });

    it('stops walking when the caller does', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      await plant(service.client);
      for await (const entry of directories.walk()) {
        expect(entry.path).toBe('a');
        break;
      }
      const controller = new AbortController();
      const reason = new Error('enough');
      const walking = (async () => {
        for await (const _entry of directories.walk({ signal: controller.signal, pageSize: 1 })) {
          controller.abort(reason);
        }
      })();
      await expect(walking).rejects.toBe(reason);
    });
  });

  describe('deleteRecursive', () => {
    it('deletes a directory with all that it holds, and tells how much', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      await plant(service.client);
      const report = await directories.deleteRecursive('data', 'a');
      expect(report).toEqual({ filesDeleted: 3, directoriesDeleted: 3, alreadyGone: 0 });
      expect(await pathsOf(directories.walk())).toEqual(['root.txt', 'z', 'z/4.txt']);
    });

    it('empties a share and keeps its root', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      await plant(service.client);
      const report = await directories.deleteRecursive({ path: '', concurrency: 2 });
      expect(report).toEqual({ filesDeleted: 5, directoriesDeleted: 4, alreadyGone: 0 });
      expect(await pathsOf(directories.walk())).toEqual([]);
    });

    it('deletes more files than it takes at a time', async () => {
      await using service = await backend.open();
      const { directories, files } = service.client;
      await directories.create({ path: 'd' });
      const paths = Array.from({ length: 300 }, (_, index) => `d/${index}`);
      await Promise.all(paths.map((path) => files.create({ path, size: 0 })));
      const report = await directories.deleteRecursive('data', 'd');
      expect(report).toEqual({ filesDeleted: 300, directoriesDeleted: 1, alreadyGone: 0 });
    });

    it('deletes what it can and tells of the rest', async () => {
      await using service = await backend.open();
      const { directories, files } = service.client;
      await plant(service.client);
      await files.setProperties({ path: 'a/b/2.txt', smb: { attributes: 'ReadOnly' } });
      const deleting = directories.deleteRecursive({ path: 'a' });
      await expect(deleting).rejects.toMatchObject({
        name: 'DirectoryError',
        code: 'DirectoryNotEmpty',
        path: 'a',
        failures: [{ path: 'a/b/2.txt', error: { code: 'ReadOnly' } }],
      });
      expect(await pathsOf(directories.walk({ path: 'a' }))).toEqual(['a/b', 'a/b/2.txt']);
    });

    it('is done by two callers at once', async () => {
      await using service = await backend.open();
      const { client } = service;
      await client.directories.create({ path: 'd' });
      for (let index = 0; index < 30; index++) await client.files.create({ path: `d/${index}`, size: 0 });
      const reports = await Promise.all([1, 2].map(() => client.directories.deleteRecursive('data', 'd')));
      const deleted = reports.reduce((sum, report) => sum + report.filesDeleted, 0);
      expect(deleted).toBe(30);
      expect(await client.directories.exists({ path: 'd' })).toBe(false);
    });

    it('says when there is no such directory, and takes no path for everything', async () => {
      await using service = await backend.open();
      const { directories } = service.client;
      const missing = directories.deleteRecursive('data', 'missing');
      await expect(missing).rejects.toMatchObject({ code: 'DirectoryNotFound' });
      const careless = directories.deleteRecursive as unknown as (share: string) => Promise<unknown>;
      await expect(careless('data')).rejects.toMatchObject({ code: 'InvalidPath' });
    });
  });
}
