import { describe, expect, it } from 'vitest';
import { signature } from '../../../../../src/core/auth/shared-key.js';
import { wellKnownAccount } from '../../../../../src/emulator/options.js';
import { patterned } from '../../../../support/patterned.js';
import { type Answer, type Sent, ShareRequests } from '../../../../support/share-requests.js';
import { serviceSas } from '../../../../support/signatures.js';

const endpoint = 'http://127.0.0.1:10003/devstoreaccount1';

function outcome({ status, code }: Answer): string {
  return `${status} ${code ?? ''}`.trim();
}

async function withSource(accounts?: string[]): Promise<ShareRequests> {
  const requests = new ShareRequests('2026-04-06', accounts);
  await requests.createShare();
  await requests.createFile('source', 2000, {
    'x-ms-content-type': 'text/plain',
    'x-ms-meta-a': '1',
    'x-ms-file-attributes': 'Hidden',
    'x-ms-file-creation-time': '2019-08-15T05:15:25.0600000Z',
    'x-ms-file-permission': 'O:SYG:SYD:(A;;FA;;;SY)',
  });
  await requests.putRange('source', { start: 0, bytes: patterned(2000) });
  return requests;
}

const from = (path: string, more: Record<string, string> = {}): Record<string, string> => ({
  'x-ms-copy-source': `${endpoint}/${path}`,
  ...more,
});

