import { describe, expect, it } from 'vitest';
import { a, acquire, acquireA, b, lease, leaseHeaders } from '../../../../support/lease-requests.js';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

const share = '/share?restype=share';

async function shareRequests(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  return requests;
}

describe('Lease Share', () => {
  const acquireShare = { 'lease-action': 'acquire', 'lease-duration': '15', 'proposed-lease-id': a };

  it('goes through all states with the clock', async () => {
    const requests = await shareRequests();
    const look = async () => leaseHeaders(await requests.get(share));

    expect(await look()).toEqual(['available', 'unlocked', undefined]);
    await lease(requests, share, acquireShare);
    expect(await look()).toEqual(['leased', 'locked', 'fixed']);
    await requests.clock.advance(15_000);
    expect(await look()).toEqual(['expired', 'unlocked', undefined]);
    await lease(requests, share, { 'lease-action': 'renew', 'lease-id': a });
    expect(await look()).toEqual(['leased', 'locked', 'fixed']);
    await lease(requests, share, { 'lease-action': 'break', 'lease-break-period': '5' });
    expect(await look()).toEqual(['breaking', 'locked', undefined]);
    await requests.clock.advance(5_000);
    expect(await look()).toEqual(['broken', 'unlocked', undefined]);
    await lease(requests, share, { 'lease-action': 'release', 'lease-id': a });
    expect(await look()).toEqual(['available', 'unlocked', undefined]);
  });

  it('answers every action with its status and headers', async () => {
    const requests = await shareRequests();
    const before = await requests.get(share);
    const acquired = await lease(requests, share, acquireShare);
    await requests.clock.advance(600);
    const renewed = await lease(requests, share, { 'lease-action': 'renew', 'lease-id': a });
    await requests.clock.advance(600);
    const broken = await lease(requests, share, { 'lease-action': 'break' });
    const again = await lease(requests, share, { 'lease-action': 'break', 'lease-break-period': '3' });
    const released = await lease(requests, share, { 'lease-action': 'release', 'lease-id': a });

    const told = [acquired, renewed, broken, again, released].map(({ status, headers }) => [
      status,
      headers.get('x-ms-lease-id'),
      headers.get('x-ms-lease-time'),
      headers.get('ETag') === before.headers.get('ETag'),
    ]);
    expect(told).toEqual([
      [201, a, undefined, true],
      [200, a, undefined, true],
      [202, undefined, '14', true],
      [202, undefined, '3', true],
      [200, undefined, '0', true],
    ]);
  });

  it.each(['1', '10', '14', '61', '0', '-2', 'infinite'])('refuses a duration of %s', async (duration) => {
    const requests = await shareRequests();
    const answer = await lease(requests, share, { ...acquireShare, 'lease-duration': duration });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
    expect(answer.text).toContain(
      `<HeaderName>x-ms-lease-duration</HeaderName><HeaderValue>${duration}</HeaderValue>`,
    );
  });

  it.each(['61', '-1', 'soon'])('refuses a break period of %s', async (period) => {
    const requests = await shareRequests();
    await lease(requests, share, acquireShare);
    const answer = await lease(requests, share, { 'lease-action': 'break', 'lease-break-period': period });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
  });

  it('says what a conflict is about in the words for a share', async () => {
    const requests = await shareRequests();
    const answer = await lease(requests, share, { 'lease-action': 'break' });
    expect(answer.text).toContain('There is currently no lease on the file share.\n');
  });

  it('keeps the leases of a share and of its snapshots apart', async () => {
    const requests = await shareRequests();
    const taken = await requests.put('/share?restype=share&comp=snapshot');
    const snapshot = `${share}&sharesnapshot=${taken.headers.get('x-ms-snapshot')}`;

    await lease(requests, snapshot, { ...acquire, 'proposed-lease-id': a });
    expect(leaseHeaders(await requests.get(snapshot))).toEqual(['leased', 'locked', 'infinite']);
    expect(leaseHeaders(await requests.get(share))).toEqual(['available', 'unlocked', undefined]);
    await lease(requests, share, { ...acquire, 'proposed-lease-id': b });
    const wrong = await requests.get(snapshot, { 'x-ms-lease-id': b });
    expect([wrong.status, wrong.code]).toEqual([412, 'LeaseIdMismatchWithContainerOperation']);
  });

  it('is refused for a share and a snapshot that are not there', async () => {
    const requests = await shareRequests();
    const missing = `${share}&sharesnapshot=2020-08-05T22:10:47.0000000Z`;
    expect((await lease(requests, '/other?restype=share', acquireShare)).code).toBe('ShareNotFound');
    expect((await lease(requests, missing, acquireShare)).code).toBe('ShareNotFound');
  });

  it('does not bind files and directories', async () => {
    const requests = await shareRequests();
    await lease(requests, share, acquireShare);
    expect((await requests.createFile('a.txt')).status).toBe(201);
    expect((await requests.createDirectory('d')).status).toBe(201);
  });
});

