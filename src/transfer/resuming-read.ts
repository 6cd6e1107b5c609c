import { createHash } from 'node:crypto';
import { listenForAbort } from '../core/abort-listener.js';
import type { Clock } from '../core/clock.js';
import { AzureStorageError, NetworkError, noteAttempts, ServerError } from '../core/errors.js';
import { type ResponseBody, readPieces } from '../core/http/message.js';
import { pause } from '../core/pause.js';
import { decideRetry, type ResolvedRetryConfig } from '../core/resilience/retry-decision.js';
import type { ByteRange } from '../core/wire/byte-range.js';
import { TransferError } from './transfer-error.js';

/** One answer to a read, whose body is still to come. */
export interface OpenedRange {
  /** The bytes that the body has. */
  readonly range: ByteRange;
  readonly body: ResponseBody;
  /** Of the body, in base64, where the answer tells it. */
  readonly md5?: string | undefined;
}

/** Asks for a range. The answer must be for all of it, and of the version of all others; failures are final. */
export type OpenRange = (range: ByteRange, signal: AbortSignal | undefined) => Promise<OpenedRange>;

/**
 * Takes the bytes of a range from a position on. They are lent: their memory is used again as soon as this returns. A promise
 * holds back what follows. What it throws is final.
 */
export type TakeBytes = (bytes: Uint8Array, position: number) => Promise<void> | void;

/** How ranges are read. */
export interface RangeReading {
  readonly open: OpenRange;
  readonly clock: Clock;
  readonly retry: ResolvedRetryConfig;
  /** How long one body may take in milliseconds; `Infinity` where the reader of the bytes decides about their pace. */
  readonly bodyMs: number;
  /** Compares the MD5 of each body with the one that its answer tells; a body that breaks off is then asked for again as a whole. */
  readonly verify: boolean;
}

/** A body that brought as much before it broke is no sign of a connection that cannot carry anything. */
const progressBytes = 64 * 1024;
/** How often bytes are asked for whose MD5 is wrong. */
const maxMismatches = 3;

/**
 * Reads a range to its end: after a break it goes on with the next byte, as often as the retry policies allow without
 * anything coming.
 *
 * @param opened - The answer for it, where it has been asked for already.
 * @throws {NetworkError} when it breaks off too often. @throws {TransferError} `ChecksumMismatch`.
 */
export function readRange(
  range: ByteRange,
  reading: RangeReading,
  given: {
    readonly take: TakeBytes;
    readonly signal: AbortSignal | undefined;
    readonly opened?: OpenedRange | undefined;
  },
): Promise<void> {
  return new ResumingRead(range, reading, given).run(given.opened);
}

class ResumingRead {
  readonly #end: number;
  readonly #reading: RangeReading;
  readonly #take: TakeBytes;
  readonly #signal: AbortSignal | undefined;
  /** The next byte to ask for. */
  #at: number;
  /** Breaks since anything to speak of came. */
  #breaks = 0;
  #mismatches = 0;
  /** What the taker threw. */
  #refusal: { readonly error: unknown } | undefined;
  /** The bytes that are being taken. */
  #taking: Promise<void> | undefined;

  constructor(
    range: ByteRange,
    reading: RangeReading,
    given: { readonly take: TakeBytes; readonly signal: AbortSignal | undefined },
  ) {
    this.#at = range.start;
    this.#end = range.end;
    this.#reading = reading;
    this.#take = given.take;
    this.#signal = given.signal;
  }

