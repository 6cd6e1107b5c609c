import { UsageError } from '../usage-error.js';
import type { Invocation } from '../verb.js';

/** Refuses flags that would have no effect; from the environment they may be meant for other commands. */
export function refuseFlags({ flags }: Invocation, names: readonly string[], why: string): void {
  const given = names.find((name) => flags.origin(name) === 'flag');
  if (given !== undefined) throw new UsageError(`--${given} has no effect here: ${why}`);
}
