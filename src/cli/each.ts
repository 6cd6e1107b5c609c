import { codeOf, failureValue, hintOf, messageOf, PartialFailure } from './failures.js';
import { type Output, OutputClosedError } from './output.js';
import type { Invocation } from './verb.js';

/** Says what failed while the work goes on with the rest. */
export async function reportFailure(output: Output, source: string, error: unknown): Promise<void> {
  if (output.mode.json) {
    const text = JSON.stringify({ status: 'failed', source, ...failureValue(error) });
    await output.bytes(`${output.redactor.redact(text)}\n`);
    return;
  }
  const hint = hintOf(error);
  output.warn(
    `azstore: ${source}: ${messageOf(error)} [${codeOf(error)}]${hint === undefined ? '' : `; ${hint}`}`,
  );
}

/**
 * Does something to each of several things: a failure of one does not keep the others from it.
 * @throws the failure itself when there is one thing only; else {@link PartialFailure} at the end.
 */
export async function forEach(
  { output, signal }: Invocation,
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      await work(name);
    } catch (error) {
      if (names.length === 1 || signal.aborted || error instanceof OutputClosedError) throw error;
      failures.push(error);
      await reportFailure(output, name, error);
    }
  }
  if (failures.length === 0) return;
  throw new PartialFailure(`${failures.length} of ${names.length} failed`, failures[0], {
    done: names.length - failures.length,
    failed: failures.length,
  });
}
