import { onTestFinished } from 'vitest';
import { type CliResult, jsonLines, runCli } from './cli.js';

/** What `azstore emulator` tells of itself. */
export interface ServedEmulator {
  readonly files: string;
  readonly connectionString: string;
  /** Path of the certificate, where it made one. */
  readonly certificate?: string;
  /** Ends the emulator as an interrupt does. */
  stop(): Promise<CliResult>;
}

/** Runs `azstore emulator` until the test has ended, or `stop` is called. */
export async function serve(...argv: string[]): Promise<ServedEmulator> {
  const controller = new AbortController();
  const { signal } = controller;
  let ended: Promise<CliResult> | undefined;
  const line = await new Promise<string>((resolve, reject) => {
    ended = runCli(['emulator', '--files-port', '0', '--json', ...argv], { signal, onStdout: resolve });
    ended.then(({ stderr, stdout }) => reject(new Error(stderr + stdout)), reject);
  });
  const stop = async () => {
    controller.abort(new Error('stopped'));
    return (await ended) as CliResult;
  };
  onTestFinished(async () => void (await stop()));
  return { ...(jsonLines(line)[0] as Omit<ServedEmulator, 'stop'>), stop };
}
