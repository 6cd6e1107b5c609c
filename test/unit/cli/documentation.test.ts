import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../../src/cli/commands/index.js';
import { exitCodes } from '../../../src/cli/failures.js';
import { connectionFlags, outputFlags } from '../../../src/cli/verb.js';

const text = readFileSync(resolve(import.meta.dirname, '../../../docs/cli.md'), 'utf8');

/** What stands between backticks in a cell. */
function literals(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

describe('docs/cli.md', () => {
  it('has every verb with its flags, and no other', () => {
    const rows = [...text.matchAll(/^\| `(\w+(?: \w+)?)` \|[^|]*\|([^|]*)\|$/gm)];
    const documented = Object.fromEntries(rows.map(([, verb = '', flags = '']) => [verb, literals(flags)]));
    const common = [...connectionFlags, ...outputFlags].map(({ name }) => name);
    const actual = verbs.map(({ name, flags }) => [
      name,
      flags
        .filter((flag) => flag.hidden !== true && !common.includes(flag.name))
        .map((flag) => `--${flag.name}`),
    ]);
    expect(documented).toEqual(Object.fromEntries(actual));
  });

  it('names the flags that every verb has', () => {
    const named = literals(text);
    for (const { name } of [...connectionFlags, ...outputFlags]) expect(named).toContain(`--${name}`);
  });

  it('has every exit code, and no other', () => {
    const codes = [...text.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(codes).toEqual(Object.values(exitCodes));
  });
});
