import { describe, expect, it } from 'vitest';
import type { AzureFilesClient } from '../../../src/files/index.js';
import { scriptedClient, transcript, version } from './scripted-client.js';

const dot = 'x-ms-allow-trailing-dot: true';
const sourceDot = 'x-ms-source-allow-trailing-dot: true';
const leaseId = '11111111-2222-3333-4444-555555555555';
const lease = `x-ms-lease-id: ${leaseId}`;
const path = 'dir/a b.txt';
const target = '/data/dir/a%20b.txt';
const copyId = '66666666-2222-3333-4444-555555555555';
const ok = { ...version, 'Content-Length': '0', 'x-ms-share-quota': '5' };
const smb = {
  attributes: 'ReadOnly | hidden',
  creationTime: new Date('2020-01-02T03:04:05.678Z'),
  lastWriteTime: '2020-01-02T03:04:05.1234567Z',
  changeTime: 'now',
  permissionKey: '1*2',
} as const;
const smbHeaders = [
  'x-ms-file-attributes: ReadOnly|Hidden',
  'x-ms-file-change-time: now',
  'x-ms-file-creation-time: 2020-01-02T03:04:05.678Z',
  'x-ms-file-last-write-time: 2020-01-02T03:04:05.1234567Z',
  'x-ms-file-permission-key: 1*2',
];
const http = {
  contentType: 'text/plain',
  contentEncoding: 'gzip',
  contentLanguage: 'de',
  contentDisposition: 'inline',
  cacheControl: 'no-store',
  contentMd5: 'XUFAKrxLKna5cZ2REBfFkg==',
};
const httpHeaders = [
  'x-ms-content-type: text/plain',
  'x-ms-content-encoding: gzip',
  'x-ms-content-language: de',
  'x-ms-content-disposition: inline',
  'x-ms-cache-control: no-store',
  'x-ms-content-md5: XUFAKrxLKna5cZ2REBfFkg==',
];

type Call = (client: AzureFilesClient) => Promise<unknown>;

const snapshot = '2019-05-09T01:34:25.0000000Z';
const snapshotQuery = 'sharesnapshot=2019-05-09T01%3A34%3A25.0000000Z';
const include = 'include=Timestamps%2CEtag';

