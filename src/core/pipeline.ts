import { explainRefusal } from './auth/refusal.js';
import { signLayer } from './auth/sign.js';
import { type Call, Cancellation, type Operation } from './call.js';
import type { AzureStorageError } from './errors.js';
import type { HttpHeaders } from './http/headers.js';
import type { ClientBody, HttpRequest, HttpResponse, Layer, Send, Transport } from './http/message.js';
import { createNodeTransport } from './http/node-transport.js';
import { checkSignal } from './option-checks.js';
import { checkTimeout, checkTotalTimeout, type ResolvedClientOptions } from './options.js';
import {
  answerCheckLayer,
  type FailureMapper,
  type RequestFailureMapper,
  type ServiceFailure,
} from './resilience/answer-check.js';
import { attemptTimeoutLayer, idleTimeoutLayer } from './resilience/attempt-timeout.js';
import { CircuitBreaker, circuitBreakerLayer } from './resilience/circuit-breaker.js';
import { deadlineLayer } from './resilience/deadline.js';
import { retryLayer } from './resilience/retry.js';
import { commonFailure } from './resilience/service-failure.js';
import type { Attributes } from './telemetry.js';
import {
  attemptTelemetryLayer,
  circuitObserver,
  operationTelemetryLayer,
  renewalObserver,
  retryObserver,
} from './telemetry-layers.js';
import { versionFor } from './version.js';

export type { FailureMapper, ServiceFailure };

/** What a service adds to the pipeline. */
export interface ServiceDescription {
  /** Begins the names of spans and metrics, for example `azure_files`. */
  readonly name: string;
  readonly mapFailure: FailureMapper;
}

/** One operation to carry out. */
export interface Execution {
  readonly operation: Operation;
  /** What it acts on (`share`, `path`), for errors and telemetry. */
  readonly resource: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Time limit of one attempt in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Time limit of the whole operation in milliseconds. */
  readonly totalTimeoutMs?: number | undefined;
  /** Overrides `operation.idempotent`. */
  readonly idempotent?: boolean | undefined;
  /** Attempts in total, per error code, instead of the configured ones. */
  readonly maxAttempts?: Readonly<Record<string, number>> | undefined;
  /** Sent also while the circuit of the host is open. @defaultValue false */
  readonly urgent?: boolean | undefined;
  /** What the answer tells for the operation's span, such as the `count` of a listing; asked only with telemetry. */
  readonly attributesOf?: ((response: HttpResponse) => Attributes) | undefined;
}

/** One request, before it is signed. Its headers belong to the pipeline once it is sent. */
export interface PipelineRequest {
  readonly method: string;
  /** `basePath`, path and query, percent-encoded. */
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly body?: ClientBody | undefined;
}

/** Carries out operations of one service for one client. */
export interface Pipeline {
  readonly endpoint: ResolvedClientOptions['endpoint'];
  readonly options: ResolvedClientOptions;
  /** Whether a body may be one that is read while it is sent. */
  readonly takesRepeatable: boolean;
  /**
   * Sends one operation through all layers.
   * @throws {ConfigurationError} `InvalidOption` when a limit or the signal of the execution is none.
   * @throws the service's errors, those of core, or the reason of the caller's signal, unwrapped.
   */
  send(request: PipelineRequest, execution: Execution): Promise<HttpResponse>;
  /** Closes idle connections; a transport that was given by the user is left alone. */
  close(): Promise<void>;
}

export function createPipeline(options: ResolvedClientOptions, service: ServiceDescription): Pipeline {
  const transport = options.transport ?? createNodeTransport({ clock: options.clock });
  const first = fold(stages(options, service), transport);
  const { endpoint } = options;
  const api = { version: options.apiVersion, explicit: options.apiVersionIsExplicit };
  return {
    endpoint,
    options,
    takesRepeatable: transport.takesRepeatable === true,
    send(request, execution) {
      try {
        versionFor(execution.operation, options.credentials.kind, api);
        checkExecution(execution);
      } catch (error) {
        return Promise.reject(error);
      }
      const { method, target, headers, body } = request;
      return first({ method, origin: endpoint.origin, target, headers, body }, callFor(execution));
    },
    async close() {
      if (options.transport === undefined) await transport.close?.();
    },
  };
}

