import { describe, expect, it } from 'vitest';
import { type Backend, text } from './files-client-backends.js';

/** Files as a whole: making, changing, deleting them. */
export function objectSuite(backend: Backend): void {
  describe('files', () => {
    it('creates a file that reads as zeros, and tells what it made', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      const info = await files.create({
        path: 'a.txt',
        size: 5,
        contentType: 'text/plain',
        metadata: { One: '1' },
      });
      const properties = await files.getProperties({ path: 'a.txt' });
      expect(info).toEqual({
        share: 'data',
        path: 'a.txt',
        size: 5,
        contentType: 'text/plain',
        metadata: { One: '1' },
        etag: properties.etag,
        lastModified: properties.lastModified,
      });
      expect((await files.read({ path: 'a.txt' })).data).toEqual(new Uint8Array(5));
    });

    it('tells the content type that the service gives a file without one', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      const info = await files.create({ path: 'a.txt', size: 0 });
      expect(info.contentType).toBe((await files.getProperties({ path: 'a.txt' })).contentType);
    });

    it('overwrites an existing file when it creates', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3, metadata: { old: 'yes' } });
      await files.write({ path: 'a.txt', data: text('abc') });
      await files.create({ path: 'a.txt', size: 2 });
      expect(await files.read({ path: 'a.txt' })).toMatchObject({
        data: new Uint8Array(2),
        properties: { metadata: {} },
      });
    });

    it('tells every property of a file', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({
        path: 'a.txt',
        size: 7,
        contentType: 'text/plain; charset=utf-8',
        contentEncoding: 'gzip',
        contentLanguage: 'de',
        contentDisposition: 'attachment; filename="a.txt"',
        cacheControl: 'no-cache',
        contentMd5: 'XUFAKrxLKna5cZ2REBfFkg==',
        metadata: { Kind: 'note', B: '' },
        smb: { attributes: 'Hidden | Archive', lastWriteTime: '2020-01-02T03:04:05.1234567Z' },
      });
      const properties = await files.getProperties({ path: 'a.txt' });
      expect(properties).toMatchObject({
        size: 7,
        contentType: 'text/plain; charset=utf-8',
        contentEncoding: 'gzip',
        contentLanguage: 'de',
        contentDisposition: 'attachment; filename="a.txt"',
        cacheControl: 'no-cache',
        contentMd5: 'XUFAKrxLKna5cZ2REBfFkg==',
        metadata: { Kind: 'note', B: '' },
        serverEncrypted: true,
        lease: { state: 'available', status: 'unlocked' },
        smb: { lastWriteTime: '2020-01-02T03:04:05.1234567Z' },
      });
      expect(properties.smb.attributes?.split(' | ').sort()).toEqual(['Archive', 'Hidden']);
      expect(properties.smb.fileId).toMatch(/^\d+$/);
      expect(properties.copy).toBeUndefined();
    });

    it('gives the same properties with the bytes as without', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({
        path: 'a.txt',
        size: 3,
        contentMd5: 'XUFAKrxLKna5cZ2REBfFkg==',
        metadata: { A: 'b' },
      });
      const { properties } = await files.read({ path: 'a.txt' });
      expect(properties).toEqual(await files.getProperties({ path: 'a.txt' }));
    });

    it('resizes a file and keeps its metadata and headers', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3, contentType: 'text/plain', metadata: { A: 'b' } });
      const { etag } = await files.resize({ path: 'a.txt', size: 10 });
      expect(await files.getProperties({ path: 'a.txt' })).toMatchObject({
        size: 10,
        etag,
        contentType: 'text/plain',
        metadata: { A: 'b' },
      });
    });

    it('replaces metadata as a whole and keeps the case of names', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 0, metadata: { First: '1', second: '2' } });
      await files.setMetadata({ path: 'a.txt', metadata: { ThirdOne: 'three words here', __proto__x: 'x' } });
      expect(await files.getMetadata({ path: 'a.txt' })).toEqual({
        ThirdOne: 'three words here',
        __proto__x: 'x',
      });
      await files.setMetadata({ path: 'a.txt', metadata: {} });
      expect(await files.getMetadata({ path: 'a.txt' })).toEqual({});
    });

    it('carries a metadata name that means something to objects', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      const metadata = Object.fromEntries([
        ['__proto__', 'polluted'],
        ['constructor', 'c'],
      ]);
      await files.create({ path: 'a.txt', size: 0, metadata });
      const told = await files.getMetadata({ path: 'a.txt' });
      expect(Object.entries(told).sort()).toEqual([
        ['__proto__', 'polluted'],
        ['constructor', 'c'],
      ]);
      expect(Object.getPrototypeOf(told)).toBeNull();
    });

    it('changes the headers that are named and keeps the others', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3, contentType: 'text/plain', cacheControl: 'no-cache' });
      await files.setProperties({
        path: 'a.txt',
        httpHeaders: { contentLanguage: 'fr', cacheControl: null },
      });
      const properties = await files.getProperties({ path: 'a.txt' });
      expect(properties).toMatchObject({ contentType: 'text/plain', contentLanguage: 'fr', size: 3 });
      expect(properties.cacheControl).toBeUndefined();
    });

    it('replaces all headers when it is told to', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3, contentType: 'text/plain', cacheControl: 'no-cache' });
      const httpHeaders = { contentType: 'text/html' };
      await files.setProperties({ path: 'a.txt', httpHeaders, replaceHttpHeaders: true });
      const properties = await files.getProperties({ path: 'a.txt' });
      expect(properties.contentType).toBe('text/html');
      expect(properties.cacheControl).toBeUndefined();
    });

    it('clears every header, the content type included', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3, contentType: 'text/plain', cacheControl: 'no-cache' });
      const httpHeaders = { contentType: null, cacheControl: null };
      await files.setProperties({ path: 'a.txt', httpHeaders });
      const properties = await files.getProperties({ path: 'a.txt' });
      expect(properties.contentType).toBeUndefined();
      expect(properties.cacheControl).toBeUndefined();
    });

    it('sets attributes and times and leaves the headers alone', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3, contentType: 'text/plain' });
      const smb = { attributes: 'ReadOnly', creationTime: new Date('2001-02-03T04:05:06.789Z') };
      await files.setProperties({ path: 'a.txt', smb });
      expect(await files.getProperties({ path: 'a.txt' })).toMatchObject({
        contentType: 'text/plain',
        smb: { attributes: 'ReadOnly', creationTime: '2001-02-03T04:05:06.7890000Z' },
      });
    });

    it('says that a file is read-only', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3 });
      await files.setProperties({ path: 'a.txt', smb: { attributes: 'ReadOnly' } });
      const refused = {
        name: 'FileError',
        code: 'ReadOnly',
        serviceCode: 'ReadOnlyAttribute',
        retryable: false,
      };
      await expect(files.write({ path: 'a.txt', data: text('x') })).rejects.toMatchObject(refused);
      await expect(files.delete({ path: 'a.txt' })).rejects.toMatchObject(refused);
    });

    it('deletes a file, and says when there is none', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3 });
      expect(await files.exists({ path: 'a.txt' })).toBe(true);
      await files.delete({ path: 'a.txt' });
      expect(await files.exists({ path: 'a.txt' })).toBe(false);
      await expect(files.delete({ path: 'a.txt' })).rejects.toMatchObject({
        code: 'FileNotFound',
        share: 'data',
        path: 'a.txt',
        operation: 'DeleteFile',
        attempts: 1,
      });
    });

    it('tells whether it deleted something', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3 });
      expect(await files.deleteIfExists({ path: 'a.txt' })).toBe(true);
      expect(await files.deleteIfExists({ path: 'a.txt' })).toBe(false);
      expect(await files.deleteIfExists({ path: 'no/such/a.txt' })).toBe(false);
    });

    it('sees no file where there is a directory, no directory, or no share', async () => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      await directories.create({ path: 'd' });
      expect(await files.exists({ path: 'd' })).toBe(false);
      expect(await files.exists({ path: 'no/such/file' })).toBe(false);
      expect(await files.exists({ share: 'missing', path: 'a' })).toBe(false);
    });

    it('says which share is missing', async () => {
      await using service = await backend.open();
      const reading = service.client.files.getProperties({ share: 'missing', path: 'a.txt' });
      await expect(reading).rejects.toMatchObject({
        name: 'FileError',
        code: 'ShareNotFound',
        share: 'missing',
      });
    });

    it('does not turn a directory into a file', async () => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      await directories.create({ path: 'd' });
      await expect(files.create({ path: 'd', size: 0 })).rejects.toMatchObject({
        code: 'ResourceTypeMismatch',
      });
      expect(await directories.exists({ path: 'd' })).toBe(true);
    });

    it('serves one share without naming it each time', async () => {
      await using service = await backend.open();
      const files = service.client.files.inShare('other');
      const info = await files.create('a.txt', 3, { contentType: 'text/plain', metadata: { A: 'b' } });
      expect(info).toMatchObject({ share: 'other', path: 'a.txt', size: 3 });
      await files.write('a.txt', text('hello'));
      await files.write('a.txt', text('J'), { offset: 0 });
      expect(Buffer.from((await files.read('a.txt')).data).toString()).toBe('Jello');
      expect((await files.read('a.txt', { range: { start: 0, end: 1 } })).data).toEqual(text('J'));
      await files.setMetadata('a.txt', { C: 'd' });
      expect((await files.getProperties('a.txt')).metadata).toEqual({ C: 'd' });
      expect(await service.client.files.exists({ path: 'a.txt' })).toBe(false);
      expect(await files.exists('a.txt')).toBe(true);
      await files.delete('a.txt');
      expect(await files.deleteIfExists('a.txt')).toBe(false);
    });
  });

  describe('createIfNotExists', () => {
    it('creates a file with its content, headers and attributes', async () => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      const info = await files.createIfNotExists({
        path: 'a.txt',
        data: text('hello'),
        contentType: 'text/plain',
        metadata: { A: 'b' },
        smb: { attributes: 'ReadOnly' },
      });
      const { data, properties } = await files.read({ path: 'a.txt' });
      expect(data).toEqual(text('hello'));
      expect(properties).toMatchObject({ contentType: 'text/plain', metadata: { A: 'b' }, etag: info.etag });
      expect(properties.smb.attributes).toBe('ReadOnly');
      expect(info).toMatchObject({ path: 'a.txt', size: 5, lastModified: properties.lastModified });
      expect((await directories.list({})).entries.map(({ name }) => name)).toEqual(['a.txt']);
    });

    it('leaves an existing file alone, and nothing behind', async () => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      await files.write({ path: 'a.txt', data: text('mine') });
      await expect(files.createIfNotExists({ path: 'a.txt', data: text('yours') })).rejects.toMatchObject({
        name: 'FileError',
        code: 'FileAlreadyExists',
        share: 'data',
        path: 'a.txt',
      });
      expect((await files.read({ path: 'a.txt' })).data).toEqual(text('mine'));
      expect((await directories.list()).entries.map(({ name }) => name)).toEqual(['a.txt']);
    });

    it('lets one of many callers win', async () => {
      await using service = await backend.open();
      const { files, directories } = service.client;
      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          files.createIfNotExists({ path: 'lock', data: text(`caller ${index}`) }),
        ),
      );
      const winners = attempts.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
      expect(winners).toHaveLength(1);
      expect((await files.read({ path: 'lock' })).data).toEqual(text(`caller ${winners[0]}`));
      expect((await directories.list()).entries).toHaveLength(1);
    });

    it('creates an empty file, or one of a size with zeros behind its data', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      expect((await files.createIfNotExists({ path: 'a' })).size).toBe(0);
      await files.createIfNotExists({ path: 'b', size: 4, data: text('xy') });
      expect((await files.read({ path: 'b' })).data).toEqual(text('xy\0\0'));
    });

    it('says that the directory is missing', async () => {
      await using service = await backend.open();
      const creating = service.client.files.createIfNotExists({ path: 'no/such/a.txt' });
      await expect(creating).rejects.toMatchObject({ code: 'ParentNotFound', path: 'no/such/a.txt' });
    });
  });
}
