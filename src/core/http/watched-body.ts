import type { Cancellation } from '../call.js';
import type { Clock } from '../clock.js';
import {
  BodyTooLargeError,
  type HttpResponse,
  type ResponseBody,
  readPieces,
  type TakePiece,
} from './message.js';

/** How a body is watched. */
export interface Watch {
  readonly clock: Clock;
  /** Cancelled when the body is silent for too long. */
  readonly cancellation: Cancellation;
  /** How long a reader waits for the next byte, in milliseconds; `Infinity` for no limit. */
  readonly idleMs: number;
  /** Makes the reason of that cancellation. */
  readonly idleError: () => unknown;
}

/**
 * A body that ends when no byte comes for a while, and tells when it is done: read to the end, failed or given up.
 * Only a reader that waits is timed; one that takes its time between two pieces is not.
 */
export class WatchedBody implements ResponseBody {
  readonly buffered = undefined;
  readonly #inner: ResponseBody;
  readonly #watch: Watch;
  readonly #done: (() => void)[] = [];
  #ended = false;
  #received = 0;
  #error: { readonly error: unknown } | undefined;
  /** Since when the reader waits; negative while it does not. */
  #waitingSince = -1;
  #stopTimer: (() => void) | undefined;
  /** Ends a reading that is under way. */
  #fail: ((error: unknown) => void) | undefined;

  constructor(inner: ResponseBody, watch: Watch) {
    this.#inner = inner;
    this.#watch = watch;
    watch.cancellation.add(this.#cancelled);
  }

  /** Bytes that were read so far. */
  get received(): number {
    return this.#received;
  }

  /** Why reading failed, where it did. */
  get error(): { readonly error: unknown } | undefined {
    return this.#error;
  }

  /** Calls `fn` once the body is done, at once if it is. */
  whenDone(fn: () => void): void {
    if (this.#ended) fn();
    else this.#done.push(fn);
  }

  async bytes(limitBytes: number): Promise<Uint8Array> {
    if (!('onData' in this.#inner)) return this.#collect(limitBytes);
    this.#inner.onData = this.#startWaiting;
    this.#startWaiting();
    try {
      const bytes = await this.#inner.bytes(limitBytes);
      this.#received += bytes.length;
      return bytes;
    } catch (error) {
      this.#error = { error };
      throw error;
    } finally {
      this.#end();
    }
  }

  async #collect(limitBytes: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of this) {
      parts.push(part);
      length += part.length;
      if (length > limitBytes) throw new BodyTooLargeError(limitBytes);
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : concatenate(parts, length);
  }

  async pipe(take: TakePiece): Promise<void> {
    let taking: Promise<void> | undefined;
    const timed: TakePiece = (piece) => {
      if (this.#ended) throw new Error('nobody reads this body any more');
      this.#received += piece.length;
      this.#waitingSince = -1;
      const taken = take(piece);
      if (taken === undefined) return this.#startWaiting();
      taking = taken.then(() => {
        taking = undefined;
        this.#startWaiting();
      });
      return taking;
    };
    this.#startWaiting();
    try {
      await new Promise<void>((resolve, reject) => {
        // Not every transport hears of a cancellation while a body is read.
        this.#fail = reject;
        readPieces(this.#inner, timed).then(resolve, reject);
      });
    } catch (error) {
      this.#error = { error };
      await taking?.catch(() => {});
      throw error;
    } finally {
      this.#fail = undefined;
      this.#end();
    }
  }

  discard(): void {
    this.#inner.discard();
    this.#end();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const reader = this.#inner[Symbol.asyncIterator]();
    let complete = false;
    try {
      for (;;) {
        this.#startWaiting();
        const next = await reader.next();
        this.#waitingSince = -1;
        if (next.done) {
          complete = true;
          return;
        }
        this.#received += next.value.length;
        yield next.value;
      }
    } catch (error) {
      this.#error = { error };
      throw error;
    } finally {
      this.#end();
      if (!complete) await reader.return?.();
    }
  }

  /** The transport breaks the body off by itself; nobody may be reading, so it is done here. */
  #cancelled = (error: unknown): void => {
    this.#error = { error };
    this.#end();
    this.#fail?.(error);
  };

  #startWaiting = (): void => {
    if (this.#watch.idleMs === Number.POSITIVE_INFINITY || this.#ended) return;
    this.#waitingSince = this.#watch.clock.monotonic();
    // One timer serves the whole body: it is not restarted with every piece, but looks when it fires.
    if (this.#stopTimer === undefined) this.#arm(this.#watch.idleMs);
  };

  #arm(ms: number): void {
    this.#stopTimer = this.#watch.clock.timer(ms, () => {
      this.#stopTimer = undefined;
      if (this.#waitingSince < 0) return;
      const left = this.#waitingSince + this.#watch.idleMs - this.#watch.clock.monotonic();
      if (left > 0) this.#arm(left);
      else this.#watch.cancellation.cancel(this.#watch.idleError());
    });
  }

  #end = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    this.#waitingSince = -1;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#watch.cancellation.remove(this.#cancelled);
    for (const fn of this.#done) fn();
  };
}

/** All parts in one. */
export function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Calls `fn` when nothing of the answer's body is to come any more: now, where it is in memory. */
export function whenBodyDone(response: HttpResponse, fn: () => void): HttpResponse {
  if (response.body instanceof WatchedBody) response.body.whenDone(fn);
  else fn();
  return response;
}

/** The answer with a body that is watched. */
export function watchBody(response: HttpResponse, watch: Watch): HttpResponse {
  const { status, headers, body } = response;
  return { status, headers, body: new WatchedBody(body, watch) };
}
