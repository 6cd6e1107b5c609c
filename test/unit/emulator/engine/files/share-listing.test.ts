import { describe, expect, it } from 'vitest';
import { acquire, lease } from '../../../../support/lease-requests.js';
import { ShareRequests } from '../../../../support/share-requests.js';

async function list(requests: ShareRequests, query = '', version?: string): Promise<string> {
  const sent = { method: 'GET', target: `/?comp=list${query}` };
  const answer = await requests.send(version === undefined ? sent : { ...sent, version });
  expect(answer.status).toBe(200);
  return answer.text;
}

const names = (text: string): string[] => [...text.matchAll(/<Name>([^<]*)</g)].map(([, name]) => name ?? '');
const nextMarker = (text: string): string | undefined => /<NextMarker>([^<]+)</.exec(text)?.[1];

async function withShares(...shares: string[]): Promise<ShareRequests> {
  const requests = new ShareRequests();
  for (const name of shares) await requests.createShare(name);
  return requests;
}

/** Every page of a listing; fails when it does not end. */
async function pages(requests: ShareRequests, query: string): Promise<string[]> {
  const found: string[] = [];
  let marker: string | undefined = '';
  while (marker !== undefined) {
    expect(found.length).toBeLessThan(20);
    const page: string = await list(requests, `${query}&marker=${encodeURIComponent(marker)}`);
    found.push(page);
    marker = nextMarker(page);
  }
  return found;
}

