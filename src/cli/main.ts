#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { isWatcher, startWatcher } from './locking/watcher-process.js';
import { processIo } from './process-io.js';
import { run } from './run.js';

if (isWatcher(process)) startWatcher(process);
else {
  const exitCode = await run(process.argv.slice(2), processIo(fileURLToPath(import.meta.url)));
  // What nobody takes from standard output would keep an interrupted process alive.
  if (exitCode === 130) process.exit(exitCode);
  process.exitCode = exitCode;
}