  async run(opened: OpenedRange | undefined): Promise<void> {
    let next = opened;
    while (this.#at < this.#end) {
      next ??= await this.#reading.open({ start: this.#at, end: this.#end }, this.#signal);
      if (this.#signal?.aborted) next.body.discard();
      this.#signal?.throwIfAborted();
      await this.#read(next);
      next = undefined;
    }
  }

  /** Reads one body: to its end, or up to a break after which it is worth asking again. */
  async #read(opened: OpenedRange): Promise<void> {
    const body = new BodyReading(opened, this.#reading);
    try {
      await body.run(this.#signal, (bytes, position) => this.#takeGuarded(bytes, position));
      await this.#taking;
      this.#at = opened.range.end;
    } catch (error) {
      // What is still being taken must not come after what is asked for again.
      await this.#taking?.catch(() => {});
      if (this.#refusal !== undefined) throw this.#refusal.error;
      this.#signal?.throwIfAborted();
      if (!this.#reading.verify) this.#at = body.at;
      await this.#waitOrGiveUp(error, this.#at - opened.range.start);
    }
  }

  #takeGuarded(bytes: Uint8Array, position: number): Promise<void> | void {
    try {
      const taken = this.#take(bytes, position);
      if (taken === undefined) return;
      this.#taking = taken.then(undefined, this.#refuse);
      return this.#taking;
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse = (error: unknown): never => {
    this.#refusal ??= { error };
    throw error;
  };

  /** @param gained - Bytes that need not be asked for again. */
  async #waitOrGiveUp(error: unknown, gained: number): Promise<void> {
    if (isMismatch(error)) {
      this.#mismatches += 1;
      if (this.#mismatches < maxMismatches) return;
      throw error;
    }
    const { clock, retry } = this.#reading;
    this.#breaks = gained >= progressBytes ? 1 : this.#breaks + 1;
    const situation = {
      attempt: this.#breaks,
      idempotent: true,
      maxAttempts: undefined,
      remainingMs: Number.POSITIVE_INFINITY,
      chance: clock.random(),
    };
    const decision = decideRetry(error, situation, retry);
    if (decision.retry) return pause(clock, decision.delayMs, this.#signal);
    if (error instanceof AzureStorageError) noteAttempts(error, this.#breaks, decision.exhausted);
    throw error;
  }
}

/** One body, read once. */
class BodyReading {
  /** The byte after the last one that came. */
  at: number;
  readonly #opened: OpenedRange;
  readonly #reading: RangeReading;
  #ended = false;

  constructor(opened: OpenedRange, reading: RangeReading) {
    this.at = opened.range.start;
    this.#opened = opened;
    this.#reading = reading;
  }

  async run(signal: AbortSignal | undefined, take: TakeBytes): Promise<void> {
    const { range, body, md5 } = this.#opened;
    const hash = this.#reading.verify ? createHash('md5') : undefined;
    const pieces = readPieces(body, (piece) => {
      if (this.#ended) throw new Error('nobody reads this body any more');
      const position = this.at;
      if (position + piece.length > range.end) throw tooLong(range);
      this.at += piece.length;
      hash?.update(piece);
      return take(piece, position);
    });
    await this.#interruptible(pieces, signal);
    if (this.at < range.end) throw tooShort(range, this.at);
    if (hash !== undefined && hash.digest('base64') !== md5) throw mismatch(range);
  }

  /** Ends at the time limit and on abort, also where the transport is deaf to both. */
  #interruptible(pieces: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const { bodyMs, clock } = this.#reading;
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#ended = true;
        stopTimer?.();
        forget?.();
      };
      const stop = (error: unknown) => {
        settle();
        this.#opened.body.discard();
        reject(error);
      };
      const onTimer = () => stop(tooSlow(this.#opened.range, bodyMs));
      const stopTimer = bodyMs === Number.POSITIVE_INFINITY ? undefined : clock.timer(bodyMs, onTimer);
      const forget = signal && listenForAbort(signal, () => stop(signal.reason));
      void pieces.then(resolve, reject).finally(settle);
    });
  }
}

function told({ start, end }: ByteRange): string {
  return `the answer for bytes ${start} to ${end}`;
}

function tooShort(range: ByteRange, at: number): NetworkError {
  const message = `${told(range)} ended after ${at - range.start} bytes`;
  return new NetworkError('ConnectionFailed', message, { retryable: true });
}

function tooLong(range: ByteRange): ServerError {
  return new ServerError('UnexpectedAnswer', `${told(range)} has more bytes than that`);
}

function tooSlow(range: ByteRange, ms: number): NetworkError {
  const message = `${told(range)} was not complete within ${Math.round(ms)} ms`;
  return new NetworkError('Timeout', message, { retryable: true, phase: 'attempt' });
}

function mismatch(range: ByteRange): TransferError {
  const message = `${told(range)} does not have the MD5 that it tells of itself`;
  return new TransferError('ChecksumMismatch', message, { retryable: true });
}

function isMismatch(error: unknown): error is TransferError {
  return error instanceof TransferError && error.code === 'ChecksumMismatch';
}
