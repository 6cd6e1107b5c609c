import { codeOf, exitCodeOf, hintOf, messageOf } from '../failures.js';

/** What is looked at, in the order in which it is. */
export type Check =
  | 'credentials'
  | 'endpoint'
  | 'proxy'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'service'
  | 'clock'
  | 'sas'
  | 'version'
  | 'read'
  | 'list'
  | 'lease'
  | 'write'
  | 'lock';

/** What came of one check. */
export interface Finding {
  readonly check: Check;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do about it. */
  readonly cure?: string;
  /** Of a failed check: the name of the failure, and the exit code that it has. */
  readonly code?: string;
  readonly exitCode?: number;
  /** The same for programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** What is told of a check; a failure has words of its own for what is left out. */
export interface Telling {
  readonly message: string;
  readonly cure?: string | undefined;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

export function ok(check: Check, { message, facts }: Telling): Finding {
  return { check, status: 'ok', message, ...(facts !== undefined && { facts }) };
}

export function warn(check: Check, { message, cure, facts }: Telling): Finding {
  return {
    check,
    status: 'warn',
    message,
    ...(cure !== undefined && { cure }),
    ...(facts !== undefined && { facts }),
  };
}

/** @param error - Decides the exit code, and gives the message and what helps where `telling` has none. */
export function fail(check: Check, error: unknown, telling: Partial<Telling> = {}): Finding {
  const cure = telling.cure ?? hintOf(error);
  return {
    check,
    status: 'fail',
    message: telling.message ?? messageOf(error),
    code: codeOf(error),
    exitCode: exitCodeOf(error),
    ...(cure !== undefined && { cure }),
    ...(telling.facts !== undefined && { facts: telling.facts }),
  };
}

/** One line of text. */
export function lineOf({ check, status, message, cure }: Finding): string {
  const help = cure === undefined ? '' : `; cure: ${cure}`;
  return `${status.padEnd(4)}  ${check.padEnd(11)}  ${message}${help}`.replace(/\s*\n\s*/g, ' ');
}
