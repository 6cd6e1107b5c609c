import { describe, expect, it } from 'vitest';
import { resolveClientOptions } from '../../../src/core/options.js';
import { createPipeline } from '../../../src/core/pipeline.js';
import { createEmulator } from '../../../src/emulator/index.js';
import { locateFile } from '../../../src/files/context.js';
import { mapFailure } from '../../../src/files/failure.js';
import { AzureFilesClient } from '../../../src/files/index.js';
import { FileLockOperations } from '../../../src/files/locks/file-lock-operations.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';

const path = 'd/a.txt';
const record = 'd/.a.txt.lease';
const limits = { limitMs: 1_000 };

/** Two clients of one service; something may happen after a request of the first. */
async function setting() {
  const clock = new ManualClock();
  const { transport, connectionString } = createEmulator({ shares: ['data'], clock });
  const happenings = new Map<string, () => Promise<unknown>>();
  const credentials = { type: 'connection_string', connectionString } as const;
  const client = new AzureFilesClient({
    credentials,
    defaultShare: 'data',
    clock,
    transport: {
      async send(request, call) {
        const response = await transport.send(request, call);
        const name = `${request.method} ${request.target.split('/data/')[1] ?? ''}`;
        const happening = happenings.get(name);
        happenings.delete(name);
        await happening?.();
        return response;
      },
    },
  });
  const other = new AzureFilesClient({ credentials, defaultShare: 'data', clock, transport });
  await client.directories.create({ path: 'd' });
  await client.files.create({ path, size: 4 });
  const pipeline = createPipeline(resolveClientOptions('file', { credentials, transport, clock }, {}), {
    name: 'test',
    mapFailure,
  });
  const context = { pipeline, defaultShare: 'data' };
  const operations = new FileLockOperations(context, locateFile(context, 'data', path));
  return { client, other, operations, after: happenings };
}

describe('the record of a file that is deleted under its lock', () => {
  it('stays for one that has made the file anew, and leased it, meanwhile', async () => {
    const { client, other, after } = await setting();
    const lease = await client.leases.acquire({ path });
    after.set('DELETE d/a.txt', async () => {
      await other.files.create({ path, size: 4 });
      await other.leases.acquire({ path, reason: 'anew' });
    });
    await client.files.delete({ path, leaseId: lease.id });
    const seen = await other.leases.inspect({ path });
    expect(seen).toMatchObject({ status: 'locked', record: { durationSeconds: 30 } });
    expect(seen.record?.holder).toContain('anew');
  });

  it('can be written again when the file could not be deleted', async () => {
    const { client, other, operations } = await setting();
    const lease = await client.leases.acquire({ path });
    const { id } = lease;
    await other.leases.breakLease({ path });
    await expect(client.files.delete({ path, leaseId: id })).rejects.toMatchObject({ name: 'LeaseError' });
    expect(await operations.fence(limits)).toBeDefined();
  });

  it('follows a rename in the same way', async () => {
    const { client, other, after } = await setting();
    const lease = await client.leases.acquire({ path });
    after.set('PUT d/b.txt?comp=rename', async () => {
      await other.files.create({ path, size: 4 });
      await other.leases.acquire({ path, reason: 'anew' });
    });
    await client.files.rename({ path, newPath: 'd/b.txt', leaseId: lease.id });
    expect((await other.leases.inspect({ path })).record?.holder).toContain('anew');
    expect((await other.leases.inspect({ path: 'd/b.txt' })).record).toMatchObject({ durationSeconds: 30 });
  });
});

describe('the record of a lease without end', () => {
  it('says so only as long as there is one', async () => {
    const { client, other } = await setting();
    await client.leases.release(await client.leases.acquire({ path }));
    const lease = await client.leases.acquire({ path, durationSeconds: -1 });
    expect((await other.leases.inspect({ path })).record).toMatchObject({ durationSeconds: -1 });
    await client.leases.release(lease);
    expect((await other.leases.inspect({ path })).record).toMatchObject({ durationSeconds: 60 });
  });

  it('does not outlive one that a person ends', async () => {
    const { client, other } = await setting();
    await client.leases.release(await client.leases.acquire({ path }));
    await client.leases.acquire({ path, durationSeconds: -1 });
    await other.leases.breakLease({ path });
    expect(await other.leases.inspect({ path })).toMatchObject({
      status: 'unlocked',
      record: { durationSeconds: 60 },
    });
    await expect(other.leases.acquire({ path })).resolves.toMatchObject({ path });
  });
});

describe('a record whose writer died over it', () => {
  it('is written by the next holder', async () => {
    const { client, other, operations } = await setting();
    await client.leases.release(await client.leases.acquire({ path }));
    await operations.fence(limits);
    await expect(other.leases.acquire({ path })).resolves.toMatchObject({ path });
    await expect(other.leases.acquire({ path, waitMs: 0 })).rejects.toMatchObject({
      code: 'LeaseAlreadyPresent',
    });
  });

  it('goes with the directory that is deleted', async () => {
    const { client, operations } = await setting();
    await client.leases.release(await client.leases.acquire({ path }));
    await operations.fence(limits);
    expect(await client.files.exists({ path: record })).toBe(true);
    await client.directories.deleteRecursive({ path: 'd' });
    expect(await client.directories.exists({ path: 'd' })).toBe(false);
  });
});
