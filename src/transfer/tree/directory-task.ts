import type { TreeScope } from './tree-scope.js';

/** A name inside a directory of a tree, whose top is `''`. */
export function joinNames(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** A directory of the target, made when something is to go into it. */
export class TargetDirectory {
  readonly #make: () => Promise<void>;
  #made: Promise<void> | undefined;

  constructor(make: () => Promise<void>) {
    this.#make = make;
  }

  /** It is there already. */
  found(): void {
    this.#made ??= Promise.resolve();
  }

  /** Makes it, once, with those that it is in. */
  ensure(): Promise<void> {
    this.#made ??= this.#make();
    return this.#made;
  }
}

/** One directory that is to be visited, at both sides. */
export interface DirectoryTask {
  /** Its path as the source has it; `''` is the top. */
  readonly path: string;
  readonly localPath: string;
  readonly remotePath: string;
  readonly target: TargetDirectory;
  /** Whether the target may have it, so that there is something to compare with. */
  readonly mayBeThere: boolean;
  /** Whether it matches a pattern by which all in it takes part. */
  readonly isIncluded: boolean;
  /** Which directories it is in, where links are followed: one of them again would never end. */
  readonly chain: readonly string[];
  /** Where only some names are to be looked at: folded. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** The target of a directory, inside another one. @param make - Makes it where that one is there. */
export function targetOf(
  scope: TreeScope,
  { path, parent, make }: { path: string; parent: TargetDirectory | undefined; make: () => Promise<void> },
): TargetDirectory {
  const { options, account } = scope.parts;
  return new TargetDirectory(async () => {
    await parent?.ensure();
    if (!options.dryRun) await make();
    await scope.guarded(() => account.tell({ type: 'created', path }));
  });
}
