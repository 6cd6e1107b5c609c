import { AuthenticationError, NetworkError } from '../../files/index.js';
import { reportFailure } from '../each.js';
import { codeOf, PartialFailure } from '../failures.js';
import { formatBytes, formatCount } from '../format.js';
import { type Output, OutputClosedError } from '../output.js';
import { ProgressBar } from '../progress-bar.js';
import { Slots } from './slots.js';
import type { FileStep, Step, Steps } from './step.js';

export interface CopierOptions {
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Ranges under way at a time, over all files together. */
  readonly concurrency: number;
}

/** Bytes of one range; larger files take several slots. */
const rangeBytes = 4 * 1024 * 1024;

/** After these every further file would fail as well. */
const finalCodes = new Set([
  'ShareNotFound',
  'ShareSizeLimitReached',
  'ShareBeingDeleted',
  'ENOSPC',
  'EDQUOT',
]);

/** Carries out the steps of a copy, several files at a time, and counts. */
export class Copier {
  readonly #options: CopierOptions;
  readonly #slots: Slots;
  readonly #bar: ProgressBar;
  readonly #stop = new AbortController();
  readonly #counts = { files: 0, directories: 0, skipped: 0, failed: 0, bytes: 0 };
  #steps = 0;
  #firstFailure: unknown;
  /** The failure of the first step, as long as it may be the only one: it is then the failure of the whole. */
  #untold: { readonly source: string; readonly error: unknown } | undefined;
  #end: { readonly error: unknown } | undefined;

  constructor(options: CopierOptions) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency);
    this.#bar = new ProgressBar(options.output);
  }

  /** @throws {PartialFailure} when something failed and the rest was copied; the failure itself when it ended everything. */
  async copy(steps: Steps): Promise<void> {
    const { signal } = this.#options;
    const onAbort = () => this.#endWith(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      for await (const step of steps) {
        if (this.#end !== undefined) break;
        await this.#take(step);
      }
    } catch (error) {
      this.#endWith(error);
    } finally {
      await this.#slots.drain();
      signal.removeEventListener('abort', onAbort);
      this.#bar.stop();
    }
    await this.#summarize();
  }

  async #take(step: Step): Promise<void> {
    const { output } = this.#options;
    this.#steps += 1;
    await this.#tellUntold();
    switch (step.kind) {
      case 'directory':
        this.#counts.directories += 1;
        return this.#say({ status: 'created', source: step.source, target: step.target });
      case 'skipped':
        this.#counts.skipped += 1;
        if (!output.mode.json) output.warn(`azstore: not copied: ${step.source}: ${step.reason}`);
        return this.#say({ status: 'skipped', source: step.source, reason: step.reason });
      case 'failed':
        return this.#failed(step.source, step.error);
      case 'file':
        this.#bar.expect(step.size);
        return this.#slots.start(Math.max(1, Math.ceil(step.size / rangeBytes)), () => this.#file(step));
    }
  }

  /** Copies one file; never rejects. */
  async #file(step: FileStep): Promise<void> {
    try {
      await this.#attempt(step);
    } catch (error) {
      await this.#failed(step.source, error).catch((final: unknown) => this.#endWith(final));
    }
  }

  async #attempt(step: FileStep): Promise<void> {
    this.#stop.signal.throwIfAborted();
    const { source, target, size } = step;
    const bar = this.#bar.file(size);
    let bytes = 0;
    const outcome = await step.run({
      concurrency: Math.min(this.#options.concurrency, Math.max(1, Math.ceil(size / rangeBytes))),
      signal: this.#stop.signal,
      onProgress: ({ loadedBytes }) => {
        bytes = loadedBytes;
        bar.loaded(loadedBytes);
      },
    });
    bar.done();
    if (outcome === 'skipped') {
      this.#counts.skipped += 1;
      this.#options.output.note(`not copied: ${target} is there already`);
      return this.#say({ status: 'skipped', source, reason: `${target} is there already` });
    }
    this.#counts.files += 1;
    this.#counts.bytes += bytes;
    await this.#say({ status: 'copied', source, target, bytes });
  }

  async #failed(source: string, error: unknown): Promise<void> {
    if (this.#end !== undefined) return;
    if (isFinal(error)) return this.#endWith(error);
    this.#firstFailure ??= error;
    this.#counts.failed += 1;
    if (this.#steps === 1) this.#untold = { source, error };
    else await reportFailure(this.#options.output, source, error);
  }

  async #tellUntold(): Promise<void> {
    const untold = this.#untold;
    this.#untold = undefined;
    if (untold !== undefined) await reportFailure(this.#options.output, untold.source, untold.error);
  }

  #endWith(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#stop.abort(error);
  }

  async #say(value: unknown): Promise<void> {
    if (this.#options.output.mode.json) await this.#options.output.values([value]);
  }

  async #summarize(): Promise<void> {
    if (this.#end !== undefined) throw this.#end.error;
    if (this.#untold !== undefined) throw this.#untold.error;
    await this.#say({ summary: this.#counts });
    this.#options.output.note(this.#summary());
    const { failed } = this.#counts;
    if (failed > 0)
      throw new PartialFailure(`${failed} could not be copied`, this.#firstFailure, this.#counts);
  }

  #summary(): string {
    const { files, directories, skipped, failed, bytes } = this.#counts;
    const parts = [`${formatCount(files, 'file')}, ${formatBytes(bytes)} copied`];
    if (directories > 0) parts.push(formatCount(directories, 'directory', 'directories'));
    if (skipped > 0) parts.push(`${skipped} not copied`);
    if (failed > 0) parts.push(`${failed} failed`);
    return parts.join('; ');
  }
}

function isFinal(error: unknown): boolean {
  if (error instanceof NetworkError || error instanceof AuthenticationError) return true;
  return error instanceof OutputClosedError || finalCodes.has(codeOf(error));
}
