import { describe, expect, it } from 'vitest';
import {
  decideLease,
  isLocked,
  type LeaseRequest,
  type LeaseState,
  type LeaseUse,
  leaseObstacle,
  leaseStateOf,
  secondsLeft,
} from '../../../../src/emulator/engine/lease-state.js';
import type { LeaseRecord } from '../../../../src/emulator/store/store.js';

const now = 1_700_000_000_000;
const [A, B, C] = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
];

const infinite: LeaseRecord = { state: 'leased', id: A, durationSeconds: undefined, endsAt: undefined };
/** Taken for 20 seconds, 15 of them left. */
const fixed: LeaseRecord = { state: 'leased', id: A, durationSeconds: 20, endsAt: now + 15_000 };
const breaking: LeaseRecord = { ...fixed, state: 'breaking', endsAt: now + 8_000 };
const broken: LeaseRecord = { ...infinite, state: 'broken' };
const expired: LeaseRecord = { ...fixed, endsAt: now - 1 };

const acquire = (id: string | undefined, durationSeconds?: number): LeaseRequest => ({
  action: 'acquire',
  id,
  newId: id ?? C,
  durationSeconds,
});
const change = (id: string, newId: string): LeaseRequest => ({ action: 'change', id, newId });
const renew = (id: string): LeaseRequest => ({ action: 'renew', id });
const release = (id: string): LeaseRequest => ({ action: 'release', id });
const breakLease = (breakSeconds?: number, id?: string): LeaseRequest => ({
  action: 'break',
  breakSeconds,
  id,
});

/** The resulting state (with the id where there is one), or the code of the refusal. */
function outcome(lease: LeaseRecord | undefined, request: LeaseRequest): string {
  const decision = decideLease(lease, request, now);
  if (decision.refused !== undefined) return decision.refused;
  const state = leaseStateOf(decision.lease, now);
  return decision.lease === undefined ? state : `${state} ${decision.lease.id}`;
}

const notPresent = 'LeaseNotPresentWithLeaseOperation';
const mismatch = 'LeaseIdMismatchWithLeaseOperation';
const present = 'LeaseAlreadyPresent';
const unrenewable = 'LeaseIsBrokenAndCannotBeRenewed';

describe('file lease actions', () => {
  const rows: [action: string, request: LeaseRequest, available: string, leased: string, broken: string][] = [
    ['acquire without an id', acquire(undefined), `leased ${C}`, present, `leased ${C}`],
    ['acquire with the own id', acquire(A), `leased ${A}`, `leased ${A}`, `leased ${A}`],
    ['acquire with another id', acquire(B), `leased ${B}`, present, `leased ${B}`],
    ['break without an id', breakLease(), notPresent, `broken ${A}`, `broken ${A}`],
    ['break with the own id', breakLease(undefined, A), notPresent, `broken ${A}`, `broken ${A}`],
    ['break with another id', breakLease(undefined, B), notPresent, `broken ${A}`, `broken ${A}`],
    ['change A to B', change(A, B), notPresent, `leased ${B}`, notPresent],
    ['change B to A, which it is already', change(B, A), notPresent, `leased ${A}`, notPresent],
    ['change B to C', change(B, C), notPresent, mismatch, notPresent],
    ['release A', release(A), mismatch, 'available', 'available'],
    ['release B', release(B), mismatch, mismatch, mismatch],
  ];
  const states = { available: undefined, leased: infinite, broken };
  const cells = rows.flatMap(([action, request, ...ends]) =>
    Object.entries(states).map(([state, lease], index) => ({
      action,
      state,
      lease,
      request,
      end: ends[index],
    })),
  );

  it.each(cells)('$action on $state ends as $end', ({ lease, request, end }) => {
    expect(outcome(lease, request)).toBe(end);
  });
});

