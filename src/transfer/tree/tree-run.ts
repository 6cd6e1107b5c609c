import { notADirectory } from '../make-directories.js';
import { TransferError } from '../transfer-error.js';
import type { Collision, Pair } from './directory-pairs.js';
import { readDirectory } from './directory-reader.js';
import { type DirectoryTask, joinNames, targetOf } from './directory-task.js';
import { FileStep } from './file-step.js';
import { directoryIdentity, followLink, makeLocalDirectory } from './local-directory.js';
import type { OwnRole } from './remote-tree.js';
import { downloadItem, type EntryKind, type TreeItem, uploadItem } from './tree-item.js';
import type { DirectorySkipReason } from './tree-report.js';
import type { TreeScope } from './tree-scope.js';

/** As many directories are read at a time, beside the files that are moved. */
const maxDirectories = 16;

/** A directory in which the target has something that the source does not have, or that is in the way of what it has. */
export interface Leftover {
  readonly task: DirectoryTask;
  /** What is in the way, by its folded name. */
  readonly inTheWay: ReadonlySet<string>;
}

type Outcome = DirectoryTask | 'extraneous' | 'in the way' | undefined;

/** Visits all directories and has moved what is to be moved. */
export class TreeRun {
  readonly #scope: TreeScope;
  readonly #files: FileStep;
  /** What is still to be visited; the last one is next, so that no more is held than what lies beside the way to it. */
  readonly #pending: DirectoryTask[] = [];
  readonly leftovers: Leftover[] = [];

  constructor(scope: TreeScope) {
    this.#scope = scope;
    this.#files = new FileStep(scope);
  }

  /** Ends when everything has been visited and moved, or nothing more can be. Never rejects. */
  async visit(tasks: readonly DirectoryTask[]): Promise<void> {
    const scope = this.#scope;
    const most = Math.min(scope.parts.settings.concurrency, maxDirectories);
    const active = new Set<Promise<void>>();
    this.#pending.push(...tasks);
    while (!scope.hasEnded && this.#pending.length + active.size > 0) {
      while (active.size < most) {
        const task = this.#pending.pop();
        if (task === undefined) break;
        const visit: Promise<void> = this.#visit(task).finally(() => active.delete(visit));
        active.add(visit);
      }
      await Promise.race(active);
    }
    await Promise.all(active);
    if (!scope.hasEnded) await scope.guarded(() => scope.parts.progress.listed());
    await this.#files.drain();
  }

  async #visit(task: DirectoryTask): Promise<void> {
    const inTheWay = new Set<string>();
    const found: DirectoryTask[] = [];
    let hasExtraneous = false;
    const keep = (outcome: Outcome, pair: Pair) => {
      if (outcome === 'extraneous') hasExtraneous = true;
      else if (outcome === 'in the way') inTheWay.add(this.#keyOf(pair));
      else if (outcome !== undefined) found.push(outcome);
    };
    try {
      await this.#read(task, keep);
    } catch (error) {
      this.#scope.isUnlisted = true;
      // Without its top there is nothing to transfer.
      if (task.path === '') this.#scope.endWith(error);
      else await this.#scope.fail(task.path, error);
    }
    if (hasExtraneous || inTheWay.size > 0) this.leftovers.push({ task, inTheWay });
    // Reversed, so that the first of them is taken first.
    this.#pending.push(...found.reverse());
  }

  async #read(task: DirectoryTask, keep: (outcome: Outcome, pair: Pair) => void): Promise<void> {
    const scope = this.#scope;
    const { filter } = scope.parts.options;
    for await (const { pairs, collisions } of readDirectory(scope, task, 'at once')) {
      scope.worked();
      if (!filter.isSelective) await task.target.ensure();
      for (const collision of collisions) await this.#collide(task, collision);
      for (const pair of pairs) {
        if (scope.hasEnded) return;
        if (task.only?.has(this.#keyOf(pair)) === false) continue;
        keep(await this.#take(task, pair), pair);
      }
    }
  }

  #keyOf({ local, remote }: Pair): string {
    return this.#scope.parts.remote.fold(local?.name ?? remote?.name ?? '');
  }

  /** None of them can be transferred: which one is meant, nobody knows. */
  async #collide(task: DirectoryTask, { locals }: Collision): Promise<void> {
    for (const { name, kind } of locals) {
      const path = joinNames(task.path, name);
      if (this.#scope.parts.options.filter.excludes(path, kind === 'directory' ? kind : 'file')) continue;
      const others = locals.filter((other) => other.name !== name).map((other) => JSON.stringify(other.name));
      const message = `${JSON.stringify(name)} and ${others.join(', ')} differ only in case: in a share they are one name`;
      await this.#scope.fail(path, new TransferError('CaseCollision', message));
    }
  }

  async #take(task: DirectoryTask, pair: Pair): Promise<Outcome> {
    const { options } = this.#scope.parts;
    try {
      const item = options.way === 'upload' ? uploadItem(task, pair) : downloadItem(task, pair);
      return item === undefined ? this.#extraneous(task, pair) : await this.#takeItem(task, item);
    } catch (error) {
      const name = pair.remote?.name ?? pair.local?.name ?? '';
      await this.#scope.fail(joinNames(task.path, name), error);
      return undefined;
    }
  }

