import { TransferError } from '../transfer-error.js';
import type { DirectoryTask } from './directory-task.js';
import { storableMs } from './file-times.js';
import { hasErrno, type LocalFile, lookAtFile } from './local-directory.js';
import { localMd5 } from './local-md5.js';
import { TaskGroup, TransferBudget } from './transfer-budget.js';
import type { TreeItem } from './tree-item.js';
import type { FileProgress } from './tree-progress.js';
import type { DirectoryTransferEvent } from './tree-report.js';
import type { TreeScope } from './tree-scope.js';

/** As many local files are looked at a time. */
const maxLooks = 32;

/** One file that the source has. */
interface Candidate {
  readonly task: DirectoryTask;
  readonly item: TreeItem;
  /** At the source. */
  readonly size: number;
  /** The local one, where there is one. */
  readonly local: LocalFile | undefined;
}

/** Compares files, and moves those that differ: several at a time, in bounded memory. */
export class FileStep {
  readonly #scope: TreeScope;
  readonly #looks: TaskGroup;
  readonly #moves: TaskGroup;

  constructor(scope: TreeScope) {
    this.#scope = scope;
    this.#looks = new TaskGroup(new TransferBudget({ lanes: maxLooks, bytes: 0 }, scope.signal));
    this.#moves = new TaskGroup(scope.budget);
  }

  /** Begins with a file as soon as there is room. @throws the reason of an abort. */
  async start(task: DirectoryTask, item: TreeItem): Promise<undefined> {
    await this.#looks.start({ lanes: 1, bytes: 0 }, () =>
      this.#reporting(item, () => this.#look(task, item)),
    );
  }

  /** Ends when all files that were begun with are done. */
  async drain(): Promise<void> {
    await this.#looks.drain();
    await this.#moves.drain();
  }

  async #reporting({ path, name }: TreeItem, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.#scope.fail(path, namedBadly(name, error) ?? error);
    }
  }

  async #look(task: DirectoryTask, item: TreeItem): Promise<void> {
    const { options, remote } = this.#scope.parts;
    const { path, name, target } = item;
    const uploads = options.way === 'upload';
    const looks = uploads || target === 'file';
    const local = looks ? await lookAtFile(item.localPath, uploads ? options.links : 'refuse') : undefined;
    const size = (uploads ? local?.size : item.remote?.size) ?? 0;
    if (uploads && remote.roleOf(name, size) !== undefined) {
      return this.#tell({ type: 'skipped', path, reason: 'lock-record' });
    }
    const candidate = { task, item, size, local };
    if (target === 'none' || options.existing === 'replace') return this.#move(candidate);
    if (options.existing === 'keep') return this.#tell({ type: 'skipped', path, reason: 'exists' });
    if (!this.#maySame(candidate)) return this.#move(candidate);
    if (options.compare === 'md5' && !(await this.#isSame(candidate))) return this.#move(candidate);
    return this.#unchanged(candidate);
  }

  async #unchanged({ item, size }: Candidate): Promise<void> {
    await this.#scope.guarded(() => this.#scope.parts.progress.unchanged());
    await this.#tell({ type: 'unchanged', path: item.path, bytes: size });
  }

  /** By what the listings tell. */
  #maySame({ item: { remote }, local }: Candidate): boolean {
    const { compare, timeToleranceMs } = this.#scope.parts.options;
    if (remote === undefined || local === undefined || remote.size !== local.size) return false;
    if (remote.isUnwritten) return false;
    if (compare === 'md5') return true;
    return Math.abs(remote.modifiedMs - storableMs(local.modifiedMs)) <= timeToleranceMs;
  }

  /** Whether both hold the same bytes; both are read for it, unless the service has the MD5 stored. */
  #isSame({ item }: Candidate): Promise<boolean> {
    const scope = this.#scope;
    const { remote, settings, heldByRange } = scope.parts;
    const { signal } = scope;
    return scope.budget.run({ lanes: 1, bytes: heldByRange }, async () => {
      const theirs = await remote.md5(item.remotePath, { settings: { ...settings, concurrency: 1 }, signal });
      scope.worked();
      return theirs === (await localMd5(item.localPath, signal));
    });
  }

  async #move(candidate: Candidate): Promise<void> {
    const scope = this.#scope;
    const { options, progress: all } = scope.parts;
    const { item, size } = candidate;
    const progress = all.expect(size);
    const weight = scope.weightOf(size);
    try {
      // Before the file takes its part of the budget, which the making needs, too.
      await candidate.task.target.ensure();
      if (options.dryRun) return await this.#arrived(candidate, progress, size);
      await this.#moves.start(weight, () =>
        this.#reporting(item, async () => {
          try {
            const settings = scope.settingsFor(weight);
            const bytes = await this.#transfer(candidate, { settings, progress });
            scope.worked();
            await this.#arrived(candidate, progress, bytes);
          } catch (error) {
            await scope.guarded(() => progress.dropped());
            throw error;
          }
        }),
      );
    } catch (error) {
      await scope.guarded(() => progress.dropped());
      throw error;
    }
  }

  #transfer(
    { item, size, local }: Candidate,
    { settings, progress }: { settings: ReturnType<TreeScope['settingsFor']>; progress: FileProgress },
  ): Promise<number> {
    const { options, remote } = this.#scope.parts;
    const { signal } = this.#scope;
    const onProgress = ({ loadedBytes }: { readonly loadedBytes: number }) => progress.loaded(loadedBytes);
    const move = { path: item.remotePath, localPath: item.localPath, settings, onProgress, signal };
    if (options.way === 'download' || local === undefined)
      return remote.download({ ...move, size, modifiedMs: item.remote?.modifiedMs ?? 0 });
    return remote.upload({ ...move, file: local });
  }

  async #arrived({ item }: Candidate, progress: FileProgress, bytes: number): Promise<void> {
    await this.#scope.guarded(() => progress.arrived(bytes));
    await this.#tell({ type: 'copied', path: item.path, bytes });
  }

  #tell(event: DirectoryTransferEvent): Promise<void> {
    return this.#scope.guarded(() => this.#scope.parts.account.tell(event));
  }
}

/** Linux has names of any bytes; those that are no UTF-8 come with this character, by which they cannot be opened. */
function namedBadly(name: string, error: unknown): TransferError | undefined {
  if (!name.includes('\ufffd') || !hasErrno(error, 'ENOENT')) return undefined;
  const message = `the name ${JSON.stringify(name)} is no UTF-8 on this machine`;
  return new TransferError('UnusableName', message, { cause: error });
}
