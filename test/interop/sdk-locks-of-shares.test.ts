import { describe, expect, it } from 'vitest';
import { startBoth } from '../support/both-clients.js';
import { outcome } from '../support/lease-cells.js';
import { a, b, leaseOf, leaseState } from '../support/official-client.js';
import { rejection } from '../support/rejection.js';

/* Share leases, which the service itself ends, between our client and the official one. */

/** The official client hands on what it does not declare. */
const period = (breakPeriod: number) => ({ breakPeriod }) as object;

describe('a share that our client has leased', () => {
  it.each([15, 60])('for %i s is kept from the official client until then', async (durationSeconds) => {
    const { client, clock, share } = await startBoth();
    const lease = await client.leases.acquire({ durationSeconds });
    const theirs = share.getShareLeaseClient(a);
    const end = durationSeconds * 1000;

    await clock.advance(end - 1);
    expect(await leaseState(share)).toEqual(['leased', 'locked', 'fixed']);
    expect(await outcome(share.delete())).toEqual([412, 'LeaseIdMissing']);
    expect(await outcome(theirs.acquireLease(15))).toEqual([409, 'LeaseAlreadyPresent']);
    expect(await outcome(theirs.releaseLease())).toEqual([409, 'LeaseIdMismatchWithLeaseOperation']);
    expect(lease.remainingMs).toBe(1);
    await clock.advance(1);
    expect(await leaseState(share)).toEqual(['expired', 'unlocked', undefined]);
    expect(await outcome(theirs.acquireLease(15))).toEqual([201]);
  });

  it('stays leased as long as it is renewed', async () => {
    const { client, clock, share } = await startBoth();
    await client.leases.withLock({ durationSeconds: 15 }, async () => {
      await clock.advance(120_000);
      expect(await leaseState(share)).toEqual(['leased', 'locked', 'fixed']);
    });
    expect(await leaseState(share)).toEqual(['available', 'unlocked', undefined]);
  });

  it('is used and given back by the official client with our id', async () => {
    const { client, share } = await startBoth();
    const lease = await client.leases.acquire({ durationSeconds: 60 });
    await share.setMetadata({ key: 'val' }, leaseOf(lease.id));
    await share.getShareLeaseClient(lease.id).releaseLease();
    expect(await client.leases.inspect({})).toMatchObject({ state: 'available', status: 'unlocked' });
    await client.leases.release(lease);
  });

  it.each([
    ['at once', 0, 'broken'],
    ['after a period', 10, 'breaking'],
  ])('is lost to our guard when the official client breaks it %s', async (_name, seconds, state) => {
    const { client, clock, share } = await startBoth();
    const failing = client.leases.withLock({ durationSeconds: 30 }, async (guard) => {
      const { leaseTimeInSeconds } = await share.getShareLeaseClient(a).breakLease(period(seconds));
      expect(leaseTimeInSeconds).toBe(seconds);
      expect(await client.leases.inspect({})).toMatchObject({ state });
      await clock.advance(5_000);
      expect(guard.signal.aborted).toBe(true);
      expect(() => guard.id).toThrow(expect.objectContaining({ code: 'LeaseLost' }));
    });
    expect(await rejection(failing)).toMatchObject({ name: 'LeaseError', code: 'LeaseLost', path: '' });
    expect(clock.timerCount).toBe(0);
  });

  it('is lost to our guard when the official client gives its lease another id', async () => {
    const { client, clock, share } = await startBoth();
    const failing = client.leases.withLock({ durationSeconds: 30 }, async (guard) => {
      await share.getShareLeaseClient(guard.id).changeLease(b);
      await clock.advance(5_000);
      expect(guard.signal.aborted).toBe(true);
    });
    expect(await rejection(failing)).toMatchObject({ code: 'LeaseLost' });
    await share.getShareLeaseClient(b).releaseLease();
  });
});

