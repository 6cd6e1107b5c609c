import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AzureFilesClient, AzureStorageError } from '../../src/files/index.js';
import { runCli } from '../support/cli.js';
import { seed } from '../support/lasting-emulator.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { hostileShare, type ListedName } from './hostile-share.js';

/*
 * A share with entries that lead elsewhere, as a service that means harm, or somebody who may write, could make it. What is copied
 * from it never goes beyond the directory that it was to be copied to, and what is deleted never beyond what was to be deleted.
 */

const names = [
  ...['..', '.', '../x', '../../x', 'a/../../x', '/etc/x', '/x', 'x/', '//x', './x', 'a/b'],
  ...[
    '..\\x',
    '..\\..\\x',
    'C:',
    'C:x',
    'C:\\x',
    '\\\\host\\share\\x',
    '\\x',
    'x\\..\\..\\y',
    '~',
    '~/x',
    '$HOME',
    '%2e%2e',
  ],
  ...[
    'con',
    'NUL',
    'aux.txt',
    'COM1',
    'x.',
    'x..',
    'x ',
    ' ',
    '...',
    '-rf',
    '--help',
    '*',
    '?',
    '|x',
    ';x',
    '$(x)',
    '`x`',
    '"x"',
  ],
  ...[
    '\u202etxt.exe',
    'a\nb',
    'a\r\nb',
    '\u0085',
    '\u009b31m',
    'ﬁ',
    '．．',
    '‥',
    '．．／x',
    '∕etc',
    'x'.repeat(256),
    'x'.repeat(5000),
  ],
  ...[
    '__proto__',
    'constructor',
    '.bashrc',
    '.ssh',
    '.azstore-0f0f0f0f-1111-4222-8333-444444444444.tmp',
    '.x.lease',
  ],
];
const encodedNames = [
  '%2e%2e',
  '%2e%2e%2fx',
  '%00',
  'x%00.txt',
  '%2fetc%2fx',
  '..%5cx',
  '%ff',
  '%',
  '%e2%80%ae',
  '%0d%0a',
];
function entriesOf(kind: ListedName['kind']): readonly ListedName[] {
  return [
    ...names.map((name) => ({ kind, name })),
    ...encodedNames.map((name) => ({ kind, name, encoded: true })),
  ];
}

const entries: readonly ListedName[] = [...entriesOf('File'), ...entriesOf('Directory')];

/** A directory of its own with something beside the destination that must stay as it is. */
async function surroundings() {
  const parent = await temporaryDirectory();
  await mkdir(join(parent, 'beside'));
  await writeFile(join(parent, 'beside', 'x'), 'precious');
  await mkdir(join(parent, 'here', 'deeper'), { recursive: true });
  return {
    destination: join(parent, 'here', 'deeper'),
    async expectUntouched() {
      expect(await readdir(parent)).toEqual(['beside', 'here']);
      expect(await readdir(join(parent, 'here'))).toEqual(['deeper']);
      expect(await readdir(join(parent, 'beside'))).toEqual(['x']);
      expect(await readFile(join(parent, 'beside', 'x'), 'utf8')).toBe('precious');
    },
  };
}