describe('share lease actions', () => {
  const rows: [action: string, request: LeaseRequest, ends: Record<LeaseState, string>][] = [
    [
      'acquire without an id',
      acquire(undefined, 30),
      {
        available: `leased ${C}`,
        leased: present,
        breaking: present,
        broken: `leased ${C}`,
        expired: `leased ${C}`,
      },
    ],
    [
      'acquire with the own id',
      acquire(A, 30),
      {
        available: `leased ${A}`,
        leased: `leased ${A}`,
        breaking: 'LeaseIsBreakingAndCannotBeAcquired',
        broken: `leased ${A}`,
        expired: `leased ${A}`,
      },
    ],
    [
      'acquire with another id',
      acquire(B, 30),
      {
        available: `leased ${B}`,
        leased: present,
        breaking: present,
        broken: `leased ${B}`,
        expired: `leased ${B}`,
      },
    ],
    [
      'break at once',
      breakLease(0),
      {
        available: notPresent,
        leased: `broken ${A}`,
        breaking: `broken ${A}`,
        broken: `broken ${A}`,
        expired: `broken ${A}`,
      },
    ],
    [
      'break after 5 seconds',
      breakLease(5),
      {
        available: notPresent,
        leased: `breaking ${A}`,
        breaking: `breaking ${A}`,
        broken: `broken ${A}`,
        expired: `broken ${A}`,
      },
    ],
    [
      'break without a period',
      breakLease(),
      {
        available: notPresent,
        leased: `breaking ${A}`,
        breaking: `breaking ${A}`,
        broken: `broken ${A}`,
        expired: `broken ${A}`,
      },
    ],
    [
      'change A to B',
      change(A, B),
      {
        available: notPresent,
        leased: `leased ${B}`,
        breaking: 'LeaseIsBreakingAndCannotBeChanged',
        broken: notPresent,
        expired: notPresent,
      },
    ],
    [
      'change B to A, which it is already',
      change(B, A),
      {
        available: notPresent,
        leased: `leased ${A}`,
        breaking: 'LeaseIsBreakingAndCannotBeChanged',
        broken: notPresent,
        expired: notPresent,
      },
    ],
    [
      'change B to C',
      change(B, C),
      {
        available: notPresent,
        leased: mismatch,
        breaking: mismatch,
        broken: notPresent,
        expired: notPresent,
      },
    ],
    [
      'renew A',
      renew(A),
      {
        available: mismatch,
        leased: `leased ${A}`,
        breaking: unrenewable,
        broken: unrenewable,
        expired: `leased ${A}`,
      },
    ],
    [
      'renew B',
      renew(B),
      { available: mismatch, leased: mismatch, breaking: mismatch, broken: mismatch, expired: mismatch },
    ],
    [
      'release A',
      release(A),
      {
        available: mismatch,
        leased: 'available',
        breaking: 'available',
        broken: 'available',
        expired: 'available',
      },
    ],
    [
      'release B',
      release(B),
      { available: mismatch, leased: mismatch, breaking: mismatch, broken: mismatch, expired: mismatch },
    ],
  ];
  const states = { available: undefined, leased: fixed, breaking, broken, expired };
  const cells = rows.flatMap(([action, request, ends]) =>
    (Object.keys(states) as LeaseState[]).map((state) => ({
      action,
      state,
      lease: states[state],
      request,
      end: ends[state],
    })),
  );

  it.each(cells)('$action on $state ends as $end', ({ lease, request, end }) => {
    expect(outcome(lease, request)).toBe(end);
  });
});

