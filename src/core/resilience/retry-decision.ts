import { AzureStorageError, NetworkError } from '../errors.js';

/** How one kind of failure is retried. */
export interface RetryPolicy {
  /** Attempts in total, the first one included; 1 means no retry. Limits: 1 to 100. */
  readonly maxAttempts: number;
  /** `exponential` doubles the wait each time, `fixed` keeps it. */
  readonly backoff: 'exponential' | 'fixed';
  /** The first wait in milliseconds. Limits: 0 to 1 hour. */
  readonly baseDelayMs: number;
}

/** The codes that have a policy. Every other failure is final. */
export type RetryCode =
  | 'ServerBusy'
  | 'ServiceUnavailable'
  | 'InternalError'
  | 'OperationTimedOut'
  | 'Timeout'
  | 'FileLocked'
  | 'ConnectionFailed'
  | 'DnsResolutionFailed';

/** How failures are retried. Every field may be left out. */
export interface RetryConfig {
  /** Attempts in total for every code, instead of the number in the table; 1 switches retries off. Limits: 1 to 100. */
  readonly maxAttempts?: number | undefined;
  /** The longest wait in milliseconds; a `Retry-After` of the service may be longer. @defaultValue 30 000 */
  readonly maxDelayMs?: number | undefined;
  /**
   * How much longer than the backoff a wait may be by chance, as a part of it, so that many clients do not come back at
   * once. Limits: 0 to 1. @defaultValue 0.5
   */
  readonly jitter?: number | undefined;
  /** Policies of single codes; fields that are left out keep their defaults. */
  readonly policies?: { readonly [Code in RetryCode]?: Partial<RetryPolicy> | undefined } | undefined;
}

/** A {@link RetryConfig} with everything filled in. */
export interface ResolvedRetryConfig {
  readonly maxDelayMs: number;
  readonly jitter: number;
  readonly policies: Readonly<Record<RetryCode, RetryPolicy>>;
}

function policy(maxAttempts: number, backoff: RetryPolicy['backoff'], baseDelayMs: number): RetryPolicy {
  return Object.freeze({ maxAttempts, backoff, baseDelayMs });
}

/** The defaults, by code. `DnsResolutionFailed` concerns only a resolver that failed for the moment, not an unknown name. */
export const defaultRetryConfig: ResolvedRetryConfig = Object.freeze({
  maxDelayMs: 30_000,
  jitter: 0.5,
  policies: Object.freeze({
    ServerBusy: policy(5, 'exponential', 1000),
    ServiceUnavailable: policy(3, 'exponential', 2000),
    InternalError: policy(3, 'exponential', 1000),
    OperationTimedOut: policy(3, 'fixed', 1000),
    Timeout: policy(3, 'fixed', 1000),
    FileLocked: policy(5, 'exponential', 500),
    ConnectionFailed: policy(3, 'exponential', 500),
    DnsResolutionFailed: policy(3, 'exponential', 500),
  }),
});

/** What the decision needs to know beside the failure. */
export interface RetrySituation {
  /** Attempts made so far; at least 1. */
  readonly attempt: number;
  readonly idempotent: boolean;
  /** Per code, what the call allows instead of the configuration. */
  readonly maxAttempts: Readonly<Record<string, number>> | undefined;
  /** Milliseconds that are left of the whole operation. */
  readonly remainingMs: number;
  /** A number in [0, 1). */
  readonly chance: number;
}

export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number }
  /** `exhausted`: the failure is one that is retried, but no attempt or no time is left. */
  | { readonly retry: false; readonly exhausted: boolean };

const final: RetryDecision = Object.freeze({ retry: false, exhausted: false });
const exhausted: RetryDecision = Object.freeze({ retry: false, exhausted: true });

/** Refusals that say by themselves that nothing was done: the service throttles, or somebody else holds the file. */
const notExecuted: ReadonlySet<string> = new Set(['ServerBusy', 'FileLocked']);

/**
 * Decides what follows a failed attempt. Pure: the same arguments give the same answer.
 *
 * A request whose repeat could do harm is retried only where the first one certainly was not carried out.
 */
export function decideRetry(
  error: unknown,
  situation: RetrySituation,
  config: ResolvedRetryConfig,
): RetryDecision {
  if (!(error instanceof AzureStorageError) || !error.retryable) return final;
  const rule = config.policies[error.code as RetryCode] as RetryPolicy | undefined;
  if (rule === undefined) return final;
  if (error instanceof NetworkError && error.phase === 'total') return exhausted;
  if (!situation.idempotent && !certainlyNotExecuted(error)) return final;
  const limit = situation.maxAttempts?.[error.code] ?? rule.maxAttempts;
  if (situation.attempt >= limit) return exhausted;
  // A wait of nothing is no wait: several attempts within a moment would only add to the load.
  const delayMs = error.retryAfterMs || backoff(rule, situation, config);
  return delayMs < situation.remainingMs ? { retry: true, delayMs } : exhausted;
}

function certainlyNotExecuted(error: AzureStorageError): boolean {
  return error instanceof NetworkError ? !error.mayHaveBeenSent : notExecuted.has(error.code);
}

function backoff(rule: RetryPolicy, situation: RetrySituation, config: ResolvedRetryConfig): number {
  const factor = rule.backoff === 'fixed' ? 1 : 2 ** (situation.attempt - 1);
  const delay = rule.baseDelayMs * factor * (1 + config.jitter * situation.chance);
  return Math.round(Math.min(delay, config.maxDelayMs));
}
