import { readFile } from 'node:fs/promises';
import { homedir, uptime } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Clock } from '../core/clock.js';

/** What says where the state of a user's programs is kept. */
export interface StateSurroundings {
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** Where notes of transfers are kept unless somebody says where. */
export function stateDirectory(
  { platform, environment, home }: StateSurroundings = {
    platform: process.platform,
    environment: process.env,
    home: homedir(),
  },
): string {
  const inHome = (...names: string[]) => join(home, ...names);
  const base =
    platform === 'win32'
      ? (absolute(environment.LOCALAPPDATA) ?? inHome('AppData', 'Local'))
      : platform === 'darwin'
        ? inHome('Library', 'Application Support')
        : (absolute(environment.XDG_STATE_HOME) ?? inHome('.local', 'state'));
  return join(base, 'azstore', 'transfers');
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

/** How far two estimates of the same start may be apart, in milliseconds. */
const toleranceMs = 5_000;

/**
 * Tells one run of this machine from another: what was written to a file before it went down may not have reached the disk,
 * though a note of it did.
 */
export async function bootOf(clock: Clock): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return id === '' ? `at ${Math.round(clock.now() - uptime() * 1000)}` : id.trim();
}

export function sameBoot(before: string, now: string): boolean {
  if (before === now) return true;
  const [first, second] = [before, now].map((boot) => /^at (\d+)$/.exec(boot)?.[1]);
  if (first === undefined || second === undefined) return false;
  return Math.abs(Number(first) - Number(second)) < toleranceMs;
}
