import type { Io } from './io.js';

/** Signals that end a run in an orderly way. */
const interrupting = ['SIGINT', 'SIGTERM'] as const;
/** Signals that keep their usual effect unless somebody takes them. */
const others = ['SIGHUP', 'SIGQUIT', 'SIGTSTP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;

/**
 * The surroundings of this process.
 * @param program - The file that was started.
 */
export function processIo(program: string): Io {
  const interruption = new AbortController();
  let diverted: ((name: NodeJS.Signals) => void) | undefined;
  const interrupt = (name: NodeJS.Signals) => {
    if (diverted !== undefined) return diverted(name);
    // The first one ends the run in an orderly way; the second one ends it.
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort(new Error(`stopped by ${name}`));
  };
  for (const name of interrupting) process.on(name, interrupt);
  // A reader that goes away (`| head`) is noticed where something is written; without a listener it would be a crash.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signal: interruption.signal,
    program,
    // Touched late: a command that is started may want what is in it.
    get stdin() {
      return process.stdin;
    },
    divertSignals(take) {
      diverted = take;
      for (const name of others) process.on(name, take);
      return () => {
        diverted = undefined;
        for (const name of others) process.off(name, take);
      };
    },
  };
}
