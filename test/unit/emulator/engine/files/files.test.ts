import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

async function inShare(version?: string): Promise<ShareRequests> {
  const requests = new ShareRequests(version);
  await requests.createShare();
  return requests;
}

function outcome({ status, code }: Answer): string {
  return `${status} ${code ?? ''}`.trim();
}

/** The headers of an answer that are about the file, as pairs. */
function told(answer: Answer, ...names: string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, answer.headers.get(name)]));
}

describe('Create File', () => {
  it('answers with the properties of the new file', async () => {
    const requests = await inShare();
    await requests.clock.advance(1000);
    const answer = await requests.createFile('f', 1024);
    expect(answer.status).toBe(201);
    const names = [
      'x-ms-file-attributes',
      'x-ms-file-creation-time',
      'x-ms-file-last-write-time',
      'x-ms-file-change-time',
      'x-ms-file-parent-id',
      'x-ms-request-server-encrypted',
      'content-length',
      'last-modified',
    ];
    expect(told(answer, ...names)).toEqual({
      'x-ms-file-attributes': 'Archive',
      'x-ms-file-creation-time': '2026-03-02T03:04:06.0000000Z',
      'x-ms-file-last-write-time': '2026-03-02T03:04:06.0000000Z',
      'x-ms-file-change-time': '2026-03-02T03:04:06.0000000Z',
      'x-ms-file-parent-id': '0',
      'x-ms-request-server-encrypted': 'true',
      'content-length': '0',
      'last-modified': 'Mon, 02 Mar 2026 03:04:06 GMT',
    });
  });

  it('gives an ETag that is the moment in ticks, greater at each change', async () => {
    const requests = await inShare();
    await requests.clock.advance(1000);
    const answers = [
      await requests.createFile('f', 10),
      await requests.putRange('f', { start: 0, bytes: 'a' }),
      await requests.put('/share/f?comp=metadata', { 'x-ms-meta-a': '1' }),
    ];
    const etags = answers.map(({ headers }) => headers.get('etag') ?? '');
    const ticks = BigInt(Date.parse('2026-03-02T03:04:06Z')) * 10_000n + 621_355_968_000_000_000n;
    expect(etags[0]).toBe(`"0x${ticks.toString(16).toUpperCase()}"`);
    expect(etags).toEqual([...new Set(etags)].sort());
  });

  it.each([
    ['without a type', { 'x-ms-content-length': '1' }, '400 MissingRequiredHeader'],
    ['of another type', { 'x-ms-type': 'blob', 'x-ms-content-length': '1' }, '400 InvalidHeaderValue'],
    ['without a length', { 'x-ms-type': 'file' }, '400 MissingRequiredHeader'],
    ['of negative length', { 'x-ms-type': 'file', 'x-ms-content-length': '-1' }, '400 InvalidHeaderValue'],
    ['of a length in words', { 'x-ms-type': 'file', 'x-ms-content-length': 'ten' }, '400 InvalidHeaderValue'],
    ['above 4 TiB', { 'x-ms-type': 'file', 'x-ms-content-length': '4398046511105' }, '400 OutOfRangeInput'],
    [
      'with an unknown attribute',
      { 'x-ms-type': 'file', 'x-ms-content-length': '1', 'x-ms-file-attributes': 'Green' },
      '400 InvalidHeaderValue',
    ],
    [
      'with the attribute of a directory',
      { 'x-ms-type': 'file', 'x-ms-content-length': '1', 'x-ms-file-attributes': 'Directory' },
      '400 InvalidHeaderValue',
    ],
    [
      'with a permission in another format than SDDL',
      {
        'x-ms-type': 'file',
        'x-ms-content-length': '1',
        'x-ms-file-permission': 'AQAUhA==',
        'x-ms-file-permission-format': 'Binary',
      },
      '400 InvalidHeaderValue',
    ],
    [
      'with a time that is none',
      { 'x-ms-type': 'file', 'x-ms-content-length': '1', 'x-ms-file-creation-time': 'soon' },
      '400 InvalidHeaderValue',
    ],
    [
      'with a permission that is none',
      { 'x-ms-type': 'file', 'x-ms-content-length': '1', 'x-ms-file-permission': 'abcde' },
      '400 FileInvalidPermission',
    ],
    [
      'with an unknown permission key',
      { 'x-ms-type': 'file', 'x-ms-content-length': '1', 'x-ms-file-permission-key': '1*2' },
      '400 FileInvalidPermissionKey',
    ],
  ])('refuses a file %s', async (_name, headers, expected) => {
    const requests = await inShare();
    expect(outcome(await requests.put('/share/f', headers as Record<string, string>))).toBe(expected);
    expect((await requests.head('/share/f')).status).toBe(404);
  });

  it('takes 4 TiB, and no more than the quota of the share', async () => {
    const requests = await inShare();
    expect((await requests.createFile('a', 4 * 1024 ** 4)).status).toBe(201);
    expect(outcome(await requests.createFile('b', 4 * 1024 ** 4))).toBe('403 ShareSizeLimitReached');
    expect((await requests.createFile('b', 1024 ** 4)).status).toBe(201);
    expect(
      outcome(
        await requests.put('/share/b?comp=properties', { 'x-ms-content-length': String(1024 ** 4 + 1) }),
      ),
    ).toBe('403 ShareSizeLimitReached');
  });

  it('stores attributes, times and permission as they are given', async () => {
    const requests = await inShare();
    const sddl = 'O:SYG:SYD:(A;;FA;;;SY)';
    const made = await requests.createFile('f', 1, {
      'x-ms-file-attributes': 'ReadOnly|Hidden',
      'x-ms-file-creation-time': '2019-08-15T05:15:25.06Z',
      'x-ms-file-last-write-time': '2019-08-26T05:15:25.0600000Z',
      'x-ms-file-permission': sddl,
    });
    const names = [
      'x-ms-file-attributes',
      'x-ms-file-creation-time',
      'x-ms-file-last-write-time',
      'x-ms-file-change-time',
    ];
    expect(told(made, ...names)).toEqual({
      'x-ms-file-attributes': 'ReadOnly | Hidden | Archive',
      'x-ms-file-creation-time': '2019-08-15T05:15:25.0600000Z',
      'x-ms-file-last-write-time': '2019-08-26T05:15:25.0600000Z',
      'x-ms-file-change-time': '2019-08-15T05:15:25.0600000Z',
    });
    const same = await requests.createFile('g', 1, { 'x-ms-file-permission': `${sddl}S:NO_ACCESS_CONTROL` });
    expect(same.headers.get('x-ms-file-permission-key')).toBe(made.headers.get('x-ms-file-permission-key'));
  });

  it('gives files and directories different inherited permissions', async () => {
    const requests = await inShare();
    const file = (await requests.createFile('f')).headers.get('x-ms-file-permission-key');
    const directory = (await requests.createDirectory('d')).headers.get('x-ms-file-permission-key');
    expect(file).toMatch(/^\d{1,20}\*\d{1,20}$/);
    expect(directory).not.toBe(file);
    expect(directory?.split('*')[1]).toBe(file?.split('*')[1]);
  });

  it('writes the content that comes with the request, from the version that has it', async () => {
    const requests = await inShare();
    const headers = { 'x-ms-type': 'file', 'x-ms-content-length': '7' };
    const answer = await requests.put('/share/f', headers, 'hello');
    expect(answer.headers.get('content-md5')).toBe(createHash('md5').update('hello').digest('base64'));
    expect((await requests.get('/share/f')).text).toBe('hello\0\0');
    expect(outcome(await requests.put('/share/g', { ...headers, 'x-ms-content-length': '4' }, 'hello'))).toBe(
      '400 InvalidHeaderValue',
    );
    const old = await requests.send({
      method: 'PUT',
      target: '/share/g',
      headers,
      body: 'hello',
      version: '2025-05-05',
    });
    expect(outcome(old)).toBe('400 InvalidHeaderValue');
    expect((await requests.head('/share/g')).status).toBe(404);
  });

  it('leaves SMB properties out of answers to versions that did not have them', async () => {
    const requests = await inShare('2018-11-09');
    await requests.createFile('f');
    const names = [...(await requests.head('/share/f')).headers].map(([name]) => name);
    expect(names.filter((name) => name.startsWith('x-ms-file') || name.startsWith('x-ms-lease'))).toEqual([]);
  });
});

