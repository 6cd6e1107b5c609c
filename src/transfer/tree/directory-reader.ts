import { type PairPage, pairUp } from './directory-pairs.js';
import type { DirectoryTask } from './directory-task.js';
import { hasErrno, type LocalEntry, listLocalDirectory } from './local-directory.js';
import type { RemoteEntry } from './remote-tree.js';
import type { TreeScope } from './tree-scope.js';

/**
 * Both listings of a directory, put together. The target is told whether it is there. Of each side there is one listing, and
 * none of a target that cannot be there.
 *
 * @param order - `at once`: the first page is under way while the local side is read.
 */
export async function* readDirectory(
  scope: TreeScope,
  task: DirectoryTask,
  order: 'at once' | 'local first',
): AsyncGenerator<PairPage, void, void> {
  const { options, remote } = scope.parts;
  const uploads = options.way === 'upload';
  const pages = remotePages(scope, task);
  const first = order === 'at once' ? pages.next() : undefined;
  // Whoever takes it gets the failure; nobody may.
  first?.catch(() => {});
  try {
    const locals = await localEntries(scope, task);
    const fold = (name: string) => remote.fold(name);
    yield* pairUp(locals, beginningWith(first, pages), { fold, exactWins: !uploads });
  } finally {
    await pages.return();
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

/** Items of which the first one may have been asked for. */
async function* beginningWith<T>(
  first: Promise<IteratorResult<T, void>> | undefined,
  items: AsyncGenerator<T, void, void>,
): AsyncGenerator<T, void, void> {
  for (let next = await (first ?? items.next()); next.done !== true; next = await items.next())
    yield next.value;
}