describe('operations on a leased share', () => {
  type Operation = (requests: ShareRequests, headers: Record<string, string>) => Promise<Answer>;
  const sddl = JSON.stringify({ permission: 'O:SYG:SYD:(A;;FA;;;SY)' });

  const writes: [name: string, operation: Operation, status: number][] = [
    ['Set Share Properties', (requests, headers) => requests.put(`${share}&comp=properties`, headers), 200],
    ['Set Share Metadata', (requests, headers) => requests.put(`${share}&comp=metadata`, headers), 200],
    ['Set Share ACL', (requests, headers) => requests.put(`${share}&comp=acl`, headers), 200],
    ['Delete Share', (requests, headers) => requests.delete(share, headers), 202],
  ];
  const others: [name: string, operation: Operation, status: number][] = [
    ['Get Share Properties', (requests, headers) => requests.get(share, headers), 200],
    ['Get Share Metadata', (requests, headers) => requests.get(`${share}&comp=metadata`, headers), 200],
    ['Get Share ACL', (requests, headers) => requests.get(`${share}&comp=acl`, headers), 200],
    ['Get Share Stats', (requests, headers) => requests.get(`${share}&comp=stats`, headers), 200],
    [
      'Create Permission',
      (requests, headers) => requests.put(`${share}&comp=filepermission`, headers, sddl),
      201,
    ],
  ];

  it.each(writes)('%s needs the id of the lease', async (_name, operation, status) => {
    const requests = await shareRequests();
    await lease(requests, share, acquireA);

    const without = await operation(requests, {});
    expect([without.status, without.code]).toEqual([412, 'LeaseIdMissing']);
    expect(without.text).toContain(
      'There is currently a lease on the file share and no lease ID was specified in the request.\n',
    );
    const wrong = await operation(requests, { 'x-ms-lease-id': b });
    expect([wrong.status, wrong.code]).toEqual([412, 'LeaseIdMismatchWithContainerOperation']);
    expect((await operation(requests, { 'x-ms-lease-id': a })).status).toBe(status);
  });

  it.each(others)('%s goes without an id, but not with a wrong one', async (_name, operation) => {
    const requests = await shareRequests();
    await lease(requests, share, acquireA);

    expect((await operation(requests, {})).status).toBeLessThan(300);
    expect((await operation(requests, { 'x-ms-lease-id': a })).status).toBeLessThan(300);
    const wrong = await operation(requests, { 'x-ms-lease-id': b });
    expect([wrong.status, wrong.code]).toEqual([412, 'LeaseIdMismatchWithContainerOperation']);
  });

  it.each([...writes, ...others])('%s refuses an id where there is no lease', async (_name, operation) => {
    const requests = await shareRequests();
    const answer = await operation(requests, { 'x-ms-lease-id': a });
    expect([answer.status, answer.code]).toEqual([412, 'LeaseNotPresentWithContainerOperation']);
    expect(answer.text).toContain('There is currently no lease on the file share.\n');
  });

  it.each([...writes, ...others])(
    '%s with the id of an expired lease is told that it is lost',
    async (_name, operation) => {
      const requests = await shareRequests();
      await lease(requests, share, { ...acquireA, 'lease-duration': '15' });
      await requests.clock.advance(15_000);
      const answer = await operation(requests, { 'x-ms-lease-id': a });
      expect([answer.status, answer.code]).toEqual([412, 'LeaseLost']);
      expect(answer.text).toContain(
        'A lease ID was specified, but the lease for the file share has expired.\n',
      );
      expect((await operation(requests, {})).status).toBeLessThan(300);
    },
  );
});
