import { describe, expect, it } from 'vitest';
import { patterned } from '../support/patterned.js';
import { type Backend, mebibyte, sameBytes, text } from './files-client-backends.js';

/** Reading and writing the bytes of files. */
export function contentSuite(backend: Backend): void {
  describe('content', () => {
    for (const size of [0, 1, 4 * mebibyte - 1, 4 * mebibyte, 4 * mebibyte + 1, 9 * mebibyte + 7]) {
      it(`reads back ${size} bytes that it wrote`, async () => {
        await using service = await backend.open();
        const { files } = service.client;
        const data = patterned(size);
        await files.write({ path: 'file.bin', data });
        const content = await files.read({ path: 'file.bin' });
        expect(sameBytes(content.data, data)).toBe(true);
        expect(content.properties.size).toBe(size);
        expect(content.etag).toBe((await files.getProperties({ path: 'file.bin' })).etag);
      });
    }

    it('cuts content into ranges of the size that was asked for', async () => {
      await using service = await backend.open({ rangeSize: 1024, concurrency: 3 });
      const { files } = service.client;
      const data = patterned(10_000);
      await files.write({ path: 'file.bin', data });
      expect(sameBytes((await files.read({ path: 'file.bin' })).data, data)).toBe(true);
    });

    it('replaces the whole content, longer or shorter, and keeps metadata and headers', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.txt', size: 3, contentType: 'text/plain', metadata: { Kind: 'note' } });
      for (const data of [text('a longer text than before'), text('short')]) {
        await files.write({ path: 'a.txt', data });
        const content = await files.read({ path: 'a.txt' });
        expect(content.data).toEqual(data);
        expect(content.properties).toMatchObject({ contentType: 'text/plain', metadata: { Kind: 'note' } });
      }
    });

    it('creates a missing file with the content type it is given', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a.json', data: text('{}'), contentType: 'application/json' });
      expect((await files.getProperties({ path: 'a.json' })).contentType).toBe('application/json');
    });

    it('does not create the directory on the way', async () => {
      await using service = await backend.open();
      const writing = service.client.files.write({ path: 'no/such/a.txt', data: text('x') });
      await expect(writing).rejects.toMatchObject({ name: 'DirectoryError', code: 'ParentNotFound' });
    });

    it('writes only the bytes at an offset', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a.txt', data: text('0123456789') });
      await files.write({ path: 'a.txt', data: text('abc'), offset: 4 });
      expect(Buffer.from((await files.read({ path: 'a.txt' })).data).toString()).toBe('0123abc789');
    });

    it('does not grow a file by a write at an offset, and says how long it is', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a.txt', data: text('0123456789') });
      await expect(files.write({ path: 'a.txt', data: text('abc'), offset: 8 })).rejects.toMatchObject({
        name: 'FileError',
        code: 'InvalidRange',
        share: 'data',
        path: 'a.txt',
        start: 8,
        end: 11,
        size: 10,
      });
      expect((await files.getProperties({ path: 'a.txt' })).size).toBe(10);
    });

    it('does not create a file by a write at an offset', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      for (const data of [text('abc'), text('')]) {
        await expect(files.write({ path: 'no.txt', data, offset: 0 })).rejects.toMatchObject({
          code: 'FileNotFound',
        });
      }
      expect(await files.exists({ path: 'no.txt' })).toBe(false);
    });

    it('writes many ranges at an offset side by side', async () => {
      await using service = await backend.open({ rangeSize: 1024 });
      const { files } = service.client;
      await files.create({ path: 'a.bin', size: 20_000 });
      await files.write({ path: 'a.bin', data: patterned(7000, 5000), offset: 5000 });
      const { data } = await files.read({ path: 'a.bin', range: { start: 4999, end: 12_001 } });
      expect(
        sameBytes(data, Buffer.concat([new Uint8Array(1), patterned(7000, 5000), new Uint8Array(1)])),
      ).toBe(true);
    });

    it('reads a range, cut at the end of the file', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a.bin', data: patterned(1000) });
      const middle = await files.read({ path: 'a.bin', range: { start: 10, end: 20 } });
      expect(middle.data).toEqual(patterned(10, 10));
      expect(middle.properties.size).toBe(1000);
      const tail = await files.read({ path: 'a.bin', range: { start: 990, end: 2000 } });
      expect(tail.data).toEqual(patterned(10, 990));
    });

    it('reads a range that is longer than one request', async () => {
      await using service = await backend.open({ rangeSize: 512 });
      const { files } = service.client;
      await files.write({ path: 'a.bin', data: patterned(5000) });
      const { data } = await files.read({ path: 'a.bin', range: { start: 700, end: 4000 } });
      expect(sameBytes(data, patterned(3300, 700))).toBe(true);
    });

    it('refuses a range that begins behind the end, and says how long the file is', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a.bin', data: patterned(100) });
      const reading = files.read({ path: 'a.bin', range: { start: 100, end: 101 } });
      await expect(reading).rejects.toMatchObject({ code: 'InvalidRange', start: 100, end: 101, size: 100 });
    });

    it('refuses any range of an empty file', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.bin', size: 0 });
      const reading = files.read({ path: 'a.bin', range: { start: 0, end: 1 } });
      await expect(reading).rejects.toMatchObject({ code: 'InvalidRange', size: 0 });
    });

    it('clears a range and keeps the length', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path: 'a.bin', data: patterned(4096) });
      await files.clearRange({ path: 'a.bin', range: { start: 512, end: 1536 } });
      const { data } = await files.read({ path: 'a.bin' });
      expect(data.subarray(512, 1536)).toEqual(new Uint8Array(1024));
      expect(data.subarray(0, 512)).toEqual(patterned(512));
      expect(data.subarray(1536)).toEqual(patterned(2560, 1536));
    });

    it('lists the parts that hold data', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.bin', size: 10 * mebibyte });
      await files.write({ path: 'a.bin', data: patterned(1024), offset: 4096 });
      await files.write({ path: 'a.bin', data: patterned(512), offset: mebibyte });
      expect(await files.listRanges({ path: 'a.bin' })).toMatchObject({
        size: 10 * mebibyte,
        ranges: [
          { start: 4096, end: 5120 },
          { start: mebibyte, end: mebibyte + 512 },
        ],
        clearedRanges: [],
      });
      const part = await files.listRanges({ path: 'a.bin', range: { start: 0, end: 4608 } });
      expect(part.ranges).toEqual([{ start: 4096, end: 4608 }]);
    });

    it('holds files beyond 2^32 bytes without writing them', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      const size = 4_398_046_511_104;
      expect((await files.create({ path: 'big.bin', size })).size).toBe(size);
      await files.write({ path: 'big.bin', data: text('end'), offset: size - 3 });
      const { data, properties } = await files.read({
        path: 'big.bin',
        range: { start: size - 4, end: size },
      });
      expect(Buffer.from(data).toString('latin1')).toBe('\0end');
      expect(properties.size).toBe(size);
    });

    it('sends nothing for a file beyond 4 TiB', async () => {
      await using service = await backend.open();
      const creating = service.client.files.create({ path: 'big.bin', size: 4_398_046_511_105 });
      await expect(creating).rejects.toMatchObject({
        code: 'FileTooLarge',
        size: 4_398_046_511_105,
        attempts: 0,
      });
    });

    it('lets many writers write to disjoint parts of one file', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path: 'a.bin', size: 64_000 });
      const parts = Array.from({ length: 64 }, (_, index) => index * 1000);
      await Promise.all(
        parts.map((offset) => files.write({ path: 'a.bin', data: patterned(1000, offset), offset })),
      );
      expect(sameBytes((await files.read({ path: 'a.bin' })).data, patterned(64_000))).toBe(true);
    });

    it('rejects with the reason of the signal when it is aborted before', async () => {
      await using service = await backend.open();
      const reason = new Error('no longer needed');
      const request = { path: 'a.bin', signal: AbortSignal.abort(reason) };
      await expect(service.client.files.write({ ...request, data: patterned(9) })).rejects.toBe(reason);
      await expect(service.client.files.read(request)).rejects.toBe(reason);
      expect(await service.client.files.exists({ path: 'a.bin' })).toBe(false);
    });
  });
}
