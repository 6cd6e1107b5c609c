import { describe, expect, it } from 'vitest';
import { refusal, start, startShare } from '../support/official-client.js';

/* The official client against the emulator over a socket, with a shared key: properties of the service, lists of shares, deleted shares. */

describe('ShareServiceClient', () => {
  it('sets and gets properties', async () => {
    const { service } = await start();
    const metrics = (days: number) => ({
      version: '1.0',
      enabled: true,
      includeAPIs: true,
      retentionPolicy: { enabled: true, days },
    });
    const rule = {
      allowedOrigins: 'example.com',
      allowedMethods: 'GET',
      allowedHeaders: '*',
      exposedHeaders: '*',
      maxAgeInSeconds: 8888,
    };
    await service.setProperties({ hourMetrics: metrics(3), minuteMetrics: metrics(4), cors: [rule, rule] });
    const properties = await service.getProperties();

    expect(properties.hourMetrics).toEqual(metrics(3));
    expect(properties.minuteMetrics).toEqual(metrics(4));
    expect(properties.cors).toEqual([rule, rule]);
    expect(properties.protocol?.smb?.multichannel?.enabled).toBe(false);
  });

  it('refuses properties that are not valid', async () => {
    const { service } = await start();
    const rule = {
      allowedOrigins: '*',
      allowedMethods: 'GET',
      allowedHeaders: '*',
      exposedHeaders: '*',
      maxAgeInSeconds: 1,
    };
    expect(await refusal(service.setProperties({ cors: Array(6).fill(rule) }))).toEqual([
      400,
      'InvalidXmlDocument',
    ]);
  });

  it('sets encryption in transit', async () => {
    const { service } = await start();
    await service.setProperties({ protocol: { smb: { encryptionInTransit: { required: true } } } });
    const { protocol } = await service.getProperties();
    expect(protocol?.smb?.encryptionInTransit?.required).toBe(true);
  });

  it('creates and deletes shares', async () => {
    const { service } = await start();
    const { shareClient } = await service.createShare('made');
    expect(await shareClient.exists()).toBe(true);
    await service.deleteShare('made');
    expect(await shareClient.exists()).toBe(false);
    expect(await refusal(service.createShare('made'))).toEqual([409, 'ShareBeingDeleted']);
    expect(await refusal(service.createShare('Made!'))).toEqual([400, 'InvalidResourceName']);
  });

  it('lists shares with their properties', async () => {
    const { service } = await start();
    await service.createShare('aaa', { metadata: { key: 'val' } });
    await service.createShare('aab', { quota: 3, accessTier: 'Hot', metadata: { n: '2' } });
    await service.createShare('bbb');
    const found = [];
    for await (const item of service.listShares({ prefix: 'aa', includeMetadata: true })) found.push(item);

    expect(found.map(({ name, metadata }) => [name, metadata])).toEqual([
      ['aaa', { key: 'val' }],
      ['aab', { n: '2' }],
    ]);
    expect(found[1]?.properties).toMatchObject({ quota: 3, accessTier: 'Hot', leaseState: 'available' });
    expect(found[0]?.properties.etag).toBe((await service.getShareClient('aaa').getProperties()).etag);
    expect(found[0]?.properties.lastModified).toBeInstanceOf(Date);
  });

  it('lists page by page and goes on from a continuation token', async () => {
    const { service } = await start({ shares: ['aaa', 'bbb', 'ccc', 'ddd', 'eee'] });
    let token = '';
    for await (const page of service.listShares().byPage({ maxPageSize: 2 })) {
      expect(page.shareItems?.map(({ name }) => name)).toEqual(['aaa', 'bbb']);
      token = page.continuationToken ?? '';
      break;
    }
    const rest = [];
    for await (const page of service.listShares().byPage({ continuationToken: token, maxPageSize: 2 })) {
      rest.push(page.shareItems?.map(({ name }) => name));
    }
    expect(rest).toEqual([['ccc', 'ddd'], ['eee']]);
  });

  it('lists snapshots', async () => {
    const { service, share } = await startShare();
    const taken = [await share.createSnapshot(), await share.createSnapshot()].map(
      ({ snapshot }) => snapshot,
    );
    const found = [];
    for await (const page of service.listShares({ includeSnapshots: true }).byPage({ maxPageSize: 1 })) {
      found.push(...(page.shareItems ?? []).map(({ snapshot }) => snapshot));
    }
    expect(found).toEqual([...taken, undefined]);
  });

  it('lists deleted shares and restores one', async () => {
    const { service, share, clock } = await startShare({ shareRetentionDays: 7 });
    await share.setMetadata({ kept: 'yes' });
    await share.delete();
    const found = [];
    for await (const item of service.listShares({ includeDeleted: true })) found.push(item);
    const [deleted] = found;
    expect([found.length, deleted?.deleted, deleted?.properties.remainingRetentionDays]).toEqual([
      1,
      true,
      7,
    ]);
    expect(deleted?.properties.deletedTime).toBeInstanceOf(Date);

    clock.advance(30_000);
    const restored = await service.undeleteShare('share', deleted?.version ?? '');
    expect((await restored.getProperties()).metadata).toEqual({ kept: 'yes' });
    expect(await refusal(service.undeleteShare('share', '01D679E5BFA391B7'))).toEqual([
      409,
      'ShareAlreadyExists',
    ]);
  });

  it('does not restore where deleted shares are not kept', async () => {
    const { service } = await start();
    expect(await refusal(service.undeleteShare('share', '01D679E5BFA391B7'))).toEqual([404, 'ShareNotFound']);
  });
});
