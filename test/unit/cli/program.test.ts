import { describe, expect, it } from 'vitest';
import { groups, verbs } from '../../../src/cli/commands/index.js';
import { environmentName } from '../../../src/cli/flags.js';
import { HelpShown, parseCommandLine } from '../../../src/cli/program.js';
import { UsageError } from '../../../src/cli/usage-error.js';
import { flagsOf } from '../../../src/cli/verb.js';

function parse(...argv: string[]) {
  const printed: string[] = [];
  const options = { verbs, groups, version: '1.2.3', print: (text: string) => void printed.push(text) };
  return { printed, parse: () => parseCommandLine(argv, options) };
}

describe('parseCommandLine', () => {
  it('finds the verb, its arguments and its flags', () => {
    const { verb, args, given } = parse(
      'cp',
      '-r',
      'a',
      '--concurrency',
      '4',
      'b',
      'files://s/c',
      '-q',
    ).parse();
    expect(verb.name).toBe('cp');
    expect(args).toEqual(['a', 'b', 'files://s/c']);
    expect(Object.fromEntries(given)).toEqual({ recursive: true, concurrency: '4', quiet: true });
  });

  it('takes values of the form --flag=value, and everything after -- as arguments', () => {
    const { args, given } = parse('cp', '--concurrency=4', '--', '-a', '--b').parse();
    expect(args).toEqual(['-a', '--b']);
    expect(given.get('concurrency')).toBe('4');
  });

  it('knows flags that begin with no-', () => {
    expect(parse('cp', '--no-clobber', 'a', 'b').parse().given.get('no-clobber')).toBe(true);
    expect(parse('cp', 'a', 'b').parse().given.has('no-clobber')).toBe(false);
  });

  it('gathers a flag that is given several times', () => {
    expect(parse('emulator', '--share', 'a', '--share', 'b').parse().given.get('share')).toEqual(['a', 'b']);
  });

  it.each([
    ['--blobPort', '0', 'blobs-port', '0'],
    ['--blobHost', '127.0.0.1', 'host', '127.0.0.1'],
  ])('takes %s as another name', (alias, value, name, expected) => {
    expect(parse('emulator', alias, value).parse().given.get(name)).toBe(expected);
  });

  it.each([
    ['--silent', 'quiet'],
    ['--skipApiVersionCheck', 'skip-api-version-check'],
    ['--inMemoryPersistence', 'in-memory-persistence'],
    ['--disableTelemetry', 'disable-telemetry'],
  ])('takes the switch %s as another name', (alias, name) => {
    expect(parse('emulator', alias).parse().given.get(name)).toBe(true);
  });

  it.each([
    [['ls', '--bogus'], 'unknown flag --bogus', 'usage: azstore ls '],
    [['ls', '--jsn'], 'unknown flag --jsn (Did you mean --json?)', 'usage: azstore ls '],
    [['stat'], 'location', 'usage: azstore stat '],
    [['stat', 'a', 'b'], 'too many arguments', 'usage: azstore stat '],
    [['cat', '--range'], '--range', 'usage: azstore cat '],
    [['lss'], "unknown command 'lss'", 'usage: azstore '],
    [[], 'no verb', 'usage: azstore '],
  ])('refuses %j with the usage line', (argv, message, usage) => {
    const attempt = parse(...argv).parse;
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(usage);
  });

  it.each([
    [['ls', '--acount-key=c2VjcmV0']],
    [['ls', "--acount-key=c2VjcmV0'quoted'"]],
    [['ls', '-kc2VjcmV0']],
    [['--account-key=c2VjcmV0', 'ls']],
  ])('does not repeat the value in %j', (argv) => {
    expect(parse(...argv).parse).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('c2VjcmV0') }),
    );
  });

  it.each([[['--help']], [['help']], [['cp', '--help']], [['help', 'cp']], [['--version']]])(
    'shows what %j asks for and nothing else',
    (argv) => {
      const { parse: attempt, printed } = parse(...argv);
      expect(attempt).toThrow(HelpShown);
      expect(printed.join('')).toMatch(argv[0] === '--version' ? /^1\.2\.3\n$/ : /^Usage: azstore/);
    },
  );
});

describe('verbs', () => {
  it.each(verbs.map((verb) => [verb.name, verb] as const))(
    '%s has --json, --quiet, and no flag twice',
    (_, verb) => {
      const names = flagsOf(verb).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['json', 'quiet']));
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(names.map(environmentName)).size).toBe(names.length);
      const shorts = flagsOf(verb).flatMap(({ short }) => short ?? []);
      expect(new Set(shorts).size).toBe(shorts.length);
    },
  );
});
