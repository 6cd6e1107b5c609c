import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { patterned } from '../support/patterned.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import {
  before,
  type Cell,
  data,
  type Hit,
  isTyped,
  leftovers,
  newCell,
  type Outcome,
  runCell,
  sharedContent,
  sharedTemporaryFiles,
  type Transfer,
  transfers,
} from './cells.js';
import {
  changedHeaders,
  cutBody,
  type Fault,
  flippedAnswer,
  flippedRequest,
  longBody,
  lostAnswer,
  refusal,
  refusalAfter,
  resetBefore,
  stall,
  stallAfter,
  unreachable,
} from './fault-transport.js';

/*
 * Every transfer under every fault, the fault in each of its requests once, and from each of them on for ever. It ends in
 * the right bytes or in an error of the library; nothing stays open, and nothing lies about.
 */

/** What is to become of a transfer: `done` = right bytes, a list = these codes, `either` = right bytes or any code. */
type Expected = 'done' | 'either' | readonly string[];

interface Row {
  readonly name: string;
  readonly fault: Fault;
  /** The same, where it has to do with the share of the cell. */
  readonly faultOf?: (cell: Cell) => Fault;
  /** The requests that it is for. @defaultValue all */
  readonly which?: (request: { method: string; target: string }) => boolean;
  readonly only?: (transfer: Transfer) => boolean;
  readonly once: Expected;
  readonly forever: Expected;
  /** Time limits of the client, where the fault has to do with time. */
  readonly timeoutMs?: number;
}

const isDown = ({ way }: Transfer) => way === 'down';
const isContent = ({ method, target }: { method: string; target: string }) =>
  (method === 'GET' && !target.includes('comp=')) || (method === 'PUT' && target.includes('comp=range'));
const isRead = ({ method, target }: { method: string; target: string }) =>
  method === 'GET' && !target.includes('comp=');
const lost = ['ConnectionFailed', 'CircuitOpen'];
const late = ['Timeout', 'CircuitOpen'];

/** Answers of reads, requests of writes. */
const flippedOnItsWay: Fault = (exchange) =>
  exchange.request.method === 'GET' ? flippedAnswer(exchange) : flippedRequest(exchange);

/** Long enough for a service in this process, however busy the machine is. */
const stallMs = 150;

/** Bytes of a body, by class: none, the first, half, all but the last. */
const boundaries = {
  'no byte': () => 0,
  'one byte': (length: number) => Math.min(1, length),
  'half of the bytes': (length: number) => Math.floor(length / 2),
  'all bytes but one': (length: number) => Math.max(0, length - 1),
};

const cuts: Row[] = Object.entries(boundaries).flatMap(([name, amount]): Row[] => {
  const cut = { which: isRead, only: isDown, once: 'done', forever: 'either' } as const;
  return [
    { ...cut, name: `a reset after ${name} of the answer`, fault: cutBody(amount, 'reset') },
    { ...cut, name: `an answer that ends after ${name}`, fault: cutBody(amount, 'end') },
  ];
});

const stalls: Row[] = [
  ['no byte', 'stall'] as const,
  ['half of the bytes', 'stall'] as const,
  ['all bytes but one', 'deaf'] as const,
].map(([name, end]) => ({
  name: `an answer that stalls after ${name}${end === 'deaf' ? ' and is deaf' : ''}`,
  fault: cutBody(boundaries[name], end),
  which: isRead,
  only: isDown,
  once: 'done',
  forever: 'either',
  timeoutMs: stallMs,
}));

