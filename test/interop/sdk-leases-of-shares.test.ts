import { describe, expect, it } from 'vitest';
import { type Basis, type Outcome, outcome } from '../support/lease-cells.js';
import { a, b, leaseOf, leaseState, send, startShare } from '../support/official-client.js';

/*
 * Every cell of the two tables of share leases: lease actions by state, and uses of the share by state. A is the id of
 * the lease, also of one that was given back or is over; B is another one. Asked through the official client, and by
 * hand where it cannot ask.
 */

const c = '11111111-2222-4333-8444-555555555555';
const states = ['available', 'leased', 'breaking', 'broken', 'expired'] as const;
type State = (typeof states)[number];

type Setting = Awaited<ReturnType<typeof startShare>>;

/** The official client hands on what it does not declare. */
const period = (breakPeriod: number) => ({ breakPeriod }) as object;

/** How a share comes into a state, beginning with a lease that it has for as many seconds. */
const ways: Readonly<Record<State, readonly [seconds: number, (setting: Setting) => unknown]>> = {
  available: [60, ({ share }) => share.getShareLeaseClient(a).releaseLease()],
  leased: [60, () => {}],
  breaking: [60, ({ share }) => share.getShareLeaseClient(a).breakLease(period(30))],
  broken: [60, ({ share }) => share.getShareLeaseClient(a).breakLease(period(0))],
  expired: [15, ({ clock }) => clock.advance(15_000)],
};

async function shareIn(state: State): Promise<Setting> {
  const setting = await startShare();
  const [seconds, then] = ways[state];
  await setting.share.getShareLeaseClient(a).acquireLease(seconds);
  await then(setting);
  expect((await leaseState(setting.share))[0]).toBe(state);
  return setting;
}

/** A lease action sent by hand; names go without `x-ms-lease-`. */
function sendLease({ endpoint }: Setting, headers: Readonly<Record<string, string>>): Promise<Response> {
  const entries = Object.entries(headers).map(([name, value]) => [`x-ms-lease-${name}`, value]);
  return send(endpoint, '/share?restype=share&comp=lease', Object.fromEntries(entries));
}

const asks = {
  // The official client always proposes an id.
  acquire: (setting: Setting) => sendLease(setting, { action: 'acquire', duration: '30' }),
  'acquire A': ({ share }: Setting) => share.getShareLeaseClient(a).acquireLease(30),
  'acquire B': ({ share }: Setting) => share.getShareLeaseClient(b).acquireLease(30),
  'break at once': ({ share }: Setting) => share.getShareLeaseClient(b).breakLease(period(0)),
  'break after 5 s': ({ share }: Setting) => share.getShareLeaseClient(b).breakLease(period(5)),
  'break without a period': ({ share }: Setting) => share.getShareLeaseClient(b).breakLease(),
  'change A to B': ({ share }: Setting) => share.getShareLeaseClient(a).changeLease(b),
  'change B to A': ({ share }: Setting) => share.getShareLeaseClient(b).changeLease(a),
  'change B to C': ({ share }: Setting) => share.getShareLeaseClient(b).changeLease(c),
  // It takes a share for a file, and sends nothing.
  'renew A': (setting: Setting) => sendLease(setting, { action: 'renew', id: a }),
  'renew B': (setting: Setting) => sendLease(setting, { action: 'renew', id: b }),
  'release A': ({ share }: Setting) => share.getShareLeaseClient(a).releaseLease(),
  'release B': ({ share }: Setting) => share.getShareLeaseClient(b).releaseLease(),
} as const;
type Action = keyof typeof asks;

const present = 'LeaseAlreadyPresent';
const absent = 'LeaseNotPresentWithLeaseOperation';
const mismatch = 'LeaseIdMismatchWithLeaseOperation';
const unacquirable = 'LeaseIsBreakingAndCannotBeAcquired';
const unchangeable = 'LeaseIsBreakingAndCannotBeChanged';
const unrenewable = 'LeaseIsBrokenAndCannotBeRenewed';