describe('the end of a lease', () => {
  const end = (lease: LeaseRecord | undefined, request: LeaseRequest) => {
    const decision = decideLease(lease, request, now);
    return decision.refused ?? decision.lease?.endsAt;
  };

  it.each([
    ['an infinite lease is acquired', undefined, acquire(A), undefined],
    ['a lease of 60 seconds is acquired', undefined, acquire(A, 60), now + 60_000],
    ['a lease of 20 seconds is acquired again for 40', fixed, acquire(A, 40), now + 40_000],
    ['a fixed lease is acquired again for ever', fixed, acquire(A), undefined],
    ['a lease is renewed', fixed, renew(A), now + 20_000],
    ['an expired lease is renewed', expired, renew(A), now + 20_000],
    ['an infinite lease is renewed', infinite, renew(A), undefined],
    ['a lease gets another id', fixed, change(A, B), now + 15_000],
    ['a fixed lease breaks without a period', fixed, breakLease(), now + 15_000],
    ['a fixed lease breaks sooner than it would end', fixed, breakLease(5), now + 5_000],
    ['a fixed lease breaks no later than it would end', fixed, breakLease(60), now + 15_000],
    ['an infinite lease breaks without a period', infinite, breakLease(), undefined],
    ['an infinite lease breaks after 60 seconds', infinite, breakLease(60), now + 60_000],
    ['a breaking lease is told to break sooner', breaking, breakLease(5), now + 5_000],
    ['a breaking lease is told to break later, which it does not', breaking, breakLease(30), now + 8_000],
    ['a breaking lease is broken again without a period', breaking, breakLease(), now + 8_000],
    ['an expired lease breaks', expired, breakLease(30), undefined],
  ] as const)('when %s', (_case, lease, request, expected) => {
    expect(end(lease, request)).toBe(expected);
  });

  it.each([
    ['a fixed lease just before its end', { ...fixed, endsAt: now + 1 }, 'leased'],
    ['a fixed lease at its end', { ...fixed, endsAt: now }, 'expired'],
    ['a breaking lease just before its end', { ...breaking, endsAt: now + 1 }, 'breaking'],
    ['a breaking lease at its end', { ...breaking, endsAt: now }, 'broken'],
    ['an infinite lease', infinite, 'leased'],
    ['no lease', undefined, 'available'],
  ] as const)('%s is %s', (_case, lease, state) => {
    expect(leaseStateOf(lease, now)).toBe(state);
  });

  it.each([
    [fixed, 15],
    [{ ...fixed, endsAt: now + 14_999 }, 14],
    [{ ...fixed, endsAt: now + 999 }, 0],
    [expired, 0],
    [infinite, 0],
    [undefined, 0],
  ] as const)('counts whole seconds that are left', (lease, seconds) => {
    expect(secondsLeft(lease, now)).toBe(seconds);
  });

  it('locks while leased and while breaking only', () => {
    const locked = [undefined, fixed, infinite, breaking, broken, expired].map((lease) =>
      isLocked(lease, now),
    );
    expect(locked).toEqual([false, true, true, true, false, false]);
  });
});

describe('operations on data under a lease', () => {
  const states = { available: undefined, leased: infinite, breaking, broken, expired };
  const lost = 'LeaseLost';
  const ok = 'allowed';

  function cellsOf(
    of: 'file' | 'share',
    rows: [LeaseUse['use'], string | undefined, Partial<Record<LeaseState, string>>][],
  ) {
    return rows.flatMap(([use, id, ends]) =>
      Object.entries(ends).map(([state, end]) => ({
        of,
        use,
        id,
        sent: id === undefined ? 'no id' : id === A ? 'its id' : 'another id',
        state,
        lease: states[state as LeaseState],
        end,
      })),
    );
  }

  const absentFile = 'LeaseNotPresentWithFileOperation';
  const wrongFile = 'LeaseIdMismatchWithFileOperation';
  const fileCells = cellsOf('file', [
    ['write', undefined, { available: ok, leased: 'LeaseIdMissing', broken: ok }],
    ['write', A, { available: absentFile, leased: ok, broken: lost }],
    ['write', B, { available: absentFile, leased: wrongFile, broken: wrongFile }],
    ['read', undefined, { available: ok, leased: ok, broken: ok }],
    ['read', A, { available: absentFile, leased: ok, broken: lost }],
    ['read', B, { available: absentFile, leased: wrongFile, broken: wrongFile }],
  ]);

  const absentShare = 'LeaseNotPresentWithContainerOperation';
  const wrongShare = 'LeaseIdMismatchWithContainerOperation';
  const shareCells = cellsOf('share', [
    [
      'write',
      undefined,
      { available: ok, leased: 'LeaseIdMissing', breaking: 'LeaseIdMissing', broken: ok, expired: ok },
    ],
    ['write', A, { available: absentShare, leased: ok, breaking: ok, broken: lost, expired: lost }],
    [
      'write',
      B,
      {
        available: absentShare,
        leased: wrongShare,
        breaking: wrongShare,
        broken: wrongShare,
        expired: wrongShare,
      },
    ],
    ['read', undefined, { available: ok, leased: ok, breaking: ok, broken: ok, expired: ok }],
    ['read', A, { available: absentShare, leased: ok, breaking: ok, broken: lost, expired: lost }],
    [
      'read',
      B,
      {
        available: absentShare,
        leased: wrongShare,
        breaking: wrongShare,
        broken: wrongShare,
        expired: wrongShare,
      },
    ],
  ]);

  it.each([...fileCells, ...shareCells])(
    'a $use of a $of that is $state, with $sent, is $end',
    ({ of, use, id, lease, end }) => {
      expect(leaseObstacle(lease, { of, use, id }, now) ?? ok).toBe(end);
    },
  );
});
