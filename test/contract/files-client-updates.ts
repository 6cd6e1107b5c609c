import { describe, expect, it } from 'vitest';
import { patterned } from '../support/patterned.js';
import { rejection } from '../support/rejection.js';
import { type Backend, type OpenBackend, sameBytes, text } from './files-client-backends.js';

const path = 'a.txt';
const kept = {
  contentType: 'text/plain',
  contentLanguage: 'de',
  cacheControl: 'no-cache',
  metadata: { Kind: 'note' },
} as const;

/** Writes that depend on what is there, or that must not be seen half done. */
export function updateSuite(backend: Backend): void {
  describe('atomic write', () => {
    it('replaces the content and keeps metadata, headers, attributes and permission', async () => {
      await using service = await backend.open({ rangeSize: 1024 });
      const { files } = service.client;
      await files.create({ path, size: 3, ...kept, smb: { attributes: 'Hidden' } });
      const before = await files.getProperties({ path });
      const data = patterned(3_000);
      await files.write({ path, data, atomic: true });
      const { data: written, properties } = await files.read({ path });
      expect(sameBytes(written, data)).toBe(true);
      expect(properties).toMatchObject(kept);
      expect(properties.smb.attributes).toBe(before.smb.attributes);
      expect(properties.smb.permissionKey).toBe(before.smb.permissionKey);
      expect(properties.smb.fileId).not.toBe(before.smb.fileId);
      expect(await namesIn(service)).toEqual([path]);
    });

    it('creates a missing file with the content type it is given', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path, data: text('{}'), atomic: true, contentType: 'application/json' });
      expect((await files.read({ path })).properties).toMatchObject({
        size: 2,
        contentType: 'application/json',
      });
    });

    it('is refused together with an offset', async () => {
      await using service = await backend.open();
      const writing = service.client.files.write({ path, data: text('x'), atomic: true, offset: 0 });
      await expect(writing).rejects.toMatchObject({ code: 'InvalidRequest' });
    });

    it('leaves a read-only file, and nothing beside it', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path, size: 3, smb: { attributes: 'ReadOnly' } });
      const writing = files.write({ path, data: text('new'), atomic: true });
      await expect(writing).rejects.toMatchObject({ name: 'FileError', code: 'ReadOnly', path });
      expect(await namesIn(service)).toEqual([path]);
    });

    it('keeps the lock under which it is done', async () => {
      await using service = await backend.open();
      const { files, leases } = service.client;
      await files.write({ path, data: text('old') });
      await leases.withLock({ path }, async (guard) => {
        await files.write({ path, data: text('new'), atomic: true, leaseId: guard.id });
        expect((await files.getProperties({ path })).lease?.state).toBe('leased');
        await expect(files.write({ path, data: text('no'), waitMs: 0 })).rejects.toMatchObject({
          code: 'FileLocked',
        });
        await files.write({ path, data: text('newer'), leaseId: guard.id });
      });
      expect((await files.read({ path })).data).toEqual(text('newer'));
      expect((await files.getProperties({ path })).lease?.status).toBe('unlocked');
    });

    it('is refused under a lease that is not the one of the file, and leaves nothing beside it', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path, data: text('old') });
      const leaseId = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';
      expect(await rejection(files.write({ path, data: text('new'), atomic: true, leaseId }))).toMatchObject({
        name: 'LeaseError',
        code: 'LeaseNotPresent',
      });
      expect(await namesIn(service)).toEqual([path]);
      expect((await files.read({ path })).data).toEqual(text('old'));
    });

    it('does not replace a file that somebody else has locked', async () => {
      await using service = await backend.open();
      const { files, leases } = service.client;
      await files.write({ path, data: text('old') });
      await using lease = await leases.acquireAutoRenewing({ path });
      const other = service.connect();
      await expect(
        other.files.write({ path, data: text('new'), atomic: true, waitMs: 0 }),
      ).rejects.toMatchObject({
        code: 'FileLocked',
      });
      expect((await files.read({ path, leaseId: lease.id })).data).toEqual(text('old'));
    });
  });

  describe('writeIfMatch', () => {
    it('writes over the version that it names, and gives the new one', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path, size: 3, ...kept });
      const { etag } = await files.getProperties({ path });
      const written = await files.writeIfMatch({ path, data: text('new content') }, etag);
      const { data, properties } = await files.read({ path });
      expect(data).toEqual(text('new content'));
      expect(properties).toMatchObject({ ...kept, etag: written.etag, lastModified: written.lastModified });
      expect(properties.lease?.status).toBe('unlocked');
      const again = await files.writeIfMatch({ path, data: text('newer') }, written.etag.replaceAll('"', ''));
      expect(again.etag).not.toBe(written.etag);
    });

    it('leaves a file that has changed, and says what it is now', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path, data: text('first') });
      const { etag: expected } = await files.getProperties({ path });
      await files.write({ path, data: text('other') });
      const { etag: actual } = await files.getProperties({ path });
      expect(await rejection(files.writeIfMatch({ path, data: text('mine') }, expected))).toMatchObject({
        name: 'FileError',
        code: 'PreconditionFailed',
        share: 'data',
        path,
        expected,
        actual,
      });
      expect((await files.read({ path })).data).toEqual(text('other'));
    });

    it('is done under a lease of the caller, which stays', async () => {
      await using service = await backend.open();
      const { files, leases } = service.client;
      await files.write({ path, data: text('first') });
      await using lease = await leases.acquireAutoRenewing({ path });
      const { etag } = await files.getProperties({ path });
      await files.writeIfMatch({ path, data: text('second'), leaseId: lease.id }, etag);
      await leases.renew(lease);
      expect((await files.read({ path })).data).toEqual(text('second'));
    });

    it.each(['', '*', '""', 7])('refuses %j as an ETag', async (etag) => {
      await using service = await backend.open();
      const writing = service.client.files.writeIfMatch({ path, data: text('x') }, etag as string);
      await expect(writing).rejects.toMatchObject({ code: 'InvalidRequest' });
    });

    it('tells of a missing file', async () => {
      await using service = await backend.open();
      const writing = service.client.files.writeIfMatch({ path, data: text('x') }, '"0x1"');
      await expect(writing).rejects.toMatchObject({ code: 'FileNotFound', path });
    });
  });

  describe('updateIfMatch', () => {
    it('writes what is made of the present content', async () => {
      await using service = await backend.open();
      const files = service.client.files.inShare('data');
      await files.write(path, text('1'));
      const update = await files.updateIfMatch(path, ({ data }) => text(`${Buffer.from(data).toString()}2`));
      expect(update).toMatchObject({ updated: true, data: text('12') });
      expect(await files.read(path)).toMatchObject({ data: text('12'), etag: update.etag });
    });

    it('leaves the file where nothing is made of it', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path, data: text('1') });
      const { etag } = await files.getProperties({ path });
      expect(await files.updateIfMatch({ path }, () => undefined)).toMatchObject({ updated: false, etag });
    });

    it('begins again when somebody wrote meanwhile, and loses neither change', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path, data: text('0') });
      const seen: string[] = [];
      await files.updateIfMatch({ path }, async ({ data }) => {
        seen.push(Buffer.from(data).toString());
        if (seen.length === 1) await files.write({ path, data: text('other') });
        return text(`${Buffer.from(data).toString()}+`);
      });
      expect(seen).toEqual(['0', 'other']);
      expect((await files.read({ path })).data).toEqual(text('other+'));
    });

    it('passes on what the change throws, and writes nothing', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path, data: text('0') });
      const failure = new RangeError('not so');
      const updating = files.updateIfMatch({ path }, () => {
        throw failure;
      });
      expect(await rejection(updating)).toBe(failure);
      expect((await files.read({ path })).data).toEqual(text('0'));
    });

    it('refuses a change that gives no bytes', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path, data: text('0') });
      const change = (() => 'text') as unknown as () => Uint8Array;
      await expect(files.updateIfMatch({ path }, change)).rejects.toMatchObject({ code: 'InvalidRequest' });
      const none = undefined as unknown as () => Uint8Array;
      await expect(files.updateIfMatch({ path }, none)).rejects.toMatchObject({ code: 'InvalidRequest' });
    });
  });

  describe('append', () => {
    it('creates a missing file, and then goes behind what is there', async () => {
      await using service = await backend.open({ rangeSize: 512 });
      const { files } = service.client;
      const first = await files.append({ path, data: patterned(1_500), contentType: 'text/plain' });
      expect(first).toMatchObject({ offset: 0, size: 1_500 });
      const second = await files.append({ path, data: text('end') });
      expect(second).toMatchObject({ offset: 1_500, size: 1_503 });
      const { data, properties } = await files.read({ path });
      expect(sameBytes(data, Buffer.concat([patterned(1_500), text('end')]))).toBe(true);
      expect(properties).toMatchObject({ contentType: 'text/plain', etag: second.etag });
      expect(properties.lease?.status).toBe('unlocked');
    });

    it('keeps the metadata of the file and leaves no mark in them', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.create({ path, size: 0, ...kept });
      await files.append({ path, data: text('line\n') });
      expect((await files.getProperties({ path })).metadata).toEqual(kept.metadata);
    });

    it('changes nothing where there is nothing to append', async () => {
      await using service = await backend.open();
      const { files } = service.client;
      await files.write({ path, data: text('abc') });
      const { etag } = await files.getProperties({ path });
      expect(await files.append({ path, data: new Uint8Array(0) })).toMatchObject({
        offset: 3,
        size: 3,
        etag,
      });
      expect((await files.getProperties({ path })).etag).toBe(etag);
    });

    it('is refused at once where somebody else has the lock and it is not to wait', async () => {
      await using service = await backend.open();
      const { files, leases } = service.client;
      await files.write({ path, data: text('abc') });
      await using _lease = await leases.acquireAutoRenewing({ path });
      await expect(files.append({ path, data: text('d'), waitMs: 0 })).rejects.toMatchObject({
        code: 'LeaseAlreadyPresent',
      });
    });

    it('does not create the directory on the way', async () => {
      await using service = await backend.open();
      await expect(
        service.client.files.append({ path: 'no/such.txt', data: text('x') }),
      ).rejects.toMatchObject({ code: 'ParentNotFound' });
    });
  });
}

async function namesIn({ client }: OpenBackend): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of client.directories.walk({})) names.push(name);
  return names;
}
