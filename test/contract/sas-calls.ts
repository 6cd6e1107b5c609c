import type { AzureFilesClient } from '../../src/files/index.js';

/** What a call finds: files `d/f` (5 bytes) and `d/g`, directories `d` and `e`, in the share `data`. */
export interface Found {
  /** Id of the lease that `before` took. */
  readonly leaseId: string;
  readonly etag: string;
  /** `d/g` with a signature of its own. */
  readonly signedSource: string;
}

/** A call of the client, for a try with some right. */
export interface SasCall {
  readonly run: (client: AzureFilesClient, found: Found) => Promise<unknown>;
  /** What its owner does before; the lease that comes of it is handed on. */
  readonly before?: (owner: AzureFilesClient) => Promise<{ readonly id: string } | undefined>;
  /** The file that a SAS for one file is for. @defaultValue `d/f` */
  readonly file?: string;
}

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(65);
const path = 'd/f';
const absent = 'd/new';

async function* stream(): AsyncGenerator<Uint8Array> {
  yield bytes(3);
}

async function drained(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const leased: Pick<SasCall, 'before'> = {
  before: (owner) => owner.leases.acquire({ path, durationSeconds: -1 }),
};
const locked: Pick<SasCall, 'before'> = { before: (owner) => owner.leases.acquire({ path }) };

/** Every call by which the letters it needs can be told, as docs/authentication.md names it. */
export const sasCalls: Readonly<Record<string, SasCall>> = {
  '`files.read`': { run: (c) => c.files.read({ path }) },
  '`files.exists`': { run: (c) => c.files.exists({ path }) },
  '`files.getProperties`': { run: (c) => c.files.getProperties({ path }) },
  '`files.getMetadata`': { run: (c) => c.files.getMetadata({ path }) },
  '`files.listRanges`': { run: (c) => c.files.listRanges({ path }) },
  '`files.waitForCopy`': {
    before: async (owner) => {
      await owner.files.copy({ sourcePath: 'd/g', destPath: path });
      return undefined;
    },
    run: (c) => c.files.waitForCopy({ path }),
  },
  '`streaming.downloadStream`': {
    run: async (c) => drained(await c.streaming.downloadStream({ path })),
  },
  '`streaming.downloadRange`': { run: (c) => c.streaming.downloadRange({ path, start: 0, end: 2 }) },

  '`files.create` of a new file': { run: (c) => c.files.create({ path: absent, size: 3 }), file: absent },
  '`files.create` over another': { run: (c) => c.files.create({ path, size: 3 }) },
  '`files.write`': { run: (c) => c.files.write({ path, data: bytes(9) }) },
  '`files.write` of a new file': {
    run: (c) => c.files.write({ path: absent, data: bytes(9) }),
    file: absent,
  },
  '`files.write` with `offset`': { run: (c) => c.files.write({ path, data: bytes(2), offset: 1 }) },
  '`files.write` with `leaseId`': {
    ...leased,
    run: (c, { leaseId }) => c.files.write({ path, data: bytes(9), leaseId }),
  },
  '`files.resize`': { run: (c) => c.files.resize({ path, size: 1 }) },
  '`files.clearRange`': { run: (c) => c.files.clearRange({ path, range: { start: 0, end: 2 } }) },
  '`files.setMetadata`': { run: (c) => c.files.setMetadata({ path, metadata: { a: '1' } }) },
  '`files.setProperties` with `replaceHttpHeaders`': {
    run: (c) =>
      c.files.setProperties({ path, httpHeaders: { contentType: 'a/b' }, replaceHttpHeaders: true }),
  },
  '`files.setProperties`': {
    run: (c) => c.files.setProperties({ path, httpHeaders: { contentType: 'a/b' } }),
  },
  '`streaming.uploadStream`': { run: (c) => c.streaming.uploadStream({ path, totalSize: 3 }, stream()) },
  '`files.write` with `atomic`': { run: (c) => c.files.write({ path, data: bytes(9), atomic: true }) },
  '`streaming.uploadStream` with `atomic`': {
    run: (c) => c.streaming.uploadStream({ path, totalSize: 3, atomic: true }, stream()),
  },
  '`files.createIfNotExists`': {
    run: (c) => c.files.createIfNotExists({ path: absent, data: bytes(3) }),
    file: absent,
  },
  '`files.writeIfMatch`': {
    run: (c, { etag }) => c.files.writeIfMatch({ path, data: bytes(9) }, etag),
  },
  '`files.updateIfMatch`': { run: (c) => c.files.updateIfMatch({ path }, () => bytes(7)) },
  '`files.append`': { run: (c) => c.files.append({ path, data: bytes(9) }) },

  '`files.copy` to a new file': {
    run: (c) => c.files.copy({ sourcePath: 'd/g', destPath: absent }),
    file: absent,
  },
  '`files.copy` over another': { run: (c) => c.files.copy({ sourcePath: 'd/g', destPath: path }) },
  '`files.copyFromUrl` to a new file': {
    run: (c, { signedSource }) => c.files.copyFromUrl({ sourceUrl: signedSource, destPath: absent }),
    file: absent,
  },
  '`files.copyFromUrl` over another': {
    run: (c, { signedSource }) => c.files.copyFromUrl({ sourceUrl: signedSource, destPath: path }),
  },
  '`files.rename`': { run: (c) => c.files.rename({ path, newPath: absent }) },
  '`files.rename` with `replace`': {
    run: (c) => c.files.rename({ path: 'd/g', newPath: path, replace: true }),
  },
  '`files.rename` of a locked file': {
    ...locked,
    run: (c, { leaseId }) => c.files.rename({ path, newPath: absent, leaseId }),
  },
  '`files.delete`': { run: (c) => c.files.delete({ path }) },
  '`files.delete` of a locked file': {
    ...locked,
    run: (c, { leaseId }) => c.files.delete({ path, leaseId }),
  },
  '`files.deleteIfExists`': { run: (c) => c.files.deleteIfExists({ path }) },

  '`directories.create`': { run: (c) => c.directories.create({ path: 'n' }) },
  '`directories.createIfNotExists`': { run: (c) => c.directories.createIfNotExists({ path: 'd' }) },
  '`directories.ensure`': { run: (c) => c.directories.ensure({ path: 'd/a/b' }) },
  '`directories.exists`': { run: (c) => c.directories.exists({ path: 'd' }) },
  '`directories.getProperties`': { run: (c) => c.directories.getProperties({ path: 'd' }) },
  '`directories.setProperties`': {
    run: (c) => c.directories.setProperties({ path: 'd', smb: { attributes: 'Directory | Hidden' } }),
  },
  '`directories.setMetadata`': { run: (c) => c.directories.setMetadata({ path: 'd', metadata: { a: '1' } }) },
  '`directories.list`': { run: (c) => c.directories.list({ path: 'd' }) },
  '`directories.listAll`': { run: (c) => drained(c.directories.listAll({ path: 'd' })) },
  '`directories.walk`': { run: (c) => drained(c.directories.walk()) },
  '`directories.delete`': { run: (c) => c.directories.delete({ path: 'e' }) },
  '`directories.deleteIfExists`': { run: (c) => c.directories.deleteIfExists({ path: 'e' }) },
  '`directories.deleteRecursive`': { run: (c) => c.directories.deleteRecursive({ path: 'd' }) },
  '`directories.rename`': { run: (c) => c.directories.rename({ path: 'd', newPath: 'n' }) },

  '`leases.acquire`': { run: (c) => c.leases.acquire({ path }) },
  '`leases.acquire` without end': { run: (c) => c.leases.acquire({ path, durationSeconds: -1 }) },
  '`leases.tryAcquire`': { run: (c) => c.leases.tryAcquire({ path }) },
  '`leases.acquireAutoRenewing`': {
    run: async (c) => {
      await using _lease = await c.leases.acquireAutoRenewing({ path });
    },
  },
  '`leases.withLock`': { run: (c) => c.leases.withLock({ path }, async () => {}) },
  '`leases.renew`': {
    ...locked,
    run: (c, { leaseId }) => c.leases.renew({ path, id: leaseId, durationSeconds: 30 }),
  },
  '`leases.change`': {
    ...locked,
    run: (c, { leaseId }) => c.leases.change({ path, id: leaseId }, '6291baf2-9d1c-4f64-aa20-c16d8e8ac666'),
  },
  '`leases.release`': { ...locked, run: (c, { leaseId }) => c.leases.release({ path, id: leaseId }) },
  '`leases.breakLease`': { ...locked, run: (c) => c.leases.breakLease({ path }) },
  '`leases.inspect`': { run: (c) => c.leases.inspect({ path }) },

  '`leases.acquire` of a share': { run: (c) => c.leases.acquire({}) },
  '`leases.breakLease` of a share': {
    before: (owner) => owner.leases.acquire({}),
    run: (c) => c.leases.breakLease({}),
  },
  '`shares.list`': { run: (c) => drained(c.shares.list()) },
  '`shares.getProperties`': { run: (c) => c.shares.getProperties() },
  '`shares.getStatistics`': { run: (c) => c.shares.getStatistics() },
};