  #extraneous(task: DirectoryTask, { local, remote }: Pair): Outcome {
    const { options } = this.#scope.parts;
    if (!options.deletes || remote?.role !== undefined) return undefined;
    const name = local?.name ?? remote?.name ?? '';
    const kind = (local?.kind ?? remote?.kind) === 'directory' ? 'directory' : 'file';
    const isOut = options.filter.excludes(joinNames(task.path, name), kind);
    return isOut ? undefined : 'extraneous';
  }

  async #takeItem(task: DirectoryTask, item: TreeItem): Promise<Outcome> {
    const { filter, links } = this.#scope.parts.options;
    if (filter.excludes(item.path, item.kind === 'directory' ? 'directory' : 'file')) return undefined;
    if (item.kind !== 'link' || links === 'refuse') return this.#takeKind(task, item, item.kind);
    const kind = await followLink(item.localPath);
    return filter.excludes(item.path, kind === 'directory' ? kind : 'file')
      ? undefined
      : this.#takeKind(task, item, kind);
  }

  async #takeKind(task: DirectoryTask, item: TreeItem, kind: EntryKind): Promise<Outcome> {
    switch (kind) {
      case 'directory':
        return this.#takeDirectory(task, item);
      case 'file':
        return this.#takeFile(task, item);
      case 'link':
        return this.#skip(item, 'symbolic-link');
      case 'other':
        return this.#skip(item, 'special-file');
    }
  }

  async #skip({ path }: TreeItem, reason: DirectorySkipReason): Promise<undefined> {
    await this.#scope.guarded(() => this.#scope.parts.account.tell({ type: 'skipped', path, reason }));
  }

  async #takeFile(task: DirectoryTask, item: TreeItem): Promise<Outcome> {
    if (!this.#scope.parts.options.filter.includes(item.path, 'file', task.isIncluded)) return undefined;
    const role = this.#roleOf(item);
    if (role === 'hidden') return undefined;
    if (role !== undefined) return this.#skip(item, role);
    if (item.target === 'none' || item.target === 'file') return this.#files.start(task, item);
    const way = await this.#inTheWay(task, item);
    return way === 'free' ? this.#files.start(task, { ...item, target: 'none' }) : way;
  }

  /** What is no file of the user's, at either side. */
  #roleOf({ name, remote }: TreeItem): OwnRole | 'hidden' | undefined {
    const { options, remote: tree } = this.#scope.parts;
    if (options.way === 'download') {
      // Records of locks belong to the share alone.
      if (remote?.role === 'lock-record') return 'hidden';
      return remote?.isUnwritten === true ? 'unfinished-transfer' : remote?.role;
    }
    // A local file that may be a record is looked at first: records are empty.
    const role = tree.roleOf(name, undefined);
    return remote?.role ?? (role === 'lock-record' ? undefined : role);
  }

  async #takeDirectory(task: DirectoryTask, item: TreeItem): Promise<Outcome> {
    const { options } = this.#scope.parts;
    if (options.way === 'upload' && item.remote?.role !== undefined)
      return this.#skip(item, item.remote.role);
    let mayBeThere = item.target === 'directory';
    if (item.target !== 'none' && !mayBeThere) {
      const way = await this.#inTheWay(task, item);
      if (way !== 'free') return way;
      mayBeThere = false;
    }
    const { path, localPath, remotePath } = item;
    return {
      path,
      localPath,
      remotePath,
      mayBeThere,
      target: this.#targetOf(task, item),
      chain: options.links === 'follow' ? await nextChain(task, localPath) : [],
      isIncluded: options.filter.isSelective && options.filter.includes(path, 'directory', task.isIncluded),
    };
  }

  #targetOf(task: DirectoryTask, { path, localPath, remotePath }: TreeItem) {
    const scope = this.#scope;
    const { options, remote } = scope.parts;
    const make = () =>
      options.way === 'upload'
        ? scope.request((signal) => remote.makeDirectory(remotePath, signal))
        : makeLocalDirectory(localPath);
    return targetOf(scope, { path, parent: task.target, make });
  }

  /** A file where a directory should be, or the other way round: it is deleted later, or a failure. */
  async #inTheWay(task: DirectoryTask, item: TreeItem): Promise<'in the way' | 'free' | undefined> {
    const { options, remote } = this.#scope.parts;
    if (options.deletes && task.only === undefined) return 'in the way';
    // What a dry run would have deleted is still there.
    if (options.deletes && options.dryRun) return 'free';
    throw options.way === 'upload'
      ? remote.inTheWay(item.remotePath, item.target === 'directory' ? 'directory' : 'file')
      : localInTheWay(item);
  }
}

function localInTheWay({ localPath, kind, target }: TreeItem): TransferError {
  if (kind === 'directory') return notADirectory(localPath);
  const what = target === 'directory' ? 'a directory' : 'no regular file';
  return new TransferError('LocalNotAFile', `${localPath} is ${what}`);
}

/** @throws {TransferError} `LinkCycle`. */
async function nextChain({ chain }: DirectoryTask, path: string): Promise<readonly string[]> {
  const identity = await directoryIdentity(path);
  if (!chain.includes(identity)) return [...chain, identity];
  throw new TransferError('LinkCycle', `${path} leads back to a directory that it is in`);
}
