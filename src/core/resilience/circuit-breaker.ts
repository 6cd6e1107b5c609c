import type { Clock } from '../clock.js';
import { AzureStorageError, NetworkError, ServerError } from '../errors.js';
import type { HttpResponse, Layer } from '../http/message.js';
import { checkKeys, checkNumber } from '../option-checks.js';

/** When a host is left alone for a while. Every field may be left out. */
export interface CircuitBreakerConfig {
  /** Failures in a row that open the circuit. Limits: 1 to 1000. @defaultValue 5 */
  readonly failureThreshold?: number | undefined;
  /** Successes in a row that close it again. Limits: 1 to 1000. @defaultValue 2 */
  readonly successThreshold?: number | undefined;
  /** How long an open circuit refuses every request, in milliseconds. Limits: 1 to 1 hour. @defaultValue 30 000 */
  readonly resetTimeoutMs?: number | undefined;
}

/** A {@link CircuitBreakerConfig} with everything filled in. */
export interface ResolvedCircuitBreakerConfig {
  readonly failureThreshold: number;
  readonly successThreshold: number;
  readonly resetTimeoutMs: number;
}

export const defaultCircuitBreakerConfig: ResolvedCircuitBreakerConfig = Object.freeze({
  failureThreshold: 5,
  successThreshold: 2,
  resetTimeoutMs: 30_000,
});

/** Fills in the defaults. @throws {ConfigurationError} `InvalidOption` */
export function resolveCircuitBreakerConfig(
  user: CircuitBreakerConfig | undefined,
): ResolvedCircuitBreakerConfig {
  if (user === undefined) return defaultCircuitBreakerConfig;
  const name = 'circuitBreakerConfig';
  checkKeys(user, name, Object.keys(defaultCircuitBreakerConfig));
  const count = { least: 1, most: 1000, integer: true } as const;
  const { failureThreshold, successThreshold, resetTimeoutMs } = defaultCircuitBreakerConfig;
  return Object.freeze({
    failureThreshold: checkNumber(
      user.failureThreshold ?? failureThreshold,
      `${name}.failureThreshold`,
      count,
    ),
    successThreshold: checkNumber(
      user.successThreshold ?? successThreshold,
      `${name}.successThreshold`,
      count,
    ),
    resetTimeoutMs: checkNumber(user.resetTimeoutMs ?? resetTimeoutMs, `${name}.resetTimeoutMs`, {
      least: 1,
      most: 3_600_000,
    }),
  });
}

type State =
  | { readonly name: 'closed'; readonly failures: number }
  | { readonly name: 'open'; readonly until: number }
  | { readonly name: 'halfOpen'; readonly successes: number; readonly probing: boolean };

export type CircuitState = State['name'];
/** What an attempt says about the host; `unknown` when it says nothing. */
export type CircuitOutcome = 'success' | 'failure' | 'unknown';

/** What a caller that finds the one probe under way is told to wait. */
const probeWaitMs = 1000;
const closed: State = Object.freeze({ name: 'closed', failures: 0 });

/** The state of one host. */
export class CircuitBreaker {
  readonly #config: ResolvedCircuitBreakerConfig;
  readonly #clock: Clock;
  readonly #onChange: ((state: CircuitState) => void) | undefined;
  #state: State = closed;
  /** Changes with every change of the name of the state, so that a late outcome of an older state is dropped. */
  #period = 0;

  constructor(config: ResolvedCircuitBreakerConfig, clock: Clock, onChange?: (state: CircuitState) => void) {
    this.#config = config;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get state(): CircuitState {
    return this.#state.name;
  }

