import type { ShareFileClient } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { startBoth } from '../support/both-clients.js';
import { outcome } from '../support/lease-cells.js';
import { a, b, leaseOf, leaseState } from '../support/official-client.js';
import { rejection } from '../support/rejection.js';

/* Locks of our client on files, and the leases that the official client takes, on one emulator. */

const path = 'locked.txt';
const record = '.locked.txt.lease';
const data = new TextEncoder().encode('hello');

async function setting() {
  const both = await startBoth();
  const file = both.share.rootDirectoryClient.getFileClient(path);
  await file.create(5);
  both.answered();
  return { ...both, file };
}

/** Everything by which the official client changes a file, by the name of the REST operation. */
const writes: Readonly<
  Record<string, (file: ShareFileClient) => Promise<{ _response: { status: number } }>>
> = {
  'Create File': (file) => file.create(10),
  'Put Range': (file) => file.uploadRange('Hello', 0, 5),
  'Put Range (clear)': (file) => file.clearRange(0, 5),
  'Set File Properties': (file) => file.setHttpHeaders({}),
  'Set File Properties (resize)': (file) => file.resize(8),
  'Set File Metadata': (file) => file.setMetadata({}),
  'Copy File': (file) => file.startCopyFromURL(file.url),
  'Delete File': (file) => file.delete(),
};

describe('a file that our client has locked', () => {
  it.each(Object.entries(writes))('is kept from %s of the official client', async (_name, write) => {
    const { client, file } = await setting();
    await client.leases.withLock({ path }, async () => {
      expect(await outcome(write(file))).toEqual([412, 'LeaseIdMissing']);
    });
    expect((await outcome(write(file)))[0]).toBeLessThan(300);
  });

  it('cannot be leased by the official client, nor its lease changed or given back', async () => {
    const { client, file } = await setting();
    const lease = file.getShareLeaseClient(a);
    await client.leases.withLock({ path }, async (guard) => {
      expect(await outcome(lease.acquireLease())).toEqual([409, 'LeaseAlreadyPresent']);
      expect(await outcome(lease.changeLease(b))).toEqual([409, 'LeaseIdMismatchWithLeaseOperation']);
      expect(await outcome(lease.releaseLease())).toEqual([409, 'LeaseIdMismatchWithLeaseOperation']);
      guard.check();
    });
    expect(await outcome(lease.acquireLease())).toEqual([201]);
  });

  it('is read by the official client, which sees the lease', async () => {
    const { client, file } = await setting();
    await client.leases.withLock({ path }, async (guard) => {
      await client.files.write({ path, data, leaseId: guard.id });
      expect(await leaseState(file)).toEqual(['leased', 'locked', 'infinite']);
      expect(String(await file.downloadToBuffer())).toBe('hello');
    });
    expect(await leaseState(file)).toEqual(['available', 'unlocked', undefined]);
  });

  it('is written by the official client with the id of the lock', async () => {
    const { client, file } = await setting();
    await client.leases.withLock({ path }, async (guard) => {
      await file.uploadRange('HELLO', 0, 5, leaseOf(guard.id));
    });
    expect(new TextDecoder().decode((await client.files.read({ path })).data)).toBe('HELLO');
  });

  it('is still locked after it was renewed for minutes', async () => {
    const { client, clock, file } = await setting();
    await client.leases.withLock({ path, durationSeconds: 15 }, async () => {
      await clock.advance(120_000);
      expect(await outcome(file.uploadRange('Hello', 0, 5))).toEqual([412, 'LeaseIdMissing']);
    });
  });
});