const rows: readonly Row[] = [
  { name: 'no connection', fault: unreachable, once: 'done', forever: lost },
  { name: 'a reset before the service has the request', fault: resetBefore, once: 'done', forever: lost },
  // A file that was published and whose answer was lost counts as published when it can be seen.
  { name: 'an answer that is lost after it was done', fault: lostAnswer, once: 'done', forever: lost },
  { name: 'a stall before it is done', fault: stall, once: 'done', forever: late, timeoutMs: stallMs },
  { name: 'a stall after it was done', fault: stallAfter, once: 'done', forever: late, timeoutMs: stallMs },
  {
    name: 'a 500',
    fault: refusal(500, 'InternalError'),
    once: 'done',
    forever: ['InternalError', 'CircuitOpen'],
  },
  {
    name: 'a 500 after it was done',
    fault: refusalAfter(500, 'InternalError'),
    once: 'done',
    forever: ['InternalError', 'CircuitOpen'],
  },
  {
    name: 'a 500 by time-out',
    fault: refusal(500, 'OperationTimedOut'),
    once: 'done',
    forever: ['OperationTimedOut', 'CircuitOpen'],
  },
  {
    name: 'a 503',
    fault: refusal(503, 'ServiceUnavailable'),
    once: 'done',
    forever: ['ServiceUnavailable', 'CircuitOpen'],
  },
  {
    name: 'a 503 of a busy service',
    fault: refusal(503, 'ServerBusy'),
    once: 'done',
    forever: ['ServerBusy'],
  },
  {
    name: 'a SAS that has expired',
    fault: refusal(403, 'AuthenticationFailed'),
    once: ['AuthorizationFailure'],
    forever: ['AuthorizationFailure'],
  },
  {
    name: 'a permission that is missing',
    fault: refusal(403, 'AuthorizationPermissionMismatch'),
    once: ['PermissionDenied'],
    forever: ['PermissionDenied'],
  },
  {
    name: 'a lock of somebody else',
    fault: refusal(409, 'SharingViolation'),
    once: 'done',
    forever: ['FileLocked'],
  },
  {
    name: 'a share that is full',
    fault: refusal(409, 'ShareSizeLimitReached'),
    once: 'either',
    forever: ['ShareSizeLimitReached'],
  },
  { name: 'an answer that makes no sense', fault: refusal(200, ''), once: 'either', forever: 'either' },
  { name: 'a redirect', fault: refusal(302, ''), once: 'either', forever: 'either' },
  ...cuts,
  ...stalls,
  {
    name: 'an answer that is too long',
    fault: longBody,
    which: isRead,
    only: isDown,
    once: ['UnexpectedAnswer'],
    forever: ['UnexpectedAnswer'],
  },
  {
    name: 'an answer for another range',
    fault: changedHeaders({ 'content-range': 'bytes 7-9/4396' }),
    which: isRead,
    only: isDown,
    once: ['UnexpectedAnswer'],
    forever: ['UnexpectedAnswer'],
  },
  {
    name: 'an answer that tells of no range',
    fault: changedHeaders({ 'content-range': undefined }),
    which: isRead,
    only: isDown,
    once: ['UnexpectedAnswer'],
    forever: ['UnexpectedAnswer'],
  },
  {
    name: 'an answer without ETag',
    fault: changedHeaders({ etag: undefined }),
    once: 'either',
    forever: 'either',
  },
  {
    name: 'an answer with another ETag',
    fault: changedHeaders({ etag: '"0x1"' }),
    which: isRead,
    only: isDown,
    once: ['FileChanged'],
    forever: 'either',
  },
  {
    name: 'a bit that changes on the way',
    fault: flippedOnItsWay,
    which: isContent,
    only: ({ verifies }) => verifies === true,
    once: 'done',
    forever: ['ChecksumMismatch'],
  },
  {
    name: 'a file that is written to',
    fault: unreachable,
    faultOf: rewriting,
    which: isRead,
    only: isDown,
    once: 'either',
    forever: 'either',
  },
  {
    name: 'a file that becomes shorter',
    fault: unreachable,
    faultOf: shortening,
    which: isRead,
    only: isDown,
    once: 'either',
    forever: 'either',
  },
  {
    name: 'a file that is deleted',
    fault: unreachable,
    faultOf: deleting,
    which: isRead,
    only: isDown,
    once: 'either',
    forever: 'either',
  },
];

function rewriting({ judge }: Cell): Fault {
  return async ({ next }) => {
    await judge.files.write({ path: 'a', data: patterned(1, 77), offset: 1_500 });
    return next();
  };
}

function shortening({ judge }: Cell): Fault {
  return async ({ next }) => {
    await judge.files.resize({ path: 'a', size: 1_100 });
    return next();
  };
}

function deleting({ judge }: Cell): Fault {
  return async ({ next }) => {
    await judge.files.deleteIfExists({ path: 'a' });
    return next();
  };
}

