import { type Call, derivedCall } from './call.js';
import type { Clock } from './clock.js';
import { AuthenticationError, AzureStorageError, LeaseError, NetworkError, ServerError } from './errors.js';
import { type HttpRequest, type HttpResponse, isClientBody, type Layer } from './http/message.js';
import { WatchedBody } from './http/watched-body.js';
import type { CircuitState } from './resilience/circuit-breaker.js';
import type { Attributes, LogLevel, Span, Telemetry } from './telemetry.js';
import { requestIdOf } from './wire/service-error.js';

/** What the telemetry of one client needs. */
export interface TelemetrySettings {
  readonly telemetry: Telemetry;
  /** Begins every name, for example `azure_files`. */
  readonly name: string;
  readonly clock: Clock;
}

function guarded<Result>(fn: () => Result): Result | undefined {
  try {
    return fn();
  } catch {
    return undefined;
  }
}

class HarmlessSpan implements Span {
  /** The user's own span, which is what the user's telemetry must see as a parent. */
  readonly inner: Span | undefined;

  constructor(inner: Span | undefined) {
    this.inner = inner;
  }

  setAttributes(attributes: Attributes): void {
    guarded(() => this.inner?.setAttributes(attributes));
  }

  end(error?: unknown): void {
    guarded(() => this.inner?.end(error));
  }
}

/** The same telemetry, made harmless: a member that throws is as one that is absent. */
export function harmless(telemetry: Telemetry): Required<Telemetry> {
  return {
    startSpan(name, attributes, parent) {
      const above = parent instanceof HarmlessSpan ? parent.inner : parent;
      return new HarmlessSpan(guarded(() => telemetry.startSpan?.(name, attributes, above)));
    },
    count: (name, value, attributes) => void guarded(() => telemetry.count?.(name, value, attributes)),
    adjust: (name, change, attributes) => void guarded(() => telemetry.adjust?.(name, change, attributes)),
    record: (name, value, attributes) => void guarded(() => telemetry.record?.(name, value, attributes)),
    log: (level, message, attributes) => void guarded(() => telemetry.log?.(level, message, attributes)),
  };
}

/**
 * One span `{name}.{verb}` per operation, with its counters, its latency and the log event of its end. A streamed
 * answer's operation ends with its body.
 */
export function operationTelemetryLayer(settings: TelemetrySettings): Layer {
  const report = harmless(settings.telemetry);
  return (next) => (request, call) => {
    const observed: Observed = {
      report,
      settings,
      request,
      call,
      startedAt: settings.clock.monotonic(),
      span: report.startSpan(`${settings.name}.${call.operation.verb}`, operationAttributes(request, call)),
    };
    return next(request, derivedCall(call, { span: observed.span })).then(
      (response) => {
        if (response.body instanceof WatchedBody) observeBody(observed, response, response.body);
        else succeeded(observed, response, response.body.buffered?.length ?? 0);
        return response;
      },
      (error: unknown) => {
        failed(observed, error);
        throw error;
      },
    );
  };
}

interface Observed {
  readonly report: Required<Telemetry>;
  readonly settings: TelemetrySettings;
  readonly request: HttpRequest;
  readonly call: Call;
  readonly startedAt: number;
  readonly span: Span;
}

function observeBody(observed: Observed, response: HttpResponse, body: WatchedBody): void {
  body.whenDone(() => {
    if (body.error === undefined) succeeded(observed, response, body.received);
    else failed(observed, body.error.error);
  });
}

function operationAttributes(request: HttpRequest, call: Call): Attributes {
  const { headers } = request;
  return {
    ...resourceOf(call),
    operation: call.operation.name,
    range: headers.get('x-ms-range') ?? headers.get('range'),
    size: sizeOf(request, call),
    action: headers.get('x-ms-lease-action'),
  };
}

/** What a call acts on, with its size as a number. */
function resourceOf({ resource }: Call): Attributes {
  return resource.size === undefined ? resource : { ...resource, size: Number(resource.size) };
}

/** Bytes that are sent, or the length that a file is given; `undefined` where there is no such thing. */
function sizeOf({ body }: HttpRequest, { resource }: Call): number | undefined {
  if (isClientBody(body)) return body.length;
  return resource.size === undefined ? undefined : Number(resource.size);
}

function succeeded(observed: Observed, response: HttpResponse, received: number): void {
  const { report, settings, request, call, span } = observed;
  const { status } = response;
  const size = call.operation.verb === 'read' ? received : sizeOf(request, call);
  span.setAttributes({ status, size, ...attributesOf(call, response) });
  span.end();
  measure(observed, String(status));
  const sent = call.operation.verb === 'write' && isClientBody(request.body) ? request.body.length : 0;
  countBytes(observed, 'upload', sent);
  countBytes(observed, 'download', call.operation.verb === 'read' ? received : 0);
  report.log('info', `${settings.name} operation completed`, logAttributes(observed, { status }));
}

