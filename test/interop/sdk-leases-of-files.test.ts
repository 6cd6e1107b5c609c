import type { ShareFileClient } from '@azure/storage-file-share';
import { describe, expect, it } from 'vitest';
import { type Basis, type Outcome, outcome } from '../support/lease-cells.js';
import { a, b, leaseOf, leaseState, send, startFile } from '../support/official-client.js';

/*
 * Every cell of the two tables of file leases: lease actions by state, and operations on data by state. A is the id of
 * the lease, also of one that was given back or broken; B is another one. Asked through the official client, and by hand
 * where it cannot ask.
 */

const c = '11111111-2222-4333-8444-555555555555';
const states = ['available', 'leased', 'broken'] as const;
type State = (typeof states)[number];

type Setting = Awaited<ReturnType<typeof startFile>>;

/** Brings a fresh file into a state. */
async function bring(file: ShareFileClient, state: State): Promise<void> {
  const lease = file.getShareLeaseClient(a);
  await lease.acquireLease(-1);
  if (state === 'available') await lease.releaseLease();
  if (state === 'broken') await lease.breakLease();
}

async function fileIn(state: State): Promise<Setting> {
  const setting = await startFile();
  await bring(setting.file, state);
  return setting;
}

/** A lease action sent by hand; names go without `x-ms-lease-`. */
function sendLease({ endpoint }: Setting, headers: Readonly<Record<string, string>>): Promise<Response> {
  const entries = Object.entries(headers).map(([name, value]) => [`x-ms-lease-${name}`, value]);
  return send(endpoint, '/share/a.txt?comp=lease', Object.fromEntries(entries));
}

const asks = {
  // The official client always proposes an id.
  acquire: (setting: Setting) => sendLease(setting, { action: 'acquire', duration: '-1' }),
  'acquire A': ({ file }: Setting) => file.getShareLeaseClient(a).acquireLease(-1),
  'acquire B': ({ file }: Setting) => file.getShareLeaseClient(b).acquireLease(-1),
  break: ({ file }: Setting) => file.getShareLeaseClient(a).breakLease(),
  'break A': (setting: Setting) => sendLease(setting, { action: 'break', id: a }),
  'break B': (setting: Setting) => sendLease(setting, { action: 'break', id: b }),
  'change A to B': ({ file }: Setting) => file.getShareLeaseClient(a).changeLease(b),
  'change B to A': ({ file }: Setting) => file.getShareLeaseClient(b).changeLease(a),
  'change B to C': ({ file }: Setting) => file.getShareLeaseClient(b).changeLease(c),
  'release A': ({ file }: Setting) => file.getShareLeaseClient(a).releaseLease(),
  'release B': ({ file }: Setting) => file.getShareLeaseClient(b).releaseLease(),
} as const;
type Action = keyof typeof asks;

const present = 'LeaseAlreadyPresent';
const absent = 'LeaseNotPresentWithLeaseOperation';
const mismatch = 'LeaseIdMismatchWithLeaseOperation';

/** What the file is in afterwards, with the id of its lease; for a refusal, its code. */
type End =
  | 'available'
  | 'leased new'
  | 'leased A'
  | 'leased B'
  | 'broken'
  | typeof present
  | typeof absent
  | typeof mismatch;

