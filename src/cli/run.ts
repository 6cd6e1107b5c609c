import { createRequire } from 'node:module';
import { groups, verbs } from './commands/index.js';
import { Connections } from './connections.js';
import { codeOf, exitCodeOf, exitCodes, failureValue, hintOf, messageOf } from './failures.js';
import { Flags } from './flags.js';
import type { Io } from './io.js';
import { Output, OutputClosedError } from './output.js';
import { HelpShown, type Launch, parseCommandLine } from './program.js';
import { flagsOf } from './verb.js';

/**
 * One run of the command line.
 * @param argv - What stands after the name of the command.
 * @returns the exit code; nothing is thrown.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let output = new Output(io, { json: asksForJson(argv, io), quiet: false });
  try {
    const launch = parseCommandLine(argv, {
      verbs,
      groups,
      version: version(),
      print: (text) => io.stdout.write(text),
    });
    const flags = readFlags(launch, io, output);
    output = new Output(io, { json: flags.on('json'), quiet: flags.on('quiet') }, output.redactor);
    return await runVerb({ launch, flags, output, io });
  } catch (error) {
    return report(error, output, io);
  }
}

interface Prepared {
  readonly launch: Launch;
  readonly flags: Flags;
  readonly output: Output;
  readonly io: Io;
}

async function runVerb({ launch, flags, output, io }: Prepared): Promise<number> {
  io.signal.throwIfAborted();
  const connections = new Connections(flags, io.env, output.redactor);
  const { verb, args, command } = launch;
  try {
    const exitCode = await verb.run({ args, command, flags, output, connections, io, signal: io.signal });
    return exitCode ?? exitCodes.done;
  } finally {
    await connections.close();
  }
}

/** Reads the flags; what is secret among them is known to the redactor before anything can fail. */
function readFlags(launch: Launch, io: Io, output: Output): Flags {
  const flags = Flags.read(flagsOf(launch.verb), launch.given, io.env);
  for (const { name, secret } of flagsOf(launch.verb)) {
    if (secret === true)
      for (const value of [flags.text(name) ?? '', ...flags.list(name)]) output.redactor.hide(value);
  }
  return flags;
}

async function report(error: unknown, output: Output, io: Io): Promise<number> {
  if (error instanceof HelpShown || error instanceof OutputClosedError) return exitCodes.done;
  if (io.signal.aborted) {
    output.warn('azstore: interrupted');
    // Written without waiting: nobody may be reading any more.
    if (output.mode.json) io.stdout.write(`${JSON.stringify(interruption)}\n`);
    return exitCodes.interrupted;
  }
  if (output.mode.json) await printFailure(error, output);
  else tellFailure(error, output);
  return exitCodeOf(error);
}

const interruption = {
  error: { code: 'Interrupted', message: 'interrupted', exitCode: exitCodes.interrupted },
};

async function printFailure(error: unknown, output: Output): Promise<void> {
  const text = output.redactor.redact(JSON.stringify(failureValue(error)));
  try {
    await output.bytes(`${text}\n`);
  } catch (unwritten) {
    // Where nobody reads it, the exit code still tells; where it cannot be written, people are told.
    if (!(unwritten instanceof OutputClosedError)) tellFailure(error, output);
  }
}

function tellFailure(error: unknown, output: Output): void {
  const hint = hintOf(error);
  // The usage line of a wrong command line stands on a line of its own.
  const usage = /\n(usage: .*)$/.exec(error instanceof Error ? error.message : '')?.[1];
  const message = usage === undefined ? messageOf(error) : messageOf(error).replace(` ${usage}`, '');
  output.warn(`azstore: ${message} [${codeOf(error)}]${hint === undefined ? '' : `; ${hint}`}`);
  if (usage !== undefined) output.warn(usage);
}

/** Before the flags are understood, for errors in the flags themselves. */
function asksForJson(argv: readonly string[], io: Io): boolean {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return (
    own.includes('--json') || ['1', 'true', 'yes', 'on'].includes(io.env.AZSTORE_JSON?.toLowerCase() ?? '')
  );
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('azstore/package.json');
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
