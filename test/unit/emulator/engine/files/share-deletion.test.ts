import { describe, expect, it } from 'vitest';
import { acquire, lease } from '../../../../support/lease-requests.js';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

const share = '/share?restype=share';
const dayMs = 24 * 60 * 60 * 1000;

async function shareRequests(settings = {}): Promise<ShareRequests> {
  const requests = new ShareRequests(undefined, undefined, settings);
  await requests.createShare();
  return requests;
}

async function snapshot(requests: ShareRequests): Promise<string> {
  const taken = await requests.put(`${share}&comp=snapshot`);
  return `${share}&sharesnapshot=${taken.headers.get('x-ms-snapshot')}`;
}

describe('Delete Share', () => {
  it('is gone at once, and its name stays taken for a while', async () => {
    const requests = await shareRequests();
    await requests.createFile('a', 5);

    expect((await requests.delete(share)).status).toBe(202);
    expect((await requests.get(share)).code).toBe('ShareNotFound');
    expect((await requests.get('/share/a')).code).toBe('ShareNotFound');
    await requests.clock.advance(29_999);
    const early = await requests.createShare();
    expect([early.status, early.code]).toEqual([409, 'ShareBeingDeleted']);
    await requests.clock.advance(1);
    expect((await requests.createShare()).status).toBe(201);
    expect((await requests.get('/share/a')).code).toBe('ResourceNotFound');
  });

  it('frees the name at once where the emulator is told so', async () => {
    const requests = await shareRequests({ shareDeletionMs: 0 });
    await requests.delete(share);
    expect((await requests.createShare()).status).toBe(201);
  });

  it('does not find a share that is not there', async () => {
    const answer = await new ShareRequests().delete(share);
    expect([answer.status, answer.code]).toEqual([404, 'ShareNotFound']);
  });

  it('goes though files in it are leased', async () => {
    const requests = await shareRequests();
    await requests.createFile('a');
    await lease(requests, '/share/a', acquire);
    expect((await requests.delete(share)).status).toBe(202);
  });

  it('needs a word about snapshots', async () => {
    const requests = await shareRequests();
    const of = await snapshot(requests);

    const refused = await requests.delete(share);
    expect([refused.status, refused.code]).toEqual([409, 'ShareHasSnapshots']);
    expect((await requests.delete(share, { 'x-ms-delete-snapshots': 'include' })).status).toBe(202);
    expect((await requests.get(of)).code).toBe('ShareNotFound');
  });

  it('needs another word about leased snapshots', async () => {
    const requests = await shareRequests();
    await lease(requests, await snapshot(requests), acquire);

    const refused = await requests.delete(share, { 'x-ms-delete-snapshots': 'include' });
    expect([refused.status, refused.code]).toEqual([409, 'DeleteShareWhenSnapshotLeased']);
    expect((await requests.delete(share, { 'x-ms-delete-snapshots': 'include-leased' })).status).toBe(202);
  });

  it.each(['all', 'exclude', ''])('refuses the word %j', async (word) => {
    const requests = await shareRequests();
    const answer = await requests.delete(share, { 'x-ms-delete-snapshots': word });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
    expect((await requests.get(share)).status).toBe(200);
  });

  it('deletes one snapshot', async () => {
    const requests = await shareRequests();
    const [first, second] = [await snapshot(requests), await snapshot(requests)];

    expect((await requests.delete(first)).status).toBe(202);
    expect((await requests.get(first)).status).toBe(404);
    expect((await requests.get(second)).status).toBe(200);
    expect((await requests.get(share)).status).toBe(200);
  });

  it('respects the lease of a snapshot', async () => {
    const requests = await shareRequests();
    const of = await snapshot(requests);
    const leased = await lease(requests, of, acquire);
    const id = leased.headers.get('x-ms-lease-id') ?? '';

    expect((await requests.delete(of)).code).toBe('LeaseIdMissing');
    expect((await requests.delete(of, { 'x-ms-lease-id': id })).status).toBe(202);
  });

  it('says that a snapshot is missing, or that the share is', async () => {
    const requests = await shareRequests();
    const time = 'sharesnapshot=2020-06-26T00:49:21.0000000Z';
    const missing = await requests.delete(`${share}&${time}`);
    expect([missing.status, missing.code]).toEqual([404, 'ShareSnapshotNotFound']);
    expect(missing.text).toContain('The specified share snapshot was not found.\n');
    expect((await requests.delete(`/other?restype=share&${time}`)).code).toBe('ShareNotFound');
  });

  it('takes no word about snapshots when it deletes one', async () => {
    const requests = await shareRequests();
    const answer = await requests.delete(await snapshot(requests), { 'x-ms-delete-snapshots': 'include' });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
  });

  it('keeps nothing of what is over', async () => {
    const requests = await shareRequests();
    for (let round = 0; round < 50; round++) {
      await requests.createShare(`share${round}`);
      await requests.delete(`/share${round}?restype=share`);
      await requests.clock.advance(30_000);
    }
    await requests.delete(share);
    const left = requests.store.read((view) => [...view.shares('devstoreaccount1', '')]);
    expect(left.map(({ name }) => name)).toEqual(['share']);
  });
});