/** What is called, and the one request that it must send. */
const transcripts: readonly [string, Call, readonly string[]][] = [
  [
    'CreateFile',
    ({ files }) => files.create({ path, size: 7 }),
    [`PUT ${target}`, dot, 'x-ms-type: file', 'x-ms-content-length: 7', 'x-ms-file-attributes: None'],
  ],
  [
    'CreateFile with everything',
    ({ files }) =>
      files.create({ path, size: 4_398_046_511_104, leaseId, smb, metadata: { Ab: 'c d' }, ...http }),
    [
      `PUT ${target}`,
      dot,
      lease,
      'x-ms-type: file',
      'x-ms-content-length: 4398046511104',
      'x-ms-meta-Ab: c d',
      ...smbHeaders,
      ...httpHeaders,
    ],
  ],
  [
    'GetFileProperties',
    ({ files }) => files.getProperties({ path, leaseId, snapshot }),
    [`HEAD ${target}?${snapshotQuery}`, dot, lease],
  ],
  [
    'SetFileProperties of SMB',
    ({ files }) => files.setProperties({ path, leaseId, smb, replaceHttpHeaders: true }),
    [`PUT ${target}?comp=properties`, dot, lease, ...smbHeaders],
  ],
  [
    'SetFileProperties of HTTP headers',
    ({ files }) => files.setProperties({ path, httpHeaders: http, replaceHttpHeaders: true }),
    [`PUT ${target}?comp=properties`, dot, ...httpHeaders],
  ],
  [
    'SetFileProperties of the length',
    ({ files }) => files.resize({ path, size: 9, leaseId }),
    [`PUT ${target}?comp=properties`, dot, lease, 'x-ms-content-length: 9'],
  ],
  ['GetFileMetadata', ({ files }) => files.getMetadata({ path }), [`HEAD ${target}?comp=metadata`, dot]],
  [
    'SetFileMetadata',
    ({ files }) => files.setMetadata({ path, leaseId, metadata: { A: '1', b: '' } }),
    [`PUT ${target}?comp=metadata`, dot, lease, 'x-ms-meta-A: 1', 'x-ms-meta-b: '],
  ],
  ['DeleteFile', ({ files }) => files.delete({ path, leaseId }), [`DELETE ${target}`, dot, lease]],
  [
    'PutRange',
    ({ files }) => files.write({ path, leaseId, data: new Uint8Array(3), offset: 5 }),
    [`PUT ${target}?comp=range`, dot, lease, 'x-ms-write: update', 'x-ms-range: bytes=5-7'],
  ],
  [
    'PutRange, clear',
    ({ files }) => files.clearRange({ path, leaseId, range: { start: 512, end: 1024 } }),
    [`PUT ${target}?comp=range`, dot, lease, 'x-ms-write: clear', 'x-ms-range: bytes=512-1023'],
  ],
  [
    'GetFile of a range',
    ({ files }) => files.read({ path, leaseId, snapshot, range: { start: 3, end: 10 } }),
    [`GET ${target}?${snapshotQuery}`, dot, lease, 'x-ms-range: bytes=3-9'],
  ],
  ['GetFile', ({ files }) => files.read({ path }), [`GET ${target}`, dot, 'x-ms-range: bytes=0-4194303']],
  [
    'ListRanges',
    ({ files }) =>
      files.listRanges({
        path,
        leaseId,
        range: { start: 0, end: 512 },
        snapshot,
        previousSnapshot: snapshot,
      }),
    [
      `GET ${target}?comp=rangelist&${snapshotQuery}&prev${snapshotQuery}`,
      dot,
      lease,
      'x-ms-range: bytes=0-511',
    ],
  ],
  [
    'CopyFile',
    ({ files }) =>
      files.copy({ sourceShare: 'other', sourcePath: 'a#b', sourceSnapshot: snapshot, destPath: path }),
    [
      `PUT ${target}`,
      dot,
      sourceDot,
      `x-ms-copy-source: https://acct.file.core.windows.net/other/a%23b?${snapshotQuery}`,
    ],
  ],
  [
    'CopyFile with everything',
    ({ files }) =>
      files.copyFromUrl({
        sourceUrl: 'https://elsewhere.blob.core.windows.net/c/b?sig=x',
        destPath: path,
        leaseId,
        metadata: { A: '1' },
        keepSmbProperties: true,
        ignoreReadOnly: true,
      }),
    [
      `PUT ${target}`,
      dot,
      sourceDot,
      lease,
      'x-ms-copy-source: https://elsewhere.blob.core.windows.net/c/b?sig=x',
      'x-ms-meta-A: 1',
      'x-ms-file-copy-ignore-readonly: true',
      'x-ms-file-permission-copy-mode: source',
      'x-ms-file-attributes: source',
      'x-ms-file-creation-time: source',
      'x-ms-file-last-write-time: source',
      'x-ms-file-change-time: source',
    ],
  ],
  [
    'AbortCopyFile',
    ({ files }) => files.abortCopy({ path, copyId, leaseId }),
    [`PUT ${target}?comp=copy&copyid=${copyId}`, dot, lease, 'x-ms-copy-action: abort'],
  ],
  [
    'RenameFile',
    ({ files }) => files.rename({ path: 'x/ü', newPath: path }),
    [
      `PUT ${target}?comp=rename`,
      dot,
      sourceDot,
      'x-ms-file-rename-source: https://acct.file.core.windows.net/data/x/%C3%BC',
    ],
  ],
  [
    'RenameFile with everything',
    ({ files }) =>
      files.rename({
        path: 'x',
        newPath: path,
        replace: true,
        ignoreReadOnly: true,
        leaseId,
        destinationLeaseId: copyId,
        metadata: { A: '1' },
        contentType: 'text/html',
        smb,
      }),
    [
      `PUT ${target}?comp=rename`,
      dot,
      sourceDot,
      'x-ms-file-rename-source: https://acct.file.core.windows.net/data/x',
      'x-ms-file-rename-replace-if-exists: true',
      'x-ms-file-rename-ignore-readonly: true',
      `x-ms-source-lease-id: ${leaseId}`,
      `x-ms-destination-lease-id: ${copyId}`,
      'x-ms-meta-A: 1',
      'x-ms-content-type: text/html',
      ...smbHeaders,
    ],
  ],
  [
    'CreateDirectory',
    ({ directories }) => directories.create({ path: 'd/e', metadata: { A: '1' }, smb }),
    ['PUT /data/d/e?restype=directory', dot, 'x-ms-meta-A: 1', ...smbHeaders],
  ],
  [
    'GetDirectoryProperties',
    ({ directories }) => directories.getProperties({ path: 'd', snapshot }),
    [`HEAD /data/d?restype=directory&${snapshotQuery}`, dot],
  ],
  [
    'GetDirectoryProperties of the root',
    ({ directories }) => directories.getProperties({ share: 'other', path: '' }),
    ['HEAD /other?restype=directory', dot],
  ],
  [
    'SetDirectoryProperties',
    ({ directories }) => directories.setProperties({ path: 'd', smb }),
    ['PUT /data/d?restype=directory&comp=properties', dot, ...smbHeaders],
  ],
  [
    'SetDirectoryMetadata',
    ({ directories }) => directories.setMetadata({ path: 'd', metadata: { A: '1' } }),
    ['PUT /data/d?restype=directory&comp=metadata', dot, 'x-ms-meta-A: 1'],
  ],
  [
    'DeleteDirectory',
    ({ directories }) => directories.delete({ path: 'd' }),
    ['DELETE /data/d?restype=directory', dot],
  ],
  [
    'ListDirectoriesAndFiles',
    ({ directories }) => directories.list(),
    [`GET /data?restype=directory&comp=list&${include}`, dot],
  ],
  [
    'ListDirectoriesAndFiles with everything',
    ({ directories }) =>
      directories.list({
        path: 'd',
        prefix: 'a&b',
        marker: 'm/1',
        pageSize: 10,
        snapshot,
        include: ['attributes', 'permissionKey'],
      }),
    [
      `GET /data/d?restype=directory&comp=list&prefix=a%26b&marker=m%2F1&maxresults=10&${snapshotQuery}&${include}%2CAttributes%2CPermissionKey`,
      dot,
    ],
  ],
  [
    'RenameDirectory',
    ({ directories }) => directories.rename({ path: 'd', newPath: 'e/f', replace: true }),
    [
      'PUT /data/e/f?restype=directory&comp=rename',
      dot,
      sourceDot,
      'x-ms-file-rename-source: https://acct.file.core.windows.net/data/d',
      'x-ms-file-rename-replace-if-exists: true',
    ],
  ],
  [
    'ListShares',
    ({ shares }) =>
      shares
        .list({ prefix: 'p', pageSize: 3, include: ['metadata', 'snapshots'] })
        .byPage()
        [Symbol.asyncIterator]()
        .next(),
    ['GET /?comp=list&prefix=p&maxresults=3&include=metadata%2Csnapshots'],
  ],
  [
    'GetShareProperties',
    ({ shares }) => shares.getProperties({ share: 'other', snapshot, leaseId }),
    [`GET /other?restype=share&${snapshotQuery}`, lease],
  ],
  [
    'GetShareStats',
    ({ shares }) => shares.getStatistics({ leaseId }),
    ['GET /data?restype=share&comp=stats', lease],
  ],
];