const actionCells: readonly (readonly [State, Action, number, End, Basis])[] = [
  ['available', 'acquire', 201, 'leased new', 'documents'],
  ['available', 'acquire A', 201, 'leased A', 'recorded'],
  ['available', 'acquire B', 201, 'leased B', 'documents'],
  ['available', 'break', 409, absent, 'recorded'],
  ['available', 'break A', 409, absent, 'documents'],
  ['available', 'break B', 409, absent, 'documents'],
  ['available', 'change A to B', 409, absent, 'recorded'],
  ['available', 'change B to A', 409, absent, 'documents'],
  ['available', 'change B to C', 409, absent, 'documents'],
  ['available', 'release A', 409, mismatch, 'blob tests'],
  ['available', 'release B', 409, mismatch, 'blob tests'],

  ['leased', 'acquire', 409, present, 'documents'],
  ['leased', 'acquire A', 201, 'leased A', 'recorded'],
  ['leased', 'acquire B', 409, present, 'recorded'],
  ['leased', 'break', 202, 'broken', 'recorded'],
  ['leased', 'break A', 202, 'broken', 'documents'],
  ['leased', 'break B', 202, 'broken', 'documents'],
  ['leased', 'change A to B', 200, 'leased B', 'recorded'],
  ['leased', 'change B to A', 200, 'leased A', 'documents'],
  ['leased', 'change B to C', 409, mismatch, 'blob tests'],
  ['leased', 'release A', 200, 'available', 'recorded'],
  ['leased', 'release B', 409, mismatch, 'blob tests'],

  ['broken', 'acquire', 201, 'leased new', 'documents'],
  ['broken', 'acquire A', 201, 'leased A', 'recorded'],
  ['broken', 'acquire B', 201, 'leased B', 'documents'],
  ['broken', 'break', 202, 'broken', 'recorded'],
  ['broken', 'break A', 202, 'broken', 'documents'],
  ['broken', 'break B', 202, 'broken', 'documents'],
  ['broken', 'change A to B', 409, absent, 'blob tests'],
  ['broken', 'change B to A', 409, absent, 'blob tests'],
  ['broken', 'change B to C', 409, absent, 'blob tests'],
  ['broken', 'release A', 200, 'available', 'recorded'],
  ['broken', 'release B', 409, mismatch, 'blob tests'],
];

const shown: Readonly<Record<string, (string | undefined)[]>> = {
  available: ['available', 'unlocked', undefined],
  leased: ['leased', 'locked', 'infinite'],
  broken: ['broken', 'unlocked', undefined],
};

describe('a lease action on a file', () => {
  it.each(actionCells)('that is %s: %s answers %i, %s (%s)', async (state, action, status, end) => {
    const setting = await fileIn(state);
    const { file } = setting;
    const before = await file.getProperties();

    const [gotStatus, code] = await outcome(asks[action](setting));

    expect([gotStatus, code]).toEqual([status, status === 409 ? end : undefined]);
    const [after = state, holder] = status === 409 ? [state] : end.split(' ');
    expect(await leaseState(file)).toEqual(shown[after]);
    const id = { A: a, B: b }[holder ?? ''];
    if (id !== undefined) expect((await file.getProperties(leaseOf(id))).leaseState).toBe('leased');
    const { etag, lastModified } = await file.getProperties();
    expect([etag, lastModified]).toEqual([before.etag, before.lastModified]);
  });

  it('covers every cell once', () => {
    const wanted = states.flatMap((state) => Object.keys(asks).map((action) => `${state} ${action}`));
    expect(actionCells.map(([state, action]) => `${state} ${action}`).sort()).toEqual(wanted.sort());
  });

  it('gives a new id where none is proposed', async () => {
    const setting = await fileIn('available');
    const id = (await asks.acquire(setting)).headers.get('x-ms-lease-id') ?? '';
    expect([a, b]).not.toContain(id);
    expect((await setting.file.getProperties(leaseOf(id))).leaseState).toBe('leased');
  });

  it.each(Object.keys(asks) as Action[])('is refused for a file that is not there: %s', async (action) => {
    const setting = await startFile();
    await setting.file.delete();
    expect(await outcome(asks[action](setting))).toEqual([404, 'ResourceNotFound']);
  });
});

type Operation = (setting: Setting, id: string | undefined) => ReturnType<(typeof asks)[Action]>;
const options = (id: string | undefined) => (id === undefined ? {} : leaseOf(id));

