import { describe, expect, it } from 'vitest';
import { ShareRequests } from '../../../../support/share-requests.js';

const share = '/share?restype=share';

describe('Create Share', () => {
  it('answers with ETag and Last-Modified of the share', async () => {
    const requests = new ShareRequests();
    const created = await requests.put(share);
    const seen = await requests.get(share);

    expect(created.status).toBe(201);
    expect(created.headers.get('ETag')).toMatch(/^"0x[0-9A-F]{15}"$/);
    expect(seen.headers.get('ETag')).toBe(created.headers.get('ETag'));
    expect(seen.headers.get('Last-Modified')).toBe(created.headers.get('Last-Modified'));
  });

  it('keeps metadata and settings of the request', async () => {
    const requests = new ShareRequests();
    await requests.put(share, {
      'x-ms-meta-Color': 'blue',
      'x-ms-share-quota': '7',
      'x-ms-access-tier': 'cool',
      'x-ms-enabled-protocols': 'SMB',
    });
    const { headers } = await requests.get(share);

    expect([...headers].find(([name]) => name.startsWith('x-ms-meta'))).toEqual(['x-ms-meta-Color', 'blue']);
    expect(headers.get('x-ms-share-quota')).toBe('7');
    expect(headers.get('x-ms-access-tier')).toBe('Cool');
    expect(headers.get('x-ms-enabled-protocols')).toBe('SMB');
  });

  it('refuses a name that is there', async () => {
    const requests = new ShareRequests();
    await requests.put(share);
    const again = await requests.put(share);
    expect([again.status, again.code]).toEqual([409, 'ShareAlreadyExists']);
  });

  it.each([
    ['Share', 'InvalidResourceName'],
    ['my--share', 'InvalidResourceName'],
    ['-share', 'InvalidResourceName'],
    ['share-', 'InvalidResourceName'],
    ['my_share', 'InvalidResourceName'],
    ['ab', 'OutOfRangeInput'],
    ['a'.repeat(64), 'OutOfRangeInput'],
  ])('refuses the name %s', async (name, code) => {
    const requests = new ShareRequests();
    const answer = await requests.put(`/${name}?restype=share`);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });

  it.each(['abc', 'a1-b2-c3', 'a'.repeat(63)])('takes the name %s', async (name) => {
    expect((await new ShareRequests().put(`/${name}?restype=share`)).status).toBe(201);
  });

  const refused: [header: string, value: string][] = [
    ['x-ms-share-quota', '0'],
    ['x-ms-share-quota', '102401'],
    ['x-ms-share-quota', '-1'],
    ['x-ms-share-quota', 'much'],
    ['x-ms-access-tier', 'Premium'],
    ['x-ms-access-tier', 'Lukewarm'],
    ['x-ms-enabled-protocols', 'NFS'],
    ['x-ms-root-squash', 'RootSquash'],
    ['x-ms-enable-snapshot-virtual-directory-access', 'true'],
    ['x-ms-share-paid-bursting-enabled', 'true'],
    ['x-ms-share-paid-bursting-max-iops', '5000'],
    ['x-ms-share-paid-bursting-max-bandwidth-mibps', '1000'],
    ['x-ms-share-provisioned-iops', '3000'],
    ['x-ms-share-provisioned-bandwidth-mibps', '100'],
  ];
  it.each(refused)('refuses %s: %s and makes nothing', async (header, value) => {
    const requests = new ShareRequests();
    const answer = await requests.put(share, { [header]: value });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
    expect(answer.text).toContain(`<HeaderName>${header}</HeaderName><HeaderValue>${value}</HeaderValue>`);
    expect((await requests.get(share)).code).toBe('ShareNotFound');
  });
});

describe('Get Share Properties', () => {
  it.each(['GET', 'HEAD'])('goes with %s', async (method) => {
    const requests = new ShareRequests();
    await requests.createShare();
    const answer = await requests.send({ method, target: share });
    expect([answer.status, answer.headers.get('x-ms-share-quota'), answer.text]).toEqual([200, '5120', '']);
  });

  it.each(['GET', 'HEAD'])('does not find a share that is not there with %s', async (method) => {
    const answer = await new ShareRequests().send({ method, target: share });
    expect([answer.status, answer.code]).toEqual([404, 'ShareNotFound']);
  });

  const told = [
    'x-ms-has-immutability-policy',
    'x-ms-has-legal-hold',
    'x-ms-lease-state',
    'x-ms-lease-status',
    'x-ms-access-tier',
    'x-ms-access-tier-change-time',
  ];
  it.each([
    ['2018-03-28', []],
    ['2018-11-09', told.slice(0, 2)],
    ['2019-12-12', [...told.slice(0, 2), ...told.slice(4)]],
    ['2020-02-10', told],
  ])('tells in version %s what that version had', async (version, expected) => {
    const requests = new ShareRequests();
    await requests.createShare();
    const { headers } = await requests.send({ method: 'GET', target: share, version });
    expect(told.filter((name) => headers.has(name))).toEqual(expected);
  });

  it('tells of the tier a share was made with', async () => {
    const requests = new ShareRequests();
    const created = await requests.createShare();
    const { headers } = await requests.get(share);
    expect(headers.get('x-ms-access-tier')).toBe('TransactionOptimized');
    expect(headers.get('x-ms-access-tier-change-time')).toBe(created.headers.get('Last-Modified'));
    expect(headers.has('x-ms-access-tier-transition-state')).toBe(false);
  });
});

