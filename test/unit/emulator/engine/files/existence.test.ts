import { describe, expect, it } from 'vitest';
import { type Answer, ShareRequests } from '../../../../support/share-requests.js';

type Target = 'absent' | 'file' | 'directory' | 'full directory' | 'orphan';
type Action = (requests: ShareRequests, path: string) => Promise<Answer>;

/** What stands at the path before the action; `orphan` = its parent is missing. */
async function prepare(target: Target): Promise<{ requests: ShareRequests; path: string }> {
  const requests = new ShareRequests();
  await requests.createShare();
  await requests.createFile('source', 10);
  await requests.createDirectory('source-directory');
  if (target === 'file') await requests.createFile('x', 5);
  if (target.endsWith('directory')) await requests.createDirectory('x');
  if (target === 'full directory') await requests.createFile('x/inner');
  return { requests, path: target === 'orphan' ? 'missing/x' : 'x' };
}

const url = (path: string): string => `http://127.0.0.1:10003/devstoreaccount1/share/${path}`;

function rename(source: string, options: { kind: 'file' | 'directory'; replace: boolean }): Action {
  const query = options.kind === 'file' ? '?comp=rename' : '?restype=directory&comp=rename';
  const headers = {
    'x-ms-file-rename-source': url(source),
    'x-ms-file-rename-replace-if-exists': String(options.replace),
  };
  return (requests, path) => requests.put(`/share/${path}${query}`, headers);
}

const actions: Readonly<Record<string, Action>> = {
  'PUT file': (requests, path) => requests.createFile(path, 20),
  'PUT directory': (requests, path) => requests.createDirectory(path),
  'GET file': (requests, path) => requests.get(`/share/${path}`),
  'HEAD file': (requests, path) => requests.head(`/share/${path}`),
  'DELETE file': (requests, path) => requests.delete(`/share/${path}`),
  'GET directory': (requests, path) => requests.get(`/share/${path}?restype=directory`),
  'HEAD directory': (requests, path) => requests.head(`/share/${path}?restype=directory`),
  'DELETE directory': (requests, path) => requests.delete(`/share/${path}?restype=directory`),
  'list directory': (requests, path) => requests.get(`/share/${path}?restype=directory&comp=list`),
  'Put Range': (requests, path) => requests.putRange(path, { start: 0, bytes: 'ab' }),
  'List Ranges': (requests, path) => requests.get(`/share/${path}?comp=rangelist`),
  'Set File Metadata': (requests, path) =>
    requests.put(`/share/${path}?comp=metadata`, { 'x-ms-meta-a': '1' }),
  'Copy to': (requests, path) => requests.put(`/share/${path}`, { 'x-ms-copy-source': url('source') }),
  'rename file to': rename('source', { kind: 'file', replace: false }),
  'rename file over': rename('source', { kind: 'file', replace: true }),
  'rename directory to': rename('source-directory', { kind: 'directory', replace: false }),
  'rename directory over': rename('source-directory', { kind: 'directory', replace: true }),
};

const notFound = '404 ResourceNotFound';
const noParent = '404 ParentNotFound';
const exists = '409 ResourceAlreadyExists';
const mismatch = '409 ResourceTypeMismatch';

/** Rows: action. Columns: what is there. */
const matrix: readonly (readonly [string, Readonly<Record<Target, string>>])[] = [
  [
    'PUT file',
    { absent: '201', file: '201', directory: mismatch, 'full directory': mismatch, orphan: noParent },
  ],
  [
    'PUT directory',
    { absent: '201', file: mismatch, directory: exists, 'full directory': exists, orphan: noParent },
  ],
  [
    'GET file',
    { absent: notFound, file: '200', directory: notFound, 'full directory': notFound, orphan: noParent },
  ],
  [
    'HEAD file',
    { absent: notFound, file: '200', directory: notFound, 'full directory': notFound, orphan: noParent },
  ],
  [
    'DELETE file',
    { absent: notFound, file: '202', directory: notFound, 'full directory': notFound, orphan: noParent },
  ],
  [
    'GET directory',
    { absent: notFound, file: notFound, directory: '200', 'full directory': '200', orphan: noParent },
  ],
  [
    'HEAD directory',
    { absent: notFound, file: notFound, directory: '200', 'full directory': '200', orphan: noParent },
  ],
  [
    'DELETE directory',
    {
      absent: notFound,
      file: notFound,
      directory: '202',
      'full directory': '409 DirectoryNotEmpty',
      orphan: noParent,
    },
  ],
  [
    'list directory',
    { absent: notFound, file: notFound, directory: '200', 'full directory': '200', orphan: noParent },
  ],
  [
    'Put Range',
    { absent: notFound, file: '201', directory: notFound, 'full directory': notFound, orphan: noParent },
  ],
  [
    'List Ranges',
    { absent: notFound, file: '200', directory: notFound, 'full directory': notFound, orphan: noParent },
  ],
  [
    'Set File Metadata',
    { absent: notFound, file: '200', directory: notFound, 'full directory': notFound, orphan: noParent },
  ],
  [
    'Copy to',
    { absent: '202', file: '202', directory: mismatch, 'full directory': mismatch, orphan: noParent },
  ],
  [
    'rename file to',
    { absent: '200', file: exists, directory: exists, 'full directory': exists, orphan: noParent },
  ],
  [
    'rename file over',
    { absent: '200', file: '200', directory: mismatch, 'full directory': mismatch, orphan: noParent },
  ],
  [
    'rename directory to',
    { absent: '200', file: exists, directory: exists, 'full directory': exists, orphan: noParent },
  ],
  [
    'rename directory over',
    { absent: '200', file: '200', directory: exists, 'full directory': exists, orphan: noParent },
  ],
];

