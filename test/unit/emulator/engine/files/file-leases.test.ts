import { describe, expect, it } from 'vitest';
import {
  a,
  acquire,
  acquireA,
  b,
  lease,
  leaseHeaders,
  prefixed,
} from '../../../../support/lease-requests.js';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

const file = '/share/a.txt';

async function fileRequests(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  await requests.createFile('a.txt', 4);
  return requests;
}

describe('Lease File', () => {
  it('gives the proposed id and leaves ETag and Last-Modified alone', async () => {
    const requests = await fileRequests();
    const before = await requests.head(file);
    const answer = await lease(requests, file, acquireA);

    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-ms-lease-id')).toBe(a);
    expect(answer.headers.get('ETag')).toBe(before.headers.get('ETag'));
    expect(answer.headers.get('Last-Modified')).toBe(before.headers.get('Last-Modified'));
    expect((await requests.head(file)).headers.get('ETag')).toBe(before.headers.get('ETag'));
  });

  it('makes up an id when none is proposed', async () => {
    const requests = await fileRequests();
    const answer = await lease(requests, file, acquire);
    expect(answer.headers.get('x-ms-lease-id')).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  });

  it('takes any spelling of an id and answers with one', async () => {
    const requests = await fileRequests();
    const spelled = `{${a.toUpperCase()}}`;
    const acquired = await lease(requests, file, { ...acquire, 'proposed-lease-id': spelled });
    expect(acquired.headers.get('x-ms-lease-id')).toBe(a);
    const released = await lease(requests, file, {
      'lease-action': 'release',
      'lease-id': a.replaceAll('-', ''),
    });
    expect(released.status).toBe(200);
  });

  it('answers every action with its status and headers', async () => {
    const requests = await fileRequests();
    await lease(requests, file, acquireA);
    const changed = await lease(requests, file, {
      'lease-action': 'change',
      'lease-id': a,
      'proposed-lease-id': b,
    });
    const broken = await lease(requests, file, { 'lease-action': 'break' });
    const released = await lease(requests, file, { 'lease-action': 'release', 'lease-id': b });

    expect([changed.status, changed.headers.get('x-ms-lease-id')]).toEqual([200, b]);
    expect([broken.status, broken.headers.get('x-ms-lease-time')]).toEqual([202, '0']);
    expect(broken.headers.has('x-ms-lease-id')).toBe(false);
    expect([released.status, released.headers.has('x-ms-lease-time')]).toEqual([200, false]);
  });

  it.each(['HEAD', 'GET'])('shows state, status and duration to %s', async (method) => {
    const requests = await fileRequests();
    const look = async () => leaseHeaders(await requests.send({ method, target: file }));

    expect(await look()).toEqual(['available', 'unlocked', undefined]);
    await lease(requests, file, acquireA);
    expect(await look()).toEqual(['leased', 'locked', 'infinite']);
    await lease(requests, file, { 'lease-action': 'break' });
    expect(await look()).toEqual(['broken', 'unlocked', undefined]);
  });

  it.each([
    ['HEAD', '2018-11-09', false],
    ['HEAD', '2019-02-02', true],
    ['GET', '2019-02-02', false],
    ['GET', '2019-07-07', true],
  ])('%s of version %s tells of leases: %s', async (method, version, tells) => {
    const requests = await fileRequests();
    const answer = await requests.send({ method, target: file, version });
    expect(answer.headers.has('x-ms-lease-state')).toBe(tells);
  });

  it.each([
    [{}, 'MissingRequiredHeader', 'x-ms-lease-action', ''],
    [{ 'lease-action': 'steal' }, 'InvalidHeaderValue', 'x-ms-lease-action', 'steal'],
    [{ 'lease-action': 'renew', 'lease-id': a }, 'InvalidHeaderValue', 'x-ms-lease-action', 'renew'],
    [{ 'lease-action': 'acquire' }, 'MissingRequiredHeader', 'x-ms-lease-duration', ''],
    [{ ...acquire, 'lease-duration': '2' }, 'InvalidHeaderValue', 'x-ms-lease-duration', '2'],
    [{ ...acquire, 'lease-duration': '15' }, 'InvalidHeaderValue', 'x-ms-lease-duration', '15'],
    [{ ...acquire, 'lease-duration': '60' }, 'InvalidHeaderValue', 'x-ms-lease-duration', '60'],
    [{ ...acquire, 'lease-duration': 'ever' }, 'InvalidHeaderValue', 'x-ms-lease-duration', 'ever'],
    [{ ...acquire, 'proposed-lease-id': 'me' }, 'InvalidHeaderValue', 'x-ms-proposed-lease-id', 'me'],
    [{ 'lease-action': 'change', 'lease-id': a }, 'MissingRequiredHeader', 'x-ms-proposed-lease-id', ''],
    [{ 'lease-action': 'change', 'proposed-lease-id': a }, 'MissingRequiredHeader', 'x-ms-lease-id', ''],
    [{ 'lease-action': 'release' }, 'MissingRequiredHeader', 'x-ms-lease-id', ''],
    [{ 'lease-action': 'release', 'lease-id': '1' }, 'InvalidHeaderValue', 'x-ms-lease-id', '1'],
    [
      { 'lease-action': 'break', 'lease-break-period': '5' },
      'InvalidHeaderValue',
      'x-ms-lease-break-period',
      '5',
    ],
  ])('refuses %o with %s', async (headers, code, name, value) => {
    const requests = await fileRequests();
    const answer = await lease(requests, file, headers as Record<string, string>);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(answer.text).toContain(`<HeaderName>${name}</HeaderName>`);
    if (value !== '') expect(answer.text).toContain(`<HeaderValue>${value}</HeaderValue>`);
  });

  it('says what a conflict is about in the words for a file', async () => {
    const requests = await fileRequests();
    const answer = await lease(requests, file, { 'lease-action': 'break' });
    expect([answer.status, answer.code]).toEqual([409, 'LeaseNotPresentWithLeaseOperation']);
    expect(answer.text).toContain('There is currently no lease on the file.\n');
  });

  it('is refused for a file that is not there, for a directory, and in a snapshot', async () => {
    const requests = await fileRequests();
    await requests.createDirectory('d');
    const snapshot = await requests.put('/share?restype=share&comp=snapshot');
    const at = snapshot.headers.get('x-ms-snapshot') ?? '';

    expect((await lease(requests, '/share/none', acquire)).code).toBe('ResourceNotFound');
    expect((await lease(requests, '/share/d', acquire)).code).toBe('ResourceNotFound');
    expect((await lease(requests, `${file}?sharesnapshot=${at}`, acquire)).code).toBe(
      'InvalidQueryParameterValue',
    );
  });

  it('has no effect on a snapshot of the file', async () => {
    const requests = await fileRequests();
    await lease(requests, file, acquireA);
    const snapshot = await requests.put('/share?restype=share&comp=snapshot');
    const at = snapshot.headers.get('x-ms-snapshot') ?? '';
    const seen = await requests.head(`${file}?sharesnapshot=${at}`);
    expect(leaseHeaders(seen)).toEqual(['available', 'unlocked', undefined]);
  });

  it('is not there in versions before 2019-02-02', async () => {
    const requests = await fileRequests();
    const answer = await requests.send({
      method: 'PUT',
      target: `${file}?comp=lease`,
      headers: prefixed(acquire),
      version: '2018-11-09',
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
});

describe('operations on a leased file', () => {
  type Operation = (requests: ShareRequests, headers: Record<string, string>) => Promise<Answer>;

  const writes: [name: string, operation: Operation, status: number][] = [
    ['Create File', (requests, headers) => requests.createFile('a.txt', 2, headers), 201],
    ['Put Range', (requests, headers) => requests.putRange('a.txt', { start: 0, bytes: 'ab' }, headers), 201],
    ['Set File Properties', (requests, headers) => requests.put(`${file}?comp=properties`, headers), 200],
    ['Set File Metadata', (requests, headers) => requests.put(`${file}?comp=metadata`, headers), 200],
    ['Delete File', (requests, headers) => requests.delete(file, headers), 202],
  ];
  const reads: [name: string, operation: Operation, status: number][] = [
    ['Get File', (requests, headers) => requests.get(file, headers), 200],
    ['Get File Properties', (requests, headers) => requests.head(file, headers), 200],
    ['Get File Metadata', (requests, headers) => requests.get(`${file}?comp=metadata`, headers), 200],
    ['List Ranges', (requests, headers) => requests.get(`${file}?comp=rangelist`, headers), 200],
  ];

  it.each(writes)('%s needs the id of the lease', async (_name, operation, status) => {
    const requests = await fileRequests();
    await lease(requests, file, acquireA);

    const without = await operation(requests, {});
    expect([without.status, without.code]).toEqual([412, 'LeaseIdMissing']);
    expect(without.text).toContain('There is currently a lease on the file and no lease ID was specified');
    const wrong = await operation(requests, { 'x-ms-lease-id': b });
    expect([wrong.status, wrong.code]).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
    expect((await operation(requests, { 'x-ms-lease-id': a })).status).toBe(status);
  });

  it.each(reads)('%s goes without an id, but not with a wrong one', async (_name, operation) => {
    const requests = await fileRequests();
    await lease(requests, file, acquireA);

    expect((await operation(requests, {})).status).toBe(200);
    expect((await operation(requests, { 'x-ms-lease-id': a })).status).toBe(200);
    const wrong = await operation(requests, { 'x-ms-lease-id': b });
    expect([wrong.status, wrong.code]).toEqual([412, 'LeaseIdMismatchWithFileOperation']);
  });

  it.each([...writes, ...reads])('%s refuses an id where there is no lease', async (_name, operation) => {
    const requests = await fileRequests();
    const answer = await operation(requests, { 'x-ms-lease-id': a });
    expect([answer.status, answer.code]).toEqual([412, 'LeaseNotPresentWithFileOperation']);
  });

  it.each([...writes, ...reads])('%s refuses an id that is no GUID', async (_name, operation) => {
    const requests = await fileRequests();
    const answer = await operation(requests, { 'x-ms-lease-id': 'mine' });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
  });

  it.each([...writes, ...reads])(
    '%s with the id of a broken lease is told that it is lost',
    async (_name, operation) => {
      const requests = await fileRequests();
      await lease(requests, file, acquireA);
      await lease(requests, file, { 'lease-action': 'break' });
      const answer = await operation(requests, { 'x-ms-lease-id': a });
      expect([answer.status, answer.code]).toEqual([412, 'LeaseLost']);
      expect((await operation(requests, {})).status).toBeLessThan(300);
    },
  );

  it('keeps the lease of a file that is overwritten', async () => {
    const requests = await fileRequests();
    await lease(requests, file, acquireA);
    await requests.createFile('a.txt', 2, { 'x-ms-lease-id': a });
    expect(leaseHeaders(await requests.head(file))).toEqual(['leased', 'locked', 'infinite']);
  });

  it('refuses to create a file with the id of a lease that cannot be', async () => {
    const requests = await fileRequests();
    const answer = await requests.createFile('new.txt', 2, { 'x-ms-lease-id': a });
    expect([answer.status, answer.code]).toEqual([412, 'LeaseNotPresentWithFileOperation']);
  });
});
