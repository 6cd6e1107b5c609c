import type { TestContext } from 'vitest';
import type { BuiltProgram, Running } from './built-program.js';
import { ended } from './built-program.js';
import { type ShareSetting, startShare } from './share.js';
import { type Told, told } from './told.js';

/** A run of the program whose processes are watched. */
export interface Locked {
  readonly child: Running;
  readonly out: Told;
  readonly err: Told;
  /** The exit code, or the signal that killed it. */
  readonly exit: Promise<number | string | null>;
  /** The exit code and all that was told, when nobody who inherited the output is left. */
  readonly all: Promise<{ code: number | string | null; out: string; err: string }>;
}

/** Something that does not end by itself, and has started something else. */
export const lasting = 'sleep 1000 & sleep 1000';

/** Runs the program; a script behind `--` gets `$azstore`, which runs it too. */
export function startProgram(
  program: BuiltProgram,
  { env, onFinish }: ShareSetting,
  argv: readonly string[],
): Locked {
  const child = program.start(argv, { ...env, azstore: `${process.execPath} ${program.file}` }, onFinish);
  const [out, err, exit] = [told(child.stdout), told(child.stderr), ended(child)];
  const all = Promise.all([exit, out.closed, err.closed]).then(([code]) => ({
    code,
    out: out.text,
    err: err.text,
  }));
  return { child, out, err, exit, all };
}

/** An emulator with the file `f`. */
export async function startFile({ onTestFinished }: TestContext): Promise<ShareSetting> {
  const setting = await startShare(onTestFinished);
  await setting.fill({ f: 'content' });
  return setting;
}

/** Whether somebody has the lease on the file `f`. */
export async function isLeased({ client }: ShareSetting): Promise<boolean> {
  return (await client.leases.inspect({ path: 'f' })).status === 'locked';
}