describe('an infinite lease of the official client', () => {
  it('is respected by tryAcquire, which writes no record', async () => {
    const { client, file } = await setting();
    await file.getShareLeaseClient(a).acquireLease();
    expect(await client.leases.tryAcquire({ path })).toBeUndefined();
    expect(await client.files.exists({ path: record })).toBe(false);
    await file.uploadRange('Hello', 0, 5, leaseOf(a));
  });

  it('is waited for by withLock until the end of its patience, and broken by nobody', async () => {
    const { client, clock, file, settled, answered } = await setting();
    await file.getShareLeaseClient(a).acquireLease();
    const start = clock.monotonic();
    answered();

    const waiting = settled(client.leases.withLock({ path, waitMs: 240_000 }, async () => 'never'));

    expect(await rejection(waiting)).toMatchObject({ name: 'LeaseError', code: 'LeaseAlreadyPresent' });
    expect(clock.monotonic() - start).toBeGreaterThanOrEqual(240_000);
    // Looks alone: at the record, which is not there, and at the file.
    expect(new Set(answered())).toEqual(new Set(['GetFileProperties 404', 'GetFileProperties 200']));
    await file.uploadRange('Hello', 0, 5, leaseOf(a));
  });

  it('is waited for by withLock until it is aborted', async () => {
    const { client, clock, file } = await setting();
    await file.getShareLeaseClient(a).acquireLease();
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = client.leases.withLock({ path, signal }, async () => 'never');
    await clock.advance(60_000);
    controller.abort(new Error('enough'));
    expect(await rejection(waiting)).toMatchObject({ message: 'enough' });
    expect(clock.timerCount).toBe(0);
    await file.uploadRange('Hello', 0, 5, leaseOf(a));
  });

  it.each([
    ['gives back', (file: ShareFileClient) => file.getShareLeaseClient(a).releaseLease()],
    ['breaks', (file: ShareFileClient) => file.getShareLeaseClient(a).breakLease()],
  ])('goes to a waiting withLock when the official client %s it', async (_name, end) => {
    const { client, clock, file, settled } = await setting();
    await file.getShareLeaseClient(a).acquireLease();
    const waiting = client.leases.withLock({ path }, (guard) =>
      client.files.write({ path, data, leaseId: guard.id }),
    );
    await clock.advance(30_000);
    await end(file);
    await settled(waiting);
    expect(String(await file.downloadToBuffer())).toBe('hello');
  });

  it('is told by inspect, as one that nobody replaces', async () => {
    const { client, clock, file } = await setting();
    const look = () => client.leases.inspect({ path });
    const lease = file.getShareLeaseClient(a);
    expect(await look()).toMatchObject({ state: 'available', status: 'unlocked', stale: false });
    await lease.acquireLease();
    await clock.advance(600_000);
    const seen = await look();
    expect(seen).toEqual({
      share: 'data',
      path,
      state: 'leased',
      status: 'locked',
      duration: 'infinite',
      stale: false,
    });
    await lease.breakLease();
    expect(await look()).toMatchObject({ state: 'broken', status: 'unlocked', stale: false });
  });

  it('is freed by our breakLease', async () => {
    const { client, file } = await setting();
    await file.getShareLeaseClient(a).acquireLease();
    expect(await client.leases.breakLease({ path })).toBe(0);
    expect(await outcome(file.uploadRange('Hello', 0, 5, leaseOf(a)))).toEqual([412, 'LeaseLost']);
    await client.files.write({ path, data });
    const lease = await client.leases.acquire({ path });
    expect(await outcome(file.getShareLeaseClient(a).releaseLease())).toEqual([
      409,
      'LeaseIdMismatchWithLeaseOperation',
    ]);
    await client.leases.release(lease);
  });

  // The limit that is documented: a record beside the file makes its leases ones that end.
  it('on a file with a record of ours counts as that of a dead holder when nobody renews it', async () => {
    const { client, file, settled } = await setting();
    await client.leases.withLock({ path, durationSeconds: 15 }, async () => {});
    await file.getShareLeaseClient(a).acquireLease();
    expect(await client.leases.tryAcquire({ path })).toBeUndefined();
    await settled(client.leases.withLock({ path }, async () => {}));
    expect(await outcome(file.uploadRange('Hello', 0, 5, leaseOf(a)))).toEqual([
      412,
      'LeaseNotPresentWithFileOperation',
    ]);
  });
});

