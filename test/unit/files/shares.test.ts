import { describe, expect, it } from 'vitest';
import type { ShareItem } from '../../../src/files/index.js';
import { scriptedClient, version } from './scripted-client.js';

const page = (shares: string, marker = '') =>
  `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://acct.file.core.windows.net/"><Shares>${shares}</Shares><NextMarker>${marker}</NextMarker></EnumerationResults>`;
const share = (name: string, properties = '', rest = '') =>
  `<Share><Name>${name}</Name>${rest}<Properties><Last-Modified>Wed, 07 Dec 2022 04:02:49 GMT</Last-Modified><Etag>"0x1"</Etag><Quota>5120</Quota>${properties}</Properties></Share>`;

async function listed(...pages: string[]): Promise<ShareItem[]> {
  const { client, transport } = scriptedClient();
  const found: ShareItem[] = [];
  const listing = (async () => {
    for await (const item of client.shares.list()) found.push(item);
  })();
  listing.catch(() => {});
  for (const body of pages) (await transport.next()).answer(200, {}, body);
  await listing;
  return found;
}

describe('shares', () => {
  it('are listed over pages', async () => {
    const names = (await listed(page(share('one'), '/acct/two'), page(share('two')))).map(({ name }) => name);
    expect(names).toEqual(['one', 'two']);
  });

  it('tell what the service tells of them', async () => {
    const lease =
      '<LeaseStatus>locked</LeaseStatus><LeaseState>leased</LeaseState><LeaseDuration>fixed</LeaseDuration>';
    const more = '<AccessTier>Hot</AccessTier><EnabledProtocols>SMB</EnabledProtocols>';
    const rest = '<Snapshot>2019-05-09T01:34:25.0000000Z</Snapshot><Deleted>true</Deleted>';
    const metadata = '<Metadata><CamelCase>v &amp; w</CamelCase><__proto__>p</__proto__></Metadata>';
    const xml = page(share('one', lease + more, rest).replace('</Share>', `${metadata}</Share>`));
    const [item] = await listed(xml);
    expect(item).toMatchObject({
      name: 'one',
      snapshot: '2019-05-09T01:34:25.0000000Z',
      deleted: true,
      etag: '"0x1"',
      lastModified: new Date('2022-12-07T04:02:49Z'),
      quotaGiB: 5120,
      accessTier: 'Hot',
      enabledProtocols: 'SMB',
      lease: { state: 'leased', status: 'locked', duration: 'fixed' },
    });
    expect(Object.entries(item?.metadata ?? {})).toEqual([
      ['CamelCase', 'v & w'],
      ['__proto__', 'p'],
    ]);
  });

  it('leave out what the service does not tell', async () => {
    const [item] = await listed(page(share('one')));
    expect(Object.keys(item ?? {}).sort()).toEqual([
      'deleted',
      'etag',
      'lastModified',
      'metadata',
      'name',
      'quotaGiB',
    ]);
  });

  it.each([
    ['no document', 'nothing'],
    ['another document', '<Error />'],
    ['no list', '<EnumerationResults><NextMarker /></EnumerationResults>'],
    ['no name', page(share('one').replace('<Name>one</Name>', ''))],
    ['no quota', page(share('one').replace('<Quota>5120</Quota>', ''))],
    ['no ETag', page(share('one').replace('<Etag>"0x1"</Etag>', ''))],
    ['no properties', page('<Share><Name>one</Name></Share>')],
  ])('are refused with %s', async (_what, body) => {
    await expect(listed(body)).rejects.toMatchObject({ name: 'ServerError', code: 'UnexpectedAnswer' });
  });

  it('refuse a page size or include that the service does not have', async () => {
    const { client, transport } = scriptedClient();
    const first = (request: object) => client.shares.list(request)[Symbol.asyncIterator]().next();
    await expect(first({ pageSize: 0 })).rejects.toThrow('pageSize must be an integer from 1 to 5000');
    await expect(first({ include: ['quota'] })).rejects.toThrow(
      'include may have metadata, snapshots, deleted',
    );
    expect(transport.received).toBe(0);
  });

  it('tell the properties of a premium share', async () => {
    const { client, transport } = scriptedClient();
    const looking = client.shares.getProperties({ share: 'one' });
    (await transport.next()).answer(200, {
      ...version,
      'x-ms-share-quota': '100',
      'x-ms-access-tier': 'Premium',
      'x-ms-enabled-protocols': 'NFS',
      'x-ms-root-squash': 'NoRootSquash',
      'x-ms-share-provisioned-iops': '500',
      'x-ms-share-provisioned-ingress-mbps': '44',
      'x-ms-share-provisioned-egress-mbps': '66',
      'x-ms-share-provisioned-bandwidth-mibps': '110',
      'x-ms-meta-Team': 'a',
    });
    expect(await looking).toEqual({
      etag: version.ETag,
      lastModified: new Date('2022-12-07T04:02:49Z'),
      quotaGiB: 100,
      accessTier: 'Premium',
      enabledProtocols: 'NFS',
      rootSquash: 'NoRootSquash',
      provisionedIops: 500,
      provisionedIngressMiBps: 44,
      provisionedEgressMiBps: 66,
      provisionedBandwidthMiBps: 110,
      metadata: { Team: 'a' },
    });
  });

  it('refuse statistics without a number', async () => {
    const { client, transport } = scriptedClient();
    const looking = client.shares.getStatistics();
    (await transport.next()).answer(200, {}, '<ShareStats><ShareUsage>1</ShareUsage></ShareStats>');
    await expect(looking).rejects.toMatchObject({ code: 'UnexpectedAnswer' });
  });

  it('must be named in one way or the other', async () => {
    const { client, transport } = scriptedClient({ defaultShare: undefined });
    await expect(client.shares.getProperties()).rejects.toThrow('a share must be given');
    await expect(client.files.read({ path: 'a' })).rejects.toMatchObject({
      name: 'ConfigurationError',
      code: 'InvalidShareName',
    });
    await expect(client.files.read({ share: 'No', path: 'a' })).rejects.toThrow('the share name must');
    expect(() => client.files.inShare('No')).toThrow('the share name must');
    expect(transport.received).toBe(0);
  });
});
