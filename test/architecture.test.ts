import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../src');

interface Import {
  readonly from: string;
  /** A file below src, or the name of a package. */
  readonly to: string;
  readonly lazy: boolean;
  /** Erased by the compiler: no code runs because of it. */
  readonly typeOnly: boolean;
}

function sourceFiles(): string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8');
  const found: Import[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)) {
    found.push({
      from: file,
      to: target(file, match[2] ?? ''),
      lazy: false,
      typeOnly: match[1] !== undefined,
    });
  }
  for (const match of text.matchAll(/\bimport\('([^']+)'\)/g)) {
    found.push({ from: file, to: target(file, match[1] ?? ''), lazy: true, typeOnly: false });
  }
  return found;
}

function target(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return relative(source, resolve(source, dirname(file), specifier)).replace(/\.js$/, '.ts');
}

const imports = sourceFiles().flatMap(importsOf);

/** What each part may import of ours, beside itself: prefixes below src. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  transfer: ['core/'],
  lease: ['core/'],
  sas: ['core/'],
  files: ['core/', 'transfer/', 'lease/', 'sas/'],
  'emulator/engine': [
    'core/http/',
    'core/wire/',
    'core/auth/shared-key.ts',
    'core/clock.ts',
    'emulator/store/store.ts',
    'emulator/store/extents.ts',
  ],
  'emulator/store': ['core/clock.ts'],
  'emulator/server': ['core/', 'emulator/engine/'],
  simulation: ['core/', 'emulator/engine/', 'emulator/store/memory-store.ts'],
  cli: ['index.ts', 'files/index.ts', 'emulator/index.ts'],
};

function partOf(file: string): string | undefined {
  return Object.keys(allowed).find((part) => file.startsWith(`${part}/`));
}

describe('architecture', () => {
  it('reads imports at all', () => {
    expect(imports.length).toBeGreaterThan(50);
  });

  it('lets each part import only the parts below it', () => {
    const wrong = imports.filter(({ from, to }) => {
      const part = partOf(from);
      if (part === undefined || !to.endsWith('.ts') || to.startsWith(`${part}/`)) return false;
      return !(allowed[part] ?? []).some((prefix) => to.startsWith(prefix));
    });
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('lets the folders of the client import only those below them', () => {
    const folders = ['wire', 'locks', 'content', 'directories', 'transfers'];
    const levelOf = (file: string) => folders.indexOf(/^files\/(\w+)\//.exec(file)?.[1] ?? '');
    const inside = imports.filter(({ from, to }) => levelOf(from) >= 0 && levelOf(to) >= 0);
    const wrong = inside.filter(({ from, to }) => levelOf(to) > levelOf(from));
    expect(inside.length).toBeGreaterThan(50);
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('keeps sockets and files out of the engine and the store interface', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        /^emulator\/(engine|store\/(store|memory-store|extents))/.test(from) &&
        /^node:(http|https|net|tls|fs|fs\/promises)$/.test(to),
    );
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('imports no package at run time outside the command line', () => {
    const wrong = imports.filter(
      ({ from, to }) => !to.endsWith('.ts') && !to.startsWith('node:') && !from.startsWith('cli/'),
    );
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('lets what is loaded with the first token share no module with the rest', () => {
    const loadedLater = ['identities', 'managed-identity', 'workload-identity', 'azure-cli', 'default-chain'];
    const folder = 'core/auth/identity/';
    const reached = new Set(loadedLater.map((name) => `${folder}${name}.ts`));
    // The loop also visits what it adds.
    for (const file of reached) {
      for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly) reached.add(to);
    }
    const shared = imports.filter(
      ({ from, to, lazy, typeOnly }) =>
        !reached.has(from) && reached.has(to) && !lazy && !typeOnly && to.endsWith('.ts'),
    );
    expect(reached.size).toBeGreaterThan(loadedLater.length);
    expect(shared.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('has no import cycles', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports) {
      if (to.endsWith('.ts') && !typeOnly) edges.set(from, [...(edges.get(from) ?? []), to]);
    }
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of edges.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('reads time and chance from the clock alone', () => {
    const pattern =
      /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|setTimeout\(|setInterval\()/;
    const wrong = sourceFiles().filter(
      (file) => file !== 'core/clock.ts' && pattern.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps files small enough to read in one go', () => {
    const limit = 400;
    const long = sourceFiles()
      .map((file) => ({ file, lines: readFileSync(join(source, file), 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > limit);
    expect(long).toEqual([]);
  });

  it('exports by name only', () => {
    const wrong = sourceFiles().filter((file) =>
      /^export default/m.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });
});