function attributesOf(call: Call, response: HttpResponse): Attributes | undefined {
  try {
    return call.attributesOf?.(response);
  } catch {
    return undefined;
  }
}

function countBytes({ report, settings, call }: Observed, direction: string, bytes: number): void {
  if (bytes > 0)
    report.count(`${settings.name}_bytes_total`, bytes, { share: call.resource.share, direction });
}

function failed(observed: Observed, error: unknown): void {
  const { report, settings, call, span } = observed;
  const known = error instanceof AzureStorageError ? error : undefined;
  const type = known?.code ?? 'Aborted';
  span.setAttributes({ status: known?.status, error_type: type, attempts: known?.attempts });
  span.end(known === undefined || isExpected(known) ? undefined : error);
  measure(observed, String(known?.status ?? type));
  if (known !== undefined) {
    report.count(`${settings.name}_errors_total`, 1, { operation: call.operation.verb, error_type: type });
  }
  const attributes = logAttributes(observed, {
    status: known?.status,
    error_type: type,
    message: known?.message,
  });
  report.log(levelOf(error), `${settings.name} operation failed`, attributes);
}

/** Answers that callers ask for: is it there, may I have it. They must not look like faults. */
function isExpected(error: AzureStorageError): boolean {
  return error.status === 404 || error.status === 409;
}

function levelOf(error: unknown): LogLevel {
  if (error instanceof AuthenticationError || error instanceof ServerError) return 'error';
  if (error instanceof NetworkError) return 'error';
  const conflict = error instanceof LeaseError || (error instanceof AzureStorageError && error.isConflict());
  return conflict ? 'warn' : 'info';
}

function measure({ report, settings, call, startedAt }: Observed, status: string): void {
  const { share } = call.resource;
  const operation = call.operation.verb;
  report.count(`${settings.name}_operations_total`, 1, { share, operation, status });
  const seconds = (settings.clock.monotonic() - startedAt) / 1000;
  report.record(`${settings.name}_latency_seconds`, seconds, { share, operation });
}

function logAttributes({ settings, call, startedAt }: Observed, more: Attributes): Attributes {
  return {
    operation: call.operation.name,
    ...resourceOf(call),
    duration_ms: settings.clock.monotonic() - startedAt,
    ...more,
  };
}

/** One span per attempt below that of the operation, and the log events of its request and its answer. */
export function attemptTelemetryLayer(settings: TelemetrySettings): Layer {
  const report = harmless(settings.telemetry);
  return (next) => (request, call) => {
    const range = request.headers.get('x-ms-range') ?? request.headers.get('range');
    const attributes = { operation: call.operation.name, attempt: call.attempt, method: request.method };
    const span = report.startSpan(`${settings.name}.attempt`, attributes, call.span);
    report.log('debug', `${settings.name} request`, { ...attributes, ...resourceOf(call), range });
    return next(request, call).then(
      (response) => {
        const { status, headers } = response;
        const answer = { status, request_id: requestIdOf(headers) };
        span.setAttributes(answer);
        span.end();
        report.log('debug', `${settings.name} response`, { ...attributes, ...answer });
        if (range !== undefined)
          report.log('trace', `${settings.name} range`, { ...attributes, ...resourceOf(call), range });
        return response;
      },
      (error: unknown) => {
        const known = error instanceof AzureStorageError ? error : undefined;
        span.setAttributes({ status: known?.status, request_id: known?.requestId, error_type: known?.code });
        span.end(known === undefined || isExpected(known) ? undefined : error);
        throw error;
      },
    );
  };
}

/** Tells of a retry before its wait. */
export function retryObserver(
  settings: TelemetrySettings,
): (error: unknown, call: Call, delayMs: number) => void {
  const report = harmless(settings.telemetry);
  return (error, call, delayMs) => {
    const code = error instanceof AzureStorageError ? error.code : undefined;
    report.log('warn', `${settings.name} retry`, {
      operation: call.operation.name,
      ...resourceOf(call),
      error_type: code,
      delay_ms: delayMs,
    });
  };
}

/** Tells of a credential that was refused and replaced. */
export function renewalObserver(settings: TelemetrySettings): (call: Call, status: number) => void {
  const report = harmless(settings.telemetry);
  return (call, status) => {
    report.log('warn', `${settings.name} credential renewed`, {
      operation: call.operation.name,
      ...resourceOf(call),
      status,
    });
  };
}

/** Tells of a circuit that opened or closed. */
export function circuitObserver(settings: TelemetrySettings, origin: string): (state: CircuitState) => void {
  const report = harmless(settings.telemetry);
  return (state) => report.log('warn', `${settings.name} circuit ${state}`, { host: origin, state });
}