describe('Undelete Share', () => {
  const restore = (requests: ShareRequests, version: string, headers = {}): Promise<Answer> =>
    requests.put(`${share}&comp=undelete`, {
      'x-ms-deleted-share-name': 'share',
      'x-ms-deleted-share-version': version,
      ...headers,
    });
  const kept = { shareRetentionDays: 7 };

  async function versions(requests: ShareRequests): Promise<string[]> {
    const listed = await requests.get('/?comp=list&include=deleted');
    return [...listed.text.matchAll(/<Version>([^<]*)<\/Version>/g)].map(([, version]) => version ?? '');
  }

  it('brings a share back with its files, settings, metadata and snapshots', async () => {
    const requests = new ShareRequests(undefined, undefined, kept);
    const created = await requests.put(share, { 'x-ms-meta-a': '1', 'x-ms-share-quota': '9' });
    await requests.createFile('a', 2);
    await requests.putRange('a', { start: 0, bytes: 'v1' });
    const of = await snapshot(requests);
    await requests.delete(share, { 'x-ms-delete-snapshots': 'include' });
    await requests.clock.advance(30_000);
    const [version = ''] = await versions(requests);

    const restored = await restore(requests, version);
    expect(restored.status).toBe(201);
    expect(restored.headers.get('ETag')).not.toBe(created.headers.get('ETag'));
    expect((await requests.get('/share/a')).text).toBe('v1');
    const seen = await requests.get(share);
    expect(seen.headers.get('ETag')).toBe(restored.headers.get('ETag'));
    expect([seen.headers.get('x-ms-share-quota'), seen.headers.get('x-ms-meta-a')]).toEqual(['9', '1']);
    expect((await requests.get(of)).status).toBe(200);
    expect(await versions(requests)).toEqual([]);
  });

  it('chooses among several deletions of one name', async () => {
    const requests = new ShareRequests(undefined, undefined, kept);
    for (const quota of ['1', '2']) {
      await requests.put(share, { 'x-ms-share-quota': quota });
      await requests.delete(share);
      await requests.clock.advance(30_000);
    }
    const [first = '', second = ''] = await versions(requests);
    expect(first).toMatch(/^[0-9A-F]{16}$/);
    expect(first < second).toBe(true);
    await restore(requests, first);
    expect((await requests.get(share)).headers.get('x-ms-share-quota')).toBe('1');
    expect(await versions(requests)).toEqual([second]);
  });

  it('ends when the days are over', async () => {
    const requests = await shareRequests(kept);
    await requests.delete(share);
    const [version = ''] = await versions(requests);
    await requests.clock.advance(7 * dayMs);
    expect(await versions(requests)).toEqual([]);
    expect((await restore(requests, version)).code).toBe('ShareNotFound');
  });

  it('is refused while the name is taken', async () => {
    const requests = await shareRequests(kept);
    await requests.delete(share);
    const [version = ''] = await versions(requests);
    expect((await restore(requests, version)).code).toBe('ShareBeingDeleted');
    await requests.clock.advance(30_000);
    await requests.createShare();
    expect((await restore(requests, version)).code).toBe('ShareAlreadyExists');
  });

  it('says that shares are not kept where they are not', async () => {
    const requests = await shareRequests();
    await requests.delete(share);
    await requests.clock.advance(30_000);
    const answer = await restore(requests, '01D679E5BFA391B7');
    expect([answer.status, answer.code]).toEqual([404, 'ShareNotFound']);
    expect(answer.text).toContain('<Reason>Soft delete of shares is not enabled.</Reason>');
  });

  it.each([
    ['x-ms-deleted-share-name', 'other'],
    ['x-ms-deleted-share-version', 'latest'],
    ['x-ms-deleted-share-version', ''],
  ])('refuses %s: %j', async (header, value) => {
    const requests = await shareRequests(kept);
    await requests.delete(share);
    const answer = await restore(requests, '01D679E5BFA391B7', { [header]: value });
    expect([answer.status, answer.code]).toEqual([400, 'InvalidHeaderValue']);
  });

  it.each(['name', 'version'])('needs the %s', async (missing) => {
    const requests = await shareRequests(kept);
    const headers = { name: 'share', version: '01D679E5BFA391B7' };
    const given = Object.entries(headers).filter(([name]) => name !== missing);
    const answer = await requests.put(
      `${share}&comp=undelete`,
      Object.fromEntries(given.map(([name, value]) => [`x-ms-deleted-share-${name}`, value])),
    );
    expect([answer.status, answer.code]).toEqual([400, 'MissingRequiredHeader']);
  });
});
