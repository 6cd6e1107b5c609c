import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createEmulator } from '../../../src/emulator/index.js';
import { AzureFilesClient } from '../../../src/files/index.js';
import { recordPathOf } from '../../../src/files/locks/lease-record.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { rejection } from '../../support/rejection.js';

const a = 'aaaaaaaa-0000-4000-8000-000000000001';
const path = 'locked.txt';
const record = '.locked.txt.lease';

interface Setting {
  readonly client: AzureFilesClient;
  readonly clock: ManualClock;
  /** Method, path and lease action of what was sent since the last time. */
  sent(): string[];
  /** From now on nothing is answered. */
  silence(): void;
  /** Lets time pass until a promise has settled. */
  settled<T>(promise: Promise<T>): Promise<T>;
}

/** An empty file in a fresh emulator whose time stands still. */
async function setting(): Promise<Setting> {
  const clock = new ManualClock();
  const requests: string[] = [];
  let silent = false;
  const { transport, connectionString } = createEmulator({ shares: ['data'], clock });
  const client = new AzureFilesClient({
    credentials: { type: 'connection_string', connectionString },
    defaultShare: 'data',
    clock,
    transport: {
      send(request, call) {
        const action = request.headers.get('x-ms-lease-action');
        const target = request.target.split(/[/?]/)[3];
        if (silent) return new Promise((_resolve, reject) => call.cancellation.onCancel(reject));
        requests.push([request.method, target, action].filter(Boolean).join(' '));
        return transport.send(request, call);
      },
    },
  });
  await client.files.create({ path, size: 4, metadata: { owner: 'me' } });
  requests.length = 0;
  return {
    client,
    clock,
    sent: () => requests.splice(0),
    silence() {
      silent = true;
    },
    async settled(promise) {
      let done = false;
      const end = () => {
        done = true;
      };
      promise.then(end, end);
      for (let step = 0; step < 3_000 && !done; step++) await clock.advance(100);
      return promise;
    },
  };
}

