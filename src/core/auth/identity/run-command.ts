import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../clock.js';
import type { Environment } from '../environment.js';

/** How a command ended. */
export interface CommandOutcome {
  readonly ended: 'exit' | 'not_found' | 'timeout' | 'overflow';
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLimits {
  readonly clock: Clock;
  readonly environment: Environment;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

const longestOutput = 256 * 1024;

/** What is started for a command. */
interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  /** Where nothing lies that could be taken for the command. */
  readonly cwd: string;
}

/**
 * The invocation of a command. On Windows commands are often scripts, which only its shell starts: there the arguments must
 * be free of what that shell gives a meaning, which the caller sees to.
 */
export function invocationOf(
  command: string,
  args: readonly string[],
  { platform, systemRoot }: { readonly platform: string; readonly systemRoot: string | undefined },
): Invocation {
  if (platform !== 'win32') return { file: command, args, cwd: '/' };
  const root = systemRoot || 'C:\\Windows';
  const line = [command, ...args].map((part) => (/\s/.test(part) ? `"${part}"` : part)).join(' ');
  return { file: `${root}\\System32\\cmd.exe`, args: ['/d', '/s', '/c', `"${line}"`], cwd: root };
}

/**
 * Runs a command to its end, without a shell where there is a choice. Its output is held in memory up to a limit.
 * @throws the reason of the signal, when that ended it.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  limits: CommandLimits,
): Promise<CommandOutcome> {
  const { environment, signal } = limits;
  if (signal?.aborted) return Promise.reject(signal.reason);
  const invocation = invocationOf(command, args, {
    platform: process.platform,
    systemRoot: environment.SystemRoot ?? environment.SYSTEMROOT,
  });
  const child = spawn(invocation.file, invocation.args, {
    cwd: invocation.cwd,
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: the command is often a script, whose child must be ended with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
    windowsVerbatimArguments: true,
  });
  return watch(child, limits);
}

function watch(child: ChildProcess, { clock, signal, timeoutMs }: CommandLimits): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    const output = { stdout: '', stderr: '' };
    const settle = (end: () => void) => {
      stopTimer();
      signal?.removeEventListener('abort', abort);
      // What is still there may hold the pipes open; nobody listens any more.
      child.stdout?.destroy();
      child.stderr?.destroy();
      end();
    };
    const finish = (ended: CommandOutcome['ended'], code: number | null) =>
      settle(() => resolve({ ended, code, ...output }));
    const stop = (ended: 'timeout' | 'overflow') => {
      endGroup(child);
      finish(ended, null);
    };
    const abort = () => {
      endGroup(child);
      settle(() => reject(signal?.reason));
    };
    const stopTimer = clock.timer(timeoutMs, () => stop('timeout'), { keepAlive: true });
    signal?.addEventListener('abort', abort, { once: true });
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
        if (output[name].length > longestOutput) stop('overflow');
      });
    }
    child.on('error', () => finish('not_found', null));
    child.on('close', (code) => finish('exit', code));
  });
}

/** Ends a command that has not ended, with what it has started where that can be told. */
function endGroup(child: ChildProcess): void {
  try {
    if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