  /** Lets a request through, or gives the milliseconds until the next one may be let through. */
  admit(): { readonly period: number } | { readonly waitMs: number } {
    if (this.#state.name === 'closed') return this.#pass;
    if (this.#state.name === 'open') {
      const waitMs = this.#state.until - this.#clock.monotonic();
      if (waitMs > 0) return { waitMs };
      this.#enter({ name: 'halfOpen', successes: 0, probing: false });
    }
    if (this.#state.name !== 'halfOpen' || this.#state.probing) return { waitMs: probeWaitMs };
    this.#state = { ...this.#state, probing: true };
    return this.#pass;
  }

  /** Lets a request through in every state: one that cannot wait. */
  admitAlways(): { readonly period: number } {
    return this.#pass;
  }

  #pass = { period: 0 };

  /** Takes in what became of a request that was let through. */
  settle(period: number, outcome: CircuitOutcome): void {
    if (period !== this.#period) return;
    const state = this.#state;
    if (state.name === 'closed') this.#settleClosed(state.failures, outcome);
    else if (state.name === 'halfOpen') this.#settleProbe(state.successes, outcome);
    else if (outcome === 'success') this.#settleUrgent();
  }

  #settleClosed(failures: number, outcome: CircuitOutcome): void {
    if (outcome === 'unknown' || (outcome === 'success' && failures === 0)) return;
    if (outcome === 'success') this.#state = closed;
    else if (failures + 1 < this.#config.failureThreshold)
      this.#state = { name: 'closed', failures: failures + 1 };
    else this.#open();
  }

  #settleProbe(successes: number, outcome: CircuitOutcome): void {
    if (outcome === 'failure') this.#open();
    else if (outcome === 'success' && successes + 1 >= this.#config.successThreshold) this.#enter(closed);
    else {
      const more = outcome === 'success' ? 1 : 0;
      this.#state = { name: 'halfOpen', successes: successes + more, probing: false };
    }
  }

  /** Open, only what could not wait was sent. That it succeeded is as good as a probe. */
  #settleUrgent(): void {
    this.#enter({ name: 'halfOpen', successes: 0, probing: false });
    this.#settleProbe(0, 'success');
  }

  #open(): void {
    this.#enter({ name: 'open', until: this.#clock.monotonic() + this.#config.resetTimeoutMs });
  }

  #enter(state: State): void {
    this.#state = state;
    this.#period += 1;
    this.#pass = { period: this.#period };
    this.#onChange?.(state.name);
  }
}

/**
 * What a failed attempt says about the host. An answer of any kind, a refusal or throttling included, shows that it
 * works; lost connections and server failures count against it. The end of the caller's time, or a failure before
 * anything was sent, says nothing.
 */
export function circuitOutcome(error: unknown): CircuitOutcome {
  if (error instanceof NetworkError) return error.phase === 'total' ? 'unknown' : 'failure';
  if (!(error instanceof AzureStorageError) || error.status === undefined) return 'unknown';
  const failed = error instanceof ServerError && error.status >= 500 && error.code !== 'ServerBusy';
  return failed ? 'failure' : 'success';
}

/** The layer: refuses at once while the circuit is open, and tells the breaker what became of each attempt. */
export function circuitBreakerLayer(breaker: CircuitBreaker): Layer {
  return (next) => (request, call) => {
    const pass = call.urgent === true ? breaker.admitAlways() : breaker.admit();
    if ('waitMs' in pass)
      return Promise.reject(circuitOpen(request.origin, call.operation.name, pass.waitMs));
    return next(request, call).then(
      (response): HttpResponse => {
        breaker.settle(pass.period, 'success');
        return response;
      },
      (error: unknown) => {
        breaker.settle(pass.period, call.cancellation.cancelled ? 'unknown' : circuitOutcome(error));
        throw error;
      },
    );
  };
}

function circuitOpen(origin: string, operation: string, waitMs: number): NetworkError {
  const retryAfterMs = Math.ceil(waitMs);
  return new NetworkError(
    'CircuitOpen',
    `${operation} was not sent: ${origin} failed several times in a row and is left alone for another ${retryAfterMs} ms`,
    { operation, retryAfterMs, retryable: true, mayHaveBeenSent: false },
  );
}
