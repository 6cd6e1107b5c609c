import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import type { Command, Report, WorkerOrder } from './messages.js';

const root = resolve(import.meta.dirname, '../..');

/** The worker's program in one file, as starting it again and again from its sources takes several times as long. */
export async function bundleWorker(): Promise<{ program: string; remove(): Promise<void> }> {
  await mkdir(join(root, '.azstore'), { recursive: true });
  const directory = await mkdtemp(join(root, '.azstore', 'workers-'));
  const program = join(directory, 'lock-worker.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'lock-worker.ts')],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  return { program, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** One worker process. */
export class WorkerProcess {
  readonly order: WorkerOrder;
  /** What it has counted, and has said so. */
  counted = 0;
  readonly reports: Report[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | string | null>;
  readonly #failure: Promise<string>;

  constructor(program: string, order: WorkerOrder, onReport: (report: Report) => void = () => {}) {
    this.order = order;
    this.#child = fork(program, [JSON.stringify(order)], {
      // Nothing of the test run's own settings, such as its way to load modules.
      execArgv: [],
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // Not when it exits: what it said at last would come after that.
    this.#ended = once(this.#child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
    this.#failure = this.#child.stderr === null ? Promise.resolve('') : text(this.#child.stderr);
    this.#child.on('message', (message) => {
      const report = message as Report;
      if (report.is === 'counted') this.counted += 1;
      this.reports.push(report);
      onReport(report);
    });
  }

  /** The first report of a kind, be it past or to come. @throws when the process ends without one. */
  async heard<Kind extends Report['is']>(is: Kind): Promise<Extract<Report, { is: Kind }>> {
    const isKind = (report: Report): report is Extract<Report, { is: Kind }> => report.is === is;
    for (;;) {
      const found = this.reports.find(isKind);
      if (found !== undefined) return found;
      const end = await Promise.race([once(this.#child, 'message'), this.ended()]);
      if (!Array.isArray(end)) throw new Error(`a worker ended with ${end} before it said '${is}'`);
    }
  }

  tell(command: Command): void {
    // One that is about to end hears nothing any more.
    if (this.#child.connected) this.#child.send(command, () => {});
  }

  /** Sends a signal to this one process. */
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Exit code, or the signal that ended it. @throws when it failed, with what it printed. */
  async ended(): Promise<number | string | null> {
    const [end, failure] = await Promise.all([this.#ended, this.#failure]);
    if (end !== 0 && end !== 'SIGKILL') throw new Error(`a worker ended with ${end}: ${failure}`);
    return end;
  }
}