describe('a lease on a file', () => {
  it('takes four requests to acquire when nobody contends, and one to release', async () => {
    const { client, sent } = await setting();
    await client.leases.release(await client.leases.acquire({ path }));
    sent();
    const lease = await client.leases.acquire({ path });
    expect(sent()).toEqual([`HEAD ${record}`, `PUT ${path} acquire`, `PUT ${record}`, `HEAD ${path}`]);
    await client.leases.release(lease);
    expect(sent()).toEqual([`PUT ${path} release`]);
  });

  it('writes the record before it takes the lease for the first time', async () => {
    const { client, sent } = await setting();
    await client.leases.acquire({ path });
    expect(sent()).toEqual([
      `HEAD ${record}`,
      `HEAD ${path}`,
      `PUT ${record}`,
      `PUT ${path} acquire`,
      `PUT ${record}`,
      `HEAD ${path}`,
    ]);
  });

  it('keeps others from writing, and leaves ETag and metadata as they are', async () => {
    const { client, settled } = await setting();
    const before = await client.files.getProperties({ path });
    const lease = await client.leases.acquire({ path });
    const after = await client.files.getProperties({ path });
    expect([after.etag, after.lastModified, after.metadata]).toEqual([
      before.etag,
      before.lastModified,
      before.metadata,
    ]);
    const refused = settled(client.files.write({ path, data: new Uint8Array(4) }));
    expect(await rejection(refused)).toMatchObject({ code: 'FileLocked' });
    await client.files.write({ path, data: new Uint8Array(4), leaseId: lease.id });
  });

  it('is refused to others at once unless they wait', async () => {
    const { client, sent } = await setting();
    await client.leases.acquire({ path });
    sent();
    const error = await rejection(client.leases.acquire({ path }));
    expect(error).toMatchObject({ name: 'LeaseError', code: 'LeaseAlreadyPresent', share: 'data', path });
    expect(await client.leases.tryAcquire({ path })).toBeUndefined();
    expect(sent().filter((request) => request.startsWith(`PUT ${record}`))).toEqual([]);
  });

  it('goes to a waiter when it is given back', async () => {
    const { client, clock, settled } = await setting();
    const lease = await client.leases.acquire({ path });
    const waiting = client.leases.acquire({ path, waitMs: 20_000 });
    await clock.advance(3_000);
    await client.leases.release(lease);
    await expect(settled(waiting)).resolves.toMatchObject({ path });
  });

  it('goes to a waiter when its holder is silent for its duration', async () => {
    const { client, clock, settled } = await setting();
    await client.leases.acquire({ path, durationSeconds: 15 });
    const start = clock.monotonic();
    await settled(client.leases.acquire({ path, waitMs: 60_000 }));
    expect(clock.monotonic() - start).toBeGreaterThanOrEqual(21_000);
    expect(clock.monotonic() - start).toBeLessThan(30_000);
  });

  it('goes to one that does not wait when the record is too old by the clock of the service', async () => {
    const { client, clock, settled } = await setting();
    await client.leases.acquire({ path, durationSeconds: 15 });
    await clock.advance(39_000);
    expect(await client.leases.inspect({ path })).toMatchObject({ state: 'leased', stale: false });
    expect(await client.leases.tryAcquire({ path })).toBeUndefined();
    await clock.advance(3_000);
    expect(await client.leases.inspect({ path })).toMatchObject({ state: 'leased', stale: true });
    await expect(settled(client.leases.tryAcquire({ path }))).resolves.toMatchObject({ path });
  });

  it('respects for ever what was leased without a record', async () => {
    const { client, settled } = await setting();
    await client.leases.acquire({ path, durationSeconds: -1 });
    expect(await client.files.exists({ path: record })).toBe(false);
    const waiting = settled(client.leases.acquire({ path, waitMs: 200_000 }));
    expect(await rejection(waiting)).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(await client.files.exists({ path: record })).toBe(false);
  });

  it('without end writes the record where there is one, so that nobody replaces its holder', async () => {
    const { client, settled } = await setting();
    await client.leases.release(await client.leases.acquire({ path }));
    await client.leases.acquire({ path, durationSeconds: -1 });
    expect(await client.leases.inspect({ path })).toMatchObject({ record: { durationSeconds: -1 } });
    const waiting = settled(client.leases.acquire({ path, waitMs: 200_000 }));
    expect(await rejection(waiting)).toMatchObject({ code: 'LeaseAlreadyPresent' });
  });

  it('stays when it is renewed in time', async () => {
    const { client, clock } = await setting();
    const lease = await client.leases.acquire({ path, durationSeconds: 15 });
    await clock.advance(14_000);
    await client.leases.renew(lease);
    await clock.advance(14_000);
    expect(lease.id).toMatch(/^[0-9a-f-]{36}$/);
    await clock.advance(1_000);
    expect(() => lease.id).toThrow(expect.objectContaining({ code: 'LeaseExpired' }));
    expect(await rejection(client.leases.renew(lease))).toMatchObject({ code: 'LeaseExpired' });
  });

  it('is lost to its holder when somebody breaks it', async () => {
    const { client } = await setting();
    const lease = await client.leases.acquire({ path });
    expect(await client.leases.breakLease({ path })).toBe(0);
    expect(await rejection(client.leases.renew(lease))).toMatchObject({ code: 'LeaseLost' });
    expect(() => lease.id).toThrow(expect.objectContaining({ code: 'LeaseLost' }));
    await client.leases.release(lease);
  });

  it('is given back twice without a failure, also by its id alone', async () => {
    const { client } = await setting();
    const lease = await client.leases.acquire({ path });
    const { id } = lease;
    await client.leases.release(lease);
    await client.leases.release(lease);
    await client.leases.release({ path, id });
    expect(() => lease.id).toThrow(expect.objectContaining({ code: 'LeaseLost' }));
  });

  it('is renewed by its id alone as its record says, so that others see it', async () => {
    const { client, clock, sent } = await setting();
    const { id } = await client.leases.acquire({ path, durationSeconds: 15 });
    await clock.advance(10_000);
    sent();
    await client.leases.renew({ path, id });
    expect(sent()).toEqual([`HEAD ${record}`, `HEAD ${path}`, `PUT ${record}`]);
    const seen = await client.leases.inspect({ path });
    expect(seen).toMatchObject({ stale: false, record: { durationSeconds: 15, ageMs: 0 } });
  });

  it('without end is renewed by its id alone without a record', async () => {
    const { client, sent } = await setting();
    const { id } = await client.leases.acquire({ path, durationSeconds: -1 });
    sent();
    await client.leases.renew({ path, id });
    expect(sent()).toEqual([`HEAD ${record}`, `HEAD ${path}`]);
  });

  it('has the new id after a change', async () => {
    const { client } = await setting();
    const lease = await client.leases.acquire({ path });
    expect(await client.leases.change(lease, a)).toBe(lease);
    expect(lease.id).toBe(a);
    await client.leases.renew(lease);
    await client.leases.release(lease);
    const error = await rejection(client.leases.change({ path, id: a }, a));
    expect(error).toMatchObject({ name: 'LeaseError', code: 'LeaseNotPresent' });
  });

  it('tells of a file that is missing', async () => {
    const { client } = await setting();
    const error = await rejection(client.leases.acquire({ path: 'none', waitMs: 1_000 }));
    expect(error).toMatchObject({ code: 'FileNotFound', path: 'none' });
    expect(await client.files.exists({ path: '.none.lease' })).toBe(false);
  });

  it('tells of a share that is missing by the name of the file, not by that of its record', async () => {
    const { client } = await setting();
    const error = await rejection(client.leases.acquire({ share: 'nowhere', path }));
    expect(error).toMatchObject({ code: 'ShareNotFound', share: 'nowhere', path });
  });

  it('ends a wait at once when the signal is aborted', async () => {
    const { client, clock } = await setting();
    await client.leases.acquire({ path });
    const before = clock.timerCount;
    const controller = new AbortController();
    const waiting = client.leases.acquire({ path, waitMs: 60_000, signal: controller.signal });
    await clock.advance(2_000);
    controller.abort(new Error('enough'));
    expect(await rejection(waiting)).toMatchObject({ message: 'enough' });
    expect(clock.timerCount).toBe(before);
  });

  it('shows its id nowhere', async () => {
    const { client } = await setting();
    const lease = await client.leases.acquire({ path, proposedLeaseId: a });
    expect(lease.id).toBe(a);
    expect(inspect(lease, { depth: 9, showHidden: true }) + JSON.stringify(lease)).not.toContain(a);
    const error = await rejection(client.files.delete({ path, leaseId: a.replace('a', 'b') }));
    expect(inspect(error) + JSON.stringify(error)).not.toContain(a.slice(1));
    await client.leases.release(lease);
  });
});

