#!/usr/bin/env node
import { run } from './run.js';

const interruption = new AbortController();

function interrupt(name: NodeJS.Signals): void {
  // The first one ends the run in an orderly way; the second one ends it.
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort(new Error(`stopped by ${name}`));
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader that goes away (`| head`) is noticed where something is written; without a listener it would be a crash.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

const exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interruption.signal,
});

// What nobody takes from standard output would keep an interrupted process alive.
if (exitCode === 130) process.exit(exitCode);
process.exitCode = exitCode;
