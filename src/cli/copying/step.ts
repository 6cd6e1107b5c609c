import type {
  DirectoryEventListener,
  DirectoryProgressListener,
  ProgressListener,
} from '../../files/index.js';
import type { CopyLimits } from './limits.js';

/** What became of one thing. */
export type Outcome = 'copied' | 'skipped';

/** What a file's copy may use. */
export interface StepContext extends CopyLimits {
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
}

/** The same for a directory with all that it holds. */
export interface TreeContext extends CopyLimits {
  readonly onProgress: DirectoryProgressListener;
  readonly onEntry: DirectoryEventListener;
  readonly signal: AbortSignal;
}

/** One file to copy. */
export interface FileStep {
  readonly kind: 'file';
  /** As it is shown to people. */
  readonly source: string;
  readonly target: string;
  /** As far as it was known when the step was made, in bytes. */
  readonly size: number | undefined;
  /** Whether the service moves the bytes by itself. */
  readonly byService?: boolean;
  /** Copies it. */
  run(context: StepContext): Promise<Outcome>;
}

/** A directory to copy with all that it holds, which the library does by itself. */
export interface TreeStep {
  readonly kind: 'tree';
  readonly source: string;
  readonly places: TreePlaces;
  /** Rejects with a `DirectoryTransferError` when some paths failed; they have been told then. */
  run(context: TreeContext): Promise<unknown>;
}

/** How the paths of a transfer of directories are shown at either side. */
export interface TreePlaces {
  source(path: string): string;
  target(path: string): string;
}

/** A directory that is there now. */
export interface DirectoryStep {
  readonly kind: 'directory';
  readonly source: string;
  readonly target: string;
}

/** Something that is left out on purpose. */
export interface SkippedStep {
  readonly kind: 'skipped';
  readonly source: string;
  readonly reason: string;
}

/** Something that cannot be copied; the rest can. */
export interface FailedStep {
  readonly kind: 'failed';
  readonly source: string;
  readonly error: unknown;
}

/** A copy, one thing at a time and in an order in which directories come before what they hold. */
export type Step = FileStep | TreeStep | DirectoryStep | SkippedStep | FailedStep;
export type Steps = AsyncGenerator<Step, void, void>;

/** What a copy is to do. */
export interface Plan {
  readonly steps: Steps;
  /** Whether the same command goes on after an interruption. */
  readonly resumes: boolean;
  /** Called when everything has been copied. */
  finished?(): Promise<void>;
}

/** Names under which uploads and downloads are written until they are whole. */
export function isUnfinished(name: string): boolean {
  return /^\.azstore-[0-9a-f-]{36}\.tmp$/.test(name);
}
