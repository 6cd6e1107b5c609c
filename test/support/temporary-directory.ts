import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { OnFinish } from './on-finish.js';

/**
 * A directory that is removed when the test ends.
 * @param onFinish - That of the test's context, where tests run at the same time.
 */
export async function temporaryDirectory(onFinish: OnFinish = onTestFinished): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'azstore-test-'));
  onFinish(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
