import { describe, expect, it } from 'vitest';
import type { ShareItem } from '../../src/files/index.js';
import { type Backend, text } from './files-client-backends.js';

/** Copies and renames of files, and what a client tells of shares. */
export function moveSuite(backend: Backend): void {
  describe('rename', () => {
    it('moves a file with its content, metadata and id', async () => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      await directories.create({ path: 'd' });
      await files.create({ path: 'a.txt', size: 1, contentType: 'text/plain', metadata: { A: 'b' } });
      await files.write({ path: 'a.txt', data: text('content') });
      const before = await files.getProperties({ path: 'a.txt' });
      const renamed = await files.rename({ path: 'a.txt', newPath: 'd/b.txt' });
      expect(renamed).toMatchObject({ share: 'data', path: 'd/b.txt', smb: { fileId: before.smb.fileId } });
      const { data, properties } = await files.read({ path: 'd/b.txt' });
      expect(data).toEqual(text('content'));
      expect(properties).toMatchObject({
        contentType: 'text/plain',
        metadata: { A: 'b' },
        etag: renamed.etag,
      });
      expect(await files.exists({ path: 'a.txt' })).toBe(false);
    });

    it('replaces a file only when it is told to', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a', data: text('new') });
      await files.write({ path: 'b', data: text('old') });
      await expect(files.rename({ path: 'a', newPath: 'b' })).rejects.toMatchObject({
        code: 'FileAlreadyExists',
        path: 'b',
      });
      await files.rename({ path: 'a', newPath: 'b', replace: true });
      expect((await files.read({ path: 'b' })).data).toEqual(text('new'));
      expect(await files.exists({ path: 'a' })).toBe(false);
    });

    it('replaces a read-only file only when it is told to', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a', data: text('new') });
      await files.write({ path: 'b', data: text('old') });
      await files.setProperties({ path: 'b', smb: { attributes: 'ReadOnly' } });
      const request = { path: 'a', newPath: 'b', replace: true };
      await expect(files.rename(request)).rejects.toMatchObject({ code: 'ReadOnly' });
      await files.rename({ ...request, ignoreReadOnly: true });
      expect((await files.read({ path: 'b' })).data).toEqual(text('new'));
    });

    it('changes metadata, content type and times on the way', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a', size: 0, metadata: { old: '1' } });
      const smb = { lastWriteTime: '2020-01-02T03:04:05.0000000Z' };
      await files.rename({ path: 'a', newPath: 'b', metadata: { New: '2' }, contentType: 'text/html', smb });
      const properties = await files.getProperties({ path: 'b' });
      expect(properties).toMatchObject({ metadata: { New: '2' }, contentType: 'text/html', smb });
    });

    it('names the source when that is missing, and the target when its directory is', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a', size: 0 });
      await expect(files.rename({ path: 'missing', newPath: 'b' })).rejects.toMatchObject({
        name: 'FileError',
        code: 'FileNotFound',
        path: 'missing',
      });
      await expect(files.rename({ path: 'a', newPath: 'no/such/b' })).rejects.toMatchObject({
        name: 'DirectoryError',
        code: 'ParentNotFound',
        path: 'no/such/b',
      });
    });
  });

  describe('copy', () => {
    it('copies a file into another share', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a', size: 0, contentType: 'text/plain', metadata: { A: 'b' } });
      await files.write({ path: 'a', data: text('content') });
      const status = await files.copy({ sourcePath: 'a', destShare: 'other', destPath: 'b' });
      expect(status).toMatchObject({ status: 'success', copyId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
      const { data, properties } = await files.read({ share: 'other', path: 'b' });
      expect(data).toEqual(text('content'));
      expect(properties).toMatchObject({
        contentType: 'text/plain',
        metadata: { A: 'b' },
        copy: { status: 'success', copyId: status.copyId, bytesCopied: 7, bytesTotal: 7 },
      });
      expect(properties.copy?.source).toMatch(/\/data\/a$/);
      expect(properties.copy?.completedAt).toBeInstanceOf(Date);
    });

    it('replaces metadata and keeps what SMB knows when it is told to', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      const lastWriteTime = '2001-02-03T04:05:06.0000000Z';
      await files.create({ path: 'a', size: 3, metadata: { A: 'b' }, smb: { lastWriteTime } });
      await files.copy({ sourcePath: 'a', destPath: 'b', metadata: { C: 'd' }, keepSmbProperties: true });
      const copy = await files.getProperties({ path: 'b' });
      expect(copy).toMatchObject({ metadata: { C: 'd' }, smb: { lastWriteTime } });
      await files.copy({ sourcePath: 'a', destPath: 'c' });
      expect((await files.getProperties({ path: 'c' })).smb.lastWriteTime).not.toBe(lastWriteTime);
    });

    it('overwrites a read-only file only when it is told to', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a', data: text('new') });
      await files.write({ path: 'b', data: text('old') });
      await files.setProperties({ path: 'b', smb: { attributes: 'ReadOnly' } });
      const request = { sourcePath: 'a', destPath: 'b' };
      await expect(files.copy(request)).rejects.toMatchObject({ code: 'ReadOnly' });
      await files.copy({ ...request, ignoreReadOnly: true });
      expect((await files.read({ path: 'b' })).data).toEqual(text('new'));
    });

    it('names the source when that is missing', async () => {
      await using service = await backend.open();
      const copying = service.client.files.copy({ sourcePath: 'missing', destPath: 'b' });
      await expect(copying).rejects.toMatchObject({ code: 'FileNotFound', path: 'missing', share: 'data' });
    });

    it('waits for a copy that has ended without waiting', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a', data: text('x') });
      const { copyId } = await files.copy({ sourcePath: 'a', destPath: 'b' });
      const status = await files.waitForCopy({ path: 'b', copyId });
      expect(status).toEqual({ status: 'success', copyId, bytesCopied: 1, bytesTotal: 1 });
    });

    it('says that a file is no longer the destination of a copy', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a', data: text('x') });
      const { copyId } = await files.copy({ sourcePath: 'a', destPath: 'b' });
      await files.create({ path: 'b', size: 0 });
      await expect(files.waitForCopy({ path: 'b', copyId })).rejects.toMatchObject({ code: 'FileChanged' });
    });

    it('says that a copy has ended when it is to be aborted', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a', data: text('x') });
      const { copyId } = await files.copy({ sourcePath: 'a', destPath: 'b' });
      await expect(files.abortCopy({ path: 'b', copyId })).rejects.toMatchObject({
        name: 'FileError',
        code: 'CopyNotPending',
        serviceCode: 'NoPendingCopyOperation',
      });
    });
  });

  describe('shares', () => {
    it('lists shares in pages', async () => {
      await using service = await backend.open();
      const { shares } = service.client;
      const names: string[] = [];
      for await (const share of shares.list({ pageSize: 1 })) names.push(share.name);
      expect(names).toEqual(['data', 'other']);
      const pages: number[] = [];
      for await (const page of shares.list({ pageSize: 1 }).byPage()) pages.push(page.shares.length);
      expect(pages.reduce((sum, count) => sum + count, 0)).toBe(2);
    });

    it('lists shares with a prefix and their metadata', async () => {
      await using service = await backend.open();
      const request = { prefix: 'oth', include: ['metadata', 'snapshots', 'deleted'] } as const;
      const found: ShareItem[] = [];
      for await (const share of service.client.shares.list(request)) found.push(share);
      const [share] = found;
      expect(found).toHaveLength(1);
      expect(share).toMatchObject({ name: 'other', deleted: false, metadata: {} });
      const { etag, lastModified, quotaGiB } = await service.client.shares.getProperties({ share: 'other' });
      expect(share).toMatchObject({ etag, lastModified, quotaGiB });
    });

    it('tells the properties and the use of a share', async () => {
      await using service = await backend.open();
      const { shares, files } = service.client;
      expect(await shares.getProperties()).toMatchObject({
        quotaGiB: 5120,
        metadata: {},
        lease: { state: 'available', status: 'unlocked' },
      });
      const before = await shares.getStatistics();
      await files.write({ path: 'a', data: new Uint8Array(4096).fill(1) });
      expect((await shares.getStatistics()).usageBytes).toBeGreaterThan(before.usageBytes);
    });

    it('says when there is no such share', async () => {
      await using service = await backend.open();
      const { shares } = service.client;
      const refused = { name: 'DirectoryError', code: 'ShareNotFound', share: 'missing' };
      await expect(shares.getProperties({ share: 'missing' })).rejects.toMatchObject(refused);
      await expect(shares.getStatistics({ share: 'missing' })).rejects.toMatchObject(refused);
    });
  });
}
