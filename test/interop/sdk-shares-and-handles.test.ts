import { describe, expect, it } from 'vitest';
import { a, refusal, start, startFile, startShare } from '../support/official-client.js';

/* The official client against the emulator over a socket, with a shared key: shares with their snapshots, policies and permissions, and handles. */

describe('ShareClient', () => {
  it('creates a share with metadata, quota, tier and protocol', async () => {
    const { service } = await start();
    const share = service.getShareClient('share');
    const created = await share.create({
      metadata: { key: 'value' },
      quota: 1,
      accessTier: 'Cool',
      protocols: { smbEnabled: true },
    });
    const seen = await share.getProperties();

    expect(seen.etag).toBe(created.etag);
    expect(seen.metadata).toEqual({ key: 'value' });
    expect([seen.quota, seen.accessTier, seen.protocols]).toEqual([1, 'Cool', { smbEnabled: true }]);
    expect(seen.accessTierChangeTime).toEqual(created.lastModified);
  });

  it('is refused what a standard account does not have', async () => {
    const { service } = await start();
    const share = service.getShareClient('share');
    for (const options of [
      { protocols: { nfsEnabled: true } },
      { accessTier: 'Premium' },
      { rootSquash: 'RootSquash' },
      { enableSnapshotVirtualDirectoryAccess: true },
      { paidBurstingEnabled: true },
      { shareProvisionedIops: 3000 },
      { quota: 200_000 },
    ] as const) {
      expect(await refusal(share.create(options))).toEqual([400, 'InvalidHeaderValue']);
    }
  });

  it('creates if not there and deletes if there', async () => {
    const { service } = await start();
    const share = service.getShareClient('share');
    expect((await share.createIfNotExists()).succeeded).toBe(true);
    const again = await share.createIfNotExists();
    expect([again.succeeded, again.errorCode]).toEqual([false, 'ShareAlreadyExists']);
    expect((await share.deleteIfExists()).succeeded).toBe(true);
    const gone = await share.deleteIfExists();
    expect([gone.succeeded, gone.errorCode]).toEqual([false, 'ShareNotFound']);
  });

  it('sets metadata, quota and properties', async () => {
    const { share } = await startShare();
    await share.setMetadata({ One: '1', two: '2' });
    await share.setQuota(20);
    await share.setProperties({ accessTier: 'Hot' });
    const seen = await share.getProperties();
    expect([seen.metadata, seen.quota, seen.accessTier, seen.accessTierTransitionState]).toEqual([
      { one: '1', two: '2' },
      20,
      'Hot',
      'pending-from-transactionOptimized',
    ]);
    await share.setMetadata({});
    expect((await share.getProperties()).metadata).toEqual({});
  });

  it('sets and gets access policies', async () => {
    const { share } = await startShare();
    const accessPolicy = {
      startsOn: new Date('2017-12-31T11:22:33.445Z'),
      expiresOn: new Date('2018-12-31T11:22:33.445Z'),
      permissions: 'rwd',
    };
    await share.setAccessPolicy([
      { id: 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=', accessPolicy },
      { id: 'later', accessPolicy: { ...accessPolicy, permissions: 'rcwdl' } },
    ]);
    const { signedIdentifiers } = await share.getAccessPolicy();

    expect(signedIdentifiers.map(({ id }) => id)).toEqual([
      'MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=',
      'later',
    ]);
    expect(signedIdentifiers[0]?.accessPolicy).toEqual(accessPolicy);
    const six = '123456'.split('').map((id) => ({ id, accessPolicy }));
    expect(await refusal(share.setAccessPolicy(six))).toEqual([400, 'InvalidXmlDocument']);
    expect(await refusal(share.setAccessPolicy([{ id: 'a'.repeat(65), accessPolicy }]))).toEqual([
      400,
      'InvalidXmlDocument',
    ]);
    await share.setAccessPolicy();
    expect((await share.getAccessPolicy()).signedIdentifiers).toEqual([]);
  });

  it('gets statistics', async () => {
    const { share } = await startFile();
    const { shareUsageBytes, shareUsage } = await share.getStatistics();
    expect([shareUsageBytes, shareUsage]).toEqual([11, 1]);
  });

  it('takes snapshots, reads and deletes them', async () => {
    const { share, file } = await startFile();
    const { snapshot = '' } = await share.createSnapshot({ metadata: { of: 'snapshot' } });
    const seen = share.withSnapshot(snapshot);
    await file.delete();

    expect(snapshot).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.0000000Z$/);
    expect((await seen.getProperties()).metadata).toEqual({ of: 'snapshot' });
    expect(await seen.rootDirectoryClient.getFileClient('a.txt').exists()).toBe(true);
    expect(await refusal(share.delete())).toEqual([409, 'ShareHasSnapshots']);
    await seen.delete();
    const gone = await seen.deleteIfExists();
    expect([gone.succeeded, gone.errorCode]).toEqual([false, 'ShareSnapshotNotFound']);
    expect(await seen.exists()).toBe(false);
    expect(await share.exists()).toBe(true);
  });

  it('deletes a share with its snapshots', async () => {
    const { share } = await startShare();
    await share.createSnapshot();
    const { snapshot = '' } = await share.createSnapshot();
    await share.withSnapshot(snapshot).getShareLeaseClient(a).acquireLease(-1);
    expect(await refusal(share.delete({ deleteSnapshots: 'include' }))).toEqual([
      409,
      'DeleteShareWhenSnapshotLeased',
    ]);
    await share.delete({ deleteSnapshots: 'include-leased' });
    expect(await share.exists()).toBe(false);
  });

  it('creates and gets permissions', async () => {
    const { share, file } = await startFile();
    const permission =
      'O:S-1-5-21-2127521184-1604012920-1887927527-21560751G:S-1-5-21-2127521184-1604012920-1887927527-513D:AI(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;S-1-5-21-397955417-626881126-188441444-3053964)S:NO_ACCESS_CONTROL';
    const { filePermissionKey = '' } = await share.createPermission(permission);
    expect((await share.getPermission(filePermissionKey)).permission).toBe(permission);

    const { filePermissionKey: inherited = '' } = await file.getProperties();
    expect((await share.getPermission(inherited)).permission).toMatch(/^O:.*S:NO_ACCESS_CONTROL$/);
    expect(await refusal(share.createPermission('invalidPermission'))).toEqual([
      400,
      'FileInvalidPermission',
    ]);
    expect(await refusal(share.getPermission('invalidPermission'))).toEqual([400, 'InvalidHeaderValue']);
    expect(await refusal(share.getPermission('1*1'))).toEqual([400, 'FileInvalidPermissionKey']);
    expect(await refusal(share.createPermission({ permission: 'AQAUhA==', format: 'Binary' }))).toEqual([
      400,
      'InvalidHeaderValue',
    ]);
  });
});