describe('Set Share Properties', () => {
  it('changes what it names and leaves the rest', async () => {
    const requests = new ShareRequests();
    await requests.put(share, { 'x-ms-meta-a': '1', 'x-ms-access-tier': 'Hot' });
    const changed = await requests.put(`${share}&comp=properties`, { 'x-ms-share-quota': '5' });
    const { headers } = await requests.get(share);

    expect(changed.status).toBe(200);
    expect(headers.get('ETag')).toBe(changed.headers.get('ETag'));
    expect(['x-ms-share-quota', 'x-ms-access-tier', 'x-ms-meta-a'].map((name) => headers.get(name))).toEqual([
      '5',
      'Hot',
      '1',
    ]);
  });

  it('tells for a while that a change of the tier is under way', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    await requests.clock.advance(5_000);
    const changed = await requests.put(`${share}&comp=properties`, { 'x-ms-access-tier': 'Hot' });
    const { headers } = await requests.get(share);

    expect(headers.get('x-ms-access-tier')).toBe('Hot');
    expect(headers.get('x-ms-access-tier-change-time')).toBe(changed.headers.get('Last-Modified'));
    expect(headers.get('x-ms-access-tier-transition-state')).toBe('pending-from-transactionOptimized');
    await requests.clock.advance(60_000);
    expect((await requests.get(share)).headers.has('x-ms-access-tier-transition-state')).toBe(false);
  });

  it('does not move the tier to where it is', async () => {
    const requests = new ShareRequests();
    const created = await requests.createShare();
    await requests.clock.advance(5_000);
    await requests.put(`${share}&comp=properties`, { 'x-ms-access-tier': 'TransactionOptimized' });
    const { headers } = await requests.get(share);
    expect(headers.get('x-ms-access-tier-change-time')).toBe(created.headers.get('Last-Modified'));
  });

  it.each([
    ['x-ms-share-quota', '0'],
    ['x-ms-share-provisioned-iops', '500'],
    ['x-ms-access-tier', 'Premium'],
  ])('refuses %s: %s', async (header, value) => {
    const requests = new ShareRequests();
    await requests.createShare();
    const answer = await requests.put(`${share}&comp=properties`, { [header]: value });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
  });

  it('makes the quota a limit', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    await requests.put(`${share}&comp=properties`, { 'x-ms-share-quota': '1' });
    expect((await requests.createFile('fits', 1024 ** 3)).status).toBe(201);
    const over = await requests.createFile('more', 1);
    expect([over.status, over.code]).toEqual([403, 'ShareSizeLimitReached']);
  });
});

describe('share metadata', () => {
  it('is replaced as a whole, and cleared by a request without any', async () => {
    const requests = new ShareRequests();
    const metadata = `${share}&comp=metadata`;
    const named = async () =>
      [...(await requests.get(metadata)).headers].filter(([name]) => name.startsWith('x-ms-meta-'));
    await requests.put(share, { 'x-ms-meta-a': '1', 'x-ms-meta-B': '2' });

    expect(await named()).toEqual([
      ['x-ms-meta-a', '1'],
      ['x-ms-meta-B', '2'],
    ]);
    const changed = await requests.put(metadata, { 'x-ms-meta-c': '3' });
    expect(changed.status).toBe(200);
    expect(await named()).toEqual([['x-ms-meta-c', '3']]);
    expect((await requests.head(metadata)).headers.get('ETag')).toBe(changed.headers.get('ETag'));
    await requests.put(metadata);
    expect(await named()).toEqual([]);
  });
});

describe('Get Share Stats', () => {
  it('counts the lengths of the files', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    await requests.createFile('a', 11);
    await requests.createDirectory('d');
    await requests.createFile('d/b', 1_000_000);
    const answer = await requests.get(`${share}&comp=stats`);
    expect(answer.text).toBe(
      '\ufeff<?xml version="1.0" encoding="utf-8"?><ShareStats><ShareUsageBytes>1000011</ShareUsageBytes></ShareStats>',
    );
    expect(answer.headers.get('Content-Type')).toBe('application/xml');
  });

  it('counts begun gibibytes in versions before 2018-11-09', async () => {
    const requests = new ShareRequests();
    await requests.createShare();
    await requests.createFile('a', 1024 ** 3 + 1);
    const target = `${share}&comp=stats`;
    const answer = await requests.send({ method: 'GET', target, version: '2017-07-29' });
    expect(answer.text).toContain('<ShareStats><ShareUsage>2</ShareUsage></ShareStats>');
  });
});
