import { formatBytes } from './format.js';
import { parseSize } from './sizes.js';
import { formatSpan, parseTime } from './times.js';
import { UsageError } from './usage-error.js';

/** One flag of a verb. Its environment variable follows from the name: `--files-port` is `AZSTORE_FILES_PORT`. */
export interface Flag {
  /** Long name without dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** `list` may be given several times; in the environment its values are separated by commas. `time` is `30s`, `size` is `64MiB`. */
  readonly kind: 'switch' | 'text' | 'integer' | 'list' | 'time' | 'size';
  /** What the value is called in the help. */
  readonly placeholder?: string;
  readonly about: string;
  /** Limits of an integer, of a time in milliseconds, or of a size in bytes. */
  readonly min?: number;
  readonly max?: number;
  /** A time is understood by the service in whole seconds only. */
  readonly wholeSeconds?: boolean;
  /** A time may be `infinite` too, also written -1. */
  readonly mayBeInfinite?: boolean;
  /** Other long names that mean the same and are not listed in the help. */
  readonly aliases?: readonly string[];
  /** The value is never printed. */
  readonly secret?: boolean;
  /** Understood, but not listed in the help. */
  readonly hidden?: boolean;
}

/** What was on the command line, by the flag's name; a flag that was not given is absent. */
export type GivenFlags = ReadonlyMap<string, true | string | readonly string[]>;

export type FlagOrigin = 'flag' | 'environment';

type Value = boolean | string | number | readonly string[];

/** `AZSTORE_` and the flag's name in upper snake case. */
export function environmentName(flagName: string): string {
  return `AZSTORE_${flagName.toUpperCase().replaceAll('-', '_')}`;
}

/** The flags of one run: the command line first, the environment second. */
export class Flags {
  readonly #values = new Map<string, { value: Value; origin: FlagOrigin }>();

  private constructor() {}

  /**
   * @throws {UsageError} for a value of the wrong kind; it says where the value came from.
   */
  static read(
    flags: readonly Flag[],
    given: GivenFlags,
    env: Readonly<Record<string, string | undefined>>,
  ): Flags {
    const result = new Flags();
    for (const flag of flags) {
      const onLine = given.get(flag.name);
      if (onLine !== undefined) {
        result.#values.set(flag.name, { value: parse(flag, onLine, `--${flag.name}`), origin: 'flag' });
        continue;
      }
      const variable = environmentName(flag.name);
      const text = env[variable];
      if (text === undefined || text === '') continue;
      result.#values.set(flag.name, { value: parse(flag, text, variable), origin: 'environment' });
    }
    return result;
  }

  /** Whether a switch is on. */
  on(name: string): boolean {
    return this.#values.get(name)?.value === true;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)?.value;
    return typeof value === 'string' ? value : undefined;
  }

  integer(name: string): number | undefined {
    const value = this.#values.get(name)?.value;
    return typeof value === 'number' ? value : undefined;
  }

  /** A time; `Infinity` where it has no end. */
  milliseconds(name: string): number | undefined {
    return this.integer(name);
  }

  /** A size. */
  bytes(name: string): number | undefined {
    return this.integer(name);
  }

  /** The values of a repeatable flag; empty when it was not given. */
  list(name: string): readonly string[] {
    const value = this.#values.get(name)?.value;
    return typeof value === 'object' ? value : [];
  }

  /** Where the value came from; `undefined` when the flag was not given. */
  origin(name: string): FlagOrigin | undefined {
    return this.#values.get(name)?.origin;
  }
}

function parse(flag: Flag, given: true | string | readonly string[], where: string): Value {
  switch (flag.kind) {
    case 'switch':
      return given === true ? true : parseSwitch(String(given), where);
    case 'text':
      return String(given);
    case 'integer':
      return parseInteger(flag, String(given), where);
    case 'time':
      return parseTimeFlag(flag, String(given), where);
    case 'size':
      return parseSizeFlag(flag, String(given), where);
    case 'list':
      return typeof given === 'string' ? given.split(/[,;]/).filter((item) => item !== '') : asList(given);
  }
}

function asList(given: true | readonly string[]): readonly string[] {
  return given === true ? [] : given;
}

function parseSwitch(text: string, where: string): boolean {
  const word = text.trim().toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(word)) return true;
  if (['0', 'false', 'no', 'off'].includes(word)) return false;
  throw new UsageError(`${where} must be 1 or 0 (also true, false, yes, no, on, off)`);
}

function parseInteger(flag: Flag, text: string, where: string): number {
  const min = flag.min ?? 0;
  const max = flag.max ?? Number.MAX_SAFE_INTEGER;
  const value = /^\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const limits = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new UsageError(`${where} must be a whole number ${limits}, got '${text}'`);
}

function parseTimeFlag(flag: Flag, text: string, where: string): number {
  const { min = 0, max = Number.MAX_SAFE_INTEGER, wholeSeconds, mayBeInfinite } = flag;
  if (mayBeInfinite === true && ['infinite', '-1'].includes(text.trim().toLowerCase())) return Infinity;
  const ms = parseTime(text);
  const allowed = ms !== undefined && ms >= min && ms <= max && (wholeSeconds !== true || ms % 1000 === 0);
  if (allowed) return ms;
  const kind = wholeSeconds === true ? 'a time in whole seconds' : 'a time';
  const limits = `from ${formatSpan(min)} to ${formatSpan(max)}`;
  const infinite = mayBeInfinite === true ? ", or 'infinite'" : '';
  throw new UsageError(`${where} must be ${kind} such as 30s or 1m, ${limits}${infinite}, got '${text}'`);
}

function parseSizeFlag(flag: Flag, text: string, where: string): number {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = flag;
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes >= min && bytes <= max) return bytes;
  const limits =
    max === Number.MAX_SAFE_INTEGER
      ? `of at least ${formatBytes(min)}`
      : `from ${formatBytes(min)} to ${formatBytes(max)}`;
  throw new UsageError(`${where} must be a size such as 64MiB or 10MB, ${limits}, got '${text}'`);
}
