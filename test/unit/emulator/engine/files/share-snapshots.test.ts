import { describe, expect, it } from 'vitest';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

const share = '/share?restype=share';
const take = (requests: ShareRequests, headers: Record<string, string> = {}): Promise<Answer> =>
  requests.put(`${share}&comp=snapshot`, headers);
const timeOf = (answer: Answer): string => answer.headers.get('x-ms-snapshot') ?? '';

async function shareRequests(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.put(share, { 'x-ms-meta-a': '1', 'x-ms-share-quota': '3' });
  return requests;
}

describe('Snapshot Share', () => {
  it('is named by the second and repeats the ETag of the share', async () => {
    const requests = await shareRequests();
    await requests.clock.advance(2_345);
    const before = await requests.get(share);
    const snapshot = await take(requests);

    expect(snapshot.status).toBe(201);
    expect(timeOf(snapshot)).toBe(`${new Date(requests.clock.now()).toISOString().slice(0, 19)}.0000000Z`);
    expect(snapshot.headers.get('ETag')).toBe(before.headers.get('ETag'));
    expect((await requests.get(share)).headers.get('ETag')).toBe(before.headers.get('ETag'));
  });

  it('gives the second one within a second the next second', async () => {
    const requests = await shareRequests();
    const times = [timeOf(await take(requests)), timeOf(await take(requests)), timeOf(await take(requests))];
    const seconds = times.map((time) => Date.parse(time) / 1000);
    expect(seconds.map((second) => second - (seconds[0] ?? 0))).toEqual([0, 1, 2]);
  });

  it('keeps properties, metadata and files as they were', async () => {
    const requests = await shareRequests();
    await requests.createFile('a', 2);
    await requests.putRange('a', { start: 0, bytes: 'v1' });
    const at = `sharesnapshot=${timeOf(await take(requests))}`;
    await requests.putRange('a', { start: 0, bytes: 'v2' });
    await requests.put(`${share}&comp=metadata`, { 'x-ms-meta-b': '2' });
    await requests.put(`${share}&comp=properties`, { 'x-ms-share-quota': '9' });

    expect((await requests.get(`/share/a?${at}`)).text).toBe('v1');
    expect((await requests.get('/share/a')).text).toBe('v2');
    const seen = await requests.get(`${share}&${at}`);
    expect(seen.headers.get('x-ms-share-quota')).toBe('3');
    expect(seen.headers.get('x-ms-meta-a')).toBe('1');
    expect(seen.headers.has('x-ms-meta-b')).toBe(false);
  });

  it('has metadata of its own, and then an ETag of its own', async () => {
    const requests = await shareRequests();
    const before = await requests.get(share);
    await requests.clock.advance(1_500);
    const snapshot = await take(requests, { 'x-ms-meta-b': '2' });
    const metadata = `${share}&comp=metadata&sharesnapshot=${timeOf(snapshot)}`;
    const seen = await requests.get(metadata);

    expect(seen.headers.get('ETag')).toBe(snapshot.headers.get('ETag'));
    expect(seen.headers.get('ETag')).not.toBe(before.headers.get('ETag'));
    expect([seen.headers.get('x-ms-meta-a'), seen.headers.get('x-ms-meta-b')]).toEqual([undefined, '2']);
    expect((await requests.get(share)).headers.get('x-ms-meta-a')).toBe('1');
  });

  it('is limited to 200', async () => {
    const requests = await shareRequests();
    for (let count = 0; count < 200; count++) expect((await take(requests)).status).toBe(201);
    const over = await take(requests);
    expect([over.status, over.code]).toEqual([409, 'ShareSnapshotCountExceeded']);
  });

  it('can be named by its time in any spelling, and by nothing else', async () => {
    const requests = await shareRequests();
    const time = timeOf(await take(requests));
    const of = (text: string) => requests.get(`${share}&sharesnapshot=${encodeURIComponent(text)}`);

    expect((await of(time)).status).toBe(200);
    expect((await of(time.replace('.0000000', ''))).status).toBe(200);
    expect((await of('2017-07-19T06:53:46.0000000Z')).code).toBe('ShareNotFound');
    for (const text of ['~', '~~', '', 'latest']) {
      const answer = await of(text);
      expect([answer.status, answer.code]).toEqual([400, 'InvalidQueryParameterValue']);
    }
  });

  it.each([
    ['PUT', '&comp=properties'],
    ['PUT', '&comp=metadata'],
    ['PUT', '&comp=acl'],
    ['PUT', '&comp=snapshot'],
    ['PUT', ''],
  ])('is not written by %s %s', async (method, query) => {
    const requests = await shareRequests();
    const time = timeOf(await take(requests));
    const target = `${share}${query}&sharesnapshot=${time}`;
    const answer = await requests.send({ method, target });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidQueryParameterValue']);
  });

  it('is not taken of a share that is not there', async () => {
    expect((await take(new ShareRequests())).code).toBe('ShareNotFound');
  });
});