describe('the record beside a file', () => {
  it('is hidden from a walk unless it is asked for', async () => {
    const { client } = await setting();
    await client.leases.release(await client.leases.acquire({ path }));
    const names = async (includeLeaseRecords?: boolean) => {
      const found: string[] = [];
      for await (const { name } of client.directories.walk({ includeLeaseRecords })) found.push(name);
      return found;
    };
    expect(await names()).toEqual([path]);
    expect(await names(true)).toEqual([record, path]);
  });

  it('is told from a file of that name that is not empty', async () => {
    const { client } = await setting();
    await client.files.create({ path: '.own.lease', size: 1 });
    const found: string[] = [];
    for await (const { name } of client.directories.walk()) found.push(name);
    expect(found).toEqual(['.own.lease', path]);
  });

  it('goes with the file that its holder deletes', async () => {
    const { client } = await setting();
    const lease = await client.leases.acquire({ path });
    await client.files.delete({ path, leaseId: lease.id });
    expect(await client.files.exists({ path: record })).toBe(false);
    await client.leases.release(lease);
  });

  it('goes with the directory that is deleted', async () => {
    const { client } = await setting();
    await client.directories.create({ path: 'd' });
    await client.files.create({ path: 'd/f', size: 0 });
    await client.leases.release(await client.leases.acquire({ path: 'd/f' }));
    await client.directories.deleteRecursive({ path: 'd' });
    expect(await client.directories.exists({ path: 'd' })).toBe(false);
  });

  it('is not locked by what takes a lock of its own, either', async () => {
    const { client, sent } = await setting();
    await client.leases.release(await client.leases.acquire({ path }));
    sent();
    const data = new Uint8Array(1);
    const refused = { name: 'ConfigurationError', code: 'InvalidPath' };
    expect(await rejection(client.files.append({ path: record, data }))).toMatchObject(refused);
    expect(await rejection(client.files.writeIfMatch({ path: record, data }, '"1"'))).toMatchObject(refused);
    expect(sent()).toEqual([]);
  });

  it('is one for all spellings of a long name', () => {
    const long = 'Long'.repeat(61);
    expect(recordPathOf(`d/${long}`)).toBe(recordPathOf(`d/${long.toLowerCase()}`));
    expect(recordPathOf(`d/${long}`)).toMatch(/^d\/\.[0-9a-f]{64}\.lease$/);
    expect(recordPathOf('d/short')).toBe('d/.short.lease');
  });
});

