import type { AzureFilesClient } from '../../src/files/index.js';
import { patterned } from './patterned.js';

/** What operations are given beside the client. */
export interface OperationInputs {
  /** Of a file that is leased; absent where nothing is. */
  readonly leaseId?: string | undefined;
  /** The URL of something to copy. */
  readonly sourceUrl: string;
  /** A directory of this machine with a file `source.bin`. */
  readonly localDirectory: string;
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
  /** A name that nothing has yet. */
  readonly fresh: string;
}

export type ClientOperation = (client: AzureFilesClient, inputs: OperationInputs) => Promise<unknown>;

/** The size of the file `d/f`. */
export const fileSize = 5000;
/** Makes ranges that small that `d/f` has several of them. */
export const smallRanges = { rangeSize: 1024, concurrency: 3 } as const;

const data = patterned(2500);
const metadata = { name: 'value', Other_1: 'x y' };

/** Makes what operations work on, in the share `data`. */
export async function fillShare(client: AzureFilesClient): Promise<void> {
  for (const path of ['d', 'e', 'd/inner']) await client.directories.ensure({ path });
  await client.files.write({ path: 'd/f', data: patterned(fileSize), contentType: 'text/plain' });
  await client.files.setMetadata({ path: 'd/f', metadata });
  for (const path of ['g', 'e/one', 'e/two', 'd/inner/deep', 'source'])
    await client.files.write({ path, data: patterned(100) });
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield data.subarray(0, 1000);
  yield data.subarray(1000);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function readWhole(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return Buffer.concat(await all(stream as unknown as AsyncIterable<Uint8Array>));
}

const file = 'd/f';

/** Every public operation on files. */
export const fileOperations = {
  create: (client, { leaseId, signal }) =>
    client.files.create({ path: file, size: fileSize, contentType: 'text/plain', metadata, leaseId, signal }),
  createIfNotExists: (client, { fresh, signal }) =>
    client.files.createIfNotExists({ path: fresh, data, metadata, signal }),
  read: (client, { leaseId, signal }) => client.files.read({ path: file, leaseId, signal }),
  'read of a range': (client, { leaseId, signal }) =>
    client.files.read({ path: file, range: { start: 100, end: 3000 }, leaseId, signal }),
  write: (client, { leaseId, signal }) => client.files.write({ path: file, data, leaseId, signal }),
  'write of a new file': (client, { fresh, signal }) =>
    client.files.write({ path: fresh, data, contentType: 'a/b', signal }),
  'write at an offset': (client, { leaseId, signal }) =>
    client.files.write({ path: file, data: data.subarray(0, 10), offset: 5, leaseId, signal }),
  'atomic write': (client, { leaseId, signal }) =>
    client.files.write({ path: file, data, atomic: true, leaseId, signal }),
  async writeIfMatch(client, { leaseId, signal }) {
    const { etag } = await client.files.getProperties({ path: file, leaseId, signal });
    return client.files.writeIfMatch({ path: file, data, leaseId, signal, waitMs: 0 }, etag);
  },
  updateIfMatch: (client, { leaseId, signal }) =>
    client.files.updateIfMatch({ path: file, leaseId, signal, waitMs: 0 }, () => data),
  append: (client, { signal }) => client.files.append({ path: file, data, signal, waitMs: 0 }),
  clearRange: (client, { leaseId, signal }) =>
    client.files.clearRange({ path: file, range: { start: 0, end: 512 }, leaseId, signal }),
  listRanges: (client, { leaseId, signal }) => client.files.listRanges({ path: file, leaseId, signal }),
  resize: (client, { leaseId, signal }) => client.files.resize({ path: file, size: 6000, leaseId, signal }),
  delete: (client, { leaseId, signal }) => client.files.delete({ path: file, leaseId, signal }),
  deleteIfExists: (client, { leaseId, signal }) =>
    client.files.deleteIfExists({ path: file, leaseId, signal }),
  exists: (client, { leaseId, signal }) => client.files.exists({ path: file, leaseId, signal }),
  getProperties: (client, { leaseId, signal }) => client.files.getProperties({ path: file, leaseId, signal }),
  setProperties: (client, { leaseId, signal }) =>
    client.files.setProperties({
      path: file,
      httpHeaders: { cacheControl: 'no-store' },
      smb: { attributes: 'Hidden', lastWriteTime: 'now' },
      leaseId,
      signal,
    }),
  getMetadata: (client, { leaseId, signal }) => client.files.getMetadata({ path: file, leaseId, signal }),
  setMetadata: (client, { leaseId, signal }) =>
    client.files.setMetadata({ path: file, metadata, leaseId, signal }),
  copy: (client, { leaseId, signal }) =>
    client.files.copy({ sourcePath: 'source', destPath: file, leaseId, signal }),
  copyFromUrl: (client, { leaseId, sourceUrl, signal }) =>
    client.files.copyFromUrl({ sourceUrl, destPath: file, leaseId, signal }),
  async waitForCopy(client, { leaseId, signal }) {
    await client.files.copy({ sourcePath: 'source', destPath: file, leaseId, signal });
    return client.files.waitForCopy({ path: file, leaseId, signal, waitMs: 1000 });
  },
  abortCopy: (client, { leaseId, signal }) =>
    client.files.abortCopy({ path: file, copyId: '5c6e9a0e-0f0f-4f0f-8f0f-0123456789ab', leaseId, signal }),
  rename: (client, { leaseId, fresh, signal }) =>
    client.files.rename({ path: file, newPath: fresh, replace: true, leaseId, signal }),
  'read in a share': (client, { leaseId, signal }) =>
    client.files.inShare('data').read(file, { leaseId, signal }),
} as const satisfies Readonly<Record<string, ClientOperation>>;

/** Every public operation on directories and shares. */
export const directoryOperations = {
  create: (client, { fresh, signal }) => client.directories.create({ path: fresh, metadata, signal }),
  createIfNotExists: (client, { signal }) => client.directories.createIfNotExists({ path: 'd', signal }),
  ensure: (client, { fresh, signal }) => client.directories.ensure({ path: `d/${fresh}/x`, signal }),
  delete: (client, { signal }) => client.directories.delete({ path: 'd', signal }),
  deleteIfExists: (client, { signal }) => client.directories.deleteIfExists({ path: 'd/inner', signal }),
  exists: (client, { signal }) => client.directories.exists({ path: 'd', signal }),
  list: (client, { signal }) =>
    client.directories.list({ path: 'd', include: ['attributes', 'permissionKey'], signal }),
  listAll: (client, { signal }) => all(client.directories.listAll({ path: 'd', pageSize: 1, signal })),
  walk: (client, { signal }) => all(client.directories.walk({ pageSize: 2, signal })),
  deleteRecursive: (client, { signal }) => client.directories.deleteRecursive({ path: 'e', signal }),
  rename: (client, { fresh, signal }) => client.directories.rename({ path: 'e', newPath: fresh, signal }),
  getProperties: (client, { signal }) => client.directories.getProperties({ path: 'd', signal }),
  setProperties: (client, { signal }) =>
    client.directories.setProperties({ path: 'd', smb: { attributes: 'Hidden' }, signal }),
  setMetadata: (client, { signal }) => client.directories.setMetadata({ path: 'd', metadata, signal }),
} as const satisfies Readonly<Record<string, ClientOperation>>;

export const shareOperations = {
  list: (client, { signal }) =>
    all(client.shares.list({ include: ['metadata', 'snapshots', 'deleted'], pageSize: 1, signal })),
  getProperties: (client, { leaseId, signal }) => client.shares.getProperties({ leaseId, signal }),
  getStatistics: (client, { leaseId, signal }) => client.shares.getStatistics({ leaseId, signal }),
} as const satisfies Readonly<Record<string, ClientOperation>>;

const proposedLeaseId = '0f0f0f0f-1111-4222-8333-444444444444';

/** Every public operation on leases, of a file where there is a path, and of the share. */
function leaseOperationsOn(target: { readonly path?: string }) {
  return {
    async acquire(client, { signal }) {
      const lease = await client.leases.acquire({ ...target, reason: 'a test', signal });
      await client.leases.renew(lease, { signal });
      await client.leases.change(lease, proposedLeaseId, { signal });
      await client.leases.release(lease, { signal });
      return lease;
    },
    tryAcquire: (client, { signal }) => client.leases.tryAcquire({ ...target, durationSeconds: -1, signal }),
    async acquireAutoRenewing(client, { signal }) {
      const lease = await client.leases.acquireAutoRenewing({ ...target, signal });
      await lease.release();
      return lease;
    },
    renew: (client, { leaseId = proposedLeaseId, signal }) =>
      client.leases.renew({ ...target, id: leaseId }, { signal }),
    change: (client, { leaseId = proposedLeaseId, signal }) =>
      client.leases.change({ ...target, id: leaseId }, proposedLeaseId, { signal }),
    release: (client, { leaseId = proposedLeaseId, signal }) =>
      client.leases.release({ ...target, id: leaseId }, { signal }),
    breakLease: (client, { signal }) => client.leases.breakLease({ ...target, signal }),
    inspect: (client, { signal }) => client.leases.inspect({ ...target, signal }),
    withLock: (client, { signal }) =>
      client.leases.withLock({ ...target, waitMs: 0, signal }, async (guard) => {
        await client.files.getProperties({ path: file, leaseId: guard.id, signal });
      }),
  } as const satisfies Readonly<Record<string, ClientOperation>>;
}

export const fileLeaseOperations = leaseOperationsOn({ path: file });
export const shareLeaseOperations = leaseOperationsOn({});

export const streamingOperations = {
  uploadStream: (client, { fresh, signal }) =>
    client.streaming.uploadStream({ path: fresh, totalSize: data.length, metadata, signal }, pieces()),
  'atomic uploadStream': (client, { fresh, signal }) =>
    client.streaming.uploadStream(
      { path: fresh, totalSize: data.length, overwrite: false, signal },
      pieces(),
    ),
  downloadStream: async (client, { leaseId, signal }) =>
    readWhole(await client.streaming.downloadStream({ path: file, leaseId, signal })),
  downloadRange: (client, { leaseId, signal }) =>
    client.streaming.downloadRange({ path: file, start: 10, end: 4000, leaseId, signal }),
  uploadFrom: (client, { localDirectory, leaseId, signal }) =>
    client.streaming.uploadFrom({ path: file, leaseId, signal }, `${localDirectory}/source.bin`),
  downloadTo: (client, { localDirectory, leaseId, signal }) =>
    client.streaming.downloadTo({ path: file, leaseId, signal }, `${localDirectory}/target.bin`),
} as const satisfies Readonly<Record<string, ClientOperation>>;

function named(service: string, operations: Readonly<Record<string, ClientOperation>>) {
  return Object.entries(operations).map(([name, run]) => [`${service}: ${name}`, run] as const);
}

/** Every public operation of the client, by service and name. */
export const clientOperations: readonly (readonly [name: string, run: ClientOperation])[] = [
  ...named('files', fileOperations),
  ...named('directories', directoryOperations),
  ...named('shares', shareOperations),
  ...named('leases of files', fileLeaseOperations),
  ...named('leases of shares', shareLeaseOperations),
  ...named('streaming', streamingOperations),
];
