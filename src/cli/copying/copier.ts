import { AuthenticationError, DirectoryTransferError, NetworkError } from '../../files/index.js';
import { codeOf, PartialFailure } from '../failures.js';
import { type Output, OutputClosedError } from '../output.js';
import { type Amount, ProgressBar } from '../progress-bar.js';
import { type CopyLimits, type Portion, portionOf } from './limits.js';
import { Slots } from './slots.js';
import type { FileStep, Step, Steps, TreeStep } from './step.js';
import { Teller } from './teller.js';

export interface CopierOptions {
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly limits: CopyLimits;
  /** Whether the same command goes on after an interruption. */
  readonly resumes: boolean;
  /** Whether nothing is done, and everything says what would be. @defaultValue false */
  readonly dryRun?: boolean;
  /** Whether it is of the kind that may delete. @defaultValue false */
  readonly deletes?: boolean;
}

/** After these every further file would fail as well. */
const finalCodes = new Set([
  'ShareNotFound',
  'ShareSizeLimitReached',
  'ShareBeingDeleted',
  'ENOSPC',
  'EDQUOT',
]);

/** What a file takes whose bytes do not come here. */
const handed: Portion = { lanes: 1, bytes: 0 };

/** Carries out the steps of a copy, several files at a time, and counts. */
export class Copier {
  readonly #options: CopierOptions;
  readonly #slots: Slots;
  readonly #bar: ProgressBar;
  readonly #teller: Teller;
  readonly #stop = new AbortController();
  #steps = 0;
  /** Trees whose listing is under way. */
  #listing = 0;
  /** The failure of the first step, as long as it may be the only one: it is then the failure of the whole. */
  #untold: { readonly source: string; readonly error: unknown } | undefined;
  #end: { readonly error: unknown } | undefined;

  constructor(options: CopierOptions) {
    const { output, limits, dryRun = false } = options;
    this.#options = options;
    this.#slots = new Slots({ lanes: limits.concurrency, bytes: limits.memoryBudget });
    this.#bar = new ProgressBar(output);
    this.#teller = new Teller({ output, dryRun });
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
      this.#bar.isListed = this.#listing === 0;
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
    this.#steps += 1;
    await this.#tellUntold();
    const { limits } = this.#options;
    switch (step.kind) {
      case 'directory':
        return this.#teller.created(step);
      case 'skipped':
        return this.#teller.skipped(step.source, step.reason);
      case 'failed':
        return this.#failed(step.source, step.error);
      case 'file':
        return this.#start(
          step.source,
          step.byService ? handed : portionOf(step.size, limits),
          this.#file(step),
        );
      case 'tree':
        // It keeps within all of the limits by itself.
        return this.#start(step.source, portionOf(undefined, limits), this.#tree(step));
    }
  }

  /** Starts work that does not reject. */
  #start(source: string, portion: Portion, work: (portion: Portion) => Promise<void>): Promise<void> {
    return this.#slots.start(portion, async () => {
      try {
        this.#stop.signal.throwIfAborted();
        await work(portion);
      } catch (error) {
        await this.#failed(source, error).catch((final: unknown) => this.#endWith(final));
      }
    });
  }

  #file({ source, target, size, run }: FileStep) {
    const part = this.#bar.file(size);
    return async ({ lanes, bytes: memoryBudget }: Portion): Promise<void> => {
      let bytes = 0;
      const onProgress = ({ loadedBytes }: { readonly loadedBytes: number }) => {
        bytes = loadedBytes;
        part.loaded(loadedBytes);
      };
      const limits = { ...this.#options.limits, concurrency: lanes, memoryBudget };
      try {
        const outcome = await run({ ...limits, signal: this.#stop.signal, onProgress });
        if (outcome === 'skipped') {
          part.dropped();
          return this.#teller.kept(source, target);
        }
      } catch (error) {
        part.dropped();
        throw error;
      }
      part.done();
      await this.#teller.copied({ source, target, bytes });
    };
  }

  #tree({ places, run }: TreeStep) {
    const part = this.#bar.part();
    this.#listing += 1;
    let isListed = false;
    const onProgress = (progress: Amount & { readonly isListed: boolean }) => {
      if (progress.isListed && !isListed) this.#listing -= 1;
      isListed = progress.isListed;
      if (isListed && this.#listing === 0) this.#bar.isListed = true;
      part(progress);
    };
    return async (): Promise<void> => {
      try {
        await run({
          ...this.#options.limits,
          signal: this.#stop.signal,
          onProgress,
          onEntry: (event) => this.#teller.entry(event, places),
        });
      } catch (error) {
        // Each path has been told of.
        if (!(error instanceof DirectoryTransferError)) throw error;
        if (error.report.deletionsWithheld) {
          this.#options.output.warn('azstore: nothing was deleted, as not everything could be listed');
        }
      }
    };
  }

  async #failed(source: string, error: unknown): Promise<void> {
    if (this.#end !== undefined) return;
    if (isFinal(error)) return this.#endWith(error);
    this.#teller.tally.failed += 1;
    if (this.#steps === 1) this.#untold = { source, error };
    else await this.#teller.failed(source, error);
  }

  async #tellUntold(): Promise<void> {
    const untold = this.#untold;
    this.#untold = undefined;
    if (untold !== undefined) await this.#teller.failed(untold.source, untold.error);
  }

  #endWith(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#stop.abort(error);
  }

  async #summarize(): Promise<void> {
    const { output, signal, resumes, dryRun = false, deletes = false } = this.#options;
    const { tally } = this.#teller;
    const text = tally.text({ dryRun });
    if (this.#end !== undefined) {
      if (signal.aborted) output.note(`${text}${resumes ? '; the same command goes on from there' : ''}`);
      throw this.#end.error;
    }
    if (this.#untold !== undefined) throw this.#untold.error;
    const summary = { summary: { ...tally.counts({ deletes }), ...(dryRun && { dryRun }) } };
    if (output.mode.json) await output.values([summary]);
    output.note(text);
    if (tally.failed === 0) return;
    const message = `${tally.failed} could not be copied`;
    throw new PartialFailure(message, undefined, tally.counts({ deletes }));
  }
}

function isFinal(error: unknown): boolean {
  if (error instanceof NetworkError || error instanceof AuthenticationError) return true;
  return error instanceof OutputClosedError || finalCodes.has(codeOf(error));
}
