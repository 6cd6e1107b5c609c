import { ConfigurationError } from './errors.js';
import { redact } from './redact.js';

/** The limits of a numeric option, both inclusive. */
export interface NumberLimits {
  readonly least: number;
  readonly most: number;
  readonly integer?: true;
  /** Whether `Infinity` is allowed beside the limits. */
  readonly infinite?: true;
}

/** @throws {ConfigurationError} `InvalidOption` that names the option, the constraint and the value. */
export function checkNumber(value: unknown, name: string, limits: NumberLimits): number {
  const { least, most, integer, infinite } = limits;
  if (typeof value === 'number') {
    if (infinite && value === Number.POSITIVE_INFINITY) return value;
    if (value >= least && value <= most && (!integer || Number.isInteger(value))) return value;
  }
  const kind = integer ? 'an integer' : 'a number';
  const also = infinite ? ', or Infinity' : '';
  throw invalidOption(`${name} must be ${kind} from ${least} to ${most}${also}, got ${shown(value)}`);
}

/** @throws {ConfigurationError} `InvalidOption` when the value is no object, or has a key that is not known. */
export function checkKeys(value: unknown, name: string, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidOption(`${name} must be an object, got ${shown(value)}`);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw invalidOption(`${name} has the unknown key ${shown(unknown)}; known are ${known.join(', ')}`);
}

/** @throws {ConfigurationError} `InvalidOption` when the value is none of the choices. */
export function checkChoice<Choice extends string>(
  value: unknown,
  name: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw invalidOption(`${name} must be one of ${choices.join(', ')}, got ${shown(value)}`);
}

/** @throws {ConfigurationError} `InvalidOption` when the value has not all of these methods. */
export function checkMethods<T>(value: T, name: string, methods: readonly string[]): T {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    throw invalidOption(`${name} must be an object, got ${shown(value)}`);
  }
  const record = value as Record<string, unknown>;
  const missing = methods.find((method) => typeof record[method] !== 'function');
  if (missing === undefined) return value;
  throw invalidOption(`${name} must be an object with the method ${missing}, got ${shown(value)}`);
}

/** @throws {ConfigurationError} `InvalidOption` when the value is something else, such as the controller of a signal. */
export function checkSignal(value: unknown): void {
  const signal = value as Partial<AbortSignal> | null;
  if (typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function') return;
  throw invalidOption(`signal must be an AbortSignal, got ${shown(value)}`);
}

export function invalidOption(message: string): ConfigurationError {
  return new ConfigurationError('InvalidOption', message);
}

/** Longer than what belongs into any option, and shorter than any key, signature, token or lease id. */
const longestShown = 30;

/** What was given, for a message. Objects and long texts are not printed: one given in the wrong place may be a secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > longestShown ? `a text of ${value.length} characters` : `"${redact(value)}"`;
  }
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