describe('a share that the official client has leased', () => {
  it('is told by inspect, and refused to tryAcquire until its time is over', async () => {
    const { client, clock, share } = await startBoth();
    await share.getShareLeaseClient(a).acquireLease(20);
    expect(await client.leases.inspect({})).toEqual({
      share: 'data',
      path: '',
      state: 'leased',
      status: 'locked',
      duration: 'fixed',
      stale: false,
    });
    await clock.advance(19_999);
    expect(await client.leases.tryAcquire({})).toBeUndefined();
    await clock.advance(1);
    expect(await client.leases.inspect({})).toMatchObject({ state: 'expired', status: 'unlocked' });
    expect(await client.leases.tryAcquire({})).toBeDefined();
  });

  it('goes to a waiting withLock when its time is over', async () => {
    const { client, clock, share, settled } = await startBoth();
    await share.getShareLeaseClient(a).acquireLease(60);
    const start = clock.monotonic();
    await settled(client.leases.withLock({}, async () => {}));
    expect(clock.monotonic() - start).toBeGreaterThanOrEqual(60_000);
    expect(clock.monotonic() - start).toBeLessThan(70_000);
  });

  it('for ever is waited for to the end of the patience, and broken by nobody', async () => {
    const { client, share, settled } = await startBoth();
    await share.getShareLeaseClient(a).acquireLease(-1);
    const waiting = settled(client.leases.withLock({ waitMs: 200_000 }, async () => 'never'));
    expect(await rejection(waiting)).toMatchObject({ code: 'LeaseAlreadyPresent' });
    expect(await leaseState(share)).toEqual(['leased', 'locked', 'infinite']);
    await share.setMetadata({ key: 'val' }, leaseOf(a));
  });

  it('is renewed by ours with its id', async () => {
    const { client, clock, share } = await startBoth();
    await share.getShareLeaseClient(a).acquireLease(15);
    await clock.advance(14_000);
    await client.leases.renew({ id: a, durationSeconds: 15 });
    await clock.advance(14_000);
    expect(await leaseState(share)).toEqual(['leased', 'locked', 'fixed']);
  });

  it('is broken by our breakLease, with a period and without', async () => {
    const { client, clock, share } = await startBoth();
    await share.getShareLeaseClient(a).acquireLease(60);
    expect(await client.leases.breakLease({ breakPeriodSeconds: 10 })).toBe(10);
    expect(await leaseState(share)).toEqual(['breaking', 'locked', undefined]);
    expect(await outcome(share.getShareLeaseClient(a).acquireLease(15))).toEqual([
      409,
      'LeaseIsBreakingAndCannotBeAcquired',
    ]);
    await clock.advance(10_000);
    expect(await leaseState(share)).toEqual(['broken', 'unlocked', undefined]);
    await share.getShareLeaseClient(b).acquireLease(40);
    expect(await client.leases.breakLease({})).toBe(40);
    expect(await client.leases.breakLease({ breakPeriodSeconds: 0 })).toBe(0);
    expect(await outcome(share.delete(leaseOf(b)))).toEqual([412, 'LeaseLost']);
  });

  it('is changed by ours and used by the official client, and the other way round', async () => {
    const { client, share } = await startBoth();
    await share.getShareLeaseClient(a).acquireLease(60);
    const lease = await client.leases.change({ id: a, durationSeconds: 60 }, b);
    expect(await outcome(share.setMetadata({ key: 'val' }, leaseOf(a)))).toEqual([
      412,
      'LeaseIdMismatchWithContainerOperation',
    ]);
    await share.setMetadata({ key: 'val' }, leaseOf(b));
    await share.getShareLeaseClient(b).changeLease(a);
    expect(await rejection(client.leases.renew(lease))).toMatchObject({ code: 'LeaseLost' });
    await client.leases.release({ id: a });
    expect(await leaseState(share)).toEqual(['available', 'unlocked', undefined]);
  });
});
