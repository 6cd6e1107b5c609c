import { describe, expect, it } from 'vitest';
import { pagedIterable } from '../../../src/core/pages.js';

interface Page {
  readonly items: readonly number[];
  readonly next?: string;
}

function paged(pages: Readonly<Record<string, Page>>, start?: string) {
  const fetched: (string | undefined)[] = [];
  const iterable = pagedIterable<number, Page>({
    start,
    fetch: async (marker) => {
      fetched.push(marker);
      return pages[marker ?? ''] ?? { items: [] };
    },
    items: (page) => page.items,
    next: (page) => page.next,
  });
  return { iterable, fetched };
}

const three = { '': { items: [1, 2], next: 'b' }, b: { items: [], next: 'c' }, c: { items: [3] } };

async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of iterable) found.push(item);
  return found;
}

describe('pagedIterable', () => {
  it('gives the items of all pages, empty ones in between included', async () => {
    const { iterable, fetched } = paged(three);
    expect(await all(iterable)).toEqual([1, 2, 3]);
    expect(fetched).toEqual([undefined, 'b', 'c']);
  });

  it('gives the pages', async () => {
    expect(await all(paged(three).iterable.byPage())).toHaveLength(3);
  });

  it('begins at a marker', async () => {
    expect(await all(paged(three, 'c').iterable)).toEqual([3]);
  });

  it('begins anew with each iteration', async () => {
    const { iterable } = paged(three);
    expect(await all(iterable)).toEqual(await all(iterable));
  });

  it('fetches nothing ahead of what is asked for', async () => {
    const { iterable, fetched } = paged(three);
    for await (const item of iterable) if (item === 2) break;
    expect(fetched).toEqual([undefined]);
  });

  it('ends with an error when a marker leads to itself', async () => {
    const { iterable } = paged({ '': { items: [1], next: 'b' }, b: { items: [2], next: 'b' } });
    await expect(all(iterable)).rejects.toMatchObject({ code: 'UnexpectedAnswer' });
  });
});
