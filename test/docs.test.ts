import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operations } from '../src/emulator/engine/files/operations.js';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((file) => file.endsWith('.md'));

/** The cells of every row of a document's tables. */
function rows(file: string): string[][] {
  return read(file)
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

function sequence(prefix: string, last: number): string[] {
  return Array.from({ length: last }, (_, index) => `${prefix}-${String(index + 1).padStart(3, '0')}`);
}

describe('documents', () => {
  it.each(documents)('%s links only to files that exist', (file) => {
    const links = [...read(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    const broken = links.filter(
      (link) => !/^https?:/.test(link) && !existsSync(join(root, dirname(file), link)),
    );
    expect(broken).toEqual([]);
  });

  it('name only npm scripts that exist', () => {
    const scripts = Object.keys(
      (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts,
    );
    const named = documents.flatMap((file) =>
      [...read(file).matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? ''),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });
});

describe('docs/requirements.md', () => {
  const ids = [
    ...sequence('F', 25),
    ...sequence('NF', 10),
    ...sequence('P', 7),
    ...sequence('SC', 5),
    ...sequence('TS', 3),
    ...sequence('AC', 3),
  ];
  const table = rows('docs/requirements.md').filter((cells) => /^[A-Z]+-\d{3}$/.test(cells[0] ?? ''));

  it('has each requirement once', () => {
    expect(table.map((cells) => cells[0]).sort()).toEqual([...ids].sort());
  });

  it('names files that exist for what is done, and says so of what is not', () => {
    const wrong = table.filter((cells) => {
      const shown = cells[3] ?? '';
      if (cells[2] === 'not yet') return shown !== '';
      const files = [...shown.matchAll(/`([^`]+\.(?:ts|md|mjs))`/g)].map((match) => match[1] ?? '');
      return files.length === 0 || !files.every((file) => existsSync(join(root, file)));
    });
    expect(wrong).toEqual([]);
  });
});

describe('docs/emulator-fidelity.md', () => {
  it('has every operation of the emulator, and no other', () => {
    const listed = rows('docs/emulator-fidelity.md')
      .map((cells) => /^`(\w+)`$/.exec(cells[0] ?? '')?.[1])
      .filter((name) => name !== undefined);
    expect(listed.sort()).toEqual(Object.keys(operations).sort());
  });
});

describe('docs/errors.md', () => {
  /** The members of a union of literals, by the name of its type. */
  function codesOf(file: string): string[] {
    return [...read(file).matchAll(/^export type \w+ErrorCode =([^;]+);/gm)].flatMap((match) =>
      [...(match[1] ?? '').matchAll(/'(\w+)'/g)].map((literal) => literal[1] ?? ''),
    );
  }

  it('has every code of the library, and no other', () => {
    const codes = new Set(
      ['src/core/errors.ts', 'src/files/errors.ts', 'src/transfer/transfer-error.ts'].flatMap(codesOf),
    );
    const listed = rows('docs/errors.md')
      .map((cells) => /^`([A-Z]\w+)`$/.exec(cells[0] ?? '')?.[1])
      .filter((name) => name !== undefined);
    expect([...new Set(listed)].sort()).toEqual([...codes].sort());
  });
});
