import type { Clock } from '../../files/index.js';
import { type FromWatcher, lockTiming, type RunMessage, type ToWatcher } from './messages.js';

/** What a watcher works with. */
export interface WatcherPorts {
  readonly clock: Clock;
  send(message: FromWatcher): void;
  /** Starts the command in the group of the watcher. */
  start(run: RunMessage, events: CommandEvents): void;
  /** Sends a signal to the command, all that it started, and the watcher itself. */
  signalGroup(name: NodeJS.Signals): void;
  warn(text: string): void;
  /** Ends the watcher when what was sent has gone out. */
  exit(): void;
}

export interface CommandEvents {
  failed(code: string): void;
  /** The command itself has ended. */
  ended(exitCode: number | null, signal: NodeJS.Signals | null): void;
  /** Nothing that is waited for is left. */
  allEnded(): void;
}

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'waiting'; readonly run: RunMessage; readonly signals: readonly NodeJS.Signals[] }
  /** `command`: whether it runs itself, or only what it left. */
  | { readonly name: 'running'; readonly command: 'runs' | 'ended' }
  | { readonly name: 'ending'; readonly because: Reason }
  | { readonly name: 'over' };

/**
 * Why a command is ended: its lock was lost, or the time of the lock passed without a word, or nobody is there any more;
 * or the user sent a signal when there were only leftovers to get it.
 */
type Reason = 'lost' | 'deadline' | 'orphaned' | 'leftovers';

interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/**
 * Stands between a command and the process that holds its lock. The command ends when that process does, whatever ends
 * it, and when it tells nothing for so long that the lock may be somebody else's.
 */
export class Watcher {
  readonly #ports: WatcherPorts;
  #state: State = { name: 'idle' };
  #question = 0;
  #askedAt: Moment;
  #answered = true;
  /** What was left at a moment before the question was sent. */
  #left: { readonly ms: number; readonly at: Moment } | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(ports: WatcherPorts) {
    this.#ports = ports;
    this.#askedAt = this.#now();
  }

  receive(message: ToWatcher): void {
    switch (message.kind) {
      case 'run':
        if (this.#state.name !== 'idle') return;
        this.#state = { name: 'waiting', run: message, signals: [] };
        this.#tick();
        break;
      case 'left':
        this.#takeAnswer(message.question, message.ms ?? Number.POSITIVE_INFINITY);
        break;
      case 'signal':
        this.#pass(message.name);
        break;
      case 'lost':
        this.#end('lost');
    }
  }

  /** The process that holds the lock has gone. */
  disconnected(): void {
    this.#end('orphaned');
  }

  #tick(): void {
    const { name } = this.#state;
    if (name === 'running' && this.#leftMs() <= 0) this.#end('deadline');
    if (this.#state.name !== 'waiting' && this.#state.name !== 'running') return;
    if (this.#answered) this.#ask();
    const leftMs = this.#leftMs();
    const { questionMs } = lockTiming;
    this.#after(leftMs > 0 ? Math.min(questionMs, leftMs) : questionMs, () => this.#tick());
  }

  #ask(): void {
    this.#answered = false;
    this.#question += 1;
    this.#askedAt = this.#now();
    this.#ports.send({ kind: 'question', question: this.#question });
  }

  /** Counted from before the question, so that no delay on the way adds to the time. */
  #takeAnswer(question: number, ms: number): void {
    if (question !== this.#question) return;
    this.#answered = true;
    this.#left = { ms, at: this.#askedAt };
    if (this.#state.name === 'waiting' && this.#leftMs() > 0) this.#start(this.#state);
  }

  #start({ run, signals }: Extract<State, { name: 'waiting' }>): void {
    this.#state = { name: 'running', command: 'runs' };
    this.#ports.start(run, {
      failed: (code) => this.#over({ kind: 'failed', code }),
      ended: (exitCode, signal) => this.#commandEnded(exitCode, signal),
      allEnded: () => this.#allEnded(),
    });
    for (const name of signals) this.#pass(name);
  }

  #pass(name: NodeJS.Signals): void {
    const state = this.#state;
    if (state.name === 'waiting') this.#state = { ...state, signals: [...state.signals, name] };
    if (state.name !== 'running') return;
    // Shells start things in the background so that they do not hear the signals of a terminal.
    if (state.command === 'ended' && interrupting.has(name)) this.#end('leftovers');
    else this.#ports.signalGroup(name);
  }

  #commandEnded(exitCode: number | null, signal: NodeJS.Signals | null): void {
    if (this.#state.name === 'running') this.#state = { name: 'running', command: 'ended' };
    this.#ports.send({ kind: 'ended', exitCode, signal });
  }

  #allEnded(): void {
    const state = this.#state;
    // Something may have closed what it inherited and be there all the same: it has its time to end too. As long as the
    // other side is there, that sees to it.
    const isAlone = state.name === 'ending' && (state.because === 'deadline' || state.because === 'orphaned');
    if (!isAlone) this.#over(undefined);
  }

  #end(because: Reason): void {
    const { name } = this.#state;
    if (name === 'over' || (name === 'ending' && because !== 'orphaned')) return;
    const isRunning = name === 'running';
    if (isRunning || name === 'ending') this.#state = { name: 'ending', because };
    else this.#over(undefined);
    if (!isRunning) return;
    if (because === 'deadline') this.#ports.send({ kind: 'ending' });
    const why = told[because];
    if (why !== undefined) this.#ports.warn(why);
    this.#ports.signalGroup('SIGTERM');
    // One that is stopped would not notice.
    this.#ports.signalGroup('SIGCONT');
    this.#after(lockTiming.graceMs, () => {
      this.#ports.signalGroup('SIGKILL');
      this.#over(undefined);
    });
  }

  #over(last: FromWatcher | undefined): void {
    if (this.#state.name === 'over') return;
    this.#state = { name: 'over' };
    this.#cancelTimer?.();
    if (last !== undefined) this.#ports.send(last);
    this.#ports.exit();
  }

  /** The larger of both clocks counts, as for the lock itself. */
  #leftMs(): number {
    if (this.#left === undefined) return Number.POSITIVE_INFINITY;
    const { ms, at } = this.#left;
    const now = this.#now();
    return ms - Math.max(now.monotonic - at.monotonic, now.wall - at.wall);
  }

  #now(): Moment {
    const { clock } = this.#ports;
    return { monotonic: clock.monotonic(), wall: clock.now() };
  }

  #after(ms: number, fn: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#ports.clock.timer(ms, fn, { keepAlive: true });
  }
}

const interrupting: ReadonlySet<NodeJS.Signals> = new Set(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM']);

/** What people are told where nobody else does. */
const told: Readonly<Partial<Record<Reason, string>>> = {
  deadline: 'azstore lock: it gave no sign of life for as long as the lock lasts: the command is ended',
  orphaned: 'azstore lock: it was killed: the command is ended',
};
