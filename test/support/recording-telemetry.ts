import type { Attributes, LogLevel, Span, Telemetry } from '../../src/core/telemetry.js';

export interface RecordedSpan extends Span {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  readonly parent: RecordedSpan | undefined;
  ended: boolean;
  error: unknown;
}

/** Keeps everything that is reported. */
export class RecordingTelemetry implements Telemetry {
  readonly spans: RecordedSpan[] = [];
  readonly counts: [name: string, value: number, attributes: Attributes][] = [];
  readonly records: [name: string, value: number, attributes: Attributes][] = [];
  readonly logs: [level: LogLevel, message: string, attributes: Attributes][] = [];

  startSpan(name: string, attributes: Attributes, parent?: Span): Span {
    const span: RecordedSpan = {
      name,
      attributes: { ...attributes },
      parent: this.spans.find((other) => other === parent),
      ended: false,
      error: undefined,
      setAttributes(more) {
        Object.assign(span.attributes, more);
      },
      end(error) {
        if (span.ended) throw new Error(`${name} ended twice`);
        span.ended = true;
        span.error = error;
      },
    };
    this.spans.push(span);
    return span;
  }

  count(name: string, value: number, attributes: Attributes): void {
    this.counts.push([name, value, attributes]);
  }

  record(name: string, value: number, attributes: Attributes): void {
    this.records.push([name, value, attributes]);
  }

  log(level: LogLevel, message: string, attributes: Attributes): void {
    this.logs.push([level, message, attributes]);
  }
}
