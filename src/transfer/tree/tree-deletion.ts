import { join } from 'node:path';
import { runWindow } from '../window.js';
import type { Pair } from './directory-pairs.js';
import { readDirectory } from './directory-reader.js';
import { type DirectoryTask, joinNames } from './directory-task.js';
import {
  isLocallyThere,
  type LocalEntry,
  listLocalDirectory,
  lookAtFile,
  removeLocalDirectory,
  removeLocalFile,
} from './local-directory.js';
import type { OwnRole } from './remote-tree.js';
import { TaskGroup } from './transfer-budget.js';
import type { Leftover } from './tree-run.js';
import type { TreeScope } from './tree-scope.js';

/** Something of the target. */
interface Doomed {
  readonly path: string;
  readonly name: string;
  readonly kind: LocalEntry['kind'];
  readonly role: OwnRole | undefined;
  /** Where it is at its side. */
  readonly place: string;
  readonly isIncluded: boolean;
}

/** As many directories are cleaned at a time, and as many of those inside one of them. */
const maxDirectories = 16;
const maxSiblings = 4;

/** What became of it: gone, or kept because it takes no part, or because it could not be deleted. */
type Fate = 'gone' | 'kept' | 'failed';

/**
 * Deletes what the target alone has, and what is in the way of what the source has. Both sides of such a directory are
 * listed again: what has come to the source meanwhile stays.
 */
export class TreeDeletion {
  readonly #scope: TreeScope;

  constructor(scope: TreeScope) {
    this.#scope = scope;
  }

  /** @throws the reason of an abort. */
  run(leftovers: readonly Leftover[]): Promise<void> {
    const { settings } = this.#scope.parts;
    const concurrency = Math.min(settings.concurrency, maxDirectories);
    return runWindow(leftovers, { concurrency, signal: this.#scope.signal }, async (leftover) => {
      const files = new TaskGroup(this.#scope.budget);
      try {
        await this.#clean(leftover, files);
      } catch (error) {
        await this.#scope.fail(leftover.task.path, error);
      } finally {
        await files.drain();
      }
    });
  }

  async #clean(leftover: Leftover, files: TaskGroup): Promise<void> {
    const { task } = leftover;
    // The source last: what has come to both sides between the two listings must not pass for something of the target alone.
    for await (const { pairs } of readDirectory(this.#scope, { ...task, mayBeThere: true }, 'local first')) {
      for (const pair of pairs) {
        if (this.#scope.hasEnded) return;
        if (this.#isWanted(pair, leftover) || (await this.#hasCome(pair, task))) continue;
        const doomed = this.#doomed(pair, task);
        if (doomed !== undefined) await this.#remove(doomed, files, () => {});
      }
    }
  }

  /** The local side is listed first; where it is the source, it is looked at again. */
  async #hasCome({ local, remote }: Pair, { localPath }: DirectoryTask): Promise<boolean> {
    if (this.#scope.parts.options.way === 'download' || local !== undefined || remote === undefined)
      return false;
    return isLocallyThere(join(localPath, remote.name));
  }

  #isWanted({ local, remote }: Pair, { inTheWay }: Leftover): boolean {
    const { options, remote: tree } = this.#scope.parts;
    const source = options.way === 'upload' ? local : remote;
    const target = options.way === 'upload' ? remote : local;
    if (source === undefined) return false;
    if (!inTheWay.has(tree.fold(source.name))) return true;
    // A link may be followed, and is then of another kind than it looks.
    return source.kind === target?.kind;
  }

  #doomed({ local, remote }: Pair, task: DirectoryTask): Doomed | undefined {
    const uploads = this.#scope.parts.options.way === 'upload';
    const target = uploads ? remote : local;
    if (target === undefined) return undefined;
    const place = uploads ? joinNames(task.remotePath, target.name) : join(task.localPath, target.name);
    return this.#below(
      { path: task.path, isIncluded: task.isIncluded },
      { ...target, role: remote?.role, place },
    );
  }

