import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** The names that an entry exports, types included. */
function exportsOf(entry: string): string[] {
  const text = readFileSync(new URL(`../../src/${entry}`, import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names = '']) =>
    names
      .split(',')
      .map((name) =>
        name
          .trim()
          .replace(/^type /, '')
          .replace(/^.* as /, ''),
      )
      .filter((name) => name !== ''),
  );
  const declared = [...text.matchAll(/^export (?:async )?(?:function|interface|class|const|type) (\w+)/gm)];
  return [...listed, ...declared.map(([, name = '']) => name)].sort();
}

describe('the entry azstore', () => {
  const root = exportsOf('index.ts');

  it.each(['files/index.ts', 'emulator/index.ts'])('exports everything that %s exports', (entry) => {
    const names = exportsOf(entry);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !root.includes(name))).toEqual([]);
  });

  it('exports nothing twice', () => {
    expect(new Set(root).size).toBe(root.length);
  });
});