/** The last column but one: what the share is in afterwards, with the id of its lease; for a refusal, its code. */
const actionCells: readonly (readonly [State, Action, number, string, Basis])[] = [
  ['available', 'acquire', 201, 'leased new', 'documents'],
  ['available', 'acquire A', 201, 'leased A', 'recorded'],
  ['available', 'acquire B', 201, 'leased B', 'documents'],
  ['available', 'break at once', 409, absent, 'recorded'],
  ['available', 'break after 5 s', 409, absent, 'documents'],
  ['available', 'break without a period', 409, absent, 'recorded'],
  ['available', 'change A to B', 409, absent, 'blob tests'],
  ['available', 'change B to A', 409, absent, 'blob tests'],
  ['available', 'change B to C', 409, absent, 'blob tests'],
  ['available', 'renew A', 409, mismatch, 'blob tests'],
  ['available', 'renew B', 409, mismatch, 'blob tests'],
  ['available', 'release A', 409, mismatch, 'blob tests'],
  ['available', 'release B', 409, mismatch, 'blob tests'],

  ['leased', 'acquire', 409, present, 'documents'],
  ['leased', 'acquire A', 201, 'leased A', 'recorded'],
  ['leased', 'acquire B', 409, present, 'recorded'],
  ['leased', 'break at once', 202, 'broken', 'documents'],
  ['leased', 'break after 5 s', 202, 'breaking', 'recorded'],
  ['leased', 'break without a period', 202, 'breaking', 'documents'],
  ['leased', 'change A to B', 200, 'leased B', 'recorded'],
  ['leased', 'change B to A', 200, 'leased A', 'documents'],
  ['leased', 'change B to C', 409, mismatch, 'blob tests'],
  ['leased', 'renew A', 200, 'leased A', 'recorded'],
  ['leased', 'renew B', 409, mismatch, 'blob tests'],
  ['leased', 'release A', 200, 'available', 'recorded'],
  ['leased', 'release B', 409, mismatch, 'blob tests'],

  ['breaking', 'acquire', 409, present, 'blob tests'],
  ['breaking', 'acquire A', 409, unacquirable, 'blob tests'],
  ['breaking', 'acquire B', 409, present, 'blob tests'],
  ['breaking', 'break at once', 202, 'broken', 'documents'],
  ['breaking', 'break after 5 s', 202, 'breaking', 'documents'],
  ['breaking', 'break without a period', 202, 'breaking', 'documents'],
  ['breaking', 'change A to B', 409, unchangeable, 'blob tests'],
  ['breaking', 'change B to A', 409, unchangeable, 'analogy'],
  ['breaking', 'change B to C', 409, mismatch, 'blob tests'],
  ['breaking', 'renew A', 409, unrenewable, 'blob tests'],
  ['breaking', 'renew B', 409, mismatch, 'blob tests'],
  ['breaking', 'release A', 200, 'available', 'documents'],
  ['breaking', 'release B', 409, mismatch, 'blob tests'],

  ['broken', 'acquire', 201, 'leased new', 'documents'],
  ['broken', 'acquire A', 201, 'leased A', 'documents'],
  ['broken', 'acquire B', 201, 'leased B', 'documents'],
  ['broken', 'break at once', 202, 'broken', 'documents'],
  ['broken', 'break after 5 s', 202, 'broken', 'documents'],
  ['broken', 'break without a period', 202, 'broken', 'documents'],
  ['broken', 'change A to B', 409, absent, 'blob tests'],
  ['broken', 'change B to A', 409, absent, 'blob tests'],
  ['broken', 'change B to C', 409, absent, 'blob tests'],
  ['broken', 'renew A', 409, unrenewable, 'blob tests'],
  ['broken', 'renew B', 409, mismatch, 'blob tests'],
  ['broken', 'release A', 200, 'available', 'documents'],
  ['broken', 'release B', 409, mismatch, 'blob tests'],

  ['expired', 'acquire', 201, 'leased new', 'documents'],
  ['expired', 'acquire A', 201, 'leased A', 'documents'],
  ['expired', 'acquire B', 201, 'leased B', 'documents'],
  ['expired', 'break at once', 202, 'broken', 'documents'],
  ['expired', 'break after 5 s', 202, 'broken', 'documents'],
  ['expired', 'break without a period', 202, 'broken', 'documents'],
  ['expired', 'change A to B', 409, absent, 'analogy'],
  ['expired', 'change B to A', 409, absent, 'analogy'],
  ['expired', 'change B to C', 409, absent, 'analogy'],
  ['expired', 'renew A', 200, 'leased A', 'documents'],
  ['expired', 'renew B', 409, mismatch, 'analogy'],
  ['expired', 'release A', 200, 'available', 'documents'],
  ['expired', 'release B', 409, mismatch, 'analogy'],
];

const shown: Readonly<Record<string, (string | undefined)[]>> = {
  available: ['available', 'unlocked', undefined],
  leased: ['leased', 'locked', 'fixed'],
  breaking: ['breaking', 'locked', undefined],
  broken: ['broken', 'unlocked', undefined],
  expired: ['expired', 'unlocked', undefined],
};