describe('what is asked of a lease', () => {
  it.each([
    [{ path, durationSeconds: 14 }, 'durationSeconds must be an integer from 15 to 60, or -1'],
    [{ path, durationSeconds: 61 }, 'got 61'],
    [{ path, durationSeconds: 0 }, 'got 0'],
    [{ path, durationSeconds: 20.5 }, 'got 20.5'],
    [{ path, proposedLeaseId: 'secret' }, 'proposedLeaseId must be a GUID'],
    [{ path, waitMs: -1 }, 'waitMs must be a number from 0'],
    [{ path, durationSecond: 20 }, 'unknown field "durationSecond"'],
    [{ path: record }, 'is that of a lease record'],
    [{ path: '.LOCKED.TXT.LEASE' }, 'is that of a lease record'],
  ])('is checked before anything is sent: %j', async (request, message) => {
    const { client, sent } = await setting();
    const error = await rejection(client.leases.acquire(request));
    expect(error).toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining(message) });
    expect(String(error)).not.toContain('secret');
    expect(sent()).toEqual([]);
  });

  it.each([
    [{ timeoutMs: 1 }, 'unknown field "timeoutMs"; known are signal'],
    [{ signal: {} }, 'signal must be an AbortSignal'],
    ['soon', 'options must be an object, got string'],
  ])('has options that are checked before anything is sent: %j', async (options, message) => {
    const { client, sent } = await setting();
    const lease = await client.leases.acquire({ path });
    sent();
    const wrong = options as object;
    for (const refused of [
      client.leases.renew(lease, wrong),
      client.leases.change(lease, a, wrong),
      client.leases.release(lease, wrong),
    ]) {
      const error = await rejection(refused);
      expect(error).toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining(message) });
    }
    expect(sent()).toEqual([]);
    expect(lease.id).toBeDefined();
  });

  it('lets a file be broken at once only', async () => {
    const { client, sent } = await setting();
    const error = await rejection(client.leases.breakLease({ path, breakPeriodSeconds: 5 }));
    expect(error).toMatchObject({ name: 'ConfigurationError' });
    expect(sent()).toEqual([]);
    expect(await rejection(client.leases.breakLease({ path }))).toMatchObject({ code: 'LeaseNotPresent' });
  });
});

describe('withLock', () => {
  it('tells of a lock that somebody broke at the last moment, and that nobody has taken', async () => {
    const { client } = await setting();
    const work = client.leases.withLock({ path }, async () => {
      await client.leases.breakLease({ path });
      return 'done';
    });
    expect(await rejection(work)).toMatchObject({ name: 'LeaseError', code: 'LeaseLost', path });
  });

  it('looks once at its end, and believes in the lock when nobody answers', async () => {
    const { client, sent, silence, settled } = await setting();
    await client.leases.withLock({ path }, async () => {
      sent();
    });
    expect(sent()).toEqual([`HEAD ${path}`, `PUT ${path} release`]);
    const work = client.leases.withLock({ path }, async () => {
      silence();
      return 'done';
    });
    expect(await settled(work)).toBe('done');
  });

  it('renews every five seconds while the work lasts, then gives the lease back', async () => {
    const { client, clock, sent, settled } = await setting();
    const result = await settled(
      client.leases.withLock({ path, durationSeconds: 15 }, async (guard) => {
        sent();
        await clock.advance(60_000);
        const renewals = sent();
        expect(renewals.length).toBe(24);
        expect(new Set(renewals)).toEqual(new Set([`HEAD ${path}`, `PUT ${record}`]));
        await client.files.write({ path, data: new Uint8Array(2), leaseId: guard.id, signal: guard.signal });
        return 'done';
      }),
    );
    expect(result).toBe('done');
    expect(sent().at(-1)).toBe(`PUT ${path} release`);
    expect(clock.timerCount).toBe(0);
    await client.files.write({ path, data: new Uint8Array(1) });
  });

  it('gives the lease back when the work fails, and rejects with its error', async () => {
    const { client, sent } = await setting();
    const failure = new Error('work');
    expect(await rejection(client.leases.withLock({ path }, () => Promise.reject(failure)))).toBe(failure);
    expect(sent().at(-1)).toBe(`PUT ${path} release`);
  });

  it('takes no lock for work that is none', async () => {
    const { client, sent } = await setting();
    const error = await rejection(client.leases.withLock({ path }, undefined as never));
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'InvalidRequest' });
    expect(String(error)).toContain('must be a function');
    expect(sent()).toEqual([]);
  });

  it('lets the work delete what is locked, and loses nothing by that', async () => {
    const { client, clock } = await setting();
    const result = await client.leases.withLock({ path }, async (guard) => {
      await client.files.delete({ path, leaseId: guard.id });
      await clock.advance(60_000);
      expect(guard.signal.aborted).toBe(false);
      expect(() => guard.id).toThrow(expect.objectContaining({ code: 'LeaseLost' }));
      return 'done';
    });
    expect(result).toBe('done');
    expect(clock.timerCount).toBe(0);
  });

  it('rejects with LeaseLost when somebody breaks the lease, and aborts the signal of the guard', async () => {
    const { client, clock } = await setting();
    const failing = client.leases.withLock({ path }, async (guard) => {
      await client.leases.breakLease({ path });
      await clock.advance(5_000);
      expect(guard.signal.aborted).toBe(true);
      expect(guard.signal.reason).toMatchObject({ code: 'LeaseLost' });
      expect(() => guard.id).toThrow(expect.objectContaining({ code: 'LeaseLost' }));
    });
    expect(await rejection(failing)).toMatchObject({ name: 'LeaseError', code: 'LeaseLost' });
  });

  it('tells of somebody else who took the lease before it was given back', async () => {
    const { client } = await setting();
    const failing = client.leases.withLock({ path }, async () => {
      await client.leases.breakLease({ path });
      await client.leases.acquire({ path });
    });
    expect(await rejection(failing)).toMatchObject({ code: 'LeaseLost' });
  });

  it('loses the lock by its own clock when the machine has slept, before anything is asked', async () => {
    const { client, clock, sent } = await setting();
    const failing = client.leases.withLock({ path }, async (guard) => {
      sent();
      // The monotonic clock stood still.
      clock.setWallClock(clock.now() + 31_000);
      expect(() => guard.check()).toThrow(expect.objectContaining({ code: 'LeaseLost' }));
      expect(guard.signal.aborted).toBe(true);
      expect(sent()).toEqual([`PUT ${path} release`]);
    });
    expect(await rejection(failing)).toMatchObject({ code: 'LeaseLost' });
  });
});

