import { spawn } from 'node:child_process';
import { systemClock } from '../../files/index.js';
import type { FromWatcher, RunMessage, ToWatcher } from './messages.js';
import { type CommandEvents, Watcher } from './watcher.js';

/** What a program is started with to be a watcher; in no list of verbs. */
export const watcherArgument = 'lock-watcher';

/** Sent to the whole group, they are meant for the command. */
const survived = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const;

/** Whether this process was started by `azstore lock` to watch a command. */
export function isWatcher({ argv, connected }: NodeJS.Process): boolean {
  return argv[2] === watcherArgument && connected === true;
}

/** Makes this process the watcher of one command; it ends by itself. */
export function startWatcher(process: NodeJS.Process): void {
  for (const name of survived) process.on(name, () => {});
  process.stderr.on('error', () => {});
  const channel = new Channel(process);
  const watcher = new Watcher({
    clock: systemClock,
    send: (message) => channel.send(message),
    start: (run, events) => startCommand(run, process.env, events),
    signalGroup: (name) => process.kill(-process.pid, name),
    warn: (text) => process.stderr.write(`${text}\n`),
    exit: () => channel.exitWhenSent(),
  });
  // Only `azstore lock` is at the other end.
  process.on('message', (message) => watcher.receive(message as ToWatcher));
  process.on('disconnect', () => watcher.disconnected());
  if (!process.connected) watcher.disconnected();
}

class Channel {
  readonly #process: NodeJS.Process;
  #unsent = 0;
  #exiting = false;

  constructor(process: NodeJS.Process) {
    this.#process = process;
  }

  send(message: FromWatcher): void {
    if (!this.#process.connected) return;
    this.#unsent += 1;
    // A failure means that nobody is there any more, which is noticed elsewhere.
    this.#process.send?.(message, undefined, undefined, () => {
      this.#unsent -= 1;
      this.#exitIfDue();
    });
  }

  exitWhenSent(): void {
    this.#exiting = true;
    this.#exitIfDue();
  }

  #exitIfDue(): void {
    if (this.#exiting && this.#unsent === 0) this.#process.exit(0);
  }
}

function startCommand(run: RunMessage, env: NodeJS.ProcessEnv, events: CommandEvents): void {
  const { file, args, waitFor } = run;
  const child = spawn(file, args, {
    // All that the command starts has the other end of the pipe too: it closes when the last of them ends.
    stdio: ['inherit', 'inherit', 'inherit', waitFor === 'all' ? 'pipe' : 'ignore'],
    env: { ...env, ...run.env },
  });
  const pipe = child.stdio[3];
  pipe?.on('error', () => {});
  if (pipe !== undefined && pipe !== null && 'resume' in pipe) pipe.resume();
  child.once('error', (error) => events.failed('code' in error ? String(error.code) : 'Failed'));
  child.once('exit', (exitCode, signal) => events.ended(exitCode, signal));
  child.once(waitFor === 'all' ? 'close' : 'exit', () => events.allEnded());
}
