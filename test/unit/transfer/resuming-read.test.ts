import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/core/errors.js';
import { bufferedBody, type ResponseBody } from '../../../src/core/http/message.js';
import { defaultRetryConfig } from '../../../src/core/resilience/retry-decision.js';
import type { ByteRange } from '../../../src/core/wire/byte-range.js';
import { ManualClock } from '../../../src/simulation/manual-clock.js';
import { type RangeReading, readRange, type TakeBytes } from '../../../src/transfer/resuming-read.js';
import { patterned } from '../../support/patterned.js';
import { rejection } from '../../support/rejection.js';
import { WatchedController } from '../../support/watched-signal.js';

const broken = () => new NetworkError('ConnectionFailed', 'cut off', { retryable: true });

/** A body of some pieces and then an end: as it should be, by an error, or never. */
function body(pieces: readonly Uint8Array[], end: 'ends' | 'breaks' | 'hangs' = 'ends') {
  const state = { discarded: false };
  const made: ResponseBody = {
    buffered: undefined,
    bytes: () => Promise.reject(new Error('is read piece by piece')),
    discard: () => {
      state.discarded = true;
    },
    async *[Symbol.asyncIterator]() {
      yield* pieces;
      if (end === 'breaks') throw broken();
      if (end === 'hangs') await new Promise(() => {});
    },
  };
  return { body: made, state };
}

interface Plan {
  /** The bodies that come for what is asked, one after the other. */
  readonly bodies: ((range: ByteRange) => ResponseBody)[];
  readonly verify?: boolean;
  readonly bodyMs?: number;
  readonly md5?: (bytes: Uint8Array) => string;
}

function reading({ bodies, verify = false, bodyMs = Number.POSITIVE_INFINITY, md5 }: Plan) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const rest = [...bodies];
  const how: RangeReading = {
    clock,
    retry: defaultRetryConfig,
    bodyMs,
    verify,
    async open(range) {
      asked.push(`${range.start}-${range.end}`);
      const next = rest.shift();
      if (next === undefined) throw new Error('nothing more was expected to be asked for');
      const whole = patterned(range.end - range.start, range.start);
      const sum = md5 ?? ((bytes) => createHash('md5').update(bytes).digest('base64'));
      return { range, body: next(range), md5: sum(whole) };
    },
  };
  return { how, clock, asked };
}

const whole = ({ start, end }: ByteRange) => bufferedBody(patterned(end - start, start));
const part = (length: number, end: 'ends' | 'breaks' | 'hangs') => (range: ByteRange) =>
  body([patterned(length, range.start)], end).body;

/** Puts what it takes where it belongs. */
function taker(length: number): { bytes: Uint8Array; take: TakeBytes } {
  const bytes = new Uint8Array(length);
  return { bytes, take: (piece, position) => bytes.set(piece, position) };
}

async function run(plan: Plan, length: number, signal?: AbortSignal) {
  const { how, clock, asked } = reading(plan);
  const { bytes, take } = taker(length);
  const ended = readRange({ start: 0, end: length }, how, { take, signal });
  return { ended, clock, asked, bytes };
}

