import { type PairPage, pairUp } from './directory-pairs.js';
import type { DirectoryTask } from './directory-task.js';
import { hasErrno, type LocalEntry, listLocalDirectory } from './local-directory.js';
import type { RemoteEntry } from './remote-tree.js';
import type { TreeScope } from './tree-scope.js';

/**
 * Both listings of a directory, put together. The target is told whether it is there. Of each side there is one listing, and
 * none of a target that cannot be there.
 */
export async function* readDirectory(
  scope: TreeScope,
  task: DirectoryTask,
): AsyncGenerator<PairPage, void, void> {
  const { options, remote } = scope.parts;
  const uploads = options.way === 'upload';
  // The first page is under way while the local side is read.
  const pages = ahead(remotePages(scope, task));
  try {
    const locals = await localEntries(scope, task);
    const fold = (name: string) => remote.fold(name);
    yield* pairUp(locals, pages.all(), { fold, exactWins: !uploads });
  } finally {
    await pages.giveUp();
  }
}

async function localEntries(scope: TreeScope, task: DirectoryTask): Promise<readonly LocalEntry[]> {
  const { options, remote } = scope.parts;
  if (options.way === 'upload') return listLocalDirectory(task.localPath);
  if (!task.mayBeThere) return [];
  try {
    const entries = await listLocalDirectory(task.localPath);
    task.target.found();
    return entries.filter(({ name }) => remote.roleOf(name, undefined) !== 'unfinished-transfer');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

async function* remotePages(
  scope: TreeScope,
  task: DirectoryTask,
): AsyncGenerator<readonly RemoteEntry[], void, void> {
  const { options, remote } = scope.parts;
  const uploads = options.way === 'upload';
  if (uploads && !task.mayBeThere) return;
  const pages = remote.list(task.remotePath, scope.signal);
  try {
    for (;;) {
      const page = await scope.request(() => pages.next());
      if (uploads) task.target.found();
      if (page.done === true) return;
      yield page.value;
    }
  } catch (error) {
    if (!uploads || !remote.isMissing(error)) throw error;
  }
}

interface Ahead<T> {
  all(): AsyncGenerator<T, void, void>;
  giveUp(): Promise<void>;
}

/** Asks for the first item before somebody takes it. */
function ahead<T>(items: AsyncGenerator<T, void, void>): Ahead<T> {
  const first = items.next();
  // Whoever takes it gets the failure; nobody may.
  first.catch(() => {});
  return {
    async *all() {
      for (let next = await first; next.done !== true; next = await items.next()) yield next.value;
    },
    giveUp: () => items.return().then(() => {}),
  };
}