describe('our guard', () => {
  const endings: readonly (readonly [string, (file: ShareFileClient, id: string) => Promise<unknown>])[] = [
    ['breaks the lease', (file) => file.getShareLeaseClient(a).breakLease()],
    ['gives the lease back with its id', (file, id) => file.getShareLeaseClient(id).releaseLease()],
    ['gives the lease another id', (file, id) => file.getShareLeaseClient(id).changeLease(b)],
    [
      'breaks the lease and takes it',
      async (file) => {
        await file.getShareLeaseClient(a).breakLease();
        await file.getShareLeaseClient(a).acquireLease();
      },
    ],
    ['deletes the file', (file, id) => file.delete(leaseOf(id))],
  ];

  it.each(endings)('notices at the next renewal that the official client %s', async (_name, end) => {
    const { client, clock, file } = await setting();
    const failing = client.leases.withLock({ path }, async (guard) => {
      const { id } = guard;
      await end(file, id);
      expect(guard.signal.aborted).toBe(false);
      await clock.advance(5_000);
      expect(guard.signal.aborted).toBe(true);
      expect(guard.signal.reason).toMatchObject({ name: 'LeaseError', code: 'LeaseLost' });
      expect(() => guard.id).toThrow(expect.objectContaining({ code: 'LeaseLost' }));
    });
    expect(await rejection(failing)).toMatchObject({ name: 'LeaseError', code: 'LeaseLost', path });
    expect(clock.timerCount).toBe(0);
  });

  it('refuses the work at once where a write of its own finds the lease gone', async () => {
    const { client, file } = await setting();
    const failing = client.leases.withLock({ path }, async (guard) => {
      await file.getShareLeaseClient(a).breakLease();
      await file.uploadRange('HELLO', 0, 5);
      await client.files.write({ path, data, leaseId: guard.id, signal: guard.signal });
    });
    expect(await rejection(failing)).toMatchObject({ name: 'LeaseError', code: 'LeaseLost' });
    expect(String(await file.downloadToBuffer())).toBe('HELLO');
  });

  it('leaves alone the lease that the official client took in its place', async () => {
    const { client, clock, file } = await setting();
    const failing = client.leases.withLock({ path }, async () => {
      await file.getShareLeaseClient(a).breakLease();
      await file.getShareLeaseClient(a).acquireLease();
      await clock.advance(5_000);
    });
    expect(await rejection(failing)).toMatchObject({ code: 'LeaseLost' });
    await file.uploadRange('Hello', 0, 5, leaseOf(a));
  });
});

describe('a lease that goes from one client to the other', () => {
  it('is given back by the official client with our id', async () => {
    const { client, file } = await setting();
    const lease = await client.leases.acquire({ path });
    await file.getShareLeaseClient(lease.id).releaseLease();
    await client.files.write({ path, data });
    // Gone already, which is no failure.
    await client.leases.release(lease);
  });

  it('is changed by ours and used by the official client', async () => {
    const { client, file } = await setting();
    await file.getShareLeaseClient(a).acquireLease();
    const lease = await client.leases.change({ path, id: a }, b);
    expect(lease.id).toBe(b);
    expect(await outcome(file.uploadRange('Hello', 0, 5, leaseOf(a)))).toEqual([
      412,
      'LeaseIdMismatchWithFileOperation',
    ]);
    await file.uploadRange('Hello', 0, 5, leaseOf(b));
    await file.getShareLeaseClient(b).releaseLease();
    expect(await leaseState(file)).toEqual(['available', 'unlocked', undefined]);
  });

  it('is changed by the official client and used by ours', async () => {
    const { client, file } = await setting();
    const lease = await client.leases.acquire({ path });
    await file.getShareLeaseClient(lease.id).changeLease(b);
    expect(await rejection(client.files.write({ path, data, leaseId: lease.id }))).toMatchObject({
      code: 'LeaseIdMismatch',
    });
    await client.files.write({ path, data, leaseId: b });
    await client.leases.renew({ path, id: b, durationSeconds: 30 });
    await client.leases.release({ path, id: b });
    expect(await leaseState(file)).toEqual(['available', 'unlocked', undefined]);
  });

  it('is taken by ours under an id that the official client goes on with', async () => {
    const { client, file } = await setting();
    const lease = await client.leases.acquire({ path, proposedLeaseId: a, durationSeconds: -1 });
    expect(lease.id).toBe(a);
    await file.uploadRange('Hello', 0, 5, leaseOf(a));
    expect((await file.getShareLeaseClient(a).acquireLease()).leaseId).toBe(a);
    await file.getShareLeaseClient(a).releaseLease();
  });

  it('keeps ETag and times as they are, whoever acts', async () => {
    const { client, file } = await setting();
    const before = await file.getProperties();
    const lease = await client.leases.acquire({ path });
    await file.getShareLeaseClient(lease.id).changeLease(b);
    await client.leases.change({ path, id: b }, a);
    await file.getShareLeaseClient(a).breakLease();
    await client.leases.release({ path, id: a });
    const after = await file.getProperties();
    expect([after.etag, after.lastModified, after.fileLastWriteOn]).toEqual([
      before.etag,
      before.lastModified,
      before.fileLastWriteOn,
    ]);
  });
});