/** The stages, outermost first. This is the only place where their order is written. */
function stages(options: ResolvedClientOptions, service: ServiceDescription): readonly Layer[] {
  const { clock, totalTimeoutMs, timeoutMs, endpoint, telemetry } = options;
  const observed = telemetry === undefined ? undefined : { telemetry, name: service.name, clock };
  const limits = { clock, timeoutMs, totalTimeoutMs };
  return [
    // The budget spans all attempts and the waits between them.
    deadlineLayer(clock, totalTimeoutMs),
    // One span per operation, however often it is tried. Not even there when nobody listens.
    ...(observed === undefined ? [] : [operationTelemetryLayer(observed)]),
    // Outside the breaker, so that each attempt asks it again; an open circuit is not retried.
    retryLayer({ config: options.retry, clock, onRetry: observed && retryObserver(observed) }),
    // Counts attempts, not operations. One per pipeline, which has one host: clients do not share their judgement.
    circuitBreakerLayer(
      new CircuitBreaker(
        options.circuitBreaker,
        clock,
        observed && circuitObserver(observed, endpoint.origin),
      ),
    ),
    // Inside the breaker: what an open circuit refuses is no attempt.
    ...(observed === undefined ? [] : [attemptTelemetryLayer(observed)]),
    // Inside the retry, so that an attempt that takes too long leaves time for the next.
    attemptTimeoutLayer(limits),
    // Inside the time limit, because it reads bodies; what is outside sees answers that mean success, or errors.
    answerCheckLayer(clock, failureMapper(options, service)),
    // Innermost of what changes the request, so that a retry carries a fresh date and a fresh credential.
    signLayer({
      source: options.credentials,
      endpoint,
      service: options.service,
      api: { version: options.apiVersion, explicit: options.apiVersionIsExplicit },
      clock,
      onRenewed: observed && renewalObserver(observed),
    }),
    // Next to the transport, so that silence is noticed whoever reads the body.
    idleTimeoutLayer(limits, options.idleTimeoutMs),
  ];
}

function fold(layers: readonly Layer[], transport: Transport): Send {
  const last: Send = (request: HttpRequest, call: Call) => transport.send(request, call);
  return layers.reduceRight<Send>((next, layer) => layer(next), last);
}

/** The service is asked first: it knows its resources. Core knows who may ask, and servers that fail. */
function failureMapper(options: ResolvedClientOptions, service: ServiceDescription): RequestFailureMapper {
  return (failure, call, request): AzureStorageError => {
    const explain = () =>
      explainRefusal(failure, { request, accountName: options.accountName, now: options.clock.now() });
    return service.mapFailure(failure, call) ?? commonFailure(failure, call, explain);
  };
}

/** What callers give with a single call; a time limit that is no number would end it at once, or never. */
function checkExecution({ signal, timeoutMs, totalTimeoutMs }: Execution): void {
  if (timeoutMs !== undefined) checkTimeout(timeoutMs, 'timeoutMs');
  if (totalTimeoutMs !== undefined) checkTotalTimeout(totalTimeoutMs, 'totalTimeoutMs');
  if (signal !== undefined) checkSignal(signal);
}

function callFor(execution: Execution): Call {
  const { operation } = execution;
  return {
    operation,
    resource: execution.resource,
    cancellation: Cancellation.never,
    deadlineAt: Number.POSITIVE_INFINITY,
    attempt: 0,
    timeoutMs: execution.timeoutMs,
    idempotent: execution.idempotent ?? operation.idempotent,
    maxAttempts: execution.maxAttempts,
    signal: execution.signal,
    totalTimeoutMs: execution.totalTimeoutMs,
    urgent: execution.urgent,
    attributesOf: execution.attributesOf,
  };
}