describe('an auto-renewing lease', () => {
  it('is given back at the end of its block', async () => {
    const { client, clock, sent } = await setting();
    {
      await using lease = await client.leases.acquireAutoRenewing({ path, durationSeconds: 15 });
      await clock.advance(40_000);
      expect(lease.lost).toBeUndefined();
      sent();
    }
    expect(sent()).toEqual([`PUT ${path} release`]);
    expect(clock.timerCount).toBe(0);
  });

  it('aborts its signal at its deadline when no renewal is answered', async () => {
    const { client, clock, silence } = await setting();
    const lease = await client.leases.acquireAutoRenewing({ path, durationSeconds: 15 });
    silence();
    await clock.advance(14_999);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.aborted).toBe(true);
    expect(lease.lost).toMatchObject({ code: 'LeaseLost', path });
    await clock.advance(60_000);
    expect(clock.timerCount).toBe(0);
  });
});

describe('a lease on a share', () => {
  it('is timed by the service, and renewed by its action', async () => {
    const { client, clock, sent } = await setting();
    const lease = await client.leases.acquire({ durationSeconds: 15 });
    expect(sent()).toEqual(['PUT restype=share&comp=lease acquire']);
    await clock.advance(14_000);
    await client.leases.renew(lease);
    await clock.advance(14_000);
    expect(await client.leases.inspect({})).toMatchObject({ state: 'leased', duration: 'fixed', path: '' });
    expect(await client.leases.tryAcquire({})).toBeUndefined();
    await clock.advance(1_000);
    expect(() => lease.id).toThrow(expect.objectContaining({ code: 'LeaseExpired' }));
    expect(await client.leases.tryAcquire({})).toBeDefined();
  });

  it('breaks after a period', async () => {
    const { client } = await setting();
    await client.leases.acquire({ durationSeconds: 60 });
    expect(await client.leases.breakLease({ breakPeriodSeconds: 10 })).toBe(10);
    expect(await client.leases.inspect({})).toMatchObject({ state: 'breaking' });
  });

  it('keeps a lock while it is renewed', async () => {
    const { client, clock } = await setting();
    const result = await client.leases.withLock({ durationSeconds: 15 }, async () => {
      await clock.advance(50_000);
      return (await client.leases.inspect({})).state;
    });
    expect(result).toBe('leased');
  });
});
