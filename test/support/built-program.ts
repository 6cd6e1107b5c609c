import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { OnFinish } from './on-finish.js';

const root = resolve(import.meta.dirname, '../..');

export type Running = ChildProcessByStdio<null, Readable, Readable>;

/** The command line as a program of its own. */
export interface BuiltProgram {
  /** The file, which `node` runs. */
  readonly file: string;
  start(argv: readonly string[], env?: Readonly<Record<string, string>>, onFinish?: OnFinish): Running;
}

/**
 * Builds the command line for the tests of a file: the same bundle as that of the package, at another place, as tests of
 * the sources must not depend on what was built before.
 */
export function builtProgram(): BuiltProgram {
  let directory = '';
  beforeAll(async () => {
    // Inside the package, whose name and version the program looks up.
    await mkdir(join(root, '.azstore'), { recursive: true });
    directory = await mkdtemp(join(root, '.azstore', 'test-'));
    await build({
      entryPoints: [join(root, 'src/cli/main.ts')],
      outfile: join(directory, 'cli.js'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
      banner: {
        js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
      },
    });
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return {
    get file() {
      return join(directory, 'cli.js');
    },
    start(argv, env = {}, onFinish = onTestFinished) {
      const child = spawn(process.execPath, [join(directory, 'cli.js'), ...argv], {
        // Never where the user of this machine keeps notes.
        env: { PATH: process.env.PATH, AZSTORE_NOTES: join(directory, 'notes'), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      onFinish(() => void child.kill('SIGKILL'));
      return child;
    },
  };
}

/** The exit code of a child, or the signal that killed it. */
export function ended(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
}
