import { createHash } from 'node:crypto';
import { readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../files/index.js';
import type { Plan, Steps } from './step.js';

const suffix = '.cp';
/** After that nobody goes on with a copy, in milliseconds. */
const forgottenMs = 30 * 24 * 3_600_000;

/**
 * The note that a directory is becoming the destination of a copy, which was not there. Without it the same command would find
 * what it has made before, and put the directory into it. It is kept until a run has copied everything.
 */
class Beginning {
  readonly #directory: string | false;
  readonly #path: string;

  /**
   * @param directory - Where notes are kept, if anywhere.
   * @param key - What tells this copy from all others: from where, to where. No secrets.
   */
  constructor(directory: string | false, key: readonly string[]) {
    const name = createHash('sha256').update(JSON.stringify(key)).digest('hex');
    this.#directory = directory;
    this.#path = join(directory === false ? '' : directory, `${name}${suffix}`);
  }

  /** Whether an earlier run has begun, and has not come to its end. */
  async isNoted(): Promise<boolean> {
    if (this.#directory === false) return false;
    await prune(this.#directory);
    return stat(this.#path).then(
      () => true,
      () => false,
    );
  }

  async note(): Promise<void> {
    if (this.#directory !== false) await writeFile(this.#path, '', { mode: 0o600 });
  }

  /** Never fails. */
  async forget(): Promise<void> {
    if (this.#directory !== false) await unlink(this.#path).catch(() => {});
  }
}

async function prune(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  const old = systemClock.now() - forgottenMs;
  for (const name of names.filter((each) => each.endsWith(suffix))) {
    const path = join(directory, name);
    const modified = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (modified < old) await unlink(path).catch(() => {});
  }
}

/** A copy to this machine or from it. */
export interface Copy {
  /** Whether things go into the destination, as far as that can be seen. */
  readonly into: boolean;
  /** Whether one directory may become the destination. */
  readonly mayBecome: boolean;
  readonly notes: string | false;
  readonly key: readonly string[];
}

/** What an earlier run of the same copy has decided. @returns how to go on, and the plan for the steps of that. */
export async function goOn({ into, mayBecome, notes, key }: Copy): Promise<{
  into: boolean;
  plan(steps: Steps): Plan;
}> {
  const beginning = new Beginning(mayBecome ? notes : false, key);
  const resumes = notes !== false;
  if (!mayBecome || (into && !(await beginning.isNoted()))) {
    return { into, plan: (steps) => ({ steps, resumes }) };
  }
  const finished = () => beginning.forget();
  return { into: false, plan: (steps) => ({ steps: noting(steps, beginning), resumes, finished }) };
}

async function* noting(steps: Steps, beginning: Beginning): Steps {
  for await (const step of steps) {
    if (step.kind === 'tree') await beginning.note();
    yield step;
  }
}
