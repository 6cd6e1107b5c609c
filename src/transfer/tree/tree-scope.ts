import { listenForAbort } from '../../core/abort-listener.js';
import type { TransferSettings } from '../settings.js';
import { lanesFor } from '../settings.js';
import type { PathFilter } from './path-filter.js';
import type { RemoteTree } from './remote-tree.js';
import { TransferBudget, type Weight } from './transfer-budget.js';
import type { TreeProgress } from './tree-progress.js';
import type { TreeAccount } from './tree-report.js';

/** What a transfer of directories is to do. */
export interface TreeOptions {
  readonly way: 'upload' | 'download';
  /** A local directory. */
  readonly localTop: string;
  /** What becomes of a file that the target has. */
  readonly existing: 'compare' | 'replace' | 'keep';
  readonly compare: 'time' | 'md5';
  readonly timeToleranceMs: number;
  readonly links: 'refuse' | 'follow';
  /** Whether what the source does not have is deleted. */
  readonly deletes: boolean;
  readonly dryRun: boolean;
  readonly filter: PathFilter;
}

export interface TreeParts {
  readonly options: TreeOptions;
  readonly settings: TransferSettings;
  /** How many bytes a range under way holds in memory. */
  readonly heldByRange: number;
  readonly remote: RemoteTree;
  readonly account: TreeAccount;
  readonly progress: TreeProgress;
}

/** So many failures of the connection in a row end everything: each of them has been tried again already. */
const maxFailuresInRow = 3;

/** What all parts of one transfer share: its budget, its end, and who is told of failures. */
export class TreeScope {
  readonly parts: TreeParts;
  readonly budget: TransferBudget;
  readonly #stop = new AbortController();
  readonly #forget: (() => void) | undefined;
  #end: { readonly error: unknown } | undefined;
  #failuresInRow = 0;
  /** Whether some directory could not be listed, so that nobody knows what is in it. */
  isUnlisted = false;

  constructor(parts: TreeParts, signal: AbortSignal | undefined) {
    const { concurrency: lanes, memoryBudget: bytes } = parts.settings;
    this.parts = parts;
    this.budget = new TransferBudget({ lanes, bytes }, this.signal);
    this.#forget = signal && listenForAbort(signal, () => this.endWith(signal.reason));
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** What a file takes while it is moved. */
  weightOf(size: number): Weight {
    const { settings, heldByRange } = this.parts;
    const held = Math.min(heldByRange, size);
    const lanes = Math.min(lanesFor(settings, held), Math.max(1, Math.ceil(size / settings.rangeBytes)));
    return { lanes, bytes: lanes * held };
  }

  /** Settings of one file that takes so much. */
  settingsFor({ lanes, bytes }: Weight): TransferSettings {
    return { ...this.parts.settings, concurrency: lanes, memoryBudget: Math.max(1, bytes) };
  }

  /** One request that moves no bytes to speak of. */
  request<T>(send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.budget.run({ lanes: 1, bytes: 0 }, () => send(this.signal));
  }

  /** Reports a failure of one path, or ends everything where the others would fail as well. Never rejects. */
  async fail(path: string, error: unknown): Promise<void> {
    if (this.#end !== undefined) return;
    const ends = this.parts.remote.endsAll(error);
    if (ends === 'perhaps') this.#failuresInRow += 1;
    if (ends === true || !(error instanceof Error) || this.#failuresInRow === maxFailuresInRow) {
      this.endWith(error);
      return;
    }
    await this.guarded(() => this.parts.account.tell({ type: 'failed', path, error }));
  }

  /** Something has worked: the connection is there. */
  worked(): void {
    this.#failuresInRow = 0;
  }

  /** Does what must not fail, such as telling the caller; a failure ends everything. */
  async guarded(task: () => void | Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.endWith(error);
    }
  }

  endWith(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#stop.abort(error);
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** @throws what has ended everything. */
  close(): void {
    this.#forget?.();
    if (this.#end !== undefined) throw this.#end.error;
  }
}