/** By the name of the REST operation; the status is that of success. */
const writes: Readonly<Record<string, readonly [status: number, Operation]>> = {
  'Create File': [201, ({ file }, id) => file.create(10, options(id))],
  'Put Range': [201, ({ file }, id) => file.uploadRange('Hello', 0, 5, options(id))],
  'Put Range (clear)': [201, ({ file }, id) => file.clearRange(0, 5, options(id))],
  'Set File Properties': [200, ({ file }, id) => file.setHttpHeaders({}, options(id))],
  'Set File Properties (resize)': [200, ({ file }, id) => file.resize(8, options(id))],
  'Set File Metadata': [200, ({ file }, id) => file.setMetadata({}, options(id))],
  'Copy File': [202, copyOnto],
  'Delete File': [202, ({ file }, id) => file.delete(options(id))],
  'Rename File': [200, renameAway],
};
const reads: typeof writes = {
  'Get File': [200, ({ file }, id) => file.download(0, undefined, options(id))],
  'Get File Properties': [200, ({ file }, id) => file.getProperties(options(id))],
  'List Ranges': [200, ({ file }, id) => file.getRangeList(options(id))],
};

async function copyOnto({ file, share }: Setting, id: string | undefined) {
  const source = share.rootDirectoryClient.getFileClient('source.txt');
  await source.create(3);
  return file.startCopyFromURL(source.url, options(id));
}

/** By hand: the official client leaves the account out of destinations in path style. */
function renameAway({ file, endpoint }: Setting, id: string | undefined): Promise<Response> {
  return send(endpoint, '/share/renamed.txt?comp=rename', {
    'x-ms-version': '2021-04-10',
    'x-ms-file-rename-source': file.url,
    ...(id !== undefined && { 'x-ms-source-lease-id': id }),
  });
}

const uses = { write: writes, read: reads } as const;
const ids = { 'no id': undefined, 'id A': a, 'id B': b } as const;
const missing = 'LeaseIdMissing';
const none = 'LeaseNotPresentWithFileOperation';
const other = 'LeaseIdMismatchWithFileOperation';

const useCells: readonly (readonly [State, keyof typeof uses, keyof typeof ids, string, Basis])[] = [
  ['available', 'write', 'no id', 'done', 'recorded'],
  ['available', 'write', 'id A', none, 'recorded'],
  ['available', 'write', 'id B', none, 'recorded'],
  ['available', 'read', 'no id', 'done', 'recorded'],
  ['available', 'read', 'id A', none, 'recorded'],
  ['available', 'read', 'id B', none, 'recorded'],

  ['leased', 'write', 'no id', missing, 'recorded'],
  ['leased', 'write', 'id A', 'done', 'recorded'],
  ['leased', 'write', 'id B', other, 'recorded'],
  ['leased', 'read', 'no id', 'done', 'recorded'],
  ['leased', 'read', 'id A', 'done', 'recorded'],
  ['leased', 'read', 'id B', other, 'recorded'],

  ['broken', 'write', 'no id', 'done', 'documents'],
  // As a share answers whose lease was broken.
  ['broken', 'write', 'id A', 'LeaseLost', 'analogy'],
  ['broken', 'write', 'id B', other, 'analogy'],
  ['broken', 'read', 'no id', 'done', 'documents'],
  ['broken', 'read', 'id A', 'LeaseLost', 'analogy'],
  ['broken', 'read', 'id B', other, 'analogy'],
];

describe('an operation on a file', () => {
  it.each(useCells)('that is %s: a %s with %s is %s (%s)', async (state, use, id, end) => {
    const got: Record<string, Outcome> = {};
    const wanted: Record<string, Outcome> = {};
    for (const [name, [status, operation]] of Object.entries(uses[use])) {
      const setting = await fileIn(state);
      got[name] = await outcome(operation(setting, ids[id]));
      wanted[name] = end === 'done' ? [status] : [412, end];
    }
    expect(got).toEqual(wanted);
  });

  it('covers every cell once', () => {
    const wanted = states.flatMap((state) =>
      Object.keys(uses).flatMap((use) => Object.keys(ids).map((id) => `${state} ${use} ${id}`)),
    );
    expect(useCells.map((cell) => cell.slice(0, 3).join(' ')).sort()).toEqual(wanted.sort());
  });

  it.each(['Create File', 'Copy File'])('that is not there: %s with an id is refused', async (name) => {
    const setting = await startFile();
    await setting.file.delete();
    const [, operation] = writes[name] ?? [];
    expect(await outcome(operation!(setting, a))).toEqual([412, none]);
  });
});