/** What could steer a terminal, beside the ends of the lines that are told. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: where it stands, other programs take a name to end.
const leadsElsewhere = /[/\\\u0000]|^\.{0,2}$/;

describe('a copy from a share of such names', () => {
  it.each([
    ['File', ['cp', '-r']],
    ['Directory', ['cp', '-r']],
    ['File', ['sync', '--delete']],
    ['Directory', ['sync', '--delete']],
  ] as const)('stays where it was to go, for names of the kind %s, by %j', async (kind, verb) => {
    const share = await hostileShare(onTestFinished);
    for (const entry of entriesOf(kind)) {
      share.entries = [{ kind: 'File', name: 'good' }, entry];
      const { destination, expectUntouched } = await surroundings();
      const result = await runCli([...verb, 'files://data', destination], share);
      await expectUntouched();
      expect(result.stderr, entry.name).not.toMatch(steering);
      // What was written has the name that the service told, and lies right there.
      const told = [entry.name, entry.encoded === true ? decodedName(entry.name) : entry.name];
      for (const name of await readdir(destination)) expect(['good', 'data', ...told]).toContain(name);
    }
  });

  it('stays where it was to go, whatever characters the names have', async () => {
    const share = await hostileShare(onTestFinished);
    const character = fc.constantFrom(
      ...['.', '.', '.', '/', '\\', ':', '%', '2', 'e', 'a', ' ', '~', '\u0085', '\n'],
    );
    const name = fc.string({ unit: character, minLength: 1, maxLength: 6 });
    const { destination, expectUntouched } = await surroundings();
    const property = fc.asyncProperty(
      name,
      fc.constantFrom('File', 'Directory'),
      fc.boolean(),
      async (text, kind, encoded) => {
        share.entries = [{ kind, name: text, encoded }];
        await runCli(['cp', '-r', '--quiet', 'files://data', destination], share);
        await expectUntouched();
      },
    );
    await fc.assert(property, { seed, numRuns: 60 });
  });

  it('follows no link that lies in its way', async () => {
    const share = await hostileShare(onTestFinished);
    const { destination, expectUntouched } = await surroundings();
    await mkdir(join(destination, 'data'));
    await symlink(join(destination, '../../beside'), join(destination, 'data', 'link'));
    await symlink(join(destination, '../../beside/x'), join(destination, 'data', 'file'));
    share.entries = [
      { kind: 'Directory', name: 'link' },
      { kind: 'File', name: 'file' },
      { kind: 'File', name: 'x' },
    ];
    const result = await runCli(['cp', '-r', 'files://data', join(destination, 'data')], share);
    await expectUntouched();
    // What the user has put there stays; that it is in the way is told.
    for (const name of ['link', 'file']) {
      expect((await lstat(join(destination, 'data', name))).isSymbolicLink()).toBe(true);
      expect(result.stderr).toContain(`azstore: files://data/${name}: `);
    }
    expect(result.code).toBe(1);
  });
});

function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

describe('a share of ordinary names', () => {
  it('is copied and deleted whole', async () => {
    const share = await hostileShare(onTestFinished);
    share.entries = [
      { kind: 'File', name: 'good' },
      { kind: 'Directory', name: 'sub' },
    ];
    const { destination } = await surroundings();
    expect((await runCli(['cp', '-r', 'files://data/d/inner', destination], share)).code).toBe(0);
    expect((await readdir(destination, { recursive: true })).sort()).toEqual([
      'inner',
      'inner/good',
      'inner/sub',
      'inner/sub/good',
    ]);
    expect((await runCli(['rm', '-r', 'files://data/d/inner'], share)).code).toBe(0);
    expect(share.requests.filter((request) => request.startsWith('DELETE'))).toHaveLength(4);
  });
});

describe('a share of such names', () => {
  it('is deleted no further than it was to be', async () => {
    const share = await hostileShare(onTestFinished);
    for (const entry of entries) {
      share.entries = [entry, { kind: 'File', name: 'good' }];
      await runCli(['rm', '-r', 'files://data/d/inner'], share);
    }
    const deleted = share.requests.filter((request) => request.startsWith('DELETE'));
    expect(deleted.length).toBeGreaterThan(entries.length);
    for (const request of deleted) {
      const { pathname } = new URL(request.slice('DELETE '.length), 'http://host');
      expect(pathname).toMatch(/^\/acct\/data\/d\/inner(?:\/[^/]+){0,2}$/);
    }
  });

  it.each(['ls', 'tree', 'ls -r'])('is shown by %s without steering the terminal', async (verb) => {
    const share = await hostileShare(onTestFinished);
    const isName = ({ name, encoded }: ListedName) => encoded !== true && !/[/\\]|^\.{1,2}$/.test(name);
    share.entries = entries.filter(isName);
    for (const more of [[], ['--json']]) {
      const result = await runCli([...verb.split(' '), 'files://data', ...more], share);
      expect(result.stderr).not.toMatch(steering);
      if (more.length > 0) expect(result.stdout.replaceAll('\n', '')).not.toMatch(steering);
    }
  });

  it('gives callers no name that leads elsewhere', async () => {
    const share = await hostileShare(onTestFinished);
    const client = AzureFilesClient.fromEnvironment(
      { defaultShare: 'data', retryConfig: { maxAttempts: 1 } },
      share.env,
    );
    let refused = 0;
    for (const entry of entries) {
      share.entries = [entry];
      try {
        for await (const { name, path } of client.directories.walk()) {
          expect(name).not.toMatch(leadsElsewhere);
          expect(path.split('/').at(-1)).toBe(name);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(AzureStorageError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(10);
    await client.close();
  });
});