describe('readRange', () => {
  it('reads a range that comes in one piece with one request', async () => {
    const { ended, bytes, asked } = await run({ bodies: [whole] }, 1000);
    await ended;
    expect(bytes).toEqual(patterned(1000));
    expect(asked).toEqual(['0-1000']);
  });

  it.each(['breaks', 'ends'] as const)(
    'goes on with the next byte after a body that %s early',
    async (end) => {
      const { ended, clock, bytes, asked } = await run({ bodies: [part(400, end), whole] }, 1000);
      await clock.advance(1000);
      await ended;
      expect(bytes).toEqual(patterned(1000));
      expect(asked).toEqual(['0-1000', '400-1000']);
    },
  );

  it('waits before it asks again', async () => {
    const { clock, asked } = await run({ bodies: [part(400, 'breaks'), whole] }, 1000);
    await clock.advance(499);
    expect(asked).toHaveLength(1);
    await clock.advance(501);
    expect(asked).toHaveLength(2);
  });

  it('gives up after as many breaks in a row as the policy allows', async () => {
    const { ended, clock, asked } = await run({ bodies: new Array(9).fill(part(1, 'breaks')) }, 1000);
    const failed = rejection(ended);
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ code: 'ConnectionFailed', attempts: 3, retriesExhausted: true });
    expect(asked).toEqual(['0-1000', '1-1000', '2-1000']);
  });

  it('does not count breaks before which a good deal came', async () => {
    const size = 10 * 65_536;
    const { ended, clock, bytes } = await run(
      { bodies: [...new Array(9).fill(part(65_536, 'breaks')), whole] },
      size,
    );
    await clock.advance(60_000);
    await ended;
    expect(bytes).toEqual(patterned(size));
  });

  it('refuses a body that is longer than its range', async () => {
    const { ended } = await run({ bodies: [() => body([patterned(1001)]).body] }, 1000);
    expect(await rejection(ended)).toMatchObject({ name: 'ServerError', code: 'UnexpectedAnswer' });
  });

  it('does not ask again after what its taker throws', async () => {
    const { how, asked } = reading({ bodies: [whole, whole] });
    const failure = new Error('the disk is full');
    for (const take of [
      () => {
        throw failure;
      },
      () => Promise.reject(failure),
    ]) {
      expect(await rejection(readRange({ start: 0, end: 10 }, how, { take, signal: undefined }))).toBe(
        failure,
      );
    }
    expect(asked).toHaveLength(2);
  });

  it('asks again only when what came before the break has been taken', async () => {
    const { how, clock, asked } = reading({ bodies: [part(400, 'breaks'), whole] });
    let done = () => {};
    const take = () => new Promise<void>((resolve) => (done = resolve));
    const ended = readRange({ start: 0, end: 1000 }, how, { take, signal: undefined });
    await clock.advance(10_000);
    expect(asked).toEqual(['0-1000']);
    done();
    await clock.advance(10_000);
    expect(asked).toEqual(['0-1000', '400-1000']);
    done();
    await ended;
  });

  it('uses an answer that is here already', async () => {
    const { how, asked } = reading({ bodies: [] });
    const { bytes, take } = taker(10);
    const range = { start: 0, end: 10 };
    await readRange(range, how, { take, signal: undefined, opened: { range, body: whole(range) } });
    expect(bytes).toEqual(patterned(10));
    expect(asked).toEqual([]);
  });

  it('gives up a body that takes too long, also where it is deaf, and goes on', async () => {
    const hanging = body([patterned(400)], 'hangs');
    const { ended, clock, bytes } = await run({ bodies: [() => hanging.body, whole], bodyMs: 5_000 }, 1000);
    await clock.advance(4_999);
    expect(hanging.state.discarded).toBe(false);
    await clock.advance(60_000);
    await ended;
    expect(hanging.state.discarded).toBe(true);
    expect(bytes).toEqual(patterned(1000));
    expect(clock.timerCount).toBe(0);
  });

  it('fails with a time-out when every body takes too long', async () => {
    const bodies = new Array(3).fill(part(1, 'hangs'));
    const { ended, clock } = await run({ bodies, bodyMs: 5_000 }, 1000);
    const failed = rejection(ended);
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ code: 'Timeout', phase: 'attempt', attempts: 3 });
  });

  it.each([
    ['a body that gives nothing', part(400, 'hangs')],
    ['the wait before the next request', part(400, 'breaks')],
  ])('ends at once on abort during %s, and leaves nothing', async (_during, first) => {
    const controller = new WatchedController();
    const { ended, clock } = await run({ bodies: [first], bodyMs: 60_000 }, 1000, controller.signal);
    const failed = rejection(ended);
    await clock.advance(10);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(controller.listeners).toBe(0);
    expect(clock.timerCount).toBe(0);
  });
});

describe('readRange that compares', () => {
  it('asks for the whole again after a break', async () => {
    const { ended, clock, bytes, asked } = await run(
      { bodies: [part(400, 'breaks'), whole], verify: true },
      1000,
    );
    await clock.advance(1000);
    await ended;
    expect(bytes).toEqual(patterned(1000));
    expect(asked).toEqual(['0-1000', '0-1000']);
  });

  it('asks for the whole again when it is not what the answer says', async () => {
    const wrong = ({ end }: ByteRange) => bufferedBody(new Uint8Array(end));
    const { ended, bytes, asked } = await run({ bodies: [wrong, wrong, whole], verify: true }, 1000);
    await ended;
    expect(bytes).toEqual(patterned(1000));
    expect(asked).toHaveLength(3);
  });

  it('gives up after three answers that are not what they say', async () => {
    const { ended, asked } = await run(
      { bodies: [whole, whole, whole], verify: true, md5: () => 'other' },
      1000,
    );
    expect(await rejection(ended)).toMatchObject({ name: 'TransferError', code: 'ChecksumMismatch' });
    expect(asked).toHaveLength(3);
  });

  it('gives up after as many breaks as the policy allows, however much came before each', async () => {
    const bodies = new Array(9).fill(part(100_000, 'breaks'));
    const { ended, clock, asked } = await run({ bodies, verify: true }, 200_000);
    const failed = rejection(ended);
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ code: 'ConnectionFailed' });
    expect(asked).toHaveLength(3);
  });
});
