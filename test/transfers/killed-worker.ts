import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');

/** What a worker is to move. */
export interface TransferOrder {
  readonly way: 'upload' | 'download';
  readonly connectionString: string;
  readonly share: string;
  readonly path: string;
  readonly local: string;
  /** Directory for the notes. */
  readonly notes: string;
  readonly rangeSize: number;
  readonly concurrency: number;
}

/** The worker's program in one file: starting it from its sources takes several times as long. */
export async function bundleTransferWorker(): Promise<{ program: string; remove(): Promise<void> }> {
  await mkdir(join(root, '.azstore'), { recursive: true });
  const directory = await mkdtemp(join(root, '.azstore', 'transfers-'));
  const program = join(directory, 'transfer-worker.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'transfer-worker.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  return { program, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** How a worker ended. */
export type WorkerEnd = 'done' | 'killed';

/**
 * Runs a worker to its end.
 * @param onBegun - Given the means to kill it, when it begins to move the file.
 */
export async function runWorker(
  program: string,
  order: TransferOrder,
  onBegun: (kill: () => void) => void,
): Promise<WorkerEnd> {
  const child = fork(program, [JSON.stringify(order)], {
    execArgv: [],
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.once('message', () => onBegun(() => void child.kill('SIGKILL')));
  const failure = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code === 0) return 'done';
  if (signal === 'SIGKILL') return 'killed';
  throw new Error(`a worker ended with ${code ?? signal}: ${await failure}`);
}
