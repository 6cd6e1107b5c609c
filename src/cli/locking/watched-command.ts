import { type ChildProcess, fork } from 'node:child_process';
import { basename } from 'node:path';
import { systemClock } from '../../files/index.js';
import type { Io } from '../io.js';
import type { Output } from '../output.js';
import { type FromWatcher, lockTiming, type RunMessage, type ToWatcher } from './messages.js';
import { endGroup, signalGroup } from './process-group.js';
import { watcherArgument } from './watcher-process.js';

/** How a command ended. */
export type CommandEnd =
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }
  /** It could not be started. `code` is that of the system. */
  | { readonly kind: 'failed'; readonly code: string }
  /** It was ended because the time of the lock was over. */
  | { readonly kind: 'cut' }
  /** Its watcher was killed, and so was the command. */
  | { readonly kind: 'unwatched'; readonly signal: NodeJS.Signals | null };

/** The lock under which a command runs. */
export interface CommandLock {
  /** Milliseconds for which it holds without another word of the service; `Infinity` = no end. */
  remainingMs(): number;
  /** Aborted when it is lost. */
  readonly signal: AbortSignal;
}

export interface WatchedCommand {
  readonly run: Omit<RunMessage, 'kind'>;
  readonly lock: CommandLock;
  readonly io: Io;
  /** Tells people what they have to know, and what they may want to. */
  readonly output: Pick<Output, 'warn' | 'note'>;
}

/** How long something may go on when the command has ended, in milliseconds, before people are told. */
const leftoversMs = 2_000;
/** How long a watcher may take beyond the grace of a command, in milliseconds, before it is killed itself. */
const watcherGraceMs = 1_000;

/**
 * Runs a command that ends, whatever happens to this process, when this process does or the lock is lost. It is in a group
 * and session of its own, together with its watcher; signals to this process go to the whole group.
 */
export async function runWatched({ run, lock, io, output }: WatchedCommand): Promise<CommandEnd> {
  const watcher = fork(io.program, [watcherArgument], {
    detached: true,
    env: io.env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const send = (message: ToWatcher) => {
    if (watcher.connected) watcher.send(message, () => {});
  };
  const restoreSignals = io.divertSignals((name) => {
    // Stopped, this process could not renew, and the command would be ended.
    if (name === 'SIGTSTP') output.warn('azstore: it cannot be stopped while it holds a lock');
    else send({ kind: 'signal', name });
  });
  const loss = new Loss(watcher, lock.signal, send);
  try {
    send({ kind: 'run', ...run });
    const answer = (question: number) => {
      const ms = lock.remainingMs();
      send({ kind: 'left', question, ms: Number.isFinite(ms) ? ms : null });
    };
    const end = await ended(watcher, answer, () => {
      output.note(
        `azstore: ${basename(run.file)} has ended; the lock is held as long as what it left running`,
      );
    });
    await loss.leaveNothing(end);
    return end;
  } finally {
    loss.stop();
    restoreSignals();
  }
}

/** Ends when the watcher has: nothing that it does comes after. */
function ended(
  watcher: ChildProcess,
  answer: (question: number) => void,
  onLeftovers: () => void,
): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    let end: CommandEnd | undefined;
    let killedBy: NodeJS.Signals | null = null;
    let ends = 0;
    let cancelTimer: (() => void) | undefined;
    // After the exit messages may still be to come, and the channel may be closed before it.
    const onEnd = () => {
      ends += 1;
      cancelTimer?.();
      if (ends === 2) resolve(end ?? { kind: 'unwatched', signal: killedBy });
    };
    watcher.on('message', (message) => {
      const told = message as FromWatcher;
      if (told.kind === 'question') return answer(told.question);
      // Once it is being ended, it does not matter any more how the command takes that.
      if (end?.kind !== 'cut') end = endOf(told);
      if (told.kind === 'ended') cancelTimer ??= systemClock.timer(leftoversMs, onLeftovers);
    });
    watcher.once('error', reject);
    watcher.once('disconnect', onEnd);
    watcher.once('exit', (_, signal) => {
      killedBy = signal;
      onEnd();
    });
  });
}

function endOf(told: Exclude<FromWatcher, { kind: 'question' }>): CommandEnd {
  switch (told.kind) {
    case 'ending':
      return { kind: 'cut' };
    case 'failed':
      return told;
    case 'ended':
      return { kind: 'exited', exitCode: told.exitCode, signal: told.signal };
  }
}

/** Tells the watcher of the loss of the lock, and sees to it that the command ends, also when the watcher does not. */
class Loss {
  readonly #watcher: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #onAbort: () => void;
  #lostAt: number | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(watcher: ChildProcess, signal: AbortSignal, send: (message: ToWatcher) => void) {
    this.#watcher = watcher;
    this.#signal = signal;
    this.#onAbort = () => {
      this.#lostAt = systemClock.monotonic();
      send({ kind: 'lost' });
      const ms = lockTiming.graceMs + watcherGraceMs;
      this.#cancelTimer = systemClock.timer(ms, () => this.#kill(), { keepAlive: true });
    };
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** What the command left running may go on only when the lock was given up on purpose. */
  async leaveNothing(end: CommandEnd): Promise<void> {
    const { pid } = this.#watcher;
    if (pid === undefined) return;
    if (this.#lostAt !== undefined) {
      await endGroup(pid, this.#lostAt + lockTiming.graceMs - systemClock.monotonic());
    } else if (end.kind === 'unwatched' || end.kind === 'cut') await endGroup(pid, 0);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  #kill(): void {
    if (this.#watcher.pid !== undefined) signalGroup(this.#watcher.pid, 'SIGKILL');
  }
}