describe('Set File Properties', () => {
  it('replaces all HTTP properties when one is given, and keeps them when none is', async () => {
    const requests = await inShare();
    const headers = {
      'x-ms-content-type': 'text/plain',
      'x-ms-cache-control': 'no-store',
      'x-ms-content-md5': 'AQIDBA==',
    };
    await requests.createFile('f', 10, headers);
    await requests.put('/share/f?comp=properties', { 'x-ms-content-length': '20' });
    const names = ['content-type', 'cache-control', 'content-md5', 'content-length', 'content-language'];
    expect(told(await requests.head('/share/f'), ...names)).toEqual({
      'content-type': 'text/plain',
      'cache-control': 'no-store',
      'content-md5': 'AQIDBA==',
      'content-length': '20',
      'content-language': undefined,
    });
    await requests.put('/share/f?comp=properties', { 'x-ms-content-language': 'de' });
    expect(told(await requests.head('/share/f'), ...names)).toEqual({
      'content-type': undefined,
      'cache-control': undefined,
      'content-md5': undefined,
      'content-length': '20',
      'content-language': 'de',
    });
    await requests.put('/share/f?comp=properties', { 'x-ms-file-attributes': 'Hidden' });
    expect(told(await requests.head('/share/f'), ...names)).toEqual({ 'content-length': '20' });
  });

  it('drops what lies beyond a smaller length for good', async () => {
    const requests = await inShare();
    await requests.createFile('f', 5);
    await requests.putRange('f', { start: 0, bytes: 'hello' });
    await requests.put('/share/f?comp=properties', { 'x-ms-content-length': '2' });
    await requests.put('/share/f?comp=properties', { 'x-ms-content-length': '5' });
    expect((await requests.get('/share/f')).text).toBe('he\0\0\0');
  });

  it('changes attributes and times, keeps those that are preserved, and moves the change time', async () => {
    const requests = await inShare();
    await requests.createFile('f', 5, { 'x-ms-file-creation-time': '2019-08-15T05:15:25.0600000Z' });
    await requests.clock.advance(1000);
    const answer = await requests.put('/share/f?comp=properties', {
      'x-ms-file-attributes': 'Hidden|Temporary',
      'x-ms-file-creation-time': 'preserve',
      'x-ms-file-last-write-time': '2020-01-01T00:00:00Z',
      'x-ms-file-permission': 'Preserve',
    });
    const names = [
      'x-ms-file-attributes',
      'x-ms-file-creation-time',
      'x-ms-file-last-write-time',
      'x-ms-file-change-time',
    ];
    expect(told(answer, ...names)).toEqual({
      'x-ms-file-attributes': 'Hidden | Temporary',
      'x-ms-file-creation-time': '2019-08-15T05:15:25.0600000Z',
      'x-ms-file-last-write-time': '2020-01-01T00:00:00.0000000Z',
      'x-ms-file-change-time': '2026-03-02T03:04:06.0000000Z',
    });
  });
});