const bodies: Readonly<Record<string, string>> = {
  ListRanges: '<Ranges />',
  ListDirectoriesAndFiles: '<EnumerationResults><Entries /><NextMarker /></EnumerationResults>',
  ListShares: '<EnumerationResults><Shares /><NextMarker /></EnumerationResults>',
  GetShareStats: '<ShareStats><ShareUsageBytes>1</ShareUsageBytes></ShareStats>',
};

describe('requests', () => {
  it.each(transcripts)('sends %s as documented', async (name, call, expected) => {
    const { client, transport } = scriptedClient();
    const calling = call(client);
    calling.catch(() => {});
    let exchange = await transport.next();
    // The lease of another process may have a record beside its file, which is looked for first.
    if (exchange.request.target.endsWith('.lease')) {
      exchange.refuse(404, 'ResourceNotFound');
      exchange = await transport.next();
    }
    expect(transcript(exchange)).toEqual([expected[0], ...expected.slice(1).sort()]);
    const { operation } = exchange.call;
    expect(name.split(/[ ,]/, 1)[0]).toBe(operation.name);
    const answer = {
      ...ok,
      'x-ms-copy-id': copyId,
      'x-ms-copy-status': 'success',
      'x-ms-content-length': '0',
    };
    if (operation.name === 'GetFile') {
      const { range = '' } = exchange.call.resource;
      const [start = 0] = range.slice(6).split('-').map(Number);
      exchange.answer(206, { ...answer, 'Content-Range': `bytes ${start}-${start}/${start + 1}` }, 'x');
    } else exchange.answer(operation.success[0] ?? 200, answer, bodies[operation.name] ?? '');
    if (operation.name === 'DeleteFile') {
      // Whoever deletes a locked file takes the record of the lock with it.
      const record = await transport.next();
      expect(record.request.target).toMatch(/\/\.[^/]+\.lease$/);
      record.refuse(404, 'ResourceNotFound');
    }
    await calling;
    expect(await transport.untaken()).toBe(0);
  });

  it('sends the bytes of a write without copying them', async () => {
    const { client, transport } = scriptedClient();
    const data = new Uint8Array(16);
    const writing = client.files.write({ path, data: data.subarray(4, 8), offset: 0 });
    const exchange = await transport.next();
    const { body } = exchange.request;
    expect(body).toBeInstanceOf(Uint8Array);
    expect((body as Uint8Array).buffer).toBe(data.buffer);
    expect(exchange.request.headers.get('content-length')).toBe('4');
    exchange.answer(201, ok);
    await writing;
  });

  it('puts the account into the path where the endpoint has it there', async () => {
    const { client, transport } = scriptedClient({ endpoint: 'http://127.0.0.1:10003/acct' });
    void client.files.rename({ path: 'a', newPath: 'b' }).catch(() => {});
    expect(transcript(await transport.next())).toContain(
      'x-ms-file-rename-source: http://127.0.0.1:10003/acct/data/a',
    );
    void client.shares
      .list()
      [Symbol.asyncIterator]()
      .next()
      .catch(() => {});
    expect((await transport.next()).request.target).toBe('/acct/?comp=list');
  });
});

