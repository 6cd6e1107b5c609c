import { describe, expect, it } from 'vitest';
import {
  a,
  b,
  leaseOf,
  leaseState,
  refusal,
  send,
  startFile,
  startShare,
} from '../support/official-client.js';

/* The official client against the emulator over a socket, with a shared key: leases of files, shares and snapshots, and what they guard. */

describe('ShareLeaseClient of a file', () => {
  it('acquires, changes, breaks and releases', async () => {
    const { file } = await startFile();
    const lease = file.getShareLeaseClient(a);
    const before = await file.getProperties();

    const acquired = await lease.acquireLease(-1);
    expect([acquired.leaseId, acquired.etag]).toEqual([a, before.etag]);
    expect(await leaseState(file)).toEqual(['leased', 'locked', 'infinite']);
    await lease.acquireLease();
    expect((await lease.changeLease(b)).leaseId).toBe(b);
    await lease.breakLease();
    expect(await leaseState(file)).toEqual(['broken', 'unlocked', undefined]);
    await lease.breakLease();
    await lease.acquireLease();
    expect(await leaseState(file)).toEqual(['leased', 'locked', 'infinite']);
    await lease.releaseLease();
    expect(await leaseState(file)).toEqual(['available', 'unlocked', undefined]);
    expect((await file.getProperties()).etag).toBe(before.etag);
  });

  it('is refused as the service refuses', async () => {
    const { file, share } = await startFile();
    const lease = file.getShareLeaseClient(a);
    const other = file.getShareLeaseClient(b);
    const missing = share.rootDirectoryClient.getFileClient('none').getShareLeaseClient(a);

    expect(await refusal(lease.acquireLease(20))).toEqual([400, 'InvalidHeaderValue']);
    expect(await refusal(lease.changeLease(b))).toEqual([409, 'LeaseNotPresentWithLeaseOperation']);
    expect(await refusal(lease.breakLease())).toEqual([409, 'LeaseNotPresentWithLeaseOperation']);
    await file.getShareLeaseClient(a).acquireLease();
    expect(await refusal(other.acquireLease())).toEqual([409, 'LeaseAlreadyPresent']);
    expect(await refusal(other.releaseLease())).toEqual([409, 'LeaseIdMismatchWithLeaseOperation']);
    expect(await refusal(missing.acquireLease())).toEqual([404, 'ResourceNotFound']);
  });

  it('guards writes', async () => {
    const { file, share } = await startFile();
    const source = share.rootDirectoryClient.getFileClient('b.txt');
    await source.create(5);
    await file.getShareLeaseClient(a).acquireLease();
    type Options = ReturnType<typeof leaseOf>;
    const writes: ((options?: Options) => Promise<unknown>)[] = [
      (options) => file.create(10, options),
      (options) => file.uploadRange('Hello', 0, 5, options),
      (options) => file.clearRange(0, 5, options),
      (options) => file.setProperties(options),
      (options) => file.setHttpHeaders({}, options),
      (options) => file.resize(8, options),
      (options) => file.setMetadata({}, options),
      (options) => file.startCopyFromURL(source.url, options),
      (options) => file.delete(options),
    ];
    for (const write of writes) {
      expect(await refusal(write())).toEqual([412, 'LeaseIdMissing']);
      expect(await refusal(write(leaseOf(b)))).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
      await write(leaseOf(a));
    }
    expect(await file.exists()).toBe(false);
  });

  it('lets reads pass unless they name another lease', async () => {
    const { file } = await startFile();
    const reads: ((options?: ReturnType<typeof leaseOf>) => Promise<unknown>)[] = [
      (options) => file.getProperties(options),
      (options) => file.download(0, undefined, options),
      (options) => file.getRangeList(options),
    ];
    for (const look of reads) {
      const [status, code] = await refusal(look(leaseOf(a)));
      expect([status, code ?? 'LeaseNotPresentWithFileOperation']).toEqual([
        412,
        'LeaseNotPresentWithFileOperation',
      ]);
    }
    await file.getShareLeaseClient(a).acquireLease();
    for (const look of reads) {
      await look();
      await look(leaseOf(a));
      const [status, code] = await refusal(look(leaseOf(b)));
      expect([status, code ?? 'LeaseIdMismatchWithFileOperation']).toEqual([
        412,
        'LeaseIdMismatchWithFileOperation',
      ]);
    }
    const { leaseState: state, leaseStatus, leaseDuration } = await file.download();
    expect([state, leaseStatus, leaseDuration]).toEqual(['leased', 'locked', 'infinite']);
  });

  it('goes along when the file is renamed', async () => {
    const { file, share, endpoint } = await startFile();
    await file.getShareLeaseClient(a).acquireLease();
    // Sent by hand: the official client leaves the account out of destinations in path style.
    const rename = (headers: Record<string, string>) =>
      send(endpoint, '/share/renamed.txt?comp=rename', {
        'x-ms-version': '2021-04-10',
        'x-ms-file-rename-source': file.url,
        ...headers,
      });
    const refused = await rename({});
    expect([refused.status, refused.headers.get('x-ms-error-code')]).toEqual([412, 'LeaseIdMissing']);
    expect((await rename({ 'x-ms-source-lease-id': a })).status).toBe(200);
    const renamed = share.rootDirectoryClient.getFileClient('renamed.txt');
    expect(await leaseState(renamed)).toEqual(['leased', 'locked', 'infinite']);
  });
});

