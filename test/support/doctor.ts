import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { type CliOptions, type CliResult, runCli } from './cli.js';
import { temporaryDirectory } from './temporary-directory.js';

/** What the doctor found, by check. */
export interface Examined extends Omit<CliResult, 'bytes'> {
  readonly findings: readonly Finding[];
  /** The checks with their states, in order: `credentials ok`. */
  readonly states: readonly string[];
  /** The finding of a check. @throws when there is none. */
  of(check: Finding['check']): Finding;
}

/** Runs `azstore doctor --json`. */
export async function examine(argv: readonly string[], options: CliOptions = {}): Promise<Examined> {
  return examinedOf(await runCli(['doctor', '--json', ...argv], options));
}

export function examinedOf({ code, stdout, stderr }: Omit<CliResult, 'bytes'>): Examined {
  const findings = JSON.parse(stdout) as readonly Finding[];
  return {
    code,
    stdout,
    stderr,
    findings,
    states: findings.map(({ check, status }) => `${check} ${status}`),
    of(check) {
      const found = findings.find((finding) => finding.check === check);
      if (found === undefined) throw new Error(`${check} is not among ${stdout}`);
      return found;
    },
  };
}

/** The environment in which names are looked up by `script`: the body of a function of `host` and `callback`. */
export async function namesBy(script: string): Promise<{ readonly NODE_OPTIONS: string }> {
  const file = join(await temporaryDirectory(), 'names.cjs');
  await writeFile(file, `require('node:dns').lookup = (host, options, callback) => { ${script} };\n`);
  return { NODE_OPTIONS: `--require=${file}` };
}
