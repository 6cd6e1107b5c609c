import { join } from 'node:path';
import type { Pair } from './directory-pairs.js';
import { type DirectoryTask, joinNames } from './directory-task.js';
import { type LocalEntry, localChild } from './local-directory.js';
import type { RemoteEntry } from './remote-tree.js';

export type EntryKind = LocalEntry['kind'];

/** One name that the source has, and what the target has in its place. */
export interface TreeItem {
  /** As the source writes it, from the top. */
  readonly path: string;
  readonly name: string;
  readonly kind: EntryKind;
  readonly target: EntryKind | 'none';
  readonly localPath: string;
  readonly remotePath: string;
  readonly remote: RemoteEntry | undefined;
}

/** @throws {TransferError} `UnusableName` when what the service lists cannot be a local name. */
export function uploadItem(task: DirectoryTask, { local, remote }: Pair): TreeItem | undefined {
  if (local === undefined) return undefined;
  const { name, kind } = local;
  return {
    path: joinNames(task.path, name),
    name,
    kind,
    target: remote?.kind ?? 'none',
    localPath: join(task.localPath, name),
    remotePath: joinNames(task.remotePath, remote?.name ?? name),
    remote,
  };
}

/** The same in the other direction. */
export function downloadItem(task: DirectoryTask, { local, remote }: Pair): TreeItem | undefined {
  if (remote === undefined) return undefined;
  const { name, kind } = remote;
  return {
    path: joinNames(task.path, name),
    name,
    kind,
    target: local?.kind ?? 'none',
    localPath: localChild(task.localPath, local?.name ?? name),
    remotePath: joinNames(task.remotePath, name),
    remote,
  };
}
