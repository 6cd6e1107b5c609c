import type { ProgressListener } from '../../files/index.js';

/** What became of one thing. */
export type Outcome = 'copied' | 'skipped';

/** What a file's copy may use. */
export interface StepContext {
  /** Ranges under way at a time. */
  readonly concurrency: number;
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
}

/** One file to copy. */
export interface FileStep {
  readonly kind: 'file';
  readonly source: string;
  readonly target: string;
  /** Bytes, as far as it is known beforehand. */
  readonly size: number;
  /** @returns whether it was copied, or left alone because the target is there. */
  run(context: StepContext): Promise<Outcome>;
}

/** A directory that is there now. */
export interface DirectoryStep {
  readonly kind: 'directory';
  readonly source: string;
  readonly target: string;
}

/** Something that is not copied, on purpose. */
export interface SkippedStep {
  readonly kind: 'skipped';
  readonly source: string;
  readonly reason: string;
}

/** Something that could not be looked at. */
export interface FailedStep {
  readonly kind: 'failed';
  readonly source: string;
  readonly error: unknown;
}

/** A copy, one thing at a time and in an order in which directories come before what they hold. */
export type Step = FileStep | DirectoryStep | SkippedStep | FailedStep;
export type Steps = AsyncGenerator<Step, void, void>;

/** Names under which uploads and downloads are written until they are whole. */
export function isUnfinished(name: string): boolean {
  return /^\.azstore-[0-9a-f-]{36}\.tmp$/.test(name);
}