  #below(
    { path, isIncluded }: { readonly path: string; readonly isIncluded: boolean },
    entry: Pick<Doomed, 'name' | 'kind' | 'role' | 'place'>,
  ): Doomed {
    const { name, kind, place } = entry;
    const role = this.#scope.parts.options.way === 'upload' ? entry.role : undefined;
    return { path: joinNames(path, name), name, kind, role, place, isIncluded };
  }

  /** Starts with a file, or does away with a directory. @param told - Hears what became of it. */
  async #remove(doomed: Doomed, files: TaskGroup, told: (fate: Fate) => void): Promise<void> {
    const { filter } = this.#scope.parts.options;
    const { path, kind, isIncluded } = doomed;
    if (filter.excludes(path, kind === 'directory' ? kind : 'file')) return told('kept');
    if (kind === 'directory') return told(await this.#removeDirectory(doomed));
    if (!filter.includes(path, 'file', isIncluded)) return told('kept');
    await files.start({ lanes: 1, bytes: 0 }, async () => told(await this.#removeFile(doomed)));
  }

  #removeFile(doomed: Doomed): Promise<Fate> {
    const { options, remote } = this.#scope.parts;
    const { path, place } = doomed;
    return this.#reporting(path, async () => {
      if (await this.#isOurs(doomed)) return 'kept';
      if (options.dryRun) return this.#gone(path, 'file');
      const remove = () =>
        options.way === 'upload' ? remote.removeFile(place, this.#scope.signal) : removeLocalFile(place);
      return (await remove()) ? this.#gone(path, 'file') : 'gone';
    });
  }

  /** Records of locks, and what transfers write under, are left alone. */
  async #isOurs({ name, kind, role, place }: Doomed): Promise<boolean> {
    const { options, remote } = this.#scope.parts;
    if (options.way === 'upload') return role !== undefined;
    const possible = kind === 'file' ? remote.roleOf(name, undefined) : undefined;
    if (possible !== 'lock-record') return possible !== undefined;
    return remote.roleOf(name, (await lookAtFile(place, 'refuse')).size) !== undefined;
  }

  /** With all that is in it; what stays keeps it. */
  #removeDirectory(directory: Doomed): Promise<Fate> {
    const scope = this.#scope;
    const { options, remote } = scope.parts;
    const { path, place } = directory;
    return this.#reporting(path, async () => {
      const { fate, isTouched } = await this.#empty(directory);
      if (fate === 'failed' || scope.hasEnded) return 'failed';
      // Of a directory that no pattern names, nobody said anything.
      if (options.filter.isSelective && !(isTouched || directory.isIncluded)) return 'kept';
      if (fate === 'kept') {
        await scope.guarded(() => scope.parts.account.tell({ type: 'skipped', path, reason: 'not-empty' }));
        return 'kept';
      }
      if (options.dryRun) return this.#gone(path, 'directory');
      const wasThere = await (options.way === 'upload'
        ? scope.request((signal) => remote.removeDirectory(place, signal))
        : removeLocalDirectory(place));
      return wasThere ? this.#gone(path, 'directory') : 'gone';
    });
  }

  /** Removes what is in a directory: files first, side by side, then directories, and last the records of locks. */
  async #empty(directory: Doomed): Promise<{ fate: Fate; isTouched: boolean }> {
    const fates = new Set<Fate>();
    const told = (fate: Fate) => void fates.add(fate);
    const files = new TaskGroup(this.#scope.budget);
    const directories: Doomed[] = [];
    const records: Doomed[] = [];
    try {
      for await (const inner of this.#content(directory)) {
        if (inner.kind === 'directory') directories.push(inner);
        else if (inner.role === 'lock-record') records.push(inner);
        else await this.#remove(inner, files, told);
      }
    } finally {
      await files.drain();
    }
    const window = { concurrency: maxSiblings, signal: this.#scope.signal };
    await runWindow(directories, window, (inner) => this.#remove(inner, files, told));
    const fate = fates.has('failed') ? 'failed' : fates.has('kept') ? 'kept' : 'gone';
    // Without its record, the lease on a file that stays would be one without end.
    if (fate === 'gone') for (const record of records) told(await this.#removeRecord(record));
    return { fate: fates.has('failed') ? 'failed' : fate, isTouched: fates.has('gone') };
  }

  /** Nobody is told: nobody has made it. */
  #removeRecord({ path, place }: Doomed): Promise<Fate> {
    const { options, remote } = this.#scope.parts;
    return this.#reporting(path, async () => {
      if (!options.dryRun) await this.#scope.request((signal) => remote.removeFile(place, signal));
      return 'gone';
    });
  }

  async *#content(directory: Doomed): AsyncGenerator<Doomed, void, void> {
    const { options, remote } = this.#scope.parts;
    const { place, path } = directory;
    const isIncluded =
      options.filter.isSelective && options.filter.includes(path, 'directory', directory.isIncluded);
    if (options.way === 'download') {
      for (const { name, kind } of await listLocalDirectory(place)) {
        yield this.#below({ path, isIncluded }, { name, kind, role: undefined, place: join(place, name) });
      }
      return;
    }
    const pages = remote.list(place, this.#scope.signal);
    for (;;) {
      const page = await this.#scope.request(() => pages.next());
      if (page.done === true) return;
      for (const { name, kind, role } of page.value) {
        yield this.#below({ path, isIncluded }, { name, kind, role, place: joinNames(place, name) });
      }
    }
  }

  async #gone(path: string, kind: 'file' | 'directory'): Promise<'gone'> {
    await this.#scope.guarded(() => this.#scope.parts.account.tell({ type: 'deleted', path, kind }));
    return 'gone';
  }

  async #reporting(path: string, work: () => Promise<Fate>): Promise<Fate> {
    try {
      this.#scope.signal.throwIfAborted();
      const fate = await work();
      this.#scope.worked();
      return fate;
    } catch (error) {
      await this.#scope.fail(path, error);
      return 'failed';
    }
  }
}
