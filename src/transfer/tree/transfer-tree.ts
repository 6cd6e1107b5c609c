import { type DirectoryTask, targetOf } from './directory-task.js';
import { directoryIdentity, makeTopDirectory } from './local-directory.js';
import { TreeDeletion } from './tree-deletion.js';
import { DirectoryTransferError, type DirectoryTransferReport } from './tree-report.js';
import { TreeRun } from './tree-run.js';
import { type TreeParts, TreeScope } from './tree-scope.js';

/**
 * Makes the target of two directories like the source, as far as it was asked for: what differs is moved, and what the target
 * alone has is deleted where that is wanted and everything could be listed.
 *
 * @throws {DirectoryTransferError} when some paths failed; all others are done then.
 */
export async function transferTree(
  parts: TreeParts,
  signal: AbortSignal | undefined,
): Promise<DirectoryTransferReport> {
  signal?.throwIfAborted();
  const scope = new TreeScope(parts, signal);
  try {
    await work(scope).catch((error: unknown) => scope.endWith(error));
  } finally {
    scope.close();
  }
  const { report } = parts.account;
  if (report.failed > 0) throw new DirectoryTransferError(report);
  return report;
}

async function work(scope: TreeScope): Promise<void> {
  const run = new TreeRun(scope);
  await run.visit([await topTask(scope)]);
  const { leftovers } = run;
  if (scope.hasEnded || leftovers.length === 0 || !scope.parts.options.deletes) return;
  if (scope.isUnlisted) {
    scope.parts.account.deletionsWithheld = true;
    return;
  }
  await new TreeDeletion(scope).run(leftovers);
  // What was in the way is gone now.
  const again = leftovers.filter(({ inTheWay }) => inTheWay.size > 0);
  await run.visit(again.map(({ task, inTheWay }) => ({ ...task, mayBeThere: true, only: inTheWay })));
}

async function topTask(scope: TreeScope): Promise<DirectoryTask> {
  const { options, remote } = scope.parts;
  const { localTop, way, links } = options;
  const make = () =>
    way === 'upload'
      ? scope.request((signal) => remote.makeDirectory('', signal))
      : makeTopDirectory(localTop);
  return {
    path: '',
    localPath: localTop,
    remotePath: '',
    target: targetOf(scope, { path: '', parent: undefined, make }),
    mayBeThere: true,
    isIncluded: false,
    chain: links === 'follow' ? [await directoryIdentity(localTop)] : [],
  };
}
