/** What `azstore lock` tells the watcher of its command. */
export type ToWatcher =
  | RunMessage
  /** The answer to a question. `ms`: what is left of the lock; `null` = it has no end. */
  | { readonly kind: 'left'; readonly question: number; readonly ms: number | null }
  /** A signal that the user sent. */
  | { readonly kind: 'signal'; readonly name: NodeJS.Signals }
  | { readonly kind: 'lost' };

export interface RunMessage {
  readonly kind: 'run';
  readonly file: string;
  readonly args: readonly string[];
  /** What the command's environment has beside that of the watcher. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether the end of the command is the end of all, or what it left running is waited for too. */
  readonly waitFor: 'command' | 'all';
}

/** What the watcher tells. */
export type FromWatcher =
  | { readonly kind: 'question'; readonly question: number }
  /** The command could not be started. `code` is that of the system. */
  | { readonly kind: 'failed'; readonly code: string }
  /** The time of the lock is over, and the command is being ended. */
  | { readonly kind: 'ending' }
  /** The command itself has ended; what it left running is the watcher's until that exits. */
  | {
      readonly kind: 'ended';
      readonly exitCode: number | null;
      readonly signal: NodeJS.Signals | null;
    };

/** The times of both sides, in milliseconds. */
export const lockTiming = Object.freeze({
  /** Between two questions of the watcher. */
  questionMs: 500,
  /**
   * Between asking the command to end and ending it. Whoever takes the place of a holder that shows no life waits six
   * seconds before that: the command is gone by then.
   */
  graceMs: 3_000,
});