describe('ShareLeaseClient of a share', () => {
  it('acquires, changes, breaks and releases', async () => {
    const { share } = await startShare();
    const lease = share.getShareLeaseClient(a);
    const before = await share.getProperties();

    expect((await lease.acquireLease(-1)).leaseId).toBe(a);
    expect(await leaseState(share)).toEqual(['leased', 'locked', 'infinite']);
    expect((await lease.changeLease(b)).leaseId).toBe(b);
    expect((await lease.breakLease()).leaseTimeInSeconds).toBe(0);
    expect(await leaseState(share)).toEqual(['broken', 'unlocked', undefined]);
    await lease.acquireLease(15);
    expect(await leaseState(share)).toEqual(['leased', 'locked', 'fixed']);
    const breaking = await lease.breakLease({ breakPeriod: 5 } as object);
    expect([4, 5]).toContain(breaking.leaseTimeInSeconds);
    expect(await leaseState(share)).toEqual(['breaking', 'locked', undefined]);
    await lease.releaseLease();
    expect(await leaseState(share)).toEqual(['available', 'unlocked', undefined]);
    expect((await share.getProperties()).etag).toBe(before.etag);
  });

  it('ends by the clock and can be renewed until another takes it', async () => {
    const { share, endpoint, clock } = await startShare();
    const renew = (id: string) =>
      send(endpoint, '/share?restype=share&comp=lease', {
        'x-ms-lease-action': 'renew',
        'x-ms-lease-id': id,
      });
    await share.getShareLeaseClient(a).acquireLease(60);
    clock.advance(59_000);
    expect((await renew(a)).status).toBe(200);
    clock.advance(59_000);
    expect(await leaseState(share)).toEqual(['leased', 'locked', 'fixed']);
    clock.advance(2_000);
    expect(await leaseState(share)).toEqual(['expired', 'unlocked', undefined]);
    const renewed = await renew(a);
    expect([renewed.status, renewed.headers.get('x-ms-lease-id')]).toEqual([200, a]);
    clock.advance(60_000);
    await share.getShareLeaseClient(b).acquireLease(15);
    const lost = await renew(a);
    expect([lost.status, lost.headers.get('x-ms-error-code')]).toEqual([
      409,
      'LeaseIdMismatchWithLeaseOperation',
    ]);
  });

  it('is refused as the service refuses', async () => {
    const { share } = await startShare();
    const lease = share.getShareLeaseClient(a);
    const other = share.getShareLeaseClient(b);
    for (const duration of [1, 14, 61]) {
      expect(await refusal(lease.acquireLease(duration))).toEqual([400, 'InvalidHeaderValue']);
    }
    expect(await refusal(lease.changeLease(b))).toEqual([409, 'LeaseNotPresentWithLeaseOperation']);
    await share.getShareLeaseClient(a).acquireLease();
    expect(await refusal(other.acquireLease())).toEqual([409, 'LeaseAlreadyPresent']);
  });

  it('guards the share', async () => {
    const { share } = await startShare();
    await share.getShareLeaseClient(a).acquireLease();
    type Options = ReturnType<typeof leaseOf>;
    const writes: ((options?: Options) => Promise<unknown>)[] = [
      (options) => share.setMetadata({ key: 'val' }, options),
      (options) => share.setProperties({ quotaInGB: 7, ...options }),
      (options) => share.setQuota(8, options),
      (options) => share.setAccessPolicy([], options),
      (options) => share.delete(options),
    ];
    const reads: ((options?: Options) => Promise<unknown>)[] = [
      (options) => share.getProperties(options),
      (options) => share.getAccessPolicy(options),
      (options) => share.getStatistics(options),
    ];
    for (const look of reads) {
      await look();
      await look(leaseOf(a));
      expect(await refusal(look(leaseOf(b)))).toEqual([412, 'LeaseIdMismatchWithContainerOperation']);
    }
    for (const write of writes) {
      expect(await refusal(write())).toEqual([412, 'LeaseIdMissing']);
      expect(await refusal(write(leaseOf(b)))).toEqual([412, 'LeaseIdMismatchWithContainerOperation']);
      await write(leaseOf(a));
    }
    expect(await share.exists()).toBe(false);
  });

  it('does not outlive its end', async () => {
    const { share, clock } = await startShare();
    expect(await refusal(share.delete(leaseOf(a)))).toEqual([412, 'LeaseNotPresentWithContainerOperation']);
    await share.getShareLeaseClient(a).acquireLease(15);
    clock.advance(15_000);
    expect(await refusal(share.delete(leaseOf(a)))).toEqual([412, 'LeaseLost']);
    await share.delete();
  });

  it('leases a snapshot apart from its share', async () => {
    const { share } = await startShare();
    const { snapshot = '' } = await share.createSnapshot();
    const seen = share.withSnapshot(snapshot);
    await seen.getShareLeaseClient(a).acquireLease(-1);
    expect(await leaseState(seen)).toEqual(['leased', 'locked', 'infinite']);
    expect(await leaseState(share)).toEqual(['available', 'unlocked', undefined]);
    await share.getShareLeaseClient(b).acquireLease(-1);
    expect(await refusal(seen.getProperties(leaseOf(b)))).toEqual([
      412,
      'LeaseIdMismatchWithContainerOperation',
    ]);
    await seen.getShareLeaseClient(a).releaseLease();
  });
});