describe('older service versions', () => {
  it('does not speak of trailing dots before the service understands them', async () => {
    const { client, transport } = scriptedClient({ apiVersion: '2021-12-02' });
    void client.files.rename({ path: 'a', newPath: 'b' }).catch(() => {});
    expect(transcript(await transport.next())).toEqual([
      'PUT /data/b?comp=rename',
      'x-ms-file-rename-source: https://acct.file.core.windows.net/data/a',
    ]);
  });

  it('refuses a name that ends with a dot where the service would drop the dot', async () => {
    const { client, transport } = scriptedClient({ apiVersion: '2021-12-02' });
    const refused = { name: 'ConfigurationError', code: 'UnsupportedVersion' };
    for (const name of ['a.', 'd./a']) {
      await expect(client.files.getProperties({ path: name })).rejects.toMatchObject(refused);
      await expect(client.files.getProperties({ path: name })).rejects.toThrow(
        /2021-12-02 drops .* 2022-11-02/,
      );
      await expect(client.directories.create({ path: name })).rejects.toMatchObject(refused);
      await expect(client.files.rename({ path: 'a', newPath: name })).rejects.toMatchObject(refused);
    }
    expect(transport.received).toBe(0);
  });

  it('names what the service insisted on: permission, attributes and times', async () => {
    const { client, transport } = scriptedClient({ apiVersion: '2020-04-08' });
    void client.files.create({ path: 'a', size: 1 }).catch(() => {});
    expect(transcript(await transport.next()).slice(1)).toEqual([
      'x-ms-content-length: 1',
      'x-ms-file-attributes: None',
      'x-ms-file-creation-time: now',
      'x-ms-file-last-write-time: now',
      'x-ms-file-permission: inherit',
      'x-ms-type: file',
    ]);
    void client.files.resize({ path: 'a', size: 1 }).catch(() => {});
    expect(transcript(await transport.next()).slice(1)).toEqual([
      'x-ms-content-length: 1',
      'x-ms-file-attributes: preserve',
      'x-ms-file-creation-time: preserve',
      'x-ms-file-last-write-time: preserve',
      'x-ms-file-permission: preserve',
    ]);
    void client.directories.create({ path: 'd', smb: { permissionKey: '1*2' } }).catch(() => {});
    expect(transcript(await transport.next())).toContain('x-ms-file-permission-key: 1*2');
  });

  it.each<[string, string, Call]>([
    [
      '2020-02-10',
      'ListDirectoriesAndFiles needs service version 2020-04-08',
      ({ directories }) => directories.list(),
    ],
    [
      '2021-02-12',
      'RenameFile needs service version 2021-04-10',
      ({ files }) => files.rename({ path: 'a', newPath: 'b' }),
    ],
    [
      '2021-02-12',
      'RenameDirectory needs service version 2021-04-10',
      ({ directories }) => directories.rename({ path: 'a', newPath: 'b' }),
    ],
    [
      '2019-12-12',
      'ListRanges needs service version 2020-02-10',
      ({ files }) => files.listRanges({ path: 'a', previousSnapshot: snapshot }),
    ],
    [
      '2019-02-02',
      'keepSmbProperties needs service version 2019-07-07',
      ({ files }) => files.copy({ sourcePath: 'a', destPath: 'b', keepSmbProperties: true }),
    ],
    [
      '2021-04-10',
      'smb.changeTime needs service version 2021-06-08',
      ({ files }) => files.setProperties({ path: 'a', smb: { changeTime: 'now' } }),
    ],
    [
      '2018-11-09',
      'smb needs service version 2019-02-02',
      ({ directories }) => directories.create({ path: 'a', smb: { attributes: 'None' } }),
    ],
  ])('says under %s that %s', async (apiVersion, message, call) => {
    const { client, transport } = scriptedClient({ apiVersion });
    const error = await call(client).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'UnsupportedVersion' });
    expect((error as Error).message).toContain(message);
    expect(transport.received).toBe(0);
  });

  it('says before it writes anything that createIfNotExists needs a version that renames', async () => {
    const { client, transport } = scriptedClient({ apiVersion: '2021-02-12' });
    await expect(client.files.createIfNotExists({ path: 'a' })).rejects.toMatchObject({
      code: 'UnsupportedVersion',
    });
    expect(transport.received).toBe(0);
  });
});
