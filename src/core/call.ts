import type { Clock } from './clock.js';
import type { HttpResponse } from './http/message.js';
import type { Attributes, Span } from './telemetry.js';

/** Which of the default time limits of one attempt applies; see {@link TimeoutTable}. */
export type TimeoutClass = 'smallRead' | 'largeRead' | 'write' | 'directory' | 'lease';

/** What is known of a REST operation before it is sent. Each service keeps its own as data in `operations.ts`. */
export interface Operation {
  /** The name of the REST reference without spaces, for example `PutRange`. */
  readonly name: string;
  /** The verb used in spans and metrics: `read`, `write`, `delete`, `list`, `lease`, `properties`, `create`, `copy`, `rename`. */
  readonly verb: string;
  /** Whether sending it twice has the same effect as sending it once. */
  readonly idempotent: boolean;
  /** The statuses that mean success; every other answer is an error. */
  readonly success: readonly number[];
  readonly timeout: TimeoutClass;
  /**
   * `buffered`: the answer's body is read whole within the attempt, so that a break is retried.
   * `stream`: the body is handed out as it arrives.
   */
  readonly answer: 'buffered' | 'stream';
  /** The least `x-ms-version` that has the operation, per kind of credential; absent = every version. */
  readonly leastVersion?: { readonly any?: string; readonly token?: string };
  /** It goes without the intent (`x-ms-file-request-intent`) that a token needs beside it elsewhere. */
  readonly withoutIntent?: true;
}

/**
 * Cancellation of one call or attempt. Does what an `AbortSignal` does at a fraction of its price:
 * making and linking signals was measured at several microseconds, and most calls are never aborted.
 */
export class Cancellation {
  /** A cancellation that never comes, for calls without a signal: listeners are not even kept. */
  static readonly never: Cancellation = new Cancellation(true);

  /** Most have one listener; a set is made for the second. */
  #listener: ((reason: unknown) => void) | undefined;
  #others: Set<(reason: unknown) => void> | undefined;
  #cancelled = false;
  #reason: unknown;
  #controller: AbortController | undefined;
  readonly #impossible: boolean;

  constructor(impossible?: true) {
    this.#impossible = impossible ?? false;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** What `cancel` was given. */
  get reason(): unknown {
    return this.#reason;
  }

  /** Tells every listener once; later calls do nothing. */
  cancel(reason: unknown): void {
    if (this.#cancelled || this.#impossible) return;
    this.#cancelled = true;
    this.#reason = reason;
    const listener = this.#listener;
    const others = this.#others;
    this.#listener = undefined;
    this.#others = undefined;
    listener?.(reason);
    if (others !== undefined) for (const other of others) other(reason);
    this.#controller?.abort(reason);
  }

  /** Calls `listener` on cancellation, at once if that has happened. The returned function removes it. */
  onCancel(listener: (reason: unknown) => void): () => void {
    this.add(listener);
    return () => this.remove(listener);
  }

  /** The same as {@link onCancel} without making a function; {@link remove} takes the listener back. */
  add(listener: (reason: unknown) => void): void {
    if (this.#cancelled) listener(this.#reason);
    else if (this.#impossible) return;
    else if (this.#listener === undefined) this.#listener = listener;
    else {
      this.#others ??= new Set();
      this.#others.add(listener);
    }
  }

  remove(listener: (reason: unknown) => void): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others?.delete(listener);
  }

  throwIfCancelled(): void {
    if (this.#cancelled) throw this.#reason;
  }

  /** An `AbortSignal` that follows this cancellation, for code that needs a real one (such as `fetch`). Made on first use. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelled) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** The number of listeners, for tests of leaks. */
  get listenerCount(): number {
    return (this.#listener === undefined ? 0 : 1) + (this.#others?.size ?? 0);
  }
}

/** The context of one operation, or of one attempt of it, on its way through the pipeline. */
export interface Call {
  readonly operation: Operation;
  /** What the operation acts on (`share`, `path`, ...), for errors and telemetry. */
  readonly resource: Readonly<Record<string, string>>;
  readonly cancellation: Cancellation;
  /** Monotonic time in milliseconds at which the whole operation ends; `Infinity` without a total limit. */
  readonly deadlineAt: number;
  /** 1 for the first attempt; 0 before it. */
  readonly attempt: number;
  /** Time limit of one attempt in milliseconds, where the caller gave one. */
  readonly timeoutMs: number | undefined;
  /** Overrides `operation.idempotent` where the caller recognises a repeat. */
  readonly idempotent: boolean;
  /** Overrides the retry policy of one code for this call: the number of attempts in total. */
  readonly maxAttempts: Readonly<Record<string, number>> | undefined;
  /** The caller's own signal; the deadline layer links it to `cancellation`, the other layers leave it alone. */
  readonly signal?: AbortSignal | undefined;
  /** Time limit of the whole operation in milliseconds, where the caller gave one. */
  readonly totalTimeoutMs?: number | undefined;
  /** Sent also to a host that is left alone for its failures: what depends on it cannot wait so long. */
  readonly urgent?: boolean | undefined;
  /** What the caller can tell of a success for its span, such as `count` of a listing. Asked only when there is telemetry. */
  readonly attributesOf?: ((response: HttpResponse) => Attributes) | undefined;
  /** The operation's span, below which attempts have theirs. */
  readonly span?: Span | undefined;
}

/** The fields of a call that change on its way. */
export interface CallChanges {
  readonly cancellation?: Cancellation;
  readonly deadlineAt?: number;
  readonly attempt?: number;
  readonly span?: Span;
}

/** The same call with some fields changed; written out, because spreading was measured slower. */
export function derivedCall(call: Call, changes: CallChanges): Call {
  return {
    operation: call.operation,
    resource: call.resource,
    cancellation: changes.cancellation ?? call.cancellation,
    deadlineAt: changes.deadlineAt ?? call.deadlineAt,
    attempt: changes.attempt ?? call.attempt,
    timeoutMs: call.timeoutMs,
    idempotent: call.idempotent,
    maxAttempts: call.maxAttempts,
    signal: call.signal,
    totalTimeoutMs: call.totalTimeoutMs,
    urgent: call.urgent,
    attributesOf: call.attributesOf,
    span: changes.span ?? call.span,
  };
}

/**
 * Waits.
 * @throws the cancellation's reason, at once, when it is cancelled before the time is over.
 */
export function sleep(clock: Clock, ms: number, cancellation?: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    if (cancellation?.cancelled) {
      reject(cancellation.reason);
      return;
    }
    let forget: (() => void) | undefined;
    const wake = () => {
      forget?.();
      resolve();
    };
    // Nothing else may be open during the wait before a retry: the process must not end in it.
    const cancelTimer = clock.timer(ms, wake, { keepAlive: true });
    forget = cancellation?.onCancel((reason) => {
      cancelTimer();
      reject(reason);
    });
  });
}