describe('metadata', () => {
  it('keeps the case of names, and is replaced as a whole', async () => {
    const requests = await inShare();
    await requests.createFile('f', 0, { 'x-ms-meta-UP': '1', 'x-ms-meta-low': 'two words' });
    const names = (answer: Answer): string[] =>
      [...answer.headers]
        .filter(([name]) => name.startsWith('x-ms-meta-'))
        .map(([name, value]) => `${name}=${value}`);
    expect(names(await requests.head('/share/f'))).toEqual(['x-ms-meta-UP=1', 'x-ms-meta-low=two words']);
    await requests.put('/share/f?comp=metadata', { 'x-ms-meta-Other': '3' });
    expect(names(await requests.get('/share/f?comp=metadata'))).toEqual(['x-ms-meta-Other=3']);
    await requests.put('/share/f?comp=metadata');
    expect(names(await requests.head('/share/f?comp=metadata'))).toEqual([]);
  });

  it.each([
    ['x-ms-meta-', '1', '400 EmptyMetadataKey'],
    ['x-ms-meta-1a', '1', '400 InvalidMetadata'],
    ['x-ms-meta-a-b', '1', '400 InvalidMetadata'],
    ['x-ms-meta-a', 'x'.repeat(8192), '400 MetadataTooLarge'],
  ])('refuses %s', async (name, value, expected) => {
    const requests = await inShare();
    await requests.createFile('f');
    expect(outcome(await requests.put('/share/f?comp=metadata', { [name]: value }))).toBe(expected);
  });

  it('takes exactly 8 KiB of names and values', async () => {
    const requests = await inShare();
    await requests.createFile('f');
    const answer = await requests.put('/share/f?comp=metadata', { 'x-ms-meta-a': 'x'.repeat(8191) });
    expect(answer.status).toBe(200);
  });
});