describe('a lease action on a share', () => {
  it.each(actionCells)('that is %s: %s answers %i, %s (%s)', async (state, action, status, end) => {
    const setting = await shareIn(state);
    const { share } = setting;
    const before = await share.getProperties();

    const [gotStatus, code] = await outcome(asks[action](setting));

    expect([gotStatus, code]).toEqual([status, status === 409 ? end : undefined]);
    const [after = state, holder] = status === 409 ? [state] : end.split(' ');
    expect(await leaseState(share)).toEqual(shown[after]);
    const id = { A: a, B: b }[holder ?? ''];
    if (id !== undefined) expect((await share.getProperties(leaseOf(id))).leaseState).toBe('leased');
    const { etag, lastModified } = await share.getProperties();
    expect([etag, lastModified]).toEqual([before.etag, before.lastModified]);
  });

  it('covers every cell once', () => {
    const wanted = states.flatMap((state) => Object.keys(asks).map((action) => `${state} ${action}`));
    expect(actionCells.map(([state, action]) => `${state} ${action}`).sort()).toEqual(wanted.sort());
  });

  it.each(Object.keys(asks) as Action[])('is refused for a share that is not there: %s', async (action) => {
    const setting = await startShare();
    await setting.share.delete();
    expect(await outcome(asks[action](setting))).toEqual([404, 'ShareNotFound']);
  });

  const passages: readonly (readonly [State, after: State])[] = [
    ['available', 'available'],
    ['leased', 'expired'],
    ['breaking', 'broken'],
    ['broken', 'broken'],
    ['expired', 'expired'],
  ];
  it.each(passages)('time alone: what is %s is %s a minute later', async (state, after) => {
    const { share, clock } = await shareIn(state);
    clock.advance(61_000);
    expect(await leaseState(share)).toEqual(shown[after]);
  });

  it('time alone: an infinite lease stays', async () => {
    const { share, clock } = await startShare();
    await share.getShareLeaseClient(a).acquireLease(-1);
    clock.advance(600_000);
    expect(await leaseState(share)).toEqual(['leased', 'locked', 'infinite']);
  });

  const breaks: readonly (readonly [State, Action, seconds: number])[] = [
    ['leased', 'break at once', 0],
    ['leased', 'break after 5 s', 5],
    ['leased', 'break without a period', 60],
    ['breaking', 'break at once', 0],
    ['breaking', 'break after 5 s', 5],
    ['breaking', 'break without a period', 30],
    ['broken', 'break after 5 s', 0],
    ['broken', 'break without a period', 0],
    ['expired', 'break after 5 s', 0],
    ['expired', 'break without a period', 0],
  ];
  it.each(breaks)('that is %s: %s tells %i seconds', async (state, action, seconds) => {
    const { leaseTimeInSeconds } = (await asks[action](await shareIn(state))) as {
      leaseTimeInSeconds?: number;
    };
    // The clock goes on meanwhile.
    expect([Math.max(0, seconds - 1), seconds]).toContain(leaseTimeInSeconds);
  });

  it('that is breaking: a longer period does not put off the end', async () => {
    const { share } = await shareIn('breaking');
    const { leaseTimeInSeconds } = await share.getShareLeaseClient(b).breakLease(period(60));
    expect([29, 30]).toContain(leaseTimeInSeconds);
  });

  it('that is leased for ever: a break takes a period, and none without one', async () => {
    for (const [options, state] of [[period(20), 'breaking'] as const, [{}, 'broken'] as const]) {
      const { share } = await startShare();
      await share.getShareLeaseClient(a).acquireLease(-1);
      await share.getShareLeaseClient(a).breakLease(options);
      expect(await leaseState(share)).toEqual(shown[state]);
    }
  });

  it('that is leased: to acquire again with the same id sets the duration anew', async () => {
    const { share } = await shareIn('leased');
    await share.getShareLeaseClient(a).acquireLease(-1);
    expect(await leaseState(share)).toEqual(['leased', 'locked', 'infinite']);
  });

  it.each(['renew A', 'acquire A'] as const)('that is leased: %s begins its time anew', async (action) => {
    const setting = await shareIn('leased');
    setting.clock.advance(40_000);
    await asks[action](setting);
    setting.clock.advance(25_000);
    expect((await leaseState(setting.share))[0]).toBe('leased');
  });
});

type Options = ReturnType<typeof leaseOf> | Record<string, never>;
type Uses = Readonly<
  Record<string, readonly [status: number, (setting: Setting, options: Options) => Promise<never>]>
>;
const use = (call: unknown) => call as Promise<never>;

const uses = {
  delete: {
    'Delete Share': [202, ({ share }, options) => use(share.delete(options))],
  },
  set: {
    'Set Share Metadata': [200, ({ share }, options) => use(share.setMetadata({ key: 'val' }, options))],
    'Set Share Properties': [200, ({ share }, options) => use(share.setQuota(8, options))],
    'Set Share ACL': [200, ({ share }, options) => use(share.setAccessPolicy([], options))],
  },
  get: {
    'Get Share Properties': [200, ({ share }, options) => use(share.getProperties(options))],
    'Get Share ACL': [200, ({ share }, options) => use(share.getAccessPolicy(options))],
    'Get Share Stats': [200, ({ share }, options) => use(share.getStatistics(options))],
  },
} as const satisfies Record<string, Uses>;
const ids = { 'no id': undefined, 'id A': a, 'id B': b } as const;

