import { inspect } from 'node:util';
import { formsOf, partLength, type Secret } from './secrets.js';

/** A text that somebody other than the owner of a secret could see, and where it was found. */
interface Piece {
  readonly source: string;
  readonly text: string;
}

const deep = {
  depth: 10,
  showHidden: true,
  getters: true,
  maxArrayLength: 1000,
  maxStringLength: 100_000,
} as const;
const mostCauses = 20;

/** Everything that could end in a log, on a screen or in a report. */
export class Evidence {
  readonly #pieces: Piece[] = [];
  readonly #texts = new Set<string>();
  readonly #shown = new WeakSet<object>();

  get size(): number {
    return this.#pieces.length;
  }

  /** Takes down a value in every form in which programs show values. */
  add(source: string, value: unknown): void {
    if (typeof value === 'object' && value !== null) {
      if (this.#shown.has(value)) return;
      this.#shown.add(value);
    }
    for (const text of shownForms(value)) {
      if (this.#texts.has(text)) continue;
      this.#texts.add(text);
      this.#pieces.push({ source, text });
    }
  }

  /** Which of the secrets can be found, in which form and where. */
  leaks(secrets: readonly Secret[]): string[] {
    const finder = new Finder(secrets);
    const found = new Set<string>();
    for (const { source, text } of this.#pieces) {
      const lower = text.toLowerCase();
      for (const form of new Set([lower, percentDecoded(text).toLowerCase()])) {
        for (const { what, at } of finder.findIn(form))
          found.add(`${what} in ${source}: ${form.slice(Math.max(0, at - 80), at + 40)}`);
      }
    }
    return [...found];
  }
}

/** Looks for very many short texts of the same length in one pass. */
class Finder {
  /** What a text stands for, by the text itself. */
  readonly #parts = new Map<string, string>();
  /** Where the first three characters of any of them hash to. */
  readonly #begins = new Uint8Array(2 ** 16);

  constructor(secrets: readonly Secret[]) {
    for (const secret of secrets)
      for (const [part, form] of formsOf(secret)) {
        this.#parts.set(part, `the ${secret.name} (${form})`);
        this.#begins[hashAt(part, 0)] = 1;
      }
  }

  *findIn(text: string): Generator<{ what: string; at: number }> {
    for (let at = 0; at + partLength <= text.length; at++) {
      if (this.#begins[hashAt(text, at)] === 0) continue;
      const what = this.#parts.get(text.slice(at, at + partLength));
      if (what !== undefined) yield { what, at };
    }
  }
}

function hashAt(text: string, at: number): number {
  return (text.charCodeAt(at) ^ (text.charCodeAt(at + 1) << 5) ^ (text.charCodeAt(at + 2) << 9)) & 0xffff;
}

function shownForms(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  const texts = [
    attempt(() => inspect(value, deep)),
    attempt(() => JSON.stringify(value)),
    attempt(() => String(value)),
  ];
  let error: unknown = value;
  for (let depth = 0; error instanceof Error && depth < mostCauses; depth++) {
    const { message, stack = '', cause } = error;
    texts.push(
      attempt(() => inspect(error)),
      message,
      stack,
      attempt(() => String(error)),
      attempt(() => JSON.stringify(error)),
    );
    for (const name of Reflect.ownKeys(error)) {
      const field: unknown = Reflect.get(error, name);
      if (typeof field === 'string' || typeof field === 'symbol') texts.push(String(field));
    }
    error = cause;
  }
  return texts;
}

/** What a value does when it is shown is its own matter; when it throws, that is what there is to see. */
function attempt(show: () => string | undefined): string {
  try {
    return show() ?? '';
  } catch (error) {
    return String(error);
  }
}

function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('latin1'),
  );
}
