import { pause } from '../../core/pause.js';
import { decideRetry, type RetryCode } from '../../core/resilience/retry-decision.js';
import { mayHaveBeenDone } from '../../lease/failures.js';
import { RangeSet } from '../../transfer/range-set.js';
import { type FilesContext, type Location, send } from '../context.js';
import { FileError } from '../errors.js';
import { hasCode } from '../failure.js';
import { maxFileBytes } from '../request-checks.js';
import type { CallOptions, LeaseScope } from '../requests.js';
import { bufferedText } from '../wire/answers.js';
import { resizeFileRequest } from '../wire/file-wire.js';
import { listedRanges, listRangesRequest } from '../wire/range-wire.js';

/** A file grows by no more than that at a time, in bytes: so much of a share may be taken for nothing. */
const longestStep = 1024 ** 3;
/** After these nobody knows whether it was done. The others are retried below. */
const once = {
  ConnectionFailed: 1,
  Timeout: 1,
  InternalError: 1,
  ServiceUnavailable: 1,
  OperationTimedOut: 1,
} as const satisfies { readonly [Code in RetryCode]?: number };

/** A file that is made longer while it is written, because nobody knows how long it will be. */
export class GrowingFile {
  readonly #context: FilesContext;
  readonly #at: Location;
  readonly #call: CallOptions & LeaseScope;
  readonly #firstStep: number;
  #size = 0;
  #turn: Promise<void> = Promise.resolve();
  /** A length may still be set by a request that got no answer: what lies behind it would be lost. */
  #inDoubt = false;

  /** @param firstStep - Bytes that it gets at first. */
  constructor(context: FilesContext, at: Location, call: CallOptions & LeaseScope & { firstStep: number }) {
    const { firstStep, ...options } = call;
    this.#context = context;
    this.#at = at;
    this.#call = options;
    this.#firstStep = firstStep;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Makes the file long enough.
   * @param more - Whether more is to come behind `end`.
   */
  reach(end: number, more: boolean, signal: AbortSignal): Promise<void> {
    // One after the other: of two lengths that are set at a time, the lesser could come last.
    this.#turn = this.#turn.then(() => (end <= this.#size ? undefined : this.#grow(end, more, signal)));
    return this.#turn;
  }

  /**
   * Makes sure that nothing was cut off by a request that was thought lost.
   * @throws {FileError} `FileChanged`.
   */
  async verify(written: number): Promise<void> {
    if (!this.#inDoubt || written === 0) return;
    const { path, share } = this.#at;
    const { leaseId, ...call } = this.#call;
    const response = await send(this.#context, listRangesRequest(this.#at, { path, leaseId }), call);
    const { ranges } = listedRanges(response, bufferedText(response));
    if (new RangeSet(ranges).has({ start: 0, end: written })) return;
    const message = `${share}/${path}: bytes that were written are gone: its length was set late, or by somebody else`;
    throw new FileError('FileChanged', message, { share, path, operation: 'SetFileProperties' });
  }

  async #grow(end: number, more: boolean, signal: AbortSignal): Promise<void> {
    const step = Math.min(Math.max(this.#size, this.#firstStep), longestStep);
    const wished = more ? Math.min(Math.max(end, this.#size + step), maxFileBytes) : end;
    try {
      await this.#resize(wished, signal);
      this.#size = wished;
    } catch (error) {
      // What is really needed may fit.
      if (!hasCode(error, 'ShareSizeLimitReached') || wished === end) throw error;
      await this.#resize(end, signal);
      this.#size = end;
    }
  }

  async #resize(size: number, signal: AbortSignal): Promise<void> {
    const { leaseId, timeoutMs } = this.#call;
    const wire = () => resizeFileRequest(this.#at, { size, leaseId });
    try {
      await send(this.#context, wire(), { signal, timeoutMs, maxAttempts: once });
    } catch (error) {
      await this.#waitOrGiveUp(error, signal);
      this.#inDoubt ||= mayHaveBeenDone(error);
      await send(this.#context, wire(), { signal, timeoutMs });
    }
  }

  async #waitOrGiveUp(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, retry } = this.#context.pipeline.options;
    const situation = {
      attempt: 1,
      idempotent: true,
      maxAttempts: undefined,
      remainingMs: Number.POSITIVE_INFINITY,
      chance: clock.random(),
    };
    const decision = decideRetry(error, situation, retry);
    if (!decision.retry) throw error;
    await pause(clock, decision.delayMs, signal);
  }
}