describe('handles', () => {
  it('of directories are none, and none is closed', async () => {
    const { share } = await startShare();
    const { directoryClient } = await share.createDirectory('d');
    for (const directory of [share.rootDirectoryClient, directoryClient]) {
      const handles = [];
      for await (const handle of directory.listHandles({ recursive: true })) handles.push(handle);
      for await (const page of directory.listHandles().byPage({ maxPageSize: 10 })) {
        handles.push(...(page.handleList ?? []));
      }
      expect(handles).toEqual([]);
      expect(await directory.forceCloseAllHandles({ recursive: true })).toMatchObject({
        closedHandlesCount: 0,
        closeFailureCount: 0,
      });
      const closed = await directory.forceCloseHandle('21129680188');
      expect(closed.closedHandlesCount).toBe(0);
    }
  });

  it('of files are none, and none is closed', async () => {
    const { file } = await startFile();
    const handles = [];
    for await (const handle of file.listHandles()) handles.push(handle);
    expect(handles).toEqual([]);
    expect(await file.forceCloseAllHandles()).toMatchObject({ closedHandlesCount: 0, closeFailureCount: 0 });
    expect((await file.forceCloseHandle('21129680188')).closedHandlesCount).toBe(0);
  });

  it('cannot be asked for where nothing is', async () => {
    const { share } = await startShare();
    const file = share.rootDirectoryClient.getFileClient('none');
    expect(await refusal(file.listHandles().next())).toEqual([404, 'ResourceNotFound']);
    expect(await refusal(file.forceCloseAllHandles())).toEqual([404, 'ResourceNotFound']);
  });
});
