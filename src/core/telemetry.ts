/** Attribute values of spans, metrics and log events. No value ever holds a secret. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** One span: an operation or one attempt of it. */
export interface Span {
  setAttributes(attributes: Attributes): void;
  /** Ends the span; with an error when there was one that nobody expected. */
  end(error?: unknown): void;
}

/**
 * Where the library reports to. Every member is optional; what is absent costs nothing.
 * A member must not throw; if one does, the call goes on and the error is dropped.
 */
export interface Telemetry {
  /** Starts a span such as `azure_files.read`, below `parent` when it is an attempt. */
  startSpan?(name: string, attributes: Attributes, parent?: Span): Span;
  /** Adds to a counter such as `azure_files_operations_total`. */
  count?(name: string, value: number, attributes: Attributes): void;
  /** Changes a number that goes up and down, such as `azure_files_active_leases`; `change` may be negative. */
  adjust?(name: string, change: number, attributes: Attributes): void;
  /** Records a value of a histogram such as `azure_files_latency_seconds`. */
  record?(name: string, value: number, attributes: Attributes): void;
  /** A log event. */
  log?(level: LogLevel, message: string, attributes: Attributes): void;
}
