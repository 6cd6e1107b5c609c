import { describe, expect, it } from 'vitest';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

const endpoint = 'http://127.0.0.1:10003/devstoreaccount1';

function outcome({ status, code }: Answer): string {
  return `${status} ${code ?? ''}`.trim();
}

async function inShare(): Promise<ShareRequests> {
  const requests = new ShareRequests();
  await requests.createShare();
  await requests.createDirectory('d');
  await requests.createFile('source', 5, { 'x-ms-meta-a': '1', 'x-ms-content-type': 'text/plain' });
  await requests.putRange('source', { start: 0, bytes: 'hello' });
  return requests;
}

function rename(requests: ShareRequests, to: string, more: Record<string, string> = {}): Promise<Answer> {
  return requests.put(`/share/${to}?comp=rename`, {
    'x-ms-file-rename-source': `${endpoint}/share/source`,
    ...more,
  });
}

function renameDirectory(requests: ShareRequests, from: string, to: string): Promise<Answer> {
  return requests.put(`/share/${to}?restype=directory&comp=rename`, {
    'x-ms-file-rename-source': `${endpoint}/share/${from}`,
  });
}

async function lease(requests: ShareRequests, path: string): Promise<string> {
  const acquiring = { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '-1' };
  return (await requests.put(`/share/${path}?comp=lease`, acquiring)).headers.get('x-ms-lease-id') ?? '';
}

const replacing = { 'x-ms-file-rename-replace-if-exists': 'true' };

describe('Rename File', () => {
  it('moves the file with its id, its times, its content and its metadata', async () => {
    const requests = await inShare();
    const before = await requests.head('/share/source');
    await requests.clock.advance(5000);
    const answer = await rename(requests, 'd/target');
    const after = await requests.get('/share/d/target');
    expect(answer.status).toBe(200);
    expect(after.text).toBe('hello');
    const kept = [
      'x-ms-file-id',
      'x-ms-file-creation-time',
      'x-ms-file-last-write-time',
      'x-ms-meta-a',
      'content-type',
    ];
    expect(kept.map((name) => after.headers.get(name))).toEqual(kept.map((name) => before.headers.get(name)));
    expect(after.headers.get('x-ms-file-change-time')).toBe('2026-03-02T03:04:10.0000000Z');
    expect(after.headers.get('x-ms-file-parent-id')).toBe('13835128424026341376');
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect(outcome(await requests.head('/share/source'))).toBe('404 ResourceNotFound');
  });

  it('changes what the request names on the way', async () => {
    const requests = await inShare();
    await rename(requests, 'target', {
      'x-ms-meta-b': '2',
      'x-ms-content-type': 'a/b',
      'x-ms-file-attributes': 'ReadOnly|Hidden',
      'x-ms-file-creation-time': '2019-10-05T14:48:00.0000000Z',
      'x-ms-file-last-write-time': '2019-10-15T14:48:00.0000000Z',
      'x-ms-file-change-time': '2019-10-25T14:48:00.0000000Z',
    });
    const { headers } = await requests.head('/share/target');
    const names = [
      'x-ms-meta-a',
      'x-ms-meta-b',
      'content-type',
      'x-ms-file-attributes',
      'x-ms-file-creation-time',
      'x-ms-file-last-write-time',
      'x-ms-file-change-time',
    ];
    expect(names.map((name) => headers.get(name))).toEqual([
      undefined,
      '2',
      'a/b',
      'ReadOnly | Hidden',
      '2019-10-05T14:48:00.0000000Z',
      '2019-10-15T14:48:00.0000000Z',
      '2019-10-25T14:48:00.0000000Z',
    ]);
  });

  it('changes the spelling of a name', async () => {
    const requests = await inShare();
    expect((await rename(requests, 'SOURCE')).status).toBe(200);
    expect((await requests.get('/share?restype=directory&comp=list')).text).toContain('<Name>SOURCE</Name>');
    expect((await requests.get('/share/source')).text).toBe('hello');
  });

  it('replaces a file when it is asked to, whose id and lease go with it', async () => {
    const requests = await inShare();
    await requests.createFile('target', 1);
    const id = await lease(requests, 'target');
    expect(outcome(await rename(requests, 'target'))).toBe('409 ResourceAlreadyExists');
    expect(outcome(await rename(requests, 'target', replacing))).toBe('412 LeaseIdMissing');
    const wrong = { ...replacing, 'x-ms-destination-lease-id': '11111111-2222-3333-4444-555555555555' };
    expect(outcome(await rename(requests, 'target', wrong))).toBe('412 LeaseIdMismatchWithFileOperation');
    expect((await rename(requests, 'target', { ...replacing, 'x-ms-destination-lease-id': id })).status).toBe(
      200,
    );
    const after = await requests.head('/share/target');
    expect(after.headers.get('x-ms-lease-state')).toBe('available');
    expect(after.headers.get('content-length')).toBe('5');
  });

  it('replaces a read-only file only when it is asked to ignore that', async () => {
    const requests = await inShare();
    await requests.createFile('target', 1, { 'x-ms-file-attributes': 'ReadOnly' });
    expect(outcome(await rename(requests, 'target', replacing))).toBe('409 ReadOnlyAttribute');
    const ignoring = { ...replacing, 'x-ms-file-rename-ignore-readonly': 'true' };
    expect((await rename(requests, 'target', ignoring)).status).toBe(200);
  });

  it('needs the lease id of the source, and the lease moves along', async () => {
    const requests = await inShare();
    const id = await lease(requests, 'source');
    expect(outcome(await rename(requests, 'target'))).toBe('412 LeaseIdMissing');
    expect((await rename(requests, 'target', { 'x-ms-source-lease-id': id })).status).toBe(200);
    expect((await requests.head('/share/target')).headers.get('x-ms-lease-state')).toBe('leased');
    expect(outcome(await requests.delete('/share/target'))).toBe('412 LeaseIdMissing');
  });

  it.each([
    ['no source', {}, '400 MissingRequiredHeader'],
    [
      'a source that is not there',
      { 'x-ms-file-rename-source': `${endpoint}/share/missing` },
      '404 ResourceNotFound',
    ],
    [
      'a source in another share',
      { 'x-ms-file-rename-source': `${endpoint}/other/source` },
      '400 InvalidHeaderValue',
    ],
    [
      'a source in another account',
      { 'x-ms-file-rename-source': 'http://127.0.0.1:10003/other/share/source' },
      '400 InvalidHeaderValue',
    ],
    [
      'a snapshot',
      { 'x-ms-file-rename-source': `${endpoint}/share/source?sharesnapshot=x` },
      '400 InvalidHeaderValue',
    ],
    ['the root', { 'x-ms-file-rename-source': `${endpoint}/share` }, '400 InvalidHeaderValue'],
    ['a directory', { 'x-ms-file-rename-source': `${endpoint}/share/d` }, '404 ResourceNotFound'],
  ])('refuses %s', async (_name, headers, expected) => {
    const requests = await inShare();
    expect(outcome(await requests.put('/share/target?comp=rename', headers as Record<string, string>))).toBe(
      expected,
    );
  });

  it('treats dots at the ends of source and target each by its own header', async () => {
    const requests = await inShare();
    const keeping = { 'x-ms-allow-trailing-dot': 'true', 'x-ms-source-allow-trailing-dot': 'true' };
    await requests.createFile('dotted.', 7, { 'x-ms-allow-trailing-dot': 'true' });
    const source = { 'x-ms-file-rename-source': `${endpoint}/share/dotted.` };
    expect(outcome(await requests.put('/share/to.?comp=rename', source))).toBe('404 ResourceNotFound');
    expect((await requests.put('/share/to.?comp=rename', { ...source, ...keeping })).status).toBe(200);
    expect((await requests.head('/share/to.', { 'x-ms-allow-trailing-dot': 'true' })).status).toBe(200);
  });
});

