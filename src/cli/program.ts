import { Command, type CommanderError, Option } from 'commander';
import type { Flag, GivenFlags } from './flags.js';
import { UsageError } from './usage-error.js';
import { flagsOf, type Verb } from './verb.js';

/** What was asked for on the command line. */
export interface Launch {
  readonly verb: Verb;
  readonly args: readonly string[];
  /** What stands behind `--`, where the verb runs a command; else empty. */
  readonly command: readonly string[];
  readonly given: GivenFlags;
}

/** Help or the version was asked for: there is nothing more to do. */
export class HelpShown extends Error {
  constructor() {
    super('help was shown');
    this.name = 'HelpShown';
  }
}

export interface ProgramOptions {
  readonly verbs: readonly Verb[];
  /** What the groups of verbs are about, by the first word of their names. */
  readonly groups: Readonly<Record<string, string>>;
  readonly version: string;
  /** Takes the help and the version. */
  readonly print: (text: string) => void;
}

/**
 * Takes the command line apart.
 * @throws {UsageError} that holds the usage line of the verb; values of flags are never part of it.
 * @throws {HelpShown}
 */
export function parseCommandLine(argv: readonly string[], options: ProgramOptions): Launch {
  let launch: Launch | undefined;
  const program = new Command('azstore')
    .description('Azure Files from the command line, and an emulator of it.')
    .version(options.version, '--version', 'print the version');
  prepare(program, options);
  const [own, behind] = splitCommand(argv, options.verbs);
  for (const verb of options.verbs) {
    const command = addCommand(program, verb, options);
    command.action(() => {
      launch = { verb, args: command.args, command: behind, given: givenFlags(command, flagsOf(verb)) };
    });
  }
  program.addHelpText('after', generalHelp);
  if (argv.length === 0) {
    throw new UsageError(`no verb was given\n${usageLine(program)}`, 'azstore --help lists the verbs');
  }
  program.parse([...own], { from: 'user' });
  if (launch === undefined) throw new HelpShown();
  return launch;
}

const generalHelp = `
Locations: files://share/path (not encoded), a full https:// URL (percent-encoded, perhaps with a SAS), or a local path.
Every flag has an environment variable: AZSTORE_ and its name in upper snake case (--account-name: AZSTORE_ACCOUNT_NAME).
Credentials come from flags, else AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY or
AZURE_STORAGE_SAS_TOKEN. Keys on a command line can be seen by other users of the machine: prefer the environment.
Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict or locked, 5 temporary, 6 not authorised, 130 interrupted.`;

/** What stands behind the first `--` is a command of its own, whose flags are none of ours. */
function splitCommand(
  argv: readonly string[],
  verbs: readonly Verb[],
): [own: readonly string[], behind: readonly string[]] {
  const runs = verbs.some(({ name, runsCommand }) => runsCommand === true && name === argv[0]);
  const at = argv.indexOf('--');
  return runs && at >= 0 ? [argv.slice(0, at), argv.slice(at + 1)] : [argv, []];
}

function addCommand(program: Command, verb: Verb, options: ProgramOptions): Command {
  const words = verb.name.split(' ');
  const name = words.pop() ?? '';
  const command = parentOf(program, words[0], options).command(name).description(verb.about);
  addArguments(command, verb.args);
  if (verb.runsCommand === true) {
    command.usage(`[options] ${verb.args} -- COMMAND [ARGUMENTS...]`).allowExcessArguments();
  }
  for (const flag of flagsOf(verb)) addFlag(command, flag);
  prepare(command, options);
  return command.addHelpText('after', helpText(verb));
}

/** The command that holds those of a group. */
function parentOf(program: Command, group: string | undefined, options: ProgramOptions): Command {
  if (group === undefined) return program;
  const present = program.commands.find((command) => command.name() === group);
  if (present !== undefined) return present;
  const command = program.command(group).description(options.groups[group] ?? '');
  prepare(command, options);
  return command;
}

function helpText(verb: Verb): string {
  return `\nExamples:\n${verb.examples.map((example) => `  ${example}`).join('\n')}`;
}

/** Makes the parser throw instead of ending the process, and keeps it from printing what it was given. */
function prepare(command: Command, options: ProgramOptions): void {
  command.configureOutput({ writeOut: options.print, writeErr: () => {}, outputError: () => {} });
  command.configureHelp({ showGlobalOptions: false });
  command.exitOverride((error) => {
    throw asUsageError(error, command);
  });
}

function addArguments(command: Command, args: string): void {
  for (const part of args.split(' ').filter((text) => text !== '')) command.argument(part);
}

function addFlag(command: Command, flag: Flag): void {
  const value = flag.kind === 'switch' ? '' : ` <${flag.placeholder ?? 'value'}>`;
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  const option = new Option(`${short}--${flag.name}${value}`, flag.about).hideHelp(flag.hidden === true);
  command.addOption(collecting(option, flag));
  for (const alias of flag.aliases ?? []) {
    command.addOption(collecting(new Option(`--${alias}${value}`).hideHelp(), flag));
  }
}

function collecting(option: Option, flag: Flag): Option {
  if (flag.kind !== 'list') return option;
  return option.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}

function givenFlags(command: Command, flags: readonly Flag[]): GivenFlags {
  const given = new Map<string, true | string | readonly string[]>();
  for (const flag of flags) {
    for (const name of [flag.name, ...(flag.aliases ?? [])]) {
      const option = command.options.find(({ long }) => long === `--${name}`);
      const key = option?.attributeName() ?? name;
      if (command.getOptionValueSource(key) !== 'cli') continue;
      const value: unknown = command.getOptionValue(key);
      const before = given.get(flag.name);
      if (Array.isArray(value)) given.set(flag.name, [...(Array.isArray(before) ? before : []), ...value]);
      // A flag of the form --no-x is kept by the parser as `x`, false.
      else given.set(flag.name, typeof value === 'string' ? value : true);
    }
  }
  return given;
}

function asUsageError(error: CommanderError, command: Command): Error {
  if (error.exitCode === 0) return new HelpShown();
  const said = error.message.replace(/^error: /, '');
  return new UsageError(
    `${withoutValues(error.code, said)}\n${usageLine(command)}`,
    `${pathOf(command)} --help says more`,
  );
}

/** `--acount-key=SECRET` is an unknown flag whose value must not be shown; neither must values that were refused. */
function withoutValues(code: string, message: string): string {
  switch (code) {
    case 'commander.unknownOption': {
      const name = /'(--[^=']*|-.)/.exec(message)?.[1] ?? '';
      const suggestion = /\(Did you mean [^()]*\)\s*$/.exec(message)?.[0] ?? '';
      return `unknown flag ${name} ${suggestion}`.trim();
    }
    case 'commander.help':
      return 'the verb needs a second word';
    case 'commander.invalidArgument':
    case 'commander.conflictingOption':
      return 'a flag has a value that is not allowed';
    default:
      return message;
  }
}

function usageLine(command: Command): string {
  return `usage: ${pathOf(command)} ${command.usage()}`;
}

/** `azstore`, `azstore ls`, `azstore lease acquire`. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