describe('List Shares', () => {
  it('is empty for an account without shares', async () => {
    expect(await list(new ShareRequests())).toBe(
      '\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1:10003/devstoreaccount1/">' +
        '<Shares /><NextMarker /></EnumerationResults>',
    );
  });

  it('names shares in order', async () => {
    const requests = await withShares('bbb', 'aaa', 'aaa-b', 'aaa1', 'ccc');
    expect(names(await list(requests))).toEqual(['aaa', 'aaa-b', 'aaa1', 'bbb', 'ccc']);
  });

  it('knows the accounts apart', async () => {
    const requests = new ShareRequests(undefined, ['devstoreaccount1', 'other']);
    await requests.createShare('mine');
    await requests.send({ method: 'PUT', target: '/theirs?restype=share', account: 'other' });
    expect(names(await list(requests))).toEqual(['mine']);
  });

  it('tells of a share in the order of elements that was recorded', async () => {
    const requests = new ShareRequests();
    const created = await requests.createShare();
    const modified = created.headers.get('Last-Modified');
    expect(await list(requests)).toContain(
      `<Shares><Share><Name>share</Name><Properties><Last-Modified>${modified}</Last-Modified>` +
        `<Etag>${created.headers.get('ETag')}</Etag><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>` +
        `<Quota>5120</Quota><AccessTier>TransactionOptimized</AccessTier><AccessTierChangeTime>${modified}</AccessTierChangeTime>` +
        '<DefaultEncryptionScope>$account-encryption-key</DefaultEncryptionScope><DenyEncryptionScopeOverride>false</DenyEncryptionScopeOverride>' +
        '</Properties></Share></Shares><NextMarker /></EnumerationResults>',
    );
  });

  it('tells of leases and of a tier that moves', async () => {
    const requests = await withShares('share');
    await requests.put('/share?restype=share&comp=properties', { 'x-ms-access-tier': 'Hot' });
    await lease(requests, '/share?restype=share', acquire);
    const text = await list(requests);
    expect(text).toContain(
      '<LeaseStatus>locked</LeaseStatus><LeaseState>leased</LeaseState><LeaseDuration>infinite</LeaseDuration><Quota>',
    );
    expect(text).toContain(
      '<AccessTierTransitionState>pending-from-transactionOptimized</AccessTierTransitionState>',
    );
  });

  it.each([
    ['2018-11-09', false, false],
    ['2019-12-12', false, true],
    ['2020-02-10', true, true],
  ])('tells in version %s what that version had', async (version, leases, tiers) => {
    const text = await list(await withShares('share'), '', version);
    expect([text.includes('<LeaseState>'), text.includes('<AccessTier>')]).toEqual([leases, tiers]);
  });

  it('begins with a prefix', async () => {
    const requests = await withShares('aaa', 'abc', 'abd', 'bbb');
    const text = await list(requests, '&prefix=ab');
    expect(names(text)).toEqual(['abc', 'abd']);
    expect(text).toContain('<Prefix>ab</Prefix><Shares>');
  });

  it('goes page by page, each with what was asked', async () => {
    const requests = await withShares('aaa', 'aab', 'aac', 'aad', 'aae');
    const found = await pages(requests, '&prefix=aa&maxresults=2');
    expect(found.map(names)).toEqual([['aaa', 'aab'], ['aac', 'aad'], ['aae']]);
    expect(nextMarker(found[0] ?? '')).toBe('/devstoreaccount1/aac');
    expect(found[1]).toContain(
      '<Prefix>aa</Prefix><Marker>/devstoreaccount1/aac</Marker><MaxResults>2</MaxResults><Shares>',
    );
  });

  it('goes on after a share that was deleted between two pages', async () => {
    const requests = await withShares('aaa', 'bbb', 'ccc');
    const marker = nextMarker(await list(requests, '&maxresults=1')) ?? '';
    await requests.delete('/bbb?restype=share');
    expect(names(await list(requests, `&marker=${encodeURIComponent(marker)}`))).toEqual(['ccc']);
  });

  it('puts snapshots before their share, oldest first, without tiers', async () => {
    const requests = await withShares('aaa', 'bbb');
    await requests.put('/aaa?restype=share&comp=snapshot');
    await requests.put('/aaa?restype=share&comp=snapshot');
    const text = await list(requests, '&include=snapshots');
    const entries = text.split('<Share>').slice(1);

    expect(names(text)).toEqual(['aaa', 'aaa', 'aaa', 'bbb']);
    const times = entries.map((entry) => /<Snapshot>([^<]*)</.exec(entry)?.[1]);
    expect(times[0] !== undefined && times[1] !== undefined && times[0] < times[1]).toBe(true);
    expect(times.slice(2)).toEqual([undefined, undefined]);
    expect(entries.map((entry) => entry.includes('<AccessTier>'))).toEqual([false, false, true, true]);
    expect(names(await list(requests))).toEqual(['aaa', 'bbb']);
  });

  it('goes page by page through snapshots', async () => {
    const requests = await withShares('aaa', 'bbb');
    await requests.put('/aaa?restype=share&comp=snapshot');
    await requests.put('/aaa?restype=share&comp=snapshot');
    const found = await pages(requests, '&include=snapshots&maxresults=1');
    expect(found.flatMap(names)).toEqual(['aaa', 'aaa', 'aaa', 'bbb']);
    const seen = found.map((page) => /<Snapshot>([^<]*)</.exec(page)?.[1] ?? 'share');
    expect(new Set(seen.slice(0, 3)).size).toBe(3);
    expect(nextMarker(found[2] ?? '')).toBe(
      '/devstoreaccount1/bbb/0000000000000000/9999-12-31T23:59:59.9999999Z',
    );
  });

  it('shows metadata on demand', async () => {
    const requests = await withShares('bare');
    await requests.put('/rich?restype=share', { 'x-ms-meta-Color': 'a<b', 'x-ms-meta-n': '2' });
    const text = await list(requests, '&include=metadata');
    expect(text).toContain('<Metadata><Color>a&lt;b</Color><n>2</n></Metadata></Share>');
    expect(text).toContain('<Metadata /></Share>');
    expect(await list(requests)).not.toContain('<Metadata');
  });

  it('shows deleted shares on demand, after the one that has their name now', async () => {
    const requests = new ShareRequests(undefined, undefined, { shareRetentionDays: 7, shareDeletionMs: 0 });
    for (let round = 0; round < 2; round++) {
      await requests.createShare('aaa');
      await requests.put('/aaa?restype=share&comp=snapshot');
      await requests.delete('/aaa?restype=share', { 'x-ms-delete-snapshots': 'include' });
      await requests.clock.advance(1_000);
    }
    await requests.createShare('aaa');
    await requests.createShare('bbb');
    const text = await list(requests, '&include=deleted,snapshots');
    const entries = text.split('<Share>').slice(1);

    expect(names(text)).toEqual(['aaa', 'aaa', 'aaa', 'bbb']);
    expect(
      entries.map((entry) =>
        /<Name>aaa<\/Name><Deleted>true<\/Deleted><Version>[0-9A-F]{16}<\/Version><Properties>/.test(entry),
      ),
    ).toEqual([false, true, true, false]);
    expect(entries[1]).toMatch(
      /<DeletedTime>[A-Z][a-z]{2}, [^<]* GMT<\/DeletedTime><RemainingRetentionDays>7<\/RemainingRetentionDays><\/Properties><\/Share>$/,
    );
    expect(entries[1]).not.toContain('<LeaseState>');
    expect(names(await list(requests))).toEqual(['aaa', 'bbb']);
    const found = await pages(requests, '&include=deleted&maxresults=1');
    expect(found.flatMap(names)).toEqual(['aaa', 'aaa', 'aaa', 'bbb']);
  });

  it('shows no name that is taken only because its share is being deleted', async () => {
    const requests = await withShares('aaa');
    await requests.delete('/aaa?restype=share');
    expect(names(await list(requests, '&include=deleted'))).toEqual([]);
  });

  it.each([
    ['maxresults=0', 'OutOfRangeQueryParameterValue'],
    ['maxresults=-1', 'OutOfRangeQueryParameterValue'],
    ['include=everything', 'InvalidQueryParameterValue'],
    ['marker=nonsense', 'InvalidQueryParameterValue'],
    ['marker=%2Fother%2Fshare', 'InvalidQueryParameterValue'],
  ])('refuses %s', async (query, code) => {
    const answer = await new ShareRequests().get(`/?comp=list&${query}`);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });

  it('takes more than 5000 results as 5000', async () => {
    const text = await list(await withShares('aaa'), '&maxresults=100000');
    expect(names(text)).toEqual(['aaa']);
  });
});