const missing = 'LeaseIdMissing';
const none = 'LeaseNotPresentWithContainerOperation';
const other = 'LeaseIdMismatchWithContainerOperation';
const lost = 'LeaseLost';

const useCells: readonly (readonly [State, keyof typeof uses, keyof typeof ids, string, Basis])[] = [
  ['available', 'delete', 'no id', 'done', 'recorded'],
  ['available', 'delete', 'id A', none, 'recorded'],
  ['available', 'delete', 'id B', none, 'recorded'],
  ['available', 'set', 'no id', 'done', 'recorded'],
  ['available', 'set', 'id A', none, 'recorded'],
  ['available', 'set', 'id B', none, 'recorded'],
  ['available', 'get', 'no id', 'done', 'recorded'],
  ['available', 'get', 'id A', none, 'analogy'],
  ['available', 'get', 'id B', none, 'analogy'],

  ['leased', 'delete', 'no id', missing, 'documents'],
  ['leased', 'delete', 'id A', 'done', 'recorded'],
  ['leased', 'delete', 'id B', other, 'analogy'],
  // The table of the reference lets it pass, the pages of the operations do not.
  ['leased', 'set', 'no id', missing, 'analogy'],
  ['leased', 'set', 'id A', 'done', 'recorded'],
  ['leased', 'set', 'id B', other, 'analogy'],
  ['leased', 'get', 'no id', 'done', 'recorded'],
  ['leased', 'get', 'id A', 'done', 'documents'],
  ['leased', 'get', 'id B', other, 'recorded'],

  ['breaking', 'delete', 'no id', missing, 'documents'],
  ['breaking', 'delete', 'id A', 'done', 'documents'],
  ['breaking', 'delete', 'id B', other, 'analogy'],
  ['breaking', 'set', 'no id', missing, 'analogy'],
  ['breaking', 'set', 'id A', 'done', 'documents'],
  ['breaking', 'set', 'id B', other, 'analogy'],
  ['breaking', 'get', 'no id', 'done', 'documents'],
  ['breaking', 'get', 'id A', 'done', 'documents'],
  ['breaking', 'get', 'id B', other, 'analogy'],

  ['broken', 'delete', 'no id', 'done', 'documents'],
  ['broken', 'delete', 'id A', lost, 'recorded'],
  ['broken', 'delete', 'id B', other, 'analogy'],
  ['broken', 'set', 'no id', 'done', 'documents'],
  ['broken', 'set', 'id A', lost, 'analogy'],
  ['broken', 'set', 'id B', other, 'analogy'],
  ['broken', 'get', 'no id', 'done', 'documents'],
  ['broken', 'get', 'id A', lost, 'analogy'],
  ['broken', 'get', 'id B', other, 'analogy'],

  ['expired', 'delete', 'no id', 'done', 'documents'],
  ['expired', 'delete', 'id A', lost, 'analogy'],
  ['expired', 'delete', 'id B', other, 'analogy'],
  ['expired', 'set', 'no id', 'done', 'documents'],
  ['expired', 'set', 'id A', lost, 'analogy'],
  ['expired', 'set', 'id B', other, 'analogy'],
  ['expired', 'get', 'no id', 'done', 'documents'],
  ['expired', 'get', 'id A', lost, 'analogy'],
  ['expired', 'get', 'id B', other, 'analogy'],
];

describe('a use of a share', () => {
  it.each(useCells)('that is %s: to %s it with %s is %s (%s)', async (state, kind, id, end) => {
    const got: Record<string, Outcome> = {};
    const wanted: Record<string, Outcome> = {};
    const options = ids[id] === undefined ? {} : leaseOf(ids[id]);
    for (const [name, [status, operation]] of Object.entries<Uses[string]>(uses[kind])) {
      got[name] = await outcome(operation(await shareIn(state), options));
      wanted[name] = end === 'done' ? [status] : [412, end];
    }
    expect(got).toEqual(wanted);
  });

  it('covers every cell once', () => {
    const wanted = states.flatMap((state) =>
      Object.keys(uses).flatMap((kind) => Object.keys(ids).map((id) => `${state} ${kind} ${id}`)),
    );
    expect(useCells.map((cell) => cell.slice(0, 3).join(' ')).sort()).toEqual(wanted.sort());
  });

  it.each(states)('that is %s: its files and directories are not affected', async (state) => {
    const { share } = await shareIn(state);
    const directory = share.getDirectoryClient('d');
    await directory.create();
    const file = directory.getFileClient('f');
    await file.create(3);
    await file.uploadRange('abc', 0, 3);
    expect((await file.downloadToBuffer()).toString()).toBe('abc');
    await file.delete();
    await directory.delete();
  });
});