describe('directories', () => {
  it('carry metadata and properties, the root too', async () => {
    const requests = await inShare();
    await requests.createDirectory('d', { 'x-ms-meta-a': '1' });
    for (const url of ['/share/d?restype=directory', '/share?restype=directory']) {
      await requests.put(`${url}&comp=metadata`, { 'x-ms-meta-b': '2' });
      const changed = await requests.put(`${url}&comp=properties`, { 'x-ms-file-attributes': 'System' });
      expect(changed.headers.get('x-ms-file-attributes')).toBe('System | Directory');
      const read = await requests.get(url);
      expect(told(read, 'x-ms-meta-a', 'x-ms-meta-b', 'x-ms-server-encrypted')).toEqual({
        'x-ms-meta-a': undefined,
        'x-ms-meta-b': '2',
        'x-ms-server-encrypted': 'true',
      });
      expect((await requests.head(`${url}&comp=metadata`)).headers.get('x-ms-meta-b')).toBe('2');
    }
  });

  it('do not move when something is made or deleted in them', async () => {
    const requests = await inShare();
    const made = await requests.createDirectory('d');
    await requests.clock.advance(5000);
    await requests.createFile('d/f');
    await requests.delete('/share/d/f');
    const read = await requests.get('/share/d?restype=directory');
    expect(told(read, 'etag', 'last-modified')).toEqual(told(made, 'etag', 'last-modified'));
  });

  it('cannot be deleted while they are read-only', async () => {
    const requests = await inShare();
    await requests.createDirectory('d', { 'x-ms-file-attributes': 'ReadOnly' });
    expect(outcome(await requests.delete('/share/d?restype=directory'))).toBe('409 ReadOnlyAttribute');
  });
});

describe('names', () => {
  it.each([
    'a b',
    'déjà vu',
    '100%',
    '#+&=',
    'üñíçödé',
    '日本語',
    "it's",
    '~tilde',
    ' leading',
    'semi;colon',
    '!(){}[]',
    '\u{1f600}',
  ])('keeps %s', async (name) => {
    const requests = await inShare();
    const path = encodeURIComponent(name);
    expect((await requests.createFile(path)).status).toBe(201);
    const listed = await requests.get('/share?restype=directory&comp=list');
    const escaped = name.replaceAll('&', '&amp;');
    expect(listed.text).toContain(`<Name>${escaped}</Name>`);
  });

  it.each([
    'a:b',
    'a*b',
    'a?b',
    'a|b',
    'a<b',
    'a>b',
    'a"b',
    'a\\b',
    'a/b',
    'a\u0001b',
    'CON',
    'lpt1',
    '..',
    'a\ud800',
  ])('refuses %j', async (name) => {
    const requests = await inShare();
    const path = name === 'a\ud800' ? 'a%ED%A0%80' : encodeURIComponent(name);
    const answer = await requests.createFile(path);
    expect([400, 404]).toContain(answer.status);
  });

  it('refuses names and paths that are too long or too deep', async () => {
    const requests = await inShare();
    expect((await requests.createFile('x'.repeat(255))).status).toBe(201);
    expect(outcome(await requests.createFile('x'.repeat(256)))).toBe('400 InvalidFileOrDirectoryPathName');
    const deep = Array.from({ length: 250 }, () => 'd');
    for (let depth = 1; depth < 250; depth++) await requests.createDirectory(deep.slice(0, depth).join('/'));
    expect((await requests.createDirectory(deep.join('/'))).status).toBe(201);
    expect(outcome(await requests.createDirectory(`${deep.join('/')}/d`))).toBe(
      '400 InvalidFileOrDirectoryPathName',
    );
  });

  it('drops dots at the end of every name, unless it is asked to keep them', async () => {
    const requests = await inShare();
    const keeping = { 'x-ms-allow-trailing-dot': 'true' };
    await requests.createDirectory('d.');
    await requests.createFile('d/f...', 3);
    expect((await requests.head('/share/d./f')).headers.get('content-length')).toBe('3');
    await requests.createFile('d/f.', 4, keeping);
    expect((await requests.head('/share/d/f.')).headers.get('content-length')).toBe('3');
    expect((await requests.head('/share/d/f.', keeping)).headers.get('content-length')).toBe('4');
    expect(outcome(await requests.head('/share/d./f', keeping))).toBe('404 ParentNotFound');
    const listed = await requests.get('/share/d?restype=directory&comp=list');
    expect([...listed.text.matchAll(/<Name>([^<]*)/g)].map((match) => match[1])).toEqual(['f', 'f.']);
  });
});