describe('Copy File', () => {
  it('copies bytes, HTTP properties and metadata, and tells of it afterwards', async () => {
    const requests = await withSource();
    const answer = await requests.put('/share/copy', from('share/source'));
    const copy = await requests.get('/share/copy');
    expect(answer.status).toBe(202);
    expect(answer.headers.get('x-ms-copy-status')).toBe('success');
    expect(copy.bytes.equals(patterned(2000))).toBe(true);
    const names = [
      'content-type',
      'x-ms-meta-a',
      'x-ms-copy-id',
      'x-ms-copy-source',
      'x-ms-copy-progress',
      'x-ms-copy-status',
    ];
    expect(names.map((name) => copy.headers.get(name))).toEqual([
      'text/plain',
      '1',
      answer.headers.get('x-ms-copy-id'),
      `${endpoint}/share/source`,
      '2000/2000',
      'success',
    ]);
    expect(copy.headers.get('x-ms-copy-completion-time')).toBe('Mon, 02 Mar 2026 03:04:05 GMT');
    expect(copy.headers.get('x-ms-file-attributes')).toBe('Archive');
  });

  it('leaves the copy alone when the source changes, and the reverse', async () => {
    const requests = await withSource();
    await requests.put('/share/copy', from('share/source'));
    await requests.putRange('source', { start: 0, bytes: new Uint8Array(2000) });
    await requests.putRange('copy', { start: 0, bytes: 'X' });
    expect((await requests.get('/share/copy', { Range: 'bytes=1-9' })).bytes.equals(patterned(9, 1))).toBe(
      true,
    );
    expect((await requests.get('/share/source', { Range: 'bytes=0-0' })).bytes[0]).toBe(0);
  });

  it('forgets the copy after the properties, the metadata or all of the file are written', async () => {
    const requests = await withSource();
    const writes = [
      () => requests.put('/share/copy?comp=properties', { 'x-ms-content-type': 'a/b' }),
      () => requests.put('/share/copy?comp=metadata'),
      () => requests.createFile('copy'),
    ];
    for (const write of writes) {
      await requests.put('/share/copy', from('share/source'));
      await write();
      expect((await requests.head('/share/copy')).headers.has('x-ms-copy-id')).toBe(false);
    }
  });

  it('takes attributes, times and permission from the source when it is asked to', async () => {
    const requests = await withSource();
    const names = [
      'x-ms-file-attributes',
      'x-ms-file-creation-time',
      'x-ms-file-last-write-time',
      'x-ms-file-change-time',
      'x-ms-file-permission-key',
    ];
    const sources = Object.fromEntries(names.slice(0, 4).map((name) => [name, 'source']));
    await requests.put(
      '/share/copy',
      from('share/source', { ...sources, 'x-ms-file-permission-copy-mode': 'source' }),
    );
    const [copy, source] = [await requests.head('/share/copy'), await requests.head('/share/source')];
    expect(names.map((name) => copy.headers.get(name))).toEqual(
      names.map((name) => source.headers.get(name)),
    );
  });

  it('replaces metadata, attributes and permission with those of the request', async () => {
    const requests = await withSource();
    const headers = from('share/source', {
      'x-ms-meta-b': '2',
      'x-ms-file-attributes': 'ReadOnly',
      'x-ms-file-copy-set-archive': 'true',
      'x-ms-file-permission-copy-mode': 'override',
      'x-ms-file-permission': 'O:BAG:SYD:(A;;FA;;;BA)',
    });
    await requests.put('/share/copy', headers);
    const [copy, source] = [await requests.head('/share/copy'), await requests.head('/share/source')];
    expect(copy.headers.has('x-ms-meta-a')).toBe(false);
    expect(copy.headers.get('x-ms-meta-b')).toBe('2');
    expect(copy.headers.get('x-ms-file-attributes')).toBe('ReadOnly | Archive');
    expect(copy.headers.get('x-ms-file-permission-key')).not.toBe(
      source.headers.get('x-ms-file-permission-key'),
    );
  });

  it('overwrites a file, which keeps its id and its lease', async () => {
    const requests = await withSource();
    const before = await requests.createFile('copy', 5);
    const leased = await requests.put('/share/copy?comp=lease', {
      'x-ms-lease-action': 'acquire',
      'x-ms-lease-duration': '-1',
    });
    const id = leased.headers.get('x-ms-lease-id') ?? '';
    expect(outcome(await requests.put('/share/copy', from('share/source')))).toBe('412 LeaseIdMissing');
    expect((await requests.put('/share/copy', from('share/source', { 'x-ms-lease-id': id }))).status).toBe(
      202,
    );
    const after = await requests.head('/share/copy');
    expect(after.headers.get('x-ms-file-id')).toBe(before.headers.get('x-ms-file-id'));
    expect(after.headers.get('x-ms-lease-state')).toBe('leased');
  });

  it('overwrites a read-only file only when it is asked to ignore that', async () => {
    const requests = await withSource();
    await requests.createFile('copy', 5, { 'x-ms-file-attributes': 'ReadOnly' });
    expect(outcome(await requests.put('/share/copy', from('share/source')))).toBe('409 ReadOnlyAttribute');
    const ignoring = from('share/source', { 'x-ms-file-copy-ignore-readonly': 'true' });
    expect((await requests.put('/share/copy', ignoring)).status).toBe(202);
  });

  it('copies out of another share and out of a snapshot', async () => {
    const requests = await withSource();
    await requests.createShare('other');
    expect((await requests.put('/other/copy', from('share/source'))).status).toBe(202);
    const snapshot =
      (await requests.put('/share?restype=share&comp=snapshot')).headers.get('x-ms-snapshot') ?? '';
    await requests.delete('/share/source');
    expect(outcome(await requests.put('/other/gone', from('share/source')))).toBe('404 ResourceNotFound');
    const source = `share/source?sharesnapshot=${encodeURIComponent(snapshot)}`;
    expect((await requests.put('/other/kept', from(source))).status).toBe(202);
    const kept = await requests.get('/other/kept');
    expect(kept.bytes.equals(patterned(2000))).toBe(true);
    expect(kept.headers.get('x-ms-copy-source')).toBe(`${endpoint}/${source}`);
  });

  it('shows no signature of the source', async () => {
    const requests = await withSource();
    await requests.put('/share/copy', from(`share/source?${serviceSas({ share: 'share' }, { sp: 'r' })}`));
    expect((await requests.head('/share/copy')).headers.get('x-ms-copy-source')).toBe(
      `${endpoint}/share/source`,
    );
    const wrong = await requests.put('/share/copy', from('share/source?sv=2020-02-02&sr=s&sig=SECRET'));
    expect(outcome(wrong)).toBe('403 CannotVerifyCopySource');
    expect(wrong.text).not.toContain('SECRET');
    const refused = await requests.put('/share/copy', { 'x-ms-copy-source': 'nothing?sig=SECRET' });
    expect(outcome(refused)).toBe('400 InvalidHeaderValue');
    expect(refused.text).not.toContain('SECRET');
  });

  describe('out of another account', () => {
    const copying = (query: string): Sent => ({
      method: 'PUT',
      target: '/share/copy',
      account: 'second',
      headers: from(`share/source${query}`),
    });

    async function withTwoAccounts(): Promise<ShareRequests> {
      const requests = await withSource(['devstoreaccount1', 'second']);
      await requests.send({ method: 'PUT', target: '/share?restype=share', account: 'second' });
      return requests;
    }

    it('needs a signature for it', async () => {
      const requests = await withTwoAccounts();
      expect(outcome(await requests.send(copying('')))).toBe('404 CannotVerifyCopySource');
      const fields = 'sv=2026-04-06&se=2026-03-09T10%3A20%3A30Z&sr=s&sp=r';
      const text = 'r\n\n2026-03-09T10:20:30Z\n/file/devstoreaccount1/share\n\n\n\n2026-04-06\n\n\n\n\n';
      const mac = encodeURIComponent(signature(wellKnownAccount.keys[0] ?? '', text));
      const wrong = await requests.send(copying(`?${fields}&sig=AAAA`));
      expect(outcome(wrong)).toBe('403 CannotVerifyCopySource');
      expect(wrong.text).toContain('Signature did not match');
      expect((await requests.send(copying(`?${fields}&sig=${mac}`))).status).toBe(202);
      const copy = await requests.send({ method: 'GET', target: '/share/copy', account: 'second' });
      expect(copy.bytes.equals(patterned(2000))).toBe(true);
    });

    it('must be one of this emulator', async () => {
      const requests = await withTwoAccounts();
      const elsewhere = { 'x-ms-copy-source': 'https://elsewhere.file.core.windows.net/share/source' };
      expect(outcome(await requests.put('/share/copy', elsewhere))).toBe('404 CannotVerifyCopySource');
    });
  });

  it.each([
    ['a missing share', from('missing/source'), '404 ShareNotFound'],
    ['a missing file', from('share/missing'), '404 ResourceNotFound'],
    ['a share', from('share'), '404 ResourceNotFound'],
    ['a text', { 'x-ms-copy-source': 'share/source' }, '400 InvalidHeaderValue'],
    ['a bad escape', from('share/%zz'), '400 InvalidHeaderValue'],
    ['a very long URL', from(`share/${'x'.repeat(2100)}`), '400 InvalidHeaderValue'],
    [
      'an unknown mode',
      from('share/source', { 'x-ms-file-permission-copy-mode': 'both' }),
      '400 InvalidHeaderValue',
    ],
    [
      'a permission without the mode',
      from('share/source', { 'x-ms-file-permission': 'inherit' }),
      '400 MissingRequiredHeader',
    ],
    [
      'the mode without a permission',
      from('share/source', { 'x-ms-file-permission-copy-mode': 'override' }),
      '400 MissingRequiredHeader',
    ],
  ])('refuses %s', async (_name, headers, expected) => {
    const requests = await withSource();
    expect(outcome(await requests.put('/share/copy', headers))).toBe(expected);
  });

  it('keeps dots at the end of the source when it is asked to', async () => {
    const requests = await withSource();
    await requests.createFile('dotted.', 7, { 'x-ms-allow-trailing-dot': 'true' });
    expect(outcome(await requests.put('/share/copy', from('share/dotted.')))).toBe('404 ResourceNotFound');
    const keeping = from('share/dotted.', { 'x-ms-source-allow-trailing-dot': 'true' });
    expect((await requests.put('/share/copy', keeping)).status).toBe(202);
  });
});

describe('Abort Copy File', () => {
  const id = '566c0711-0dc5-4d31-b560-298154e769db';
  const aborting = { 'x-ms-copy-action': 'abort' };

  it('finds no copy that is pending', async () => {
    const requests = await withSource();
    await requests.put('/share/copy', from('share/source'));
    expect(outcome(await requests.put(`/share/copy?comp=copy&copyid=${id}`, aborting))).toBe(
      '409 NoPendingCopyOperation',
    );
  });

  it.each([
    ['an id that is none', 'copyid=id', aborting, '400 InvalidQueryParameterValue'],
    ['no id', '', aborting, '400 MissingRequiredQueryParameter'],
    ['no action', `copyid=${id}`, {}, '400 MissingRequiredHeader'],
    ['another action', `copyid=${id}`, { 'x-ms-copy-action': 'stop' }, '400 InvalidHeaderValue'],
    ['a file that was never copied', `copyid=${id}`, aborting, '400 InvalidQueryParameterValue'],
  ])('refuses %s', async (_name, query, headers, expected) => {
    const requests = await withSource();
    const answer = await requests.put(`/share/source?comp=copy&${query}`, headers as Record<string, string>);
    expect(outcome(answer)).toBe(expected);
  });
});
