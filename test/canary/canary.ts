import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import type { Call } from '../../src/core/call.js';
import type { HttpRequest, HttpResponse, Telemetry, Transport } from '../../src/files/index.js';
import { ManualClock } from '../../src/simulation/manual-clock.js';
import { endOf } from '../hostile/ended.js';
import { RecordingTelemetry } from '../support/recording-telemetry.js';
import { Evidence } from './evidence.js';
import { Secrets } from './secrets.js';

/** One way in which secrets are used. Add what deals with secrets as one more case, in `cases`. */
export interface CanaryCase {
  readonly name: string;
  run(canary: Canary): Promise<void>;
}

/** A clock that stands still, with ids that cannot be mistaken for one another. */
export class CanaryClock extends ManualClock {
  override uuid(): string {
    return randomUUID();
  }
}

/** Secrets on one side, and on the other everything that they must not show in. */
export class Canary {
  readonly secrets = new Secrets();
  readonly evidence = new Evidence();
  readonly clock = new CanaryClock();
  readonly #telemetry = new RecordingTelemetry();

  /** Telemetry of which every word is evidence. */
  get telemetry(): Telemetry {
    return this.#telemetry;
  }

  /** Takes down how a call ends: its error, or what it gives. Lets time pass until then. */
  async watch(name: string, call: () => Promise<unknown>): Promise<void> {
    const ended = await endOf(this.clock, Promise.resolve().then(call));
    if (ended === undefined) throw new Error(`${name} does not end`);
    this.evidence.add(
      `${'error' in ended ? 'the error' : 'the result'} of ${name}`,
      'error' in ended ? ended.error : ended.value,
    );
  }

  /** The same for what throws at once. */
  watchSync(name: string, call: () => unknown): void {
    try {
      this.evidence.add(`the result of ${name}`, call());
    } catch (error) {
      this.evidence.add(`the error of ${name}`, error);
    }
  }

  /** A transport that watches for the secrets of every request too: signatures, tokens, lease ids. */
  through(inner: Transport): Transport {
    return {
      send: (request: HttpRequest, call: Call): Promise<HttpResponse> => {
        this.#learn(request);
        return inner.send(request, call);
      },
      ...(inner.close !== undefined && { close: () => inner.close?.() }),
    };
  }

  #learn({ target, headers }: HttpRequest): void {
    for (const [name, value] of headers) {
      if (/lease-id$/i.test(name)) this.secrets.add(`lease id of a request (${name})`, value);
      if (/^authorization$/i.test(name))
        this.secrets.add('signature of a request', value.replace(/^.*[ :]/, ''));
      for (const signature of signaturesIn(value)) this.secrets.add(`signature in ${name}`, signature);
    }
    for (const signature of signaturesIn(target)) this.secrets.add('signature in a URL', signature);
  }

  /** What was found in telemetry and everywhere else. */
  leaks(): string[] {
    const { spans, counts, records, logs } = this.#telemetry;
    for (const { name, attributes, error } of spans) {
      this.evidence.add(`the span ${name}`, JSON.stringify(attributes));
      if (error !== undefined) this.evidence.add(`the error of the span ${name}`, error);
    }
    // Attributes are plain values, of which JSON shows all.
    for (const event of [...counts, ...records, ...logs])
      this.evidence.add('telemetry', JSON.stringify(event));
    return this.evidence.leaks(this.secrets.all());
  }
}

function signaturesIn(text: string): string[] {
  return [...text.matchAll(/[?&]sig=([^&]+)/g)].map(([, signature = '']) => decodeURIComponent(signature));
}

/** Takes down what is written to the console and what the process warns of, while `work` runs. */
export async function overheard(evidence: Evidence, work: () => Promise<void>): Promise<void> {
  const levels = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
  const spies = levels.map((level) =>
    vi
      .spyOn(console, level)
      .mockImplementation((...values: unknown[]) => evidence.add(`console.${level}`, values)),
  );
  const onWarning = (warning: Error) => evidence.add('a warning of the process', warning);
  process.on('warning', onWarning);
  try {
    await work();
  } finally {
    process.off('warning', onWarning);
    for (const spy of spies) spy.mockRestore();
  }
}
