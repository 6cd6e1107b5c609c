import { describe, expect, it } from 'vitest';
import { type PairPage, pairUp } from '../../../../src/transfer/tree/directory-pairs.js';
import type { RemoteEntry } from '../../../../src/transfer/tree/remote-tree.js';

const fold = (name: string) => name.toLowerCase();

function local(name: string) {
  return { name, kind: 'file' } as const;
}

function remote(name: string): RemoteEntry {
  return { name, kind: 'file', size: 0, modifiedMs: 0, isUnwritten: false, role: undefined };
}

async function* pages(...names: string[][]) {
  for (const page of names) yield page.map(remote);
}

async function paired(locals: string[], remotes: string[][], exactWins: boolean): Promise<PairPage[]> {
  const found: PairPage[] = [];
  for await (const page of pairUp(locals.map(local), pages(...remotes), { fold, exactWins }))
    found.push(page);
  return found;
}

/** `local|remote` of each pair. */
function shown(all: readonly PairPage[]): string[] {
  return all.flatMap(({ pairs }) =>
    pairs.map((pair) => `${pair.local?.name ?? ''}|${pair.remote?.name ?? ''}`),
  );
}

describe('two listings of a directory', () => {
  it('are put together by name, whatever their order', async () => {
    const all = await paired(['c', 'a', 'b'], [['b', 'x'], ['a']], false);
    expect(shown(all)).toEqual(['b|b', '|x', 'a|a', 'c|']);
  });

  it('have one name where only the case differs', async () => {
    expect(shown(await paired(['Readme'], [['README']], false))).toEqual(['Readme|README']);
    expect(shown(await paired(['Readme'], [['README']], true))).toEqual(['Readme|README']);
  });

  it('tell of local names that are one on the other side', async () => {
    const all = await paired(['a', 'A', 'b', 'C', 'c'], [['A', 'b']], false);
    expect(shown(all)).toEqual(['b|b']);
    const told = all.flatMap(({ collisions }) =>
      collisions.map(({ locals }) => locals.map(({ name }) => name)),
    );
    expect(told).toEqual([
      ['a', 'A'],
      ['C', 'c'],
    ]);
  });

  it('take the local name that is written the same, and leave the others alone', async () => {
    expect(shown(await paired(['a', 'A'], [['A']], true))).toEqual(['A|A', 'a|']);
    const none = await paired(['Ab', 'aB'], [['ab']], true);
    expect(shown(none)).toEqual([]);
    expect(none.flatMap(({ collisions }) => collisions)).toHaveLength(1);
  });

  it('do not take a name for one of the service alone because it is listed twice', async () => {
    expect(shown(await paired(['a'], [['a'], ['a']], false))).toEqual(['a|a']);
    expect(shown(await paired(['a', 'A'], [['a'], ['a']], true))).toEqual(['a|a', 'A|']);
  });
});