/** What a file may have been at some time: a transfer brings one of these, and no mixture. */
const versions = [
  data,
  Uint8Array.from(data, (byte, at) => (at === 1_500 ? (patterned(1, 77)[0] ?? 0) : byte)),
  data.slice(0, 1_100),
];

const cases = transfers.flatMap((transfer) =>
  rows
    .filter(({ only }) => only === undefined || only(transfer))
    .map((row) => ({ transfer, row, title: `${row.name}: ${transfer.name}` })),
);

async function inCell<T>(
  { transfer, row }: { transfer: Transfer; row: Row },
  use: (cell: Cell) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'azstore-cell-'));
  const cell = await newCell(directory, transfer.way, { timeoutMs: row.timeoutMs });
  try {
    return await use(cell);
  } finally {
    await cell.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** How many requests of a transfer a fault is for. */
function countOf(transfer: Transfer, row: Row): Promise<number> {
  return inCell({ transfer, row }, async (cell) => {
    const { which: concerns = () => true } = row;
    const outcome = await runCell(cell, transfer, {
      fault: ({ next }) => next(),
      hits: () => false,
      concerns,
    });
    expect(outcome).toEqual({ done: data });
    return cell.transport.count;
  });
}

/** What is wrong with how a cell ended; nothing, mostly. */
function mistakes(outcome: Outcome, expected: Expected): string[] {
  if ('done' in outcome) {
    if (!versions.some((version) => Buffer.compare(version, outcome.done) === 0))
      return ['the bytes are wrong'];
    return Array.isArray(expected) ? [`it succeeded, but was to fail with ${expected.join(' or ')}`] : [];
  }
  const { error } = outcome;
  if (!isTyped(error)) return [`it failed with ${String(error)}`];
  const isExpected = expected === 'either' || (Array.isArray(expected) && expected.includes(error.code));
  return isExpected ? [] : [`it failed with ${error.code}: ${error.message}`];
}

async function tryCell(
  transfer: Transfer,
  row: Row,
  hits: Hit['hits'],
  expected: Expected,
): Promise<string[]> {
  return inCell({ transfer, row }, async (cell) => {
    const { which: concerns = () => true, faultOf, fault } = row;
    const outcome = await runCell(cell, transfer, { fault: faultOf?.(cell) ?? fault, hits, concerns });
    const wrong = mistakes(outcome, expected);
    const mayGoOn = transfer.resumes === true && 'error' in outcome;
    const left = await leftovers(cell);
    wrong.push(...left.filter((each) => !(mayGoOn && each.endsWith('.tmp'))));
    // Where everything fails from some request on, the removal fails as well.
    const reachable = hits(1) === false || hits(Number.MAX_SAFE_INTEGER) === false;
    if (!mayGoOn && reachable && hits(Number.MAX_SAFE_INTEGER) === false)
      wrong.push(...(await sharedTemporaryFiles(cell)));
    if (transfer.name.includes('as a whole')) wrong.push(...(await mixtures(cell)));
    if (mayGoOn && row.faultOf === undefined) wrong.push(...(await goOn(cell, transfer)));
    return wrong;
  });
}

/** A file that appears as a whole is the old one or the new one. */
async function mixtures(cell: Cell): Promise<string[]> {
  const content = await sharedContent(cell);
  const whole = [before, data].some((each) => Buffer.compare(each, content) === 0);
  return whole ? [] : ['the file on the share is neither the old one nor the new one'];
}

/** The second run, in a world without faults. */
async function goOn(cell: Cell, transfer: Transfer): Promise<string[]> {
  // An open circuit is that of the client, whose life would be over by now.
  const next = { ...cell, client: cell.judge };
  const outcome = await runCell(next, transfer, {
    fault: unreachable,
    hits: () => false,
    concerns: () => false,
  });
  const wrong = mistakes(outcome, 'done').map((each) => `when it went on, ${each}`);
  return [...wrong, ...(await leftovers(cell)), ...(await sharedTemporaryFiles(cell))];
}

describe.concurrent('a fault', () => {
  for (const { transfer, row, title } of cases) {
    it(title, async () => {
      const count = await countOf(transfer, row);
      expect(count).toBeGreaterThan(0);
      const wrong: Record<string, string[]> = {};
      const note = (name: string, found: string[]) => {
        if (found.length > 0) wrong[name] = found;
      };
      const cells = Array.from({ length: count }, async (_, index) => {
        const at = index + 1;
        note(`once, in request ${at}`, await tryCell(transfer, row, (each) => each === at, row.once));
        note(`from request ${at} on`, await tryCell(transfer, row, (each) => each >= at, row.forever));
      });
      await Promise.all(cells);
      expect(wrong).toEqual({});
    });
  }
});

describe.concurrent('an abort', () => {
  const moments: readonly [string, (abort: () => void) => Fault][] = [
    [
      'before a request',
      (abort) => (exchange) => {
        abort();
        return exchange.next();
      },
    ],
    [
      'with the answer to a request',
      (abort) => async (exchange) => {
        const response = await exchange.next();
        abort();
        return response;
      },
    ],
    [
      'while a request waits',
      (abort) => (exchange) => {
        setImmediate(abort);
        return stall(exchange);
      },
    ],
  ];
  for (const transfer of transfers) {
    for (const [moment, faultOf] of moments) {
      it(`${moment}: ${transfer.name}`, async () => {
        const row: Row = { name: moment, fault: unreachable, once: 'either', forever: 'either' };
        const count = await countOf(transfer, row);
        const wrong: string[] = [];
        for (let at = 1; at <= count; at += 1) {
          await inCell({ transfer, row }, async (cell) => {
            const reason = new Error('enough');
            const fault = faultOf(() => cell.controller.abort(reason));
            const hit = { fault, hits: (each: number) => each === at, concerns: () => true };
            const outcome = await runCell(cell, transfer, hit);
            const left = await leftovers(cell);
            const shared = await sharedTemporaryFiles(cell);
            const found = 'done' in outcome ? mistakes(outcome, 'either') : [];
            if ('error' in outcome && outcome.error !== reason) found.push(String(outcome.error));
            if (transfer.resumes !== true || 'done' in outcome) found.push(...left, ...shared);
            wrong.push(...found.map((each) => `request ${at}: ${each}`));
          });
        }
        expect(wrong).toEqual([]);
      });
    }
  }
});

describe('a break and then another version', () => {
  it.each(transfers.filter(isDown))('is no mixture, and leaves nothing: $name', async (transfer) => {
    const cell = await newCell(await temporaryDirectory(), transfer.way, {});
    onTestFinished(() => cell.close());
    let count = 0;
    const fault: Fault = (exchange) => {
      count += 1;
      return count === 1
        ? cutBody(boundaries['half of the bytes'], 'reset')(exchange)
        : changedHeaders({ etag: '"0x1"' })(exchange);
    };
    const outcome = await runCell(cell, transfer, { fault, hits: () => true, concerns: isRead });
    expect(mistakes(outcome, ['FileChanged'])).toEqual([]);
    expect(await leftovers(cell)).toEqual([]);
  });
});

describe('Retry-After', () => {
  it.each(transfers)('is waited for: $name', async (transfer) => {
    const clock = new ManualClock();
    const cell = await newCell(await temporaryDirectory(), transfer.way, { clock });
    onTestFinished(() => cell.close());
    const which = transfer.way === 'down' ? isRead : isContent;
    const asked: { readonly target: string; readonly at: number }[] = [];
    const concerns: Hit['concerns'] = (request) => {
      if (which(request)) asked.push({ target: request.target, at: clock.monotonic() });
      return which(request);
    };
    const fault = refusal(503, 'ServerBusy', { 'retry-after': '7' });
    const ended = runCell(cell, transfer, { fault, hits: (count) => count === 1, concerns });
    const running = { outcome: undefined as Outcome | undefined };
    void ended.then((outcome) => {
      running.outcome = outcome;
    });
    // Local files take their own time; only the wait itself is a matter of the clock.
    while (running.outcome === undefined) {
      await clock.advance(clock.untilNextTimer === 7_000 ? 7_000 : 0);
    }
    expect(running.outcome).toEqual({ done: data });
    expect(asked.filter(({ at }) => at === 7_000)).not.toEqual([]);
    expect(asked.filter(({ at }) => at > 0 && at < 7_000)).toEqual([]);
  });
});