const cells = matrix.flatMap(([action, row]) =>
  Object.entries(row).map(([target, expected]) => [action, target as Target, expected] as const),
);

describe('existence', () => {
  it.each(cells)('%s on %s gives %s', async (action, target, expected) => {
    const { requests, path } = await prepare(target);
    const answer = await actions[action]?.(requests, path);
    expect(`${answer?.status} ${answer?.code ?? ''}`.trim()).toBe(expected);
    expect(requests.failures).toEqual([]);
  });

  it.each(Object.entries(actions))('%s in a missing share gives 404 ShareNotFound', async (_name, action) => {
    const answer = await action(new ShareRequests(), 'x');
    expect(`${answer.status} ${answer.code}`).toBe('404 ShareNotFound');
  });

  it('sees one entry in names that differ only in case, and keeps the first spelling', async () => {
    const { requests } = await prepare('absent');
    await requests.createFile('Straße.TXT', 1);
    await requests.createFile('straßE.txt', 2);
    expect((await requests.head('/share/STRAßE.TXT')).headers.get('content-length')).toBe('2');
    const listed = await requests.get('/share?restype=directory&comp=list&prefix=str');
    expect(listed.text).toContain('<Name>Straße.TXT</Name>');
    expect((await requests.head('/share/STRASSE.TXT')).code).toBe('ResourceNotFound');
  });

  it('keeps the id of a file that is overwritten and drops what it held', async () => {
    const { requests } = await prepare('absent');
    const first = await requests.createFile('f', 4, {
      'x-ms-meta-a': '1',
      'x-ms-content-type': 'text/plain',
    });
    await requests.putRange('f', { start: 0, bytes: 'abcd' });
    const second = await requests.createFile('f', 4);
    const read = await requests.get('/share/f');
    expect(second.headers.get('x-ms-file-id')).toBe(first.headers.get('x-ms-file-id'));
    expect([...read.bytes]).toEqual([0, 0, 0, 0]);
    expect(read.headers.get('content-type')).toBe('application/octet-stream');
    expect(read.headers.has('x-ms-meta-a')).toBe(false);
  });

  it('reaches the root with and without a slash, but cannot make, delete or move it', async () => {
    const { requests } = await prepare('absent');
    expect((await requests.get('/share?restype=directory')).headers.get('x-ms-file-id')).toBe('0');
    expect((await requests.get('/share/?restype=directory')).status).toBe(200);
    expect((await requests.put('/share?restype=directory')).code).toBe('ResourceAlreadyExists');
    expect((await requests.delete('/share?restype=directory')).status).toBe(400);
    const move = { 'x-ms-file-rename-source': url('source-directory') };
    expect((await requests.put('/share?restype=directory&comp=rename', move)).status).toBe(400);
  });

  it('numbers directories and files of a share together, as the service does', async () => {
    const { requests } = await prepare('absent');
    const ids = [
      (await requests.head('/share/source')).headers.get('x-ms-file-id'),
      (await requests.head('/share/source-directory?restype=directory')).headers.get('x-ms-file-id'),
    ];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      ids.push((await requests.createFile(name)).headers.get('x-ms-file-id'));
    }
    expect(ids).toEqual([
      '13835128424026341376',
      '11529285414812647424',
      '16140971433240035328',
      '10376363910205800448',
      '14988049928633188352',
      '12682206919419494400',
      '17293892937846882304',
      '9799903157902376960',
    ]);
  });
});