describe('Rename Directory', () => {
  it('moves everything below it in one step', async () => {
    const requests = await inShare();
    await requests.createDirectory('d/inner');
    await requests.createFile('d/inner/f', 3);
    await requests.createDirectory('elsewhere');
    expect((await renameDirectory(requests, 'd', 'elsewhere/moved')).status).toBe(200);
    expect((await requests.head('/share/elsewhere/moved/inner/f')).headers.get('content-length')).toBe('3');
    expect(outcome(await requests.head('/share/d/inner/f'))).toBe('404 ParentNotFound');
    await requests.createDirectory('d');
    expect(outcome(await requests.head('/share/d/inner/f'))).toBe('404 ParentNotFound');
  });

  it('does not move a directory into itself', async () => {
    const requests = await inShare();
    await requests.createDirectory('d/inner');
    expect(outcome(await renameDirectory(requests, 'd', 'd/inner/d'))).toBe('400 InvalidHeaderValue');
    expect(outcome(await renameDirectory(requests, 'd', 'D/x'))).toBe('400 InvalidHeaderValue');
    expect((await renameDirectory(requests, 'd', 'D')).status).toBe(200);
  });

  it('takes the place of a file when it is asked to', async () => {
    const requests = await inShare();
    await requests.createFile('d/f', 1);
    const headers = { 'x-ms-file-rename-source': `${endpoint}/share/d`, ...replacing };
    expect((await requests.put('/share/source?restype=directory&comp=rename', headers)).status).toBe(200);
    expect((await requests.head('/share/source/f')).status).toBe(200);
  });

  it('does not take a file for a directory', async () => {
    const requests = await inShare();
    expect(outcome(await renameDirectory(requests, 'source', 'x'))).toBe('404 ResourceNotFound');
  });
});
