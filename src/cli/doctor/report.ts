import { exitCodes } from '../failures.js';
import { formatCount } from '../format.js';
import { jsonLine, type Output, printable } from '../output.js';
import { type Finding, lineOf } from './finding.js';

/** Prints findings as they come, with `--json` at the end. @returns the exit code of the first that failed. */
export async function report(output: Output, findings: AsyncIterable<Finding>): Promise<number> {
  const all: Finding[] = [];
  for await (const finding of findings) {
    all.push(finding);
    if (!output.mode.json) await output.lines([printable(output.redactor.redact(lineOf(finding)))]);
  }
  if (output.mode.json) await output.bytes(`${output.redactor.redact(jsonLine(all))}\n`);
  const failed = all.filter(({ status }) => status === 'fail');
  const warned = all.filter(({ status }) => status === 'warn');
  output.note(`azstore doctor: ${verdictOf(failed.length, warned.length)}`);
  return failed[0]?.exitCode ?? exitCodes.done;
}

function verdictOf(failures: number, warnings: number): string {
  const parts = [
    failures === 0 ? '' : formatCount(failures, 'failure'),
    warnings === 0 ? '' : formatCount(warnings, 'warning'),
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'all is well' : parts.join(', ');
}
